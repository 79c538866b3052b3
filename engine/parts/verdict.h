/* The pipeline's verdict: it names the first hop of generated → delivered → in topic → committed →
 * newest object that makes no progress. Pure functions over what the reactor knows.
 *
 * The verdict starts at UNKNOWN. Each hop must show that it makes progress, or that nothing waits
 * before it: the cluster by a fresh answer, delivery by the age of the oldest unacknowledged
 * record, the sink by its own verdict. A witness that is missing, denied or old is the reason of an
 * UNKNOWN. */
#ifndef PARTS_VERDICT_H
#define PARTS_VERDICT_H

#include "desk/since.h"
#include "pintop/snapshot.h"

struct verdict {
    enum pt_verdict verdict;
    enum pt_hop hop;     /* the text begins with it */
    int64_t since_ms;    /* when its cause began; PT_UNKNOWN: no witness reports it */
    bool is_since_found; /* it was already so when it was found: it began at since_ms or before */
    bool is_of_sink;     /* a sink's own verdict, with its own since_ms and is_since_found */
    bool is_awaited;     /* UNKNOWN or TRANSITION, and the missing fact will arrive soon */
    char text[PT_VERDICT_MAX]; /* "at the sink: …" */
    char detail[PT_VERDICT_MAX];
};

/* When records last arrived (Unix ms; PT_UNKNOWN: never seen). */
struct moves {
    int64_t in_ms; /* a record arrived in a watched topic */
    int64_t in_sum;
    int64_t watched_since_ms; /* of the first report */
};

struct verdict_facts {
    const struct pt_streams_section *streams;
    const struct pt_cluster_section *cluster;
    const struct pt_connectors_section *connectors;
    const struct pt_topics_section *topics;
    const struct pt_auth_section *auth; /* NULL: none yet */
    const struct moves *moves;
    bool is_watcher;
    bool is_embedded;
    int64_t now_ms;
    const char *disk_error; /* "": checkpoints reach the disk */
};

void verdict_pipeline(const struct verdict_facts *facts, struct verdict *verdict);

#endif
