/* Reads every kept object of a topic back, in the order of their offsets, and compares it with
 * the manifest. Needs no sink and no cluster; may run beside a sink on the same directory. */
#ifndef AUDIT_SINK_AUDIT_H
#define AUDIT_SINK_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

/* Receives one record. key is NULL when it has none or when keys are not kept; key and value are
 * valid during the call, value is not terminated. Returning false cancels. */
typedef bool (*sink_scan_fn)(void *arg, int32_t partition, int64_t offset, const char *key,
                             const char *value, size_t len);

/* Where to begin in a partition: the first offset of interest. */
struct sink_scan_from {
    int32_t partition;
    int64_t offset;
};

/* One partition of the topic after the scan. */
struct sink_scan_partition {
    int32_t partition;
    int64_t from_offset;     /* as requested, otherwise 0 */
    int64_t first_offset;    /* of the oldest kept object, = next_offset when none is kept */
    int64_t next_offset;     /* the end of what is committed */
    int64_t records;         /* passed to the callback */
    int64_t damaged_objects; /* listed in the manifest but missing, or with another length or
                              * another number of lines: none of their records is passed on */
    /* Records at and above from_offset that were deleted because of the directory's limit:
     * first_offset - from_offset, minus gaps that can no longer be distinguished; 0 when nothing
     * ever expired. */
    int64_t expired_since;
    int64_t expired_records, lost_records; /* in total, as the manifest says */
};

struct sink_scan_result {
    struct pt_error damage; /* the first of these, with its object's name; PT_OK none */
    struct sink_scan_partition *partitions;
    size_t n_partitions;
};

/* Scans one topic. Memory: the manifest, and one object (1 MiB, or one longer record).
 *
 * from     partitions that begin later than offset 0, in any order; may be NULL.
 * result   out; free with sink_scan_done, also after an error. A missing topic or manifest has no
 *          partitions, which is not an error.
 * Errors   PT_EDATA (the manifest is damaged), PT_EIO, PT_ENOMEM, PT_ECANCELLED. A damaged
 *          object is not an error: it is counted, and the scan continues.
 * Thread   any; it reads everything. */
pt_code sink_scan(const char *dir, const char *topic, const struct sink_scan_from *from,
                  size_t n_from, sink_scan_fn record, void *arg, struct sink_scan_result *result,
                  struct pt_error *err);
void sink_scan_done(struct sink_scan_result *result);

#endif
