/* A part: one section of the snapshot, and what is remembered for it. The reactor gives each fact
 * to the parts in their order, lets them tick, and asks for their sections; it knows nothing else
 * about them. A part knows its desk and not the engine. Thread: the reactor's. */
#ifndef DESK_PART_H
#define DESK_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "desk/desk.h"
#include "desk/fact.h"

/* Any of these may be NULL. */
struct part {
    const char *name; /* "topics" */
    /* Takes a fact. Its payload may be claimed (fact_claim) or changed in place; a part that keeps
     * what other parts need takes a reference. Returns true when the screen should show it at once,
     * false when the next tick is soon enough. */
    bool (*take)(void *self, struct fact *fact);
    /* Called once a second. */
    void (*tick)(void *self, int64_t now_us);
    /* Called on each round of the reactor; does what is due. Returns when there is something to do
     * next (monotonic µs; INT64_MAX: nothing known). */
    int64_t (*look)(void *self, int64_t now_us);
    /* The system clock was set by so much: the Unix times that the part noted itself are moved with
     * it. */
    void (*clock_set)(void *self, int64_t by_ms);
    /* Returns a new section (section_new), or NULL when the current one still holds or when out of
     * memory. */
    const void *(*section)(void *self);
};

/* A part and its place. slot: the member of the snapshot that its section goes to. */
struct part_seat {
    const struct part *part;
    void *self;
    const void **slot;
};

#endif
