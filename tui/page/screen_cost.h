/* What the screen itself costs, and how often it is updated: the last lines of the Log page. */
#ifndef PAGE_SCREEN_COST_H
#define PAGE_SCREEN_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "term/meter.h"
#include "term/pacing.h"

struct screen_cost {
    struct meter_reading used;
    int64_t round_trip_ms; /* to the terminal and back; PT_UNKNOWN */
    bool is_unanswered;    /* the terminal was asked, and has not answered in time */
    struct pacing pacing;
};

/* Nothing is known. */
struct screen_cost screen_cost_unknown(void);

/* "sent 480 B/s, most 1,204  1.0 frames/s  round trip 12 ms  CPU 0.4%" */
void screen_cost_figures(const struct screen_cost *cost, char *out, size_t cap);
/* "updates every 2 s: the terminal takes 900 ms for an answer" */
void screen_cost_pace(const struct screen_cost *cost, char *out, size_t cap);
/* Whether the terminal makes the updates slower. */
bool screen_cost_is_slow(const struct screen_cost *cost);

#endif
