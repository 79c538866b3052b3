/* An embedded cluster with two topics, and its admin. */
#ifndef FLOW_ADMIN_FIXTURE_H
#define FLOW_ADMIN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk/section.h"
#include "kafka/admin_private.h"
#include "kafka/handle.h"
#include "mock_records.h"
#include "pintop/snapshot.h"

struct fixture {
    struct embedded cluster;
    rd_kafka_t *producer;
    struct admin *admin;
    struct pt_result result;
    struct pt_error err;
};

static inline int start(void **state)
{
    static const char *const topics[] = {"demo.pin", "demo.geo", "demo.pin"};
    struct fixture *f = calloc(1, sizeof(*f));
    if (!f || embedded_start(NULL, topics, 3, &f->cluster, &f->err) != PT_OK) {
        return -1;
    }
    const struct admin_opts opts = {.bootstrap = f->cluster.bootstrap,
                                    .mock = f->cluster.mock,
                                    .mock_brokers = EMBEDDED_BROKERS,
                                    .group = "connect-demo"};
    f->admin = admin_new(&opts);
    f->producer = mock_producer(&f->cluster);
    *state = f;
    return 0;
}

static inline int stop(void **state)
{
    struct fixture *f = *state;
    result_clear(&f->result);
    admin_free(f->admin);
    handle_free(f->producer);
    embedded_stop(&f->cluster);
    free(f);
    return 0;
}

static inline pt_code peek(struct fixture *f, const char *topic, int64_t count)
{
    result_clear(&f->result);
    memset(&f->result, 0, sizeof(f->result));
    struct pt_command cmd = {.kind = PT_CMD_TOPIC_PEEK, .topic = topic, .count = count};
    return f->admin->ops->peek(f->admin, &cmd, &f->result, &f->err);
}

#endif
