/* How many records lie between two offsets; not every offset has one. Thread: one that may
 * block. */
#ifndef KAFKA_RECORD_COUNT_H
#define KAFKA_RECORD_COUNT_H

#include "kafka/record_times.h"

struct record_range {
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    int64_t from, to;      /* from <= offset < to */
    int64_t enough;        /* counting stops at this number */
    bool is_null_left_out; /* records without a value do not count */
    int64_t records;       /* out; PT_UNKNOWN: not answered, or `from` is already deleted */
};

/* Reads a range with a consumer of its own and counts the records that a reader gets: without
 * markers and compacted records, and with is_committed_only without aborted ones. Records that are
 * compacted meanwhile reduce the count; nothing increases it.
 * Errors PT_ETIMEOUT, PT_ECANCELLED and those of kafka_error: records is PT_UNKNOWN then. */
pt_code record_count(const struct record_times_opts *opts, struct record_range *range,
                     struct pt_error *err);

#endif
