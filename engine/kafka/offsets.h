/* Watermarks and committed offsets of many partitions, in as few requests as possible. A broker
 * that does not answer, or a partition that is refused, costs only its own answers. */
#ifndef KAFKA_OFFSETS_H
#define KAFKA_OFFSETS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"

/* One partition. Its topic must be known to exist: the mock creates an unknown topic when it is
 * asked about it. */
struct offsets_item {
    const char *topic;
    int32_t partition;
    int32_t leader;          /* -1 or unknown: not asked */
    bool is_refused;         /* the broker refused it: not asked again */
    int64_t offset;          /* out; -1 none */
    rd_kafka_resp_err_t err; /* out; why there is no offset */
};

/* Brokers that did not answer. They are left out of the common request and tried separately, two
 * in each round. */
enum { OFFSETS_DEAD_MAX = 64 };
struct offsets_dead {
    size_t n, turn;
    int32_t ids[OFFSETS_DEAD_MAX];
};

struct offsets_ask {
    rd_kafka_t *rk;
    int timeout_ms; /* of one request; all requests together take at most twice that, or 2 s more */
    const atomic_bool *is_cancelled; /* checked between requests; may be NULL */
    struct offsets_dead *dead;       /* kept from round to round; may be NULL */
};

/* Asks for `which`: RD_KAFKA_OFFSET_END (high watermarks), RD_KAFKA_OFFSET_BEGINNING (low), or a
 * time (Unix ms, from 0 on): the first offset of that time or later. A partition whose records are
 * all older then has the offset -1 and no error.
 *
 * items   in and out.
 * what    for the error: "ask for the watermarks".
 * Errors  those of kafka_error when no item was answered, PT_ECANCELLED, PT_ENOMEM. */
pt_code offsets_watermarks(const struct offsets_ask *ask, struct offsets_item *items, size_t n,
                           int64_t which, const char *what, struct pt_error *err);

/* Asks for a group's committed offsets, in one request for each 500 partitions or fewer; an item
 * without one gets -1. ask->rk is that group's HANDLE_GROUP.
 *
 * items   sorted by topic (bytes), then partition.
 * Errors  those of kafka_error, PT_ECANCELLED, PT_ENOMEM; the items are then undefined. */
pt_code offsets_committed(const struct offsets_ask *ask, const char *group,
                          struct offsets_item *items, size_t n, struct pt_error *err);

/* A committed offset when the group was asked and has none: it has consumed nothing yet. */
#define COMMITTED_NONE INT64_C(-1)

/* Returns how many records of a partition a group has not committed and can still read: all that
 * the partition holds when committed is COMMITTED_NONE; PT_UNKNOWN when high or committed is
 * unknown. Pure. */
int64_t offsets_lag(int64_t low, int64_t high, int64_t committed);

/* Waits for the answer to an admin request. Returns NULL when none comes by the deadline, or
 * when cancelled. The caller destroys the event. */
rd_kafka_event_t *offsets_wait_event(rd_kafka_t *rk, rd_kafka_queue_t *queue, int timeout_ms,
                                     const atomic_bool *is_cancelled);

#endif
