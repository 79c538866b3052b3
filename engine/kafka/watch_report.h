/* What one look of the watcher found, and for whom it looks. */
#ifndef KAFKA_WATCH_REPORT_H
#define KAFKA_WATCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

/* Why topics are asked in each look: they are on a screen, or a verdict depends on them. */
enum watch_why { WATCH_SEEN, WATCH_NEEDED, WATCH_WHYS };

/* One look, one allocation each array; free with watch_report_free. */
struct watch_report {
    int64_t mono_us;             /* when the watermarks were answered */
    int64_t time_ms;             /* Unix */
    struct pt_error error;       /* PT_OK, or why this look failed: the rest is then empty */
    int64_t since_ms;            /* Unix, since when looks fail; PT_UNKNOWN while they succeed */
    char group[256];             /* whose offsets were asked; "" none */
    struct pt_error group_error; /* PT_OK, or why the group's offsets are not known anew */
    bool is_late;                /* it failed for time alone: the brokers may still answer */
    bool has_answer;             /* a broker answered in this look */
    bool has_metadata;           /* brokers, controller and cluster id below are from this look */
    char cluster_id[64];
    int32_t controller_id;
    size_t n_brokers;
    struct pt_broker *brokers; /* id, host, port; UP (they answered as a cluster), or DOWN (only
                                  named as replicas; host "" when it was never told) */
    size_t n_topics, n_partitions;
    struct pt_topic *topics; /* sorted by name; rates NAN, stream -1; messages, high, lag
                                summed from the partitions. Where the group never committed, lag is
                                all there is: high - low; it is PT_UNKNOWN when no group was asked,
                                or has not answered yet */
    struct pt_partition *partitions;
    bool has_low; /* low watermarks were asked in this look, else they are the last known; as with
                     all offsets, topics[].asked_ms says how old */
    /* Watermarks of a partition that has no leader, or whose leader does not answer, are the last
     * known, or PT_UNKNOWN: nothing comes in there. n_stale counts such partitions. */
    size_t n_stale;
};
void watch_report_free(struct watch_report *report);

#endif
