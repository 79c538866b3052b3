/* The sweep chart: two rates over time. New samples overwrite the oldest behind a small gap, so
 * that one sample more changes a cell or two. Pure: cells out of samples. */
#ifndef WIDGET_CHART_H
#define WIDGET_CHART_H

#include <stddef.h>
#include <stdint.h>

#include "term/canvas.h"

enum chart_form { CHART_BRAILLE, CHART_BLOCK, CHART_ASCII };

/* Two rings with one sample a second: sample n is at [n % len]; the newest is `last`, -1 none. */
struct chart {
    const float *in, *out; /* NAN unknown: nothing is drawn */
    size_t len;
    int64_t last, last_ms; /* number and Unix time of the newest */
    enum chart_form form;
};

enum { CHART_GAP_COLS = 2, CHART_LABEL_COLS = 6 };

/* Samples in one column of the chart. */
int chart_per_column(enum chart_form form);
/* The sample in slot `slot` of `slots`, or -1: the gap, or none yet. */
int64_t chart_sample_at(const struct chart *chart, int slot, int slots);
/* The top of the scale for samples up to most: 1, 2, 4 or 6 times a power of ten, at least 1. */
float chart_scale(float most);
/* The mean of the newest 5 samples; NAN when none is known. */
float chart_mean(const float *ring, size_t len, int64_t last);
/* The signs that stand for in, out and both, for the legend. */
const char *chart_sign_in(enum chart_form form);
const char *chart_sign_out(enum chart_form form);
const char *chart_sign_both(enum chart_form form); /* NULL: none of its own */
/* Seconds from one side of the plot to the other in cols columns. */
int chart_span_s(enum chart_form form, int cols);

/* Scale at the left, plot, and below it the row with the times. Needs 3 rows and 20 columns. */
void chart_draw(const struct chart *chart, struct canvas *canvas, struct rect area);

#endif
