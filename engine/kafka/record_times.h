/* When records were written, and how long a topic keeps them. Thread: one that may block. */
#ifndef KAFKA_RECORD_TIMES_H
#define KAFKA_RECORD_TIMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

struct record_time {
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    int64_t offset; /* where to begin */
    /* Out: the first record that can be read from there on. In between there may be transaction
     * markers, and gaps from compaction. */
    int64_t first_offset; /* PT_UNKNOWN: there is none, or no answer came */
    int64_t time_ms;      /* Unix, from the record's timestamp; PT_UNKNOWN when it has none */
    bool is_empty;        /* answered: no record up to end_offset, although there may be offsets */
    int64_t end_offset;   /* PT_UNKNOWN unless is_empty */
    bool is_expired;      /* the record at `offset` was deleted: first_offset is the oldest
                           * available */
};

struct record_times_opts {
    const struct pt_config *cfg;
    const char *bootstrap;  /* may be NULL */
    bool is_committed_only; /* read as a consumer with isolation.level=read_committed: without
                             * aborted records, and not beyond an open transaction */
    int timeout_ms;
    const atomic_bool *is_cancelled;
};

/* Finds the first readable record in each partition, with one consumer for all.
 * Errors PT_ETIMEOUT, PT_ECANCELLED and those of kafka_error; the rows answered so far stay. */
pt_code record_times(const struct record_times_opts *opts, struct record_time *rows, size_t n,
                     struct pt_error *err);

#endif
