/* The samples of the Overview's charts. */
#include "page/chart_series.h"

#include <math.h>
#include <stdio.h>

#include "pintop/series.h"

/* ---- steps ---- */

static const struct chart_step {
    bool is_of_minutes;
    int count; /* of seconds or minutes */
} chart_steps[CHART_STEPS] = {
    {false, 1 },
    {false, 2 },
    {false, 5 },
    {false, 10},
    {true,  1 },
    {true,  2 },
    {true,  5 },
    {true,  10},
    {true,  20},
    {true,  30},
};

/* A plot whose seconds are more than are kept would be half empty, and of the steps in minutes one
 * is enough that shows nearly all that is kept. The first of each kind is always there. */
static bool chart_step_fits(int step, int span)
{
    const struct chart_step *is = &chart_steps[step];
    if (is->count == 1)
        return true;
    if (!is->is_of_minutes)
        return is->count * span <= PT_SERIES_LEN;
    return chart_steps[step - 1].count * span < PT_SERIES_LEN - PT_SERIES_LEN / 10;
}

int chart_step_fit(int wanted, int span)
{
    int step = wanted < CHART_STEPS ? wanted : CHART_STEPS - 1;
    while (!chart_step_fits(step, span))
        step--;
    return step;
}

int chart_step_next(int step, int by, int span)
{
    for (int next = step + by; next >= 0 && next < CHART_STEPS; next += by)
        if (chart_step_fits(next, span))
            return next;
    return step;
}

int64_t chart_step_length(int step)
{
    return chart_steps[step].count * (chart_steps[step].is_of_minutes ? INT64_C(60000) : 1000);
}

/* ---- samples ---- */

/* One value of `count` samples from number `first` on; NAN when none of them is known. */
static float chart_join(const struct pt_series_section *series, enum pt_series_figure figure,
                        int64_t first, int count)
{
    const float *ring = pt_series_ring(series, figure);
    struct pt_series_sum sum = {0};
    for (int64_t i = first; i < first + count && i <= series->last_sample; i++) {
        if (i < 0 || i <= series->last_sample - PT_SERIES_LEN)
            continue;
        pt_series_add(&sum, figure, (double)ring[i % PT_SERIES_LEN]);
    }
    return (float)pt_series_end(&sum, figure);
}

static struct shown show_token_minutes(double minutes)
{
    struct shown text;
    snprintf(text.s, sizeof text.s, "%gm", minutes);
    return text;
}

static const struct figure_row {
    enum pt_series_figure in, out; /* out: PT_SERIES_FIGURES is none */
    float unit;                    /* what is shown is the value divided by it */
    struct shown (*label)(double value);
} figure_rows[CHART_FIGURES] = {
    [FIGURE_RATES] = {PT_SERIES_IN,         PT_SERIES_OUT,     1,  NULL              },
    [FIGURE_LAG] = {PT_SERIES_LAG,        PT_SERIES_FIGURES, 1,  NULL              },
    [FIGURE_ACK] = {PT_SERIES_ACK_P99,    PT_SERIES_FIGURES, 1,  show_ms           },
    [FIGURE_TOKEN] = {PT_SERIES_TOKEN_LEFT, PT_SERIES_FIGURES, 60, show_token_minutes},
};

static const struct pt_series_section *chart_series_of(const struct pt_snapshot *snap, int step)
{
    return chart_steps[step].is_of_minutes ? snap->minutes : snap->series;
}

/* ---- CloudWatch's ---- */

/* Where CloudWatch has something of the time before, the samples before the first one have numbers,
 * too: so many. */
static int64_t chart_before(const struct pt_series_section *series, int count)
{
    return series->away.n > 0 ? (PT_SERIES_LEN + count - 1) / count : 0;
}

/* The number of the oldest sample that is known of a figure; behind the last one: none is. */
static int64_t chart_oldest(const struct pt_series_section *series, enum pt_series_figure figure)
{
    int64_t n = series->last_sample - PT_SERIES_LEN + 1;
    n = n > 0 ? n : 0;
    while (n <= series->last_sample && isnan(pt_series_ring(series, figure)[n % PT_SERIES_LEN]))
        n++;
    return n;
}

/* What CloudWatch's periods have of a figure from one time up to another one. */
static float chart_join_away(const struct pt_away_past *away, enum pt_series_figure figure,
                             int64_t from_ms, int64_t to_ms)
{
    struct pt_series_sum sum = {0};
    if (figure != PT_SERIES_IN && figure != PT_SERIES_LAG)
        return NAN;
    for (size_t i = 0; i < away->n; i++) {
        int64_t begin_ms = away->first_ms + (int64_t)i * away->period_ms;
        const struct pt_away_sample *sample = &away->samples[i];
        if (begin_ms < to_ms && begin_ms + away->period_ms > from_ms)
            pt_series_add(&sum, figure,
                          (double)(figure == PT_SERIES_IN ? sample->in : sample->lag));
    }
    return (float)pt_series_end(&sum, figure);
}

/* When the newest sample is from. Before pintop's first minute is over, it is the minute before the
 * present one, as far as CloudWatch has something of it; PT_UNKNOWN: there is nothing. */
static int64_t chart_newest_ms(const struct pt_snapshot *snap,
                               const struct pt_series_section *series)
{
    if (series->last_sample >= 0)
        return series->last_sample_ms;
    return series->away.n > 0 ? (snap->time_ms / 60000 - 1) * 60000 : PT_UNKNOWN;
}

/* ---- the chart's rings ---- */

/* The step of the newest sample; before the first one: -1. */
static int64_t chart_last(const struct pt_series_section *series, int count)
{
    return series->last_sample >= 0 ? series->last_sample / count : -1;
}

/* newest_ms: when the newest sample is from. Returns until when its samples are CloudWatch's, Unix
 * ms; PT_UNKNOWN: none is. */
static int64_t chart_fill(const struct pt_series_section *series, int64_t newest_ms,
                          enum pt_series_figure figure, float unit, int count, int span, float *to)
{
    int64_t before = chart_before(series, count), last = chart_last(series, count) + before;
    int64_t oldest = chart_oldest(series, figure), away_ms = PT_UNKNOWN;
    for (int64_t n = last >= span ? last - span + 1 : 0; n <= last; n++) {
        int64_t first = (n - before) * count;
        float value = chart_join(series, figure, first, count);
        if (before > 0 && first + count <= oldest) {
            int64_t from_ms = newest_ms - (series->last_sample - first) * 60000;
            int64_t to_ms = from_ms + (int64_t)count * 60000;
            value = chart_join_away(&series->away, figure, from_ms, to_ms);
            away_ms = isnan(value) ? away_ms : to_ms;
        }
        to[n % PT_SERIES_LEN] = value / unit;
    }
    return away_ms;
}

void chart_samples_of(const struct pt_snapshot *snap, enum chart_figure figure, int step, int span,
                      struct chart_samples *samples)
{
    const struct chart_step *is = &chart_steps[step];
    const struct pt_series_section *series = chart_series_of(snap, step);
    const struct figure_row *row = &figure_rows[figure];
    int64_t period_ms = is->is_of_minutes ? 60000 : 1000;
    samples->chart = (struct chart){
        .in = samples->in,
        .out = row->out != PT_SERIES_FIGURES ? samples->out : NULL,
        .len = PT_SERIES_LEN,
        .last = -1,
        .last_ms = PT_UNKNOWN,
        .step_ms = chart_step_length(step),
        .label = row->label,
    };
    samples->away_ms = PT_UNKNOWN;
    int64_t newest_ms = chart_newest_ms(snap, series), last = chart_last(series, is->count);
    if (newest_ms == PT_UNKNOWN)
        return;
    span = span < PT_SERIES_LEN ? span : PT_SERIES_LEN;
    samples->away_ms =
        chart_fill(series, newest_ms, row->in, row->unit, is->count, span, samples->in);
    if (row->out != PT_SERIES_FIGURES)
        chart_fill(series, newest_ms, row->out, row->unit, is->count, span, samples->out);
    samples->chart.last = last + chart_before(series, is->count);
    samples->chart.last_ms = newest_ms - (series->last_sample - last * is->count) * period_ms;
}

bool chart_is_known(const struct pt_snapshot *snap, enum chart_figure figure, int step, int span)
{
    const struct pt_series_section *series = chart_series_of(snap, step);
    const float *ring = pt_series_ring(series, figure_rows[figure].in);
    for (size_t i = 0; i < series->away.n; i++)
        if ((figure == FIGURE_RATES && !isnan(series->away.samples[i].in)) ||
            (figure == FIGURE_LAG && !isnan(series->away.samples[i].lag)))
            return true;
    int64_t n = (int64_t)span * chart_steps[step].count;
    n = n < PT_SERIES_LEN ? n : PT_SERIES_LEN;
    for (int64_t i = series->last_sample; i >= 0 && i > series->last_sample - n; i--)
        if (!isnan(ring[i % PT_SERIES_LEN]))
            return true;
    return false;
}
