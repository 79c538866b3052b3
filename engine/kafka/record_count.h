/* How many records lie between two offsets: not every offset has one. Thread: one that may block.
 */
#ifndef KAFKA_RECORD_COUNT_H
#define KAFKA_RECORD_COUNT_H

#include "kafka/record_times.h"

struct record_range {
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    int64_t from, to;      /* from <= offset < to */
    int64_t enough;        /* counting ends at so many */
    bool is_null_left_out; /* records without a value don't count */
    int64_t records;       /* out; PT_UNKNOWN: not answered, or `from` is gone already */
};

/* Read a range with a consumer of its own and count what a reader gets: no markers, nothing that
 * compaction took, and with is_committed_only nothing that was aborted. Markers and what was
 * compacted since make it less, never more.
 * Errors PT_ETIMEOUT, PT_ECANCELLED and those of kafka_error: records is PT_UNKNOWN then. */
pt_code record_count(const struct record_times_opts *opts, struct record_range *range,
                     struct pt_error *err);

#endif
