/* The sweep chart: one or two figures over time, the first as an area and the second as a line over
 * it. New samples overwrite the oldest behind a small gap, so that a new sample changes only the
 * columns at both ends of the gap. Pure: the cells depend on the samples and the marks alone. */
#ifndef WIDGET_CHART_H
#define WIDGET_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "term/canvas.h"
#include "widget/format.h"

enum chart_form { CHART_BRAILLE, CHART_BLOCK, CHART_ASCII };
enum { CHART_FORMS = CHART_ASCII + 1 };
const char *chart_form_word(enum chart_form form);
/* False: no form has that name. */
bool chart_form_find(const char *word, enum chart_form *form);

/* Something that happened, shown by its sign below the second in which it did. */
struct chart_mark {
    int64_t ms; /* Unix */
    char sign;
    enum style style;
    int rank; /* of several in one column, the highest is shown */
};

/* Two rings of samples at even distances: sample n is at [n % len]. `last` is the newest; -1:
 * none. */
struct chart {
    const float *in, *out; /* NAN: unknown, nothing is drawn. out NULL: there is one figure */
    size_t len;
    int64_t last, last_ms; /* number and Unix time of the newest sample; PT_UNKNOWN: none */
    enum chart_form form;
    const struct chart_mark *marks;
    size_t n_marks;
    bool has_cursor;
    int64_t cursor;                      /* the number of the sample that is pointed at */
    int64_t step_ms;                     /* from one sample to the next; 0: a second */
    struct shown (*label)(double value); /* of the scale, in 4 columns; NULL: show_pace */
    bool has_no_times;                   /* the row of times and marks is left out */
};

enum { CHART_GAP_COLS = 2, CHART_LABEL_COLS = 6, CHART_COLS_MOST = 512 };

/* Samples in one column of the chart. */
int chart_per_column(enum chart_form form);
/* The number of the sample in slot `slot` of `slots`; -1: the slot is in the gap, or has no
 * sample. */
int64_t chart_sample_at(const struct chart *chart, int slot, int slots);
/* The top of the scale for samples up to most: 1, 2, 3, 4, 5, 6 or 8 times a power of ten, at least
 * 1. */
float chart_scale(float most);
/* The mean of the newest 5 samples; NAN when none is known. */
float chart_mean(const float *ring, size_t len, int64_t last);
/* The signs that stand for in, out and both, for the legend. */
const char *chart_sign_in(enum chart_form form);
const char *chart_sign_out(enum chart_form form);
const char *chart_sign_both(enum chart_form form); /* NULL: this form has none */
/* The samples that a plot of cols columns shows at most. */
int chart_span(enum chart_form form, int cols);
/* The number of the oldest sample that a plot of cols columns shows; -1: it shows none. */
int64_t chart_first_shown(const struct chart *chart, int cols);
/* The time of a sample, Unix ms. */
int64_t chart_time_of(const struct chart *chart, int64_t sample);

/* A bar in one sign, of 8 heights: level 0 … 7, clamped. */
enum { CHART_BARS = 8 };
const char *chart_bar(int level, bool is_ascii);

/* Draws the scale at the left, the plot, and below it the row with the times. Needs 3 rows (without
 * times: 2) and 20 columns. */
void chart_draw(const struct chart *chart, struct canvas *canvas, struct rect area);

#endif
