/* The rate into the topic of each stream over the last minutes, for the small chart in its row.
 * Thread: the reactor's. */
#ifndef PARTS_RECENT_H
#define PARTS_RECENT_H

#include <stdint.h>

#include "pintop/snapshot.h"

/* The newest place is the one that is still being filled. */
struct recent {
    int64_t slot; /* which ten seconds of the monotonic clock they are; -1 none yet */
    double sum;   /* of those, and of how many rates */
    int n_rates;
    size_t n;               /* these two as in struct pt_stream */
    float per_s[PT_RECENT]; /* NAN unknown */
};

void recent_init(struct recent *recent);
/* Takes the rate of this second; NAN: it is unknown. */
void recent_add(struct recent *recent, int64_t now_us, double per_s);
/* The same for all streams, with the rates of their topics. Those that AWS tells are minutes old,
 * and count as unknown. topics may be NULL. */
void recent_sample(struct recent recent[PT_STREAMS], const struct pt_topics_section *topics,
                   int64_t now_us);

#endif
