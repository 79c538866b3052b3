/* The account: what is acknowledged waits for its durable object (embedded), and the checkpoint
 * says where a next run goes on, with the source's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/account.h"
#include "core/settings.h"
#include "fake_producer.h"
#include "kafka/producer.h"
#include "pintop/config.h"
#include "scratch.h"

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

/* What a record with a value of ten bytes counts for. */
#define HELD producer_record_bytes(10)

/* An acknowledgement; returns what it settled at once. */
static size_t ack(uint64_t index, int32_t partition, int64_t offset)
{
    size_t settled = 12345;
    assert_int_equal(account_delivered(&acc, index, partition, offset, 10, 2, &settled), PT_OK);
    return settled;
}

static struct window_figures figures(void)
{
    return window_read(&acc.streamer.win);
}

static void a_real_cluster_needs_no_commit(void **state)
{
    (void)state;
    make(16, 0, false);
    take(3);
    assert_int_equal(ack(0, 0, 100), 0);
    assert_int_equal(figures().lowest, 1);
    assert_int_equal(figures().uncommitted, 0);
    ack(2, 5, 7);
    ack(1, 1000000, -1);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
    assert_true(src.is_freed);
}

static void acknowledged_before_committed(void **state)
{
    (void)state;
    make(16, 0, true);
    take(4);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(ack(i, 0, (int64_t)i), 0);
    assert_int_equal(figures().in_flight, 0);
    assert_int_equal(figures().uncommitted, 4);
    assert_int_equal(figures().lowest, 0);
    assert_int_equal(account_committed(&acc, 0, 0), 0);
    assert_int_equal(account_committed(&acc, 0, 3), 3 * HELD);
    assert_int_equal(figures().lowest, 3);
    assert_int_equal(account_committed(&acc, 0, 3), 0);
    assert_int_equal(account_committed(&acc, 0, 2), 0); /* an older word changes nothing */
    assert_int_equal(account_committed(&acc, 0, 4), HELD);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
}

/* The sink may have read and committed a record before our own report of it is served. */
static void committed_before_acknowledged(void **state)
{
    (void)state;
    make(16, 0, true);
    take(4);
    assert_int_equal(account_committed(&acc, 1, 3), 0);
    assert_int_equal(figures().lowest, 0);
    assert_int_equal(figures().in_flight, 4);
    assert_int_equal(ack(0, 1, 0), HELD);
    assert_int_equal(ack(1, 1, 1), HELD);
    assert_int_equal(ack(2, 1, 2), HELD);
    assert_int_equal(figures().lowest, 3);
    assert_int_equal(ack(3, 1, 3), 0);
    assert_int_equal(figures().uncommitted, 1);
    assert_int_equal(account_committed(&acc, 1, 4), HELD);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
}

/* A broker may say that it has a record already, without saying where: it is not taken for
 * committed. */
static void an_unknown_offset_is_not_committed(void **state)
{
    (void)state;
    make(16, 0, true);
    take(2);
    account_committed(&acc, 0, 50);
    assert_int_equal(ack(0, 0, -1001), 0);
    assert_int_equal(figures().uncommitted, 1);
    assert_int_equal(ack(1, 0, 60), 0);
    account_committed(&acc, 0, 61);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
}

static void partitions_are_apart_and_out_of_order(void **state)
{
    (void)state;
    make(16, 0, true);
    take(6);
    ack(4, 1, 1);
    ack(1, 1, 2);
    ack(5, 2, 0);
    ack(0, 2, 1);
    ack(2, 0, 0);
    ack(3, 0, 1);
    assert_int_equal(account_committed(&acc, 1, 10), 2 * HELD);
    assert_int_equal(figures().lowest, 0);
    assert_int_equal(account_committed(&acc, 0, 1), HELD);
    assert_int_equal(figures().lowest, 0);
    assert_int_equal(account_committed(&acc, 2, 2), 2 * HELD);
    assert_int_equal(figures().lowest, 3);
    assert_int_equal(account_committed(&acc, 0, 2), HELD);
    assert_int_equal(figures().lowest, 6);
    account_done(&acc);
}

static void a_report_for_nothing_settles_nothing(void **state)
{
    (void)state;
    make(16, 0, true);
    take(2);
    ack(0, 0, 0);
    assert_int_equal(ack(0, 0, 0), 0);
    assert_int_equal(ack(7, 0, 1), 0);
    assert_int_equal(account_committed(&acc, 0, 100), HELD);
    assert_int_equal(ack(0, 0, 0), 0);
    assert_int_equal(figures().delivered, 1);
    account_done(&acc);
}

/* The queue grows and goes round while it is used. */
static void many_wait_for_a_commit(void **state)
{
    int64_t offset = 0, committed = 0;
    uint64_t next = 0;
    (void)state;
    make(32768, 0, true);
    for (int round = 0; round < 200; round++) {
        uint64_t n = (uint64_t)(round * 37 % 1000 + 1);
        if (figures().next - figures().lowest + n > 32768)
            break;
        take(n);
        for (uint64_t i = 0; i < n; i++)
            ack(next++, 0, offset++);
        int64_t step = round * 53 % 900;
        committed = committed + step < offset ? committed + step : offset;
        account_committed(&acc, 0, committed);
        assert_int_equal(figures().lowest, committed);
        assert_int_equal(figures().uncommitted, offset - committed);
    }
    assert_true(next > 50000);
    assert_int_equal(account_committed(&acc, 0, INT64_MAX), (size_t)(offset - committed) * HELD);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
}

/* ---- what is held back ---- */

/* The sink closes an object at its count or at its bytes: until then nothing is committed, and a
 * stream that is held before would wait for the clock to close it. */
static void an_object_fits_into_the_hold(void **state)
{
    static const int64_t counts[] = {1, 100, 1000, 5000, 10000, 1000000};
    static const int64_t sizes[] = {1, 20, 128, 600, 5000, 900000};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            int64_t n = OBJECT_BYTES / sizes[k] < counts[i] ? OBJECT_BYTES / sizes[k] : counts[i];
            int64_t hold = settings_hold_bytes(counts[i]);
            assert_true(hold > n * (int64_t)producer_record_bytes((size_t)sizes[k]));
            /* However small a record is, its value is a part of what is counted; the cluster keeps
             * 5 MiB of them. */
            assert_true(hold < 4 * 1024 * 1024);
        }
}

static void a_flight_is_as_wide_as_the_topic(void **state)
{
    static struct producer producer;
    const uint64_t batch = 262144, least = 131072;
    (void)state;
    producer.batch_bytes = (int64_t)batch;
    assert_int_equal(producer_flight_bytes(&producer, PT_PIN), 2 * 3 * batch);
    producer.n_used[PT_PIN] = 1;
    assert_int_equal(producer_flight_bytes(&producer, PT_PIN), 2 * 3 * batch);
    producer.n_used[PT_PIN] = 12;
    assert_int_equal(producer_flight_bytes(&producer, PT_PIN), 2 * 12 * batch);
    assert_int_equal(producer_flight_bytes(&producer, PT_GEO), 2 * 3 * batch);
    producer.batch_bytes = 16384; /* a user's */
    assert_int_equal(producer_flight_bytes(&producer, PT_GEO), 2 * 3 * least);
}

/* ---- the checkpoint ---- */

static struct checkpoint cp;

static void take_checkpoint(const char *why)
{
    char *text = account_checkpoint(&acc, why);
    assert_non_null(text);
    scratch_put("cp.json", text);
    free(text);
    assert_int_equal(checkpoint_load(scratch_path("cp.json"), &cp, NULL), PT_OK);
}

/* "the lowest index not delivered of each stream … with seed, source (for replay: file, byte
 * offset, row), shard, first index ever, and each partition's end offset". */
static void the_checkpoint_of_a_run(void **state)
{
    (void)state;
    make(16, 50, false);
    acc.cp.seed = UINT64_MAX;
    acc.cp.first_index = 20;
    acc.cp.n_partitions = 3;
    acc.cp.start_offsets[0] = 7;
    acc.cp.start_offsets[2] = INT64_C(1) << 52;
    /* Nothing taken yet: what the last run's file said stays. */
    acc.cp.source_index = 49;
    acc.cp.source_offset = 4900;
    acc.cp.source_row = 49;
    take_checkpoint("");
    assert_int_equal(cp.next_index, 50);
    assert_int_equal(cp.taken_index, 50);
    assert_int_equal(cp.source_index, 49);
    assert_int_equal(cp.source_offset, 4900);
    take(5);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 50);
    assert_int_equal(cp.taken_index, 55);
    assert_int_equal(cp.source_index, 50);
    assert_int_equal(cp.source_offset, 5000);
    assert_int_equal(cp.source_row, 50);
    ack(50, 0, 1);
    ack(52, 0, 2);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 51);
    assert_int_equal(cp.source_index, 51);
    assert_int_equal(cp.source_row, 51);
    ack(51, 0, 3);
    ack(53, 0, 4);
    ack(54, 0, 5);
    /* All delivered: the next record was not read yet, the one before it is named. */
    take_checkpoint("terminal hung up");
    assert_int_equal(cp.next_index, 55);
    assert_int_equal(cp.taken_index, 55);
    assert_int_equal(cp.source_index, 54);
    assert_int_equal(cp.source_offset, 5400);
    assert_int_equal(cp.seed, UINT64_MAX);
    assert_int_equal(cp.first_index, 20);
    assert_int_equal(cp.n_partitions, 3);
    assert_int_equal(cp.start_offsets[0], 7);
    assert_int_equal(cp.start_offsets[2], INT64_C(1) << 52);
    assert_string_equal(cp.ended_why, "terminal hung up");
    assert_true(cp.ended_ms > 0 && cp.ended_ms == cp.written_ms);
    account_done(&acc);
}

/* W a power of two, and not; and full, which is the state of an outage. */
static void the_checkpoint_of_a_full_window(void **state)
{
    static const uint64_t sizes[] = {16, 17, 32768};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        make(sizes[i], 100, false);
        take(sizes[i]);
        take_checkpoint("");
        assert_int_equal(cp.next_index, 100);
        assert_int_equal(cp.taken_index, 100 + sizes[i]);
        assert_int_equal(cp.source_row, 100);
        ack(100, 0, 0);
        take(1);
        take_checkpoint("");
        assert_int_equal(cp.next_index, 101);
        assert_int_equal(cp.source_row, 101);
        account_done(&acc);
    }
}

static void a_failed_record_holds_the_checkpoint(void **state)
{
    (void)state;
    make(16, 0, false);
    take(3);
    ack(0, 0, 0);
    assert_true(window_failed(&acc.streamer.win, 1));
    ack(2, 0, 1);
    take_checkpoint("stopped");
    assert_int_equal(cp.next_index, 1);
    assert_int_equal(cp.taken_index, 3);
    assert_int_equal(cp.source_row, 1);
    assert_int_equal(window_end(&acc.streamer.win), 0);
    account_done(&acc);
}

/* Embedded: "the checkpoint means in a durable object". */
static void an_acknowledged_record_holds_the_checkpoint(void **state)
{
    (void)state;
    make(16, 0, true);
    take(3);
    for (uint64_t i = 0; i < 3; i++)
        ack(i, 0, (int64_t)i);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 0);
    account_committed(&acc, 0, 2);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 2);
    assert_int_equal(cp.taken_index, 3);
    account_done(&acc);
}

static void a_record_given_back_is_not_taken(void **state)
{
    (void)state;
    make(16, 0, false);
    take(2);
    ack(0, 0, 0);
    ack(1, 0, 1);
    take(1);
    window_give_back(&acc.streamer.win, 2);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 2);
    assert_int_equal(cp.taken_index, 2);
    assert_int_equal(cp.source_index, 1);
    assert_int_equal(cp.source_row, 1);
    account_done(&acc);
}

/* The disk's copy is made while the streams run: its source place must be that of its index, at
 * every moment. */
static void *runner(void *arg)
{
    atomic_bool *is_over = arg;
    while (!atomic_load(is_over)) {
        uint64_t index = window_next_index(&acc.streamer.win);
        struct source_pos pos = {index * 100, index};
        size_t settled;
        window_take(&acc.streamer.win, 1, &pos, &index);
        if (index % 5 == 0)
            window_give_back(&acc.streamer.win, index);
        else
            account_delivered(&acc, index, 0, 0, 1, 2, &settled);
        if (index % 5 == 0) {
            window_take(&acc.streamer.win, 1, &pos, &index);
            account_delivered(&acc, index, 0, 0, 1, 2, &settled);
        }
    }
    return NULL;
}

static uint64_t number_in(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    at = strchr(at + strlen(name), ':');
    assert_non_null(at);
    return strtoull(at + 1, NULL, 10);
}

static void a_checkpoint_beside_a_running_stream(void **state)
{
    atomic_bool is_over = false;
    pthread_t thread;
    uint64_t wrong = 0, back = 0, was = 0;
    (void)state;
    make(16, 0, false);
    assert_int_equal(pthread_create(&thread, NULL, runner, &is_over), 0);
    int64_t until_us = clock_mono_us() + 700000;
    while (clock_mono_us() < until_us) {
        char *text = account_checkpoint(&acc, "");
        uint64_t next = number_in(text, "\"next_index\""),
                 taken = number_in(text, "\"taken_index\""),
                 index = number_in(text, "\"source_index\""),
                 offset = number_in(text, "\"source_offset\""),
                 row = number_in(text, "\"source_row\"");
        wrong += next > 0 && (offset != index * 100 || row != index || taken < next ||
                              taken - next > 16 || (index != next && index + 1 != next));
        back += next < was;
        was = next;
        free(text);
    }
    atomic_store(&is_over, true);
    pthread_join(thread, NULL);
    assert_true(was > 1000);
    assert_int_equal(wrong, 0);
    assert_int_equal(back, 0);
    account_done(&acc);
}

/* Acknowledgements and commits from two threads, as the kafka thread and the sink do it. */
static void *committer(void *arg)
{
    atomic_llong *offset = arg;
    for (;;) {
        long long next = atomic_load(offset);
        account_committed(&acc, 0, next < 0 ? -next : next);
        if (next < 0)
            return NULL;
        sched_yield();
    }
}

static void acknowledged_beside_committed(void **state)
{
    atomic_llong offset = 0;
    pthread_t thread;
    (void)state;
    make(1024, 0, true);
    assert_int_equal(pthread_create(&thread, NULL, committer, &offset), 0);
    for (uint64_t i = 0; i < 30000;) {
        if (!window_has_room(&acc.streamer.win)) {
            sched_yield();
            continue;
        }
        take(1);
        if (i % 2)
            atomic_store(&offset, (long long)i + 1); /* the sink is quicker than the report */
        ack(i, 0, (int64_t)i);
        atomic_store(&offset, (long long)++i);
    }
    atomic_store(&offset, -30000);
    pthread_join(thread, NULL);
    assert_true(window_is_empty(&acc.streamer.win));
    assert_int_equal(figures().uncommitted, 0);
    assert_int_equal(figures().delivered, 30000);
    account_done(&acc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_cluster_needs_no_commit),
        cmocka_unit_test(acknowledged_before_committed),
        cmocka_unit_test(committed_before_acknowledged),
        cmocka_unit_test(an_unknown_offset_is_not_committed),
        cmocka_unit_test(partitions_are_apart_and_out_of_order),
        cmocka_unit_test(a_report_for_nothing_settles_nothing),
        cmocka_unit_test(many_wait_for_a_commit),
        cmocka_unit_test(an_object_fits_into_the_hold),
        cmocka_unit_test(a_flight_is_as_wide_as_the_topic),
        cmocka_unit_test_setup_teardown(the_checkpoint_of_a_run, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(the_checkpoint_of_a_full_window, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(a_failed_record_holds_the_checkpoint, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(an_acknowledged_record_holds_the_checkpoint, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(a_record_given_back_is_not_taken, scratch_make,
                                        scratch_remove),
        cmocka_unit_test(a_checkpoint_beside_a_running_stream),
        cmocka_unit_test(acknowledged_beside_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
