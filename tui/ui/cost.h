/* What the streams cost at the sink: objects per hour, and their price. */
#ifndef UI_COST_H
#define UI_COST_H

#include "page/desk.h"

struct cost {
    double objects_per_hour, usd_per_hour; /* NAN: no S3 sink is known, or the sink is embedded */
    bool is_endless;                       /* the pace is max: no limit on the objects */
};

/* The cost with these streams (bits) running at per_s each (NAN: their own pace), in addition to
 * those that run already. Pure. */
struct cost cost_of(const struct page_desk *desk, unsigned streams, double per_s);
/* Whether the user must be asked first. */
bool cost_must_ask(const struct page_desk *desk, const struct cost *cost);
/* "about 21,600 objects/h, $0.11/h (flush.size 1)"; "": nothing to say. */
void cost_words(const struct page_desk *desk, const struct cost *cost, char *out, size_t cap);

#endif
