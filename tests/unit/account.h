/* What the tests of the account start from. */
#ifndef UNIT_ACCOUNT_H
#define UNIT_ACCOUNT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>

#include "fake_producer.h"
#include "kafka/producer.h"
#include "state/account.h"

static struct account acc;
static struct fake_source src;

static void make(uint64_t window, uint64_t first, bool is_embedded)
{
    account_init(&acc);
    fake_source_init(&src);
    struct streamer_opts opts = {.source = &src.base,
                                 .window = window,
                                 .first_index = first,
                                 .rate_per_s = 10,
                                 .has_positions = true};
    assert_int_equal(streamer_init(&acc.streamer, &opts, NULL), PT_OK);
    acc.is_open = true;
    acc.is_embedded = is_embedded;
    acc.run_first = first;
    snprintf(acc.cp.cluster_id, sizeof acc.cp.cluster_id, "embedded");
    snprintf(acc.cp.topic, sizeof acc.cp.topic, "demo.pin");
    snprintf(acc.cp.source, sizeof acc.cp.source, "/data/pin.csv");
    snprintf(acc.cp.shard, sizeof acc.cp.shard, "1/1");
    acc.cp.first_index = acc.cp.next_index = acc.cp.taken_index = acc.cp.source_index = first;
}

static void take(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        uint64_t index = window_next_index(&acc.streamer.win);
        struct source_pos pos = {index * 100, index};
        assert_true(window_take(&acc.streamer.win, 1, &pos, &index));
    }
}

/* An acknowledgement; returns what it settled at once. */
static size_t ack(uint64_t index, int32_t partition, int64_t offset)
{
    size_t settled = 12345;
    assert_int_equal(account_delivered(&acc, index, partition, offset, 10, 2, &settled), PT_OK);
    return settled;
}

#endif
