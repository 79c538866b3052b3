/* The Overview's chart. */
#include "page/chart_panel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/shared.h"
#include "widget/format.h"

/* A figure below the first one has a head and three rows, or one of so many parts of a tall chart;
 * the first one keeps at least so many rows. */
enum { CHART_BELOW_ROWS = 4, CHART_BELOW_PART = 6, CHART_FIRST_MIN = 10 };

static int chart_below_rows(struct rect area)
{
    int rows = area.h / CHART_BELOW_PART;
    return rows > CHART_BELOW_ROWS ? rows : CHART_BELOW_ROWS;
}

/* ---- marks ---- */

enum { CHART_MARKS_MAX = PT_EVENTS_MAX + PT_RESTARTS_MAX + 1 };

/* The sign of an event below the chart: that it is a warning or an error, otherwise what it is
 * about; '\0': it has none. */
static char chart_sign_of(const struct pt_event *event)
{
    if (event->severity >= PT_WARN)
        return '!';
    if (strcmp(event->area, "pipeline") == 0)
        return 'V';
    if (strcmp(event->area, "sink") == 0)
        return 'C';
    for (int i = 0; i < PT_STREAMS; i++)
        if (strcmp(event->area, pt_stream_name(i)) == 0)
            return 'S';
    return '\0';
}

/* Of several in one column the gravest is shown, then the verdict, then the connector. */
static int chart_rank_of(const struct pt_event *event, char sign)
{
    return (int)event->severity * 3 + (sign == 'V' ? 2 : sign == 'C' ? 1 : 0);
}

/* Left of it are the samples of an earlier pintop, or none. */
static struct chart_mark chart_mark_of_restart(const struct pt_restart *restart)
{
    return (struct chart_mark){
        .ms = restart->begun_ms,
        .sign = 'R',
        .style = severity_style(PT_NOTICE),
        .rank = PT_NOTICE * 3,
    };
}

/* away_ms: until when the samples are CloudWatch's. */
static size_t chart_marks_of(const struct pt_snapshot *snap, int64_t away_ms,
                             struct chart_mark marks[CHART_MARKS_MAX])
{
    const struct pt_events_section *events = snap->events;
    size_t n = 0;
    if (away_ms != PT_UNKNOWN)
        marks[n++] = (struct chart_mark){
            .ms = away_ms, .sign = 'A', .style = STYLE_NORMAL, .rank = PT_NOTICE * 3 + 2};
    for (size_t i = 0; i < snap->minutes->n_restarts && n < PT_RESTARTS_MAX; i++)
        marks[n++] = chart_mark_of_restart(&snap->minutes->restarts[i]);
    for (size_t i = 0; i < events->n_events && n < CHART_MARKS_MAX; i++) {
        const struct pt_event *event = events->events[i];
        char sign = chart_sign_of(event);
        if (sign == '\0')
            continue;
        marks[n++] = (struct chart_mark){
            .ms = event->time_ms,
            .sign = sign,
            .style = severity_style(event->severity),
            .rank = chart_rank_of(event, sign),
        };
    }
    return n;
}

/* ---- cursor ---- */

static int chart_plot_cols(int cols)
{
    return cols - CHART_LABEL_COLS - 1;
}

/* The samples that the panel shows in cols columns. */
static int chart_panel_span(const struct page_desk *desk, int cols)
{
    return chart_span(desk->chart_form, chart_plot_cols(cols));
}

static void chart_panel_samples(const struct chart_panel *panel, const struct page_desk *desk,
                                int cols, enum chart_figure figure, struct chart_samples *samples)
{
    int span = chart_panel_span(desk, cols);
    chart_samples_of(desk->snap, figure, chart_step_fit(panel->step, span), span, samples);
    samples->chart.form = desk->chart_form;
}

/* The sample under the cursor: the oldest that is shown, when its own has left the chart. */
static int64_t chart_cursor_at(const struct chart_panel *panel, const struct chart *chart, int cols)
{
    int64_t first = chart_first_shown(chart, chart_plot_cols(cols));
    if (panel->cursor == CHART_NEWEST || panel->cursor > chart->last)
        return chart->last;
    return panel->cursor < first ? first : panel->cursor;
}

static int64_t chart_step_of(enum action action)
{
    switch (action) {
    case ACT_LEFT:
        return -1;
    case ACT_RIGHT:
        return 1;
    case ACT_PAGE_UP:
        return -60;
    case ACT_PAGE_DOWN:
        return 60;
    case ACT_TOP:
        return -PT_SERIES_LEN;
    case ACT_BOTTOM:
        return PT_SERIES_LEN;
    default:
        return 0;
    }
}

static void chart_panel_move(struct chart_panel *panel, const struct page_desk *desk, int cols,
                             int64_t by)
{
    struct chart_samples samples;
    struct chart *chart = &samples.chart;
    chart_panel_samples(panel, desk, cols, panel->figure, &samples);
    int64_t first = chart_first_shown(chart, chart_plot_cols(cols));
    int64_t to = chart_cursor_at(panel, chart, cols) + by * chart_per_column(chart->form);
    panel->cursor = to >= chart->last ? CHART_NEWEST : to < first ? first : to;
}

bool chart_panel_act(struct chart_panel *panel, const struct page_desk *desk, int cols,
                     enum action action)
{
    int64_t by = chart_step_of(action);
    if (by != 0)
        chart_panel_move(panel, desk, cols, by);
    else if (action == ACT_DOWN)
        panel->figure = (panel->figure + 1) % CHART_FIGURES;
    else if (action == ACT_UP)
        panel->figure = (panel->figure + CHART_FIGURES - 1) % CHART_FIGURES;
    else
        return false;
    return true;
}

void chart_panel_zoom(struct chart_panel *panel, const struct page_desk *desk, int cols, int by)
{
    int span = chart_panel_span(desk, cols);
    panel->step = chart_step_next(chart_step_fit(panel->step, span), by, span);
    panel->cursor = CHART_NEWEST; /* a sample is another one now */
}

/* ---- drawing ---- */

static const struct chart_words {
    const char *head, *value; /* value: before the newest one in the head */
} chart_words[CHART_FIGURES] = {
    [FIGURE_RATES] = {"RECORDS/s",                 ""    },
    [FIGURE_LAG] = {"LAG of the sink, records",  "lag" },
    [FIGURE_ACK] = {"ACK p99, slowest stream",   "p99" },
    [FIGURE_TOKEN] = {"TOKEN, time until it ends", "left"},
};

/* What the head says of a rate: its mean of the last seconds, or its value under the cursor. */
static struct shown chart_rate_shown(const struct chart *chart, const float *ring)
{
    if (chart->has_cursor || chart->step_ms > 1000)
        return show_right(show_rate((double)ring[(size_t)chart->cursor % chart->len]), 5);
    return show_right(show_rate((double)chart_mean(ring, chart->len, chart->last)), 5);
}

static struct shown chart_value_shown(const struct chart *chart, enum chart_figure figure)
{
    double value = (double)chart->in[(size_t)chart->cursor % chart->len];
    if (figure == FIGURE_TOKEN)
        return show_age(isnan(value) ? PT_UNKNOWN : (int64_t)(value * 60000));
    return figure == FIGURE_ACK ? show_ms(value)
                                : show_count(isnan(value) ? PT_UNKNOWN : (int64_t)value);
}

static int chart_draw_rates(const struct chart *chart, struct canvas *canvas, struct rect area,
                            int x)
{
    const char *both = chart_sign_both(chart->form);
    struct shown in = chart_rate_shown(chart, chart->in), out = chart_rate_shown(chart, chart->out);
    int in_cols = 6 + text_cols(in.s), out_cols = 7 + text_cols(out.s);
    if (x + in_cols > area.w)
        return x;
    x += canvas_text(canvas, area, 0, x, STYLE_IN, chart_sign_in(chart->form));
    x += canvas_printf(canvas, area, 0, x, STYLE_NORMAL, " in %s", in.s);
    x += 2;
    if (x + out_cols > area.w)
        return x;
    x += canvas_text(canvas, area, 0, x, STYLE_OUT, chart_sign_out(chart->form));
    x += canvas_printf(canvas, area, 0, x, STYLE_NORMAL, " out %s", out.s);
    if (both != NULL && !chart->has_cursor && x + 2 + text_cols(both) + 5 <= area.w)
        x += 2 + canvas_printf(canvas, area, 0, x + 2, STYLE_NORMAL, "%s both", both);
    return x;
}

static int chart_draw_legend(const struct chart *chart, enum chart_figure figure,
                             struct canvas *canvas, struct rect area, int x)
{
    if (chart->has_cursor)
        x += 2 + canvas_printf(canvas, area, 0, x, STYLE_BOLD, "at %s",
                               show_second(chart_time_of(chart, chart->cursor)).s);
    if (figure == FIGURE_RATES)
        return chart_draw_rates(chart, canvas, area, x);
    if (chart->last < 0)
        return x;
    char text[80];
    snprintf(text, sizeof text, "%s %s", chart_words[figure].value,
             chart_value_shown(chart, figure).s);
    canvas_field(canvas, area, 0, x, area.w - x - 1, ALIGN_LEFT, STYLE_NORMAL, text);
    return x + text_cols(text);
}

static int chart_draw_name(const struct page_desk *desk, enum chart_figure figure,
                           struct canvas *canvas, struct rect area)
{
    int n_topics = desk->snap->series->n_topics;
    if (figure != FIGURE_RATES)
        return canvas_text(canvas, area, 0, 1, STYLE_HEAD, chart_words[figure].head);
    if (desk->snap->topics->asked_ms == PT_UNKNOWN) /* how many there are, nobody has said */
        return canvas_text(canvas, area, 0, 1, STYLE_HEAD, chart_words[figure].head);
    return canvas_printf(canvas, area, 0, 1, STYLE_HEAD, "%s, %d topic%s", chart_words[figure].head,
                         n_topics, n_topics == 1 ? "" : "s");
}

/* "2m24s, live"; "24h, by 10m"; "24h, by 10m, CloudWatch to 21:14Z". */
static void chart_draw_span(const struct chart *chart, int64_t away_ms, struct canvas *canvas,
                            struct rect area, int x)
{
    char text[96];
    int64_t span_ms = chart_span(chart->form, chart_plot_cols(area.w)) * chart->step_ms;
    if (chart->step_ms > 1000)
        snprintf(text, sizeof text, "%s, by %s", show_age(span_ms).s, show_age(chart->step_ms).s);
    else
        snprintf(text, sizeof text, "%s, live", show_age(span_ms).s);
    if (away_ms != PT_UNKNOWN) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, ", CloudWatch to %s", show_second(away_ms).s);
        if (x + 2 + text_cols(text) >= area.w)
            snprintf(text, sizeof text, "CloudWatch to %s", show_second(away_ms).s);
    }
    if (x + 2 + text_cols(text) < area.w)
        canvas_field(canvas, area, 0, x, area.w - x - 1, ALIGN_RIGHT, STYLE_HEAD, text);
}

/* One figure: its head and below it the chart, with the times when it is the first one. */
static void chart_draw_figure(struct chart_samples *samples, enum chart_figure figure,
                              const struct page_desk *desk, struct canvas *canvas, struct rect area)
{
    struct chart *chart = &samples->chart;
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    int x = 1 + chart_draw_name(desk, figure, canvas, area);
    x = chart_draw_legend(chart, figure, canvas, area, x + 3);
    if (!chart->has_no_times || samples->away_ms != PT_UNKNOWN)
        chart_draw_span(chart, samples->away_ms, canvas, area, x);
    chart_draw(chart, canvas, (struct rect){area.y + 1, area.x, area.h - 1, area.w});
}

/* The figures that stand below the chosen one: so many as have room, and of which something is
 * known. */
struct chart_below {
    enum chart_figure figures[CHART_FIGURES];
    int n;
};

static struct chart_below chart_find_below(const struct chart_panel *panel,
                                           const struct page_desk *desk, struct rect area)
{
    struct chart_below below = {.n = 0};
    int span = chart_panel_span(desk, area.w), step = chart_step_fit(panel->step, span);
    for (enum chart_figure figure = 0; figure < CHART_FIGURES; figure++) {
        bool has_room = area.h >= CHART_FIRST_MIN + (below.n + 1) * chart_below_rows(area);
        if (has_room && figure != panel->figure && chart_is_known(desk->snap, figure, step, span))
            below.figures[below.n++] = figure;
    }
    return below;
}

void chart_panel_draw(const struct chart_panel *panel, bool is_chosen, const struct page_desk *desk,
                      struct canvas *canvas, struct rect area)
{
    struct chart_mark marks[CHART_MARKS_MAX];
    struct chart_samples samples;
    struct chart *chart = &samples.chart;
    if (area.h < 4)
        return;
    struct chart_below below = chart_find_below(panel, desk, area);
    struct rect at = {area.y, area.x, area.h - below.n * chart_below_rows(area), area.w};
    for (int i = -1; i < below.n; i++) {
        enum chart_figure figure = i < 0 ? panel->figure : below.figures[i];
        chart_panel_samples(panel, desk, area.w, figure, &samples);
        chart->marks = marks;
        chart->n_marks = i < 0 ? chart_marks_of(desk->snap, samples.away_ms, marks) : 0;
        chart->has_cursor = is_chosen && chart->last >= 0;
        chart->cursor = chart_cursor_at(panel, chart, area.w);
        chart->has_no_times = i >= 0;
        chart_draw_figure(&samples, figure, desk, canvas, at);
        at = (struct rect){at.y + at.h, at.x, chart_below_rows(area), at.w};
    }
    if (is_chosen)
        canvas_text(canvas, area, 0, 0, STYLE_BOLD, ">");
}
