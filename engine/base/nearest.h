/* "Did you mean": the known name nearest to one that is not known. Pure. Thread: any. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* Best so far; start with nearest_init, offer each known name, read `best`: NULL when none is near
 * enough to be what was meant. */
struct nearest {
    const char *name; /* what was typed */
    const char *best;
    unsigned cost;
};

void nearest_init(struct nearest *nearest, const char *name);
void nearest_offer(struct nearest *nearest, const char *known);

#endif
