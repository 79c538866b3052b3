/* The figures of a series, and what a longer time keeps of their samples: the same for a minute
 * that is made of seconds and for a column of a chart that is made of minutes. Pure; any thread. */
#ifndef PINTOP_SERIES_H
#define PINTOP_SERIES_H

#include "pintop/api.h"
#include "pintop/snapshot.h"

PT_API_BEGIN

/* A peak of the lag or of the latency is what is looked for in a night, so a mean would hide it. */
enum pt_series_rule { PT_SERIES_MEAN, PT_SERIES_HIGHEST, PT_SERIES_LOWEST };

/* In the order of their rings in the section. */
enum pt_series_figure {
    PT_SERIES_PRODUCED,
    PT_SERIES_IN,
    PT_SERIES_OUT,
    PT_SERIES_LAG,
    PT_SERIES_ACK_P99,
    PT_SERIES_TOKEN_LEFT,
    PT_SERIES_FIGURES
};

/* Several samples that become one. All zero: none yet. */
struct pt_series_sum {
    double value;
    int n; /* of them were known */
};

/* Returns the ring of a figure. */
const float *pt_series_ring(const struct pt_series_section *series, enum pt_series_figure figure);
/* Adds a sample by the figure's rule; NAN adds nothing. */
void pt_series_add(struct pt_series_sum *sum, enum pt_series_figure figure, double sample);
/* Returns what is kept of them; NAN when none was known. */
double pt_series_end(const struct pt_series_sum *sum, enum pt_series_figure figure);

PT_API_END

#endif
