/* The fields of librdkafka's statistics that pintop reads (librdkafka's STATISTICS.md). */
#ifndef KAFKA_STATS_H
#define KAFKA_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "kafka/delivery.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

enum { STATS_TOPICS = 8 };

struct stats {
    /* Not part of the JSON: the producer adds what it has learnt. */
    struct delivery_facts delivery;
    int32_t min_isr[PT_STREAMS]; /* of the streams' topics; -1 unknown */
    int64_t no_producer_id_ms;   /* how long the idempotent producer has waited for its ID; 0
                                  * when it has one */
    int64_t retries;             /* produce requests sent again since the handle was made */
    size_t n_brokers;
    struct pt_broker brokers[PT_BROKERS_MAX]; /* since_ms is 0: the caller fills it */
    int64_t ts_us;                            /* librdkafka's monotonic clock; PT_UNKNOWN */
    int64_t age_us;                           /* of the handle; PT_UNKNOWN */
    int64_t sent_bytes[PT_BROKERS_MAX]; /* to brokers[i] since the handle was made, without what
                                         * a group's coordinator is asked; PT_UNKNOWN */
    size_t n_topics;
    struct {
        char name[PT_TOPIC_MAX];
        int64_t queued; /* records not yet sent to a broker */
    } topics[STATS_TOPICS];
};

/* Errors PT_EDATA: not librdkafka's JSON. Thread: any. */
pt_code stats_parse(const char *json, size_t len, struct stats *stats, struct pt_error *err);

/* Fills the brokers' sent_bytes_per_s from what was sent since the statistics before; NAN where
 * that is unknown. Pure. */
void stats_rates(const struct stats *before, struct stats *now);

#endif
