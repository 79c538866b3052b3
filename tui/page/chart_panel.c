/* The Overview's chart. */
#include "page/chart_panel.h"

#include <stdio.h>
#include <string.h>

#include "page/shared.h"
#include "widget/format.h"

/* ---- marks ---- */

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

static size_t chart_marks_of(const struct pt_events_section *events,
                             struct chart_mark marks[PT_EVENTS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < events->n_events && n < PT_EVENTS_MAX; i++) {
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

static struct chart chart_of(const struct page_desk *desk)
{
    const struct pt_series_section *series = desk->snap->series;
    return (struct chart){
        .in = series->in,
        .out = series->out,
        .len = PT_SERIES_LEN,
        .last = series->last_sample,
        .last_ms = series->last_sample_ms,
        .form = desk->chart_form,
    };
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

bool chart_panel_act(struct chart_panel *panel, const struct page_desk *desk, int cols,
                     enum action action)
{
    struct chart chart = chart_of(desk);
    int64_t step = chart_step_of(action);
    if (step == 0)
        return action == ACT_UP || action == ACT_DOWN;
    int64_t first = chart_first_shown(&chart, chart_plot_cols(cols));
    int64_t to = chart_cursor_at(panel, &chart, cols) + step * chart_per_column(chart.form);
    panel->cursor = to >= chart.last ? CHART_NEWEST : to < first ? first : to;
    return true;
}

/* ---- drawing ---- */

/* What the head says of a rate: its mean of the last seconds, or its value under the cursor. */
static struct shown chart_rate_shown(const struct chart *chart, const float *ring)
{
    if (!chart->has_cursor)
        return show_right(show_rate((double)chart_mean(ring, chart->len, chart->last)), 5);
    return show_right(show_rate((double)ring[(size_t)chart->cursor % chart->len]), 5);
}

static int chart_draw_legend(const struct chart *chart, struct canvas *canvas, struct rect area,
                             int x)
{
    const char *both = chart_sign_both(chart->form);
    if (chart->has_cursor)
        x += 2 + canvas_printf(canvas, area, 0, x, STYLE_BOLD, "at %s",
                               show_second(chart_time_of(chart, chart->cursor)).s);
    x += canvas_text(canvas, area, 0, x, STYLE_IN, chart_sign_in(chart->form));
    x += canvas_printf(canvas, area, 0, x, STYLE_NORMAL, " in %s",
                       chart_rate_shown(chart, chart->in).s);
    x += 2;
    x += canvas_text(canvas, area, 0, x, STYLE_OUT, chart_sign_out(chart->form));
    x += canvas_printf(canvas, area, 0, x, STYLE_NORMAL, " out %s",
                       chart_rate_shown(chart, chart->out).s);
    if (both != NULL && !chart->has_cursor)
        x += 2 + canvas_printf(canvas, area, 0, x + 2, STYLE_NORMAL, "%s both", both);
    return x;
}

void chart_panel_draw(const struct chart_panel *panel, bool is_chosen, const struct page_desk *desk,
                      struct canvas *canvas, struct rect area)
{
    struct chart_mark marks[PT_EVENTS_MAX];
    struct chart chart = chart_of(desk);
    char span[64];
    int n_topics = desk->snap->series->n_topics;
    if (area.h < 4)
        return;
    chart.marks = marks;
    chart.n_marks = chart_marks_of(desk->snap->events, marks);
    chart.has_cursor = is_chosen && chart.last >= 0;
    chart.cursor = chart_cursor_at(panel, &chart, area.w);
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    int x = 1 + canvas_printf(canvas, area, 0, 1, STYLE_HEAD, "RECORDS/s, %d topic%s", n_topics,
                              n_topics == 1 ? "" : "s");
    if (is_chosen)
        canvas_text(canvas, area, 0, 0, STYLE_BOLD, ">");
    x = chart_draw_legend(&chart, canvas, area, x + 3);
    snprintf(span, sizeof span, "%s, live",
             show_age(chart_span_s(chart.form, chart_plot_cols(area.w)) * 1000LL).s);
    if (x + 2 + text_cols(span) < area.w)
        canvas_field(canvas, area, 0, x, area.w - x - 1, ALIGN_RIGHT, STYLE_HEAD, span);
    chart_draw(&chart, canvas, (struct rect){area.y + 1, area.x, area.h - 1, area.w});
}
