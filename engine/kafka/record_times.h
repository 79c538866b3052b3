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
    int64_t offset; /* where to look from */
    /* Out: the first record that can be taken from there on. Between the two may lie what is no
     * record: markers of transactions, and gaps that compaction left. */
    int64_t first_offset; /* PT_UNKNOWN: there is none, or the question was not answered */
    int64_t time_ms;      /* Unix, as that record has it; PT_UNKNOWN: it has none */
    bool is_empty;        /* answered: no record up to end_offset, though offsets there may be */
    int64_t end_offset;   /* PT_UNKNOWN unless is_empty */
    bool is_expired;      /* what stood at `offset` is gone: first_offset is the oldest there is */
};

struct record_times_opts {
    const struct pt_config *cfg;
    const char *bootstrap;  /* may be NULL */
    bool is_committed_only; /* as a reader with isolation.level=read_committed sees the log: without
                               aborted records, and not beyond an open transaction */
    int timeout_ms;
    const atomic_bool *is_cancelled;
};

/* Look for the first record that can be taken in each partition, one consumer for all.
 * Errors PT_ETIMEOUT, PT_ECANCELLED and those of kafka_error; the rows answered so far stay. */
pt_code record_times(const struct record_times_opts *opts, struct record_time *rows, size_t n,
                     struct pt_error *err);

#endif
