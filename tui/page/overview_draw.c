/* The Overview's panels, painted. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/auth_words.h"
#include "page/flow.h"
#include "page/overview.h"
#include "page/sink_panel.h"
#include "ui/format.h"

/* --- verdict ------------------------------------------------------------------------------------
 */

/* "FAILED at the sink since 01:52Z (1h20m): S3 refuses …", "OK since 07:46Z (2s): records flow": a
 * place stands before the time, all else after it, where a narrow screen may cut it. */
static void tell_verdict(const struct ui *ui, FILE *out)
{
    const struct pt_session_section *session = ui->snap->session;
    const char *text = session->verdict_text;
    const char *colon = strncmp(text, "at ", 3) == 0 ? strstr(text, ": ") : NULL;
    if (text[0] == '\0' && session->verdict == PT_V_UNKNOWN) {
        fputs("UNKNOWN: nothing has answered yet", out);
        return;
    }
    fputs(pt_verdict_word(session->verdict), out);
    if (colon != NULL)
        fprintf(out, " %.*s", (int)(colon - text), text);
    if (session->verdict_since_ms != PT_UNKNOWN && session->verdict_since_ms > 0)
        fprintf(out, " since %s",
                show_from(session->verdict_since_ms, ui->now_ms, session->is_since_found).s);
    if (text[0] != '\0')
        fprintf(out, ": %s", colon != NULL ? colon + 2 : text);
}

/* The first stream that says why it does not run as it should. */
static const struct pt_stream *stream_with_reason(const struct ui *ui)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (ui->snap->streams->streams[i].reason[0] != '\0')
            return &ui->snap->streams->streams[i];
    return NULL;
}

static void tell_detail(const struct ui *ui, FILE *out)
{
    const struct pt_session_section *session = ui->snap->session;
    const struct pt_cluster_section *cluster = ui->snap->cluster;
    const struct pt_stream *stream = stream_with_reason(ui);
    if (session->is_stopping)
        fprintf(out, "%s%s", session->stopping_text[0] ? "stopping: " : "stopped",
                session->stopping_text);
    else if (session->verdict_detail[0] != '\0')
        fputs(session->verdict_detail, out);
    else if (cluster->state == PT_CLUSTER_DOWN && cluster->last_error[0] != '\0')
        fputs(cluster->last_error, out);
    else if (stream != NULL)
        fprintf(out, "%s: %s%s%s", stream->name, stream->reason, stream->fix[0] != '\0' ? ". " : "",
                stream->fix);
}

static char *told(const struct ui *ui, void (*tell)(const struct ui *ui, FILE *out))
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    tell(ui, out);
    fclose(out);
    return text;
}

char *overview_verdict(const struct ui *ui)
{
    return told(ui, tell_verdict);
}

char *overview_detail(const struct ui *ui)
{
    return told(ui, tell_detail);
}

/* The sink that the verdict accuses; NULL: it is about something else. */
static const struct pt_connector *accused(const struct ui *ui)
{
    const struct pt_connectors_section *all = ui->snap->connectors;
    static const char place[] = "at the sink: ";
    const char *text = ui->snap->session->verdict_text;
    if (strncmp(text, place, sizeof place - 1) != 0)
        return NULL;
    for (size_t i = 0; i < all->n_connectors; i++) {
        const struct pt_connector *c = &all->connectors[i];
        if (c->is_ours && c->verdict == ui->snap->session->verdict &&
            strcmp(text + sizeof place - 1, c->cause) == 0)
            return c;
    }
    return NULL;
}

void overview_tell(const struct ui *ui, FILE *out)
{
    const struct pt_connector *sink = accused(ui);
    tell_verdict(ui, out);
    if (sink == NULL) {
        fputs("\n\n", out);
        tell_detail(ui, out);
        return;
    }
    if (sink->fix[0] != '\0')
        fprintf(out, "\n\nNext: %s", sink->fix);
    if (sink->safe[0] != '\0')
        fprintf(out, "\n\nSafe: %s", sink->safe);
    fprintf(out, "\n\nThe sink is %s; page 3 has its witnesses, tasks and log.", sink->name);
}

static void draw_told(struct canvas *canvas, struct rect row, enum style style, char *text)
{
    canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, style, text != NULL ? text : "");
    free(text);
}

static void draw_verdict(const struct overview *page, const struct ui *ui, struct canvas *canvas)
{
    const struct pt_session_section *session = ui->snap->session;
    char clocks[500];
    struct rect row = page->layout.verdict;
    draw_told(canvas, row, STYLE_NORMAL, overview_verdict(ui));
    canvas_text(canvas, row, 0, 1, verdict_style(session->verdict),
                pt_verdict_word(session->verdict));
    if (page->panel == PANEL_VERDICT)
        canvas_text(canvas, row, 0, 0, STYLE_BOLD, ">");
    draw_told(canvas, page->layout.detail, session->is_stopping ? STYLE_WARN : STYLE_NORMAL,
              overview_detail(ui));
    row = page->layout.clocks;
    auth_line(&ui->snap->auth->auth, ui->now_ms, clocks, sizeof clocks);
    canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT,
                 auth_is_bad(&ui->snap->auth->auth) ? auth_style(ui->snap->auth->auth.state)
                                                    : STYLE_NORMAL,
                 clocks);
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
        if (page->panel == PANEL_EVENTS && row == page->events.selected)
            canvas_text(canvas, area, y, 0, STYLE_BOLD, ">");
        draw_event(events->events[events->n_events - 1 - (size_t)row], canvas, area, y);
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
