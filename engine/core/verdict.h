/* The pipeline's verdict: the first hop of generated → delivered → in topic → committed → newest
 * object that does not move. Pure functions over what the reactor knows.
 *
 * It starts at UNKNOWN. Each hop must show that it moves, or that nothing waits before it: the
 * cluster by an answer that is fresh, delivery by the age of the oldest record that is not
 * acknowledged, the sink by a verdict of its own. What is missing, denied or old is the reason of
 * an UNKNOWN. */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include "pintop/snapshot.h"

struct verdict {
    enum pt_verdict verdict;
    int64_t since_ms;          /* when what it says began; PT_UNKNOWN: no witness knows */
    bool is_since_found;       /* it was found so then: it began at that time or before */
    bool is_of_sink;           /* a sink's own verdict: its since and is_since_found are whole */
    bool is_awaited;           /* UNKNOWN or TRANSITION, and the missing fact is on its way */
    char text[PT_VERDICT_MAX]; /* "at the sink: …" */
    char detail[PT_VERDICT_MAX];
};

/* Since when a verdict stands. What follows an UNKNOWN was found and not seen to come: unless a
 * witness tells of a time before that, it began at `ms` or earlier. */
struct since {
    int64_t ms;       /* Unix */
    int64_t blind_ms; /* since when nothing was known before; PT_UNKNOWN: it was seen to come */
    bool is_found;
};

void since_init(struct since *since, int64_t now_ms);
/* A look that finds `after` where `before` stood; began_ms: what a witness says of its beginning,
 * or PT_UNKNOWN. Of one verdict only an earlier time is taken. */
void since_note(struct since *since, enum pt_verdict before, enum pt_verdict after,
                int64_t began_ms, int64_t now_ms);

enum { SINCE_WORDS_MAX = 64 };
/* " (since 2026-11-29T01:52:07Z or before)", for an event that tells of the verdict at now_ms; ""
 * when it began just now, or nobody knows when. Pure. */
void since_words(int64_t since_ms, bool is_found, int64_t now_ms, char *out, size_t cap);

/* When each hop last moved (Unix ms; PT_UNKNOWN never seen to move). */
struct moves {
    int64_t in_ms;  /* something arrived in a watched topic */
    int64_t out_ms; /* the sink's group took something */
    int64_t in_sum, out_sum;
    int64_t watched_since_ms; /* first report */
    int64_t clear_ms;         /* last seen with nothing that waits for the sink; 0 never */
};

/* How grave; the greater the graver. UNKNOWN is no proof of health: it stands between what is
 * paused and the faults. */
int verdict_rank(enum pt_verdict verdict);

struct verdict_facts {
    const struct pt_streams_section *streams;
    const struct pt_cluster_section *cluster;
    const struct pt_connectors_section *connectors;
    const struct pt_topics_section *topics;
    const struct pt_auth_section *auth; /* NULL: no login is a matter */
    const struct moves *moves;
    bool is_watcher;
    bool is_embedded;
    int64_t now_ms;
    const char *disk_error; /* "" none: checkpoints reach the disk */
};

void verdict_pipeline(const struct verdict_facts *facts, struct verdict *verdict);

#endif
