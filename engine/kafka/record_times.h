/* When records were written, and how long a topic keeps them. Thread: one that may block. */
#ifndef KAFKA_RECORD_TIMES_H
#define KAFKA_RECORD_TIMES_H

#include <stdatomic.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

struct record_time {
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    int64_t offset;  /* below the high watermark */
    int64_t time_ms; /* out: Unix, as the record has it; PT_UNKNOWN: it has none, or was not read */
};

/* Read those records' times, one consumer for all. rows: sorted by topic.
 * Errors those of read_ranges; the rows read so far have their times. */
pt_code record_times(const struct pt_config *cfg, const char *bootstrap, struct record_time *rows,
                     size_t n, int timeout_ms, atomic_bool *is_cancelled, struct pt_error *err);

/* retention.ms and retention.bytes of a topic: -1 without limit; PT_UNKNOWN: the broker doesn't
 * tell. Errors those of kafka_error; PT_ECANCELLED. */
pt_code topic_retention(rd_kafka_t *rk, const char *topic, int timeout_ms,
                        const atomic_bool *is_cancelled, int64_t *ms, int64_t *bytes,
                        struct pt_error *err);

#endif
