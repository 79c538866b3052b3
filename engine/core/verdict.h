/* The pipeline's verdict: the first hop of generated → delivered → in topic → committed → newest
 * object that does not move. Pure functions over what the reactor knows. */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include "pintop/snapshot.h"

struct verdict {
    enum pt_verdict verdict;
    char text[PT_REASON_MAX]; /* "at the sink: …" */
    char detail[PT_REASON_MAX];
};

/* When each hop last moved (Unix ms; PT_UNKNOWN never seen to move). */
struct moves {
    int64_t in_ms;  /* something arrived in a watched topic */
    int64_t out_ms; /* the sink's group took something */
    int64_t in_sum, out_sum;
    int64_t watched_since_ms; /* first report */
    int64_t clear_ms;         /* last seen with nothing that waits for the sink; 0 never */
};

struct verdict_facts {
    const struct pt_streams_section *streams;
    const struct pt_cluster_section *cluster;
    const struct pt_connectors_section *connectors;
    const struct pt_topics_section *topics;
    const struct moves *moves;
    bool is_watcher;
    int64_t now_ms;
    const char *disk_error; /* "" none: checkpoints reach the disk */
};

void verdict_pipeline(const struct verdict_facts *facts, struct verdict *verdict);

#endif
