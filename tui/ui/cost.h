/* What the streams cost at the sink: objects an hour, and their price. */
#ifndef UI_COST_H
#define UI_COST_H

#include "ui/ui.h"

struct cost {
    double objects_per_hour, usd_per_hour; /* NAN: no S3 sink is known here, or the embedded one */
    bool is_endless;                       /* max: as many as the cluster takes */
};

/* With these streams (bits) running at per_s each (NAN: their own pace), beside those that run
 * already. Pure. */
struct cost cost_of(const struct ui *ui, unsigned streams, double per_s);
/* Does it have to be asked before? */
bool cost_must_ask(const struct ui *ui, const struct cost *cost);
/* "about 21,600 objects/h, $0.11/h (flush.size 1)"; "" nothing to say. */
void cost_words(const struct ui *ui, const struct cost *cost, char *out, size_t cap);

#endif
