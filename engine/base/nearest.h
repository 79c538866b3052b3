/* "Did you mean": the known name nearest to an unknown one. Pure. Thread: any. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* The best candidate so far. Call nearest_init, offer each known name, then read `best`: NULL
 * when no name is near enough to be what was meant. */
struct nearest {
    const char *name; /* what the user typed */
    const char *best;
    unsigned cost;
};

void nearest_init(struct nearest *nearest, const char *name);
void nearest_offer(struct nearest *nearest, const char *known);

#endif
