/* The result of one look of the watcher, and for whom it looks. */
#ifndef KAFKA_WATCH_REPORT_H
#define KAFKA_WATCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

/* Why topics are part of each look: they are on a screen, on that of an attached pintop, or a
 * verdict depends on them. */
enum watch_why { WATCH_SEEN, WATCH_ATTACHED, WATCH_NEEDED, WATCH_WHYS };

/* One look, one allocation each array. It is counted: whoever got it lets it go by
 * watch_report_free; who keeps it besides acquires and releases it. */
struct watch_report {
    int refs;                    /* atomic */
    int64_t mono_us;             /* when the watermarks were answered */
    int64_t time_ms;             /* Unix */
    struct pt_error error;       /* PT_OK, or why this look failed: the rest is then empty */
    int64_t since_ms;            /* Unix, since when looks have failed; PT_UNKNOWN while they
                                  * succeed */
    char group[256];             /* the group whose offsets were asked for; "" none */
    struct pt_error group_error; /* PT_OK, or why the group's offsets are not current */
    bool is_late;                /* it failed by a timeout only: the brokers may still answer */
    bool has_answer;             /* a broker answered in this look */
    bool has_metadata;           /* brokers, controller and cluster id below are from this look */
    char cluster_id[64];
    int32_t controller_id;
    size_t n_brokers;
    struct pt_broker *brokers;   /* id, host, port; UP (they answered as a cluster), or DOWN (only
                                  * named as replicas; host is "" when it was never known) */
    struct pt_error racks_error; /* PT_OK, or why the rack of a broker is unknown */
    size_t n_topics, n_partitions;
    struct pt_topic *topics; /* sorted by name; rates NAN, stream -1; messages, high, lag summed
                              * from the partitions. Where the group never committed, lag is all
                              * available records: high - low; it is PT_UNKNOWN when no group was
                              * asked for, or has not answered yet */
    struct pt_partition *partitions;
    bool has_low; /* low watermarks were asked for in this look, otherwise they are the last
                   * known; as with all offsets, topics[].asked_ms tells their age */
    /* Watermarks of a partition that has no leader, or whose leader does not answer, are the
     * last known, or PT_UNKNOWN: nothing is written there. n_stale counts such partitions. */
    size_t n_stale;
};
/* NULL is fine. Thread: any. */
void watch_report_free(struct watch_report *report);
void watch_report_acquire(const struct watch_report *report);
void watch_report_release(const struct watch_report *report);

#endif
