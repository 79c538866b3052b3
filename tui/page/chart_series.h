/* What the Overview's charts show: a figure of the snapshot's series in steps of a second up to
 * half an hour. Pure. */
#ifndef PAGE_CHART_SERIES_H
#define PAGE_CHART_SERIES_H

#include "pintop/snapshot.h"
#include "widget/chart.h"

/* The figures, each with a chart of its own. */
enum chart_figure { FIGURE_RATES, FIGURE_LAG, FIGURE_ACK, FIGURE_TOKEN, CHART_FIGURES };

enum { CHART_STEPS = 10 };

/* The step that is used where `wanted` is asked for (0 … CHART_STEPS - 1, larger ones are allowed):
 * the longest up to it of which a plot of so many samples is not longer than what is kept. */
int chart_step_fit(int wanted, int span);
/* The next longer step (by 1) or shorter one (by -1); the same when there is none. */
int chart_step_next(int step, int by, int span);
/* The length of a step in milliseconds. */
int64_t chart_step_length(int step);

/* Samples of one figure, and the rings that its chart points to. */
struct chart_samples {
    float in[PT_SERIES_LEN], out[PT_SERIES_LEN];
    struct chart chart;
    int64_t away_ms; /* until when its samples are CloudWatch's, Unix; PT_UNKNOWN: none is */
};

/* Makes the chart of a figure, with the newest `span` samples. Of a step the rates are the mean,
 * lag and latency the highest, the token's time (minutes) the lowest. Where
 * pintop has nothing yet, rates and lag are CloudWatch's, as far as it told. Marks, cursor and form
 * are the caller's. */
void chart_samples_of(const struct pt_snapshot *snap, enum chart_figure figure, int step, int span,
                      struct chart_samples *samples);
/* Whether anything is known of a figure among them. */
bool chart_is_known(const struct pt_snapshot *snap, enum chart_figure figure, int step, int span);

#endif
