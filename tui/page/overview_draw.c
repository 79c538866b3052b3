/* The Overview's panels, painted. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/auth_words.h"
#include "page/flow.h"
#include "page/overview.h"
#include "page/sink_panel.h"
#include "ui/format.h"

/* --- verdict ------------------------------------------------------------------------------------
 */

/* "FAILED at the sink since 01:52Z (1h20m): S3 refuses …": the place stands before the time, the
 * reason after it. */
void overview_verdict(const struct ui *ui, char *out, size_t cap)
{
    const struct pt_session_section *session = ui->snap->session;
    const char *text = session->verdict_text, *reason = "";
    const char *colon = strncmp(text, "at ", 3) == 0 ? strstr(text, ": ") : NULL;
    int len = (int)strlen(text);
    if (colon != NULL) {
        reason = colon;
        len = (int)(colon - text);
    }
    if (text[0] == '\0' && session->verdict == PT_V_UNKNOWN) {
        snprintf(out, cap, "UNKNOWN: nothing has answered yet");
        return;
    }
    char since[120] = "";
    if (session->verdict_since_ms != PT_UNKNOWN && session->verdict_since_ms > 0)
        snprintf(since, sizeof since, " since %s",
                 show_from(session->verdict_since_ms, ui->now_ms, session->is_since_found).s);
    snprintf(out, cap, "%s%s%.*s%s%s", pt_verdict_word(session->verdict), len > 0 ? " " : "", len,
             text, since, reason);
}

/* The first stream that says why it does not run as it should. */
static const struct pt_stream *stream_with_reason(const struct ui *ui)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (ui->snap->streams->streams[i].reason[0] != '\0')
            return &ui->snap->streams->streams[i];
    return NULL;
}

void overview_detail(const struct ui *ui, char *out, size_t cap)
{
    const struct pt_session_section *session = ui->snap->session;
    const struct pt_cluster_section *cluster = ui->snap->cluster;
    const struct pt_stream *stream = stream_with_reason(ui);
    if (session->is_stopping)
        snprintf(out, cap, "%s%s", session->stopping_text[0] ? "stopping: " : "stopped",
                 session->stopping_text);
    else if (session->verdict_detail[0] != '\0')
        snprintf(out, cap, "%s", session->verdict_detail);
    else if (cluster->state == PT_CLUSTER_DOWN && cluster->last_error[0] != '\0')
        snprintf(out, cap, "%s", cluster->last_error);
    else if (stream != NULL)
        snprintf(out, cap, "%s: %s%s%s", stream->name, stream->reason,
                 stream->fix[0] != '\0' ? ". " : "", stream->fix);
    else
        out[0] = '\0';
}

static void draw_verdict(const struct overview *page, const struct ui *ui, struct canvas *canvas)
{
    const struct pt_session_section *session = ui->snap->session;
    char text[500];
    struct rect row = page->layout.verdict;
    overview_verdict(ui, text, sizeof text);
    canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, STYLE_NORMAL, text);
    canvas_text(canvas, row, 0, 1, verdict_style(session->verdict),
                pt_verdict_word(session->verdict));
    row = page->layout.detail;
    overview_detail(ui, text, sizeof text);
    canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT,
                 session->is_stopping ? STYLE_WARN : STYLE_NORMAL, text);
    row = page->layout.clocks;
    auth_line(&ui->snap->auth->auth, ui->now_ms, text, sizeof text);
    canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT,
                 auth_is_bad(&ui->snap->auth->auth) ? auth_style(ui->snap->auth->auth.state)
                                                    : STYLE_NORMAL,
                 text);
    canvas_fill(canvas, page->layout.rule, STYLE_DIM, "─");
}

/* --- chart --------------------------------------------------------------------------------------
 */

static void draw_chart(const struct overview *page, const struct ui *ui, struct canvas *canvas)
{
    struct rect area = page->layout.chart;
    if (area.h < 4)
        return;
    const struct pt_series_section *series = ui->snap->series;
    struct chart chart = {
        series->in,    series->out, PT_SERIES_LEN, series->last_sample, series->last_sample_ms,
        ui->chart_form};
    const char *both = chart_sign_both(ui->chart_form);
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    int x = 1 + canvas_printf(canvas, area, 0, 1, STYLE_HEAD, "RECORDS/s, %d topic%s",
                              series->n_topics, series->n_topics == 1 ? "" : "s");
    x += 3;
    x += canvas_text(canvas, area, 0, x, STYLE_IN, chart_sign_in(ui->chart_form));
    x += canvas_printf(
        canvas, area, 0, x, STYLE_NORMAL, " in %s",
        show_right(show_rate(chart_mean(series->in, PT_SERIES_LEN, series->last_sample)), 5).s);
    x += 2;
    x += canvas_text(canvas, area, 0, x, STYLE_OUT, chart_sign_out(ui->chart_form));
    x += canvas_printf(
        canvas, area, 0, x, STYLE_NORMAL, " out %s",
        show_right(show_rate(chart_mean(series->out, PT_SERIES_LEN, series->last_sample)), 5).s);
    if (both != NULL)
        x += 2 + canvas_printf(canvas, area, 0, x + 2, STYLE_NORMAL, "%s both", both);
    char span[64];
    int cols = area.w - CHART_LABEL_COLS - 1;
    snprintf(span, sizeof span, "%s, live",
             show_age(chart_span_s(ui->chart_form, cols) * 1000LL).s);
    if (x + 2 + text_cols(span) < area.w)
        canvas_field(canvas, area, 0, x, area.w - x - 1, ALIGN_RIGHT, STYLE_HEAD, span);
    struct rect plot = {area.y + 1, area.x, area.h - 1, area.w};
    chart_draw(&chart, canvas, plot);
}

/* --- events -------------------------------------------------------------------------------------
 */

static void draw_event(const struct pt_event *event, struct canvas *canvas, struct rect area, int y)
{
    enum { TEXT_X = 20 };
    bool is_bad = event->severity >= PT_WARN;
    enum style style = event->severity == PT_ERROR  ? STYLE_BAD
                       : event->severity == PT_WARN ? STYLE_WARN
                                                    : STYLE_NORMAL;
    canvas_text(canvas, area, y, 1, STYLE_DIM, show_second(event->time_ms).s);
    canvas_field(canvas, area, y, 11, 8, ALIGN_LEFT, STYLE_DIM, event->area);
    int x = TEXT_X;
    if (is_bad)
        x += canvas_text(canvas, area, y, x, style, "! ");
    canvas_field(canvas, area, y, x, area.w - x - 1, ALIGN_LEFT, is_bad ? style : STYLE_NORMAL,
                 event->text);
}

/* Newest first. */
static void draw_events(const struct overview *page, const struct ui *ui, struct canvas *canvas)
{
    const struct pt_events_section *events = ui->snap->events;
    struct rect area = page->layout.events;
    if (area.h < 1)
        return;
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    canvas_text(canvas, area, 0, 1, STYLE_HEAD, "EVENTS");
    for (int y = 1; y < area.h; y++) {
        int row = page->events.top + y - 1;
        if (row >= (int)events->n_events)
            break;
        if (page->is_on_events && row == page->events.selected)
            canvas_text(canvas, area, y, 0, STYLE_BOLD, ">");
        draw_event(&events->events[events->n_events - 1 - (size_t)row], canvas, area, y);
    }
}

void overview_draw(const void *state, const struct ui *ui, struct canvas *canvas, struct rect body)
{
    const struct overview *page = state;
    (void)body;
    draw_verdict(page, ui, canvas);
    overview_draw_table(page, ui, canvas);
    flow_draw(ui, canvas, page->layout.flow);
    draw_chart(page, ui, canvas);
    sink_draw(ui, canvas, page->layout.sink);
    draw_events(page, ui, canvas);
}
