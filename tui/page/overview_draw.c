/* Draws the Overview's panels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/auth_words.h"
#include "page/away_words.h"
#include "page/flow.h"
#include "page/overview.h"
#include "page/pipeline.h"
#include "page/shared.h"
#include "page/sink_panel.h"
#include "widget/format.h"

/* ---- verdict ---- */

/* "FAILED at the sink since 01:52Z (1h20m): S3 refuses …", "OK since 07:46Z (2s): records flow":
 * the place comes before the time; the rest follows it, because a narrow screen may cut it. */
static void overview_tell_verdict(const struct page_desk *desk, FILE *out)
{
    const struct pt_session_section *session = desk->snap->session;
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
                show_from(session->verdict_since_ms, desk->now_ms, session->is_since_found).s);
    if (text[0] != '\0')
        fprintf(out, ": %s", colon != NULL ? colon + 2 : text);
}

/* The first stream with a reason why it does not run as it should. */
static const struct pt_stream *overview_stream_with_reason(const struct page_desk *desk)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (desk->snap->streams->streams[i].reason[0] != '\0')
            return &desk->snap->streams->streams[i];
    return NULL;
}

static void overview_tell_detail(const struct page_desk *desk, FILE *out)
{
    const struct pt_session_section *session = desk->snap->session;
    const struct pt_cluster_section *cluster = desk->snap->cluster;
    const struct pt_stream *stream = overview_stream_with_reason(desk);
    if (session->is_stopping)
        fprintf(out, "%s%s%s%s%s%s", session->stopping_text[0] ? "stopping" : "stopped",
                session->stopping_why[0] ? " (" : "", session->stopping_why,
                session->stopping_why[0] ? ")" : "", session->stopping_text[0] ? ": " : "",
                session->stopping_text);
    else if (session->verdict_detail[0] != '\0')
        fputs(session->verdict_detail, out);
    else if (cluster->state == PT_CLUSTER_DOWN && cluster->last_error[0] != '\0')
        fputs(cluster->last_error, out);
    else if (stream != NULL)
        fprintf(out, "%s: %s%s%s", stream->name, stream->reason, stream->fix[0] != '\0' ? ". " : "",
                stream->fix);
}

static char *overview_told(const struct page_desk *desk,
                           void (*tell)(const struct page_desk *desk, FILE *out))
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    tell(desk, out);
    fclose(out);
    return text;
}

char *overview_verdict(const struct page_desk *desk)
{
    return overview_told(desk, overview_tell_verdict);
}

char *overview_detail(const struct page_desk *desk)
{
    return overview_told(desk, overview_tell_detail);
}

/* The sink that the verdict is about; NULL: it is about something else. */
static const struct pt_connector *overview_accused(const struct page_desk *desk)
{
    const struct pt_connectors_section *all = desk->snap->connectors;
    static const char place[] = "at the sink: ";
    const char *text = desk->snap->session->verdict_text;
    if (strncmp(text, place, sizeof place - 1) != 0)
        return NULL;
    for (size_t i = 0; i < all->n_connectors; i++) {
        const struct pt_connector *c = &all->connectors[i];
        if (c->is_ours && c->verdict == desk->snap->session->verdict &&
            strcmp(text + sizeof place - 1, c->cause) == 0)
            return c;
    }
    return NULL;
}

void overview_tell(const struct page_desk *desk, FILE *out)
{
    const struct pt_connector *sink = overview_accused(desk);
    overview_tell_verdict(desk, out);
    if (sink == NULL) {
        fputs("\n\n", out);
        overview_tell_detail(desk, out);
        return;
    }
    if (sink->fix[0] != '\0')
        fprintf(out, "\n\nNext: %s", sink->fix);
    if (sink->safe[0] != '\0')
        fprintf(out, "\n\nSafe: %s", sink->safe);
    fprintf(out, "\n\nThe sink is %s; page 3 has its witnesses, tasks and log.", sink->name);
}

static void overview_draw_told(struct canvas *canvas, struct rect row, enum style style, char *text)
{
    canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT, style, text != NULL ? text : "");
    free(text);
}

/* On the rule above the topics: the pipeline, or that AWS told the topics. */
static void overview_draw_rule(const struct page_desk *desk, struct canvas *canvas,
                               struct rect rule)
{
    char sentence[PT_REASON_MAX + 80], text[sizeof sentence + 2];
    away_sentence(desk->snap->topics, desk->now_ms, sentence, sizeof sentence);
    canvas_fill(canvas, rule, STYLE_DIM, "─");
    if (sentence[0] == '\0') {
        pipeline_draw(desk, canvas, rule);
        return;
    }
    snprintf(text, sizeof text, " %s ", sentence); /* apart from the rule */
    int cols = text_cols(text), most = rule.w - 2;
    canvas_field(canvas, rule, 0, 1, cols < most ? cols : most, ALIGN_LEFT, STYLE_WARN, text);
}

static void overview_draw_verdict(const struct overview *page, const struct page_desk *desk,
                                  struct canvas *canvas)
{
    const struct pt_session_section *session = desk->snap->session;
    char clocks[500];
    struct rect row = page->layout.verdict;
    overview_draw_told(canvas, row, STYLE_NORMAL, overview_verdict(desk));
    canvas_text(canvas, row, 0, 1, verdict_style(session->verdict),
                pt_verdict_word(session->verdict));
    if (page->panel == PANEL_VERDICT)
        canvas_text(canvas, row, 0, 0, STYLE_BOLD, ">");
    overview_draw_told(canvas, page->layout.detail,
                       session->is_stopping ? STYLE_WARN : STYLE_NORMAL, overview_detail(desk));
    row = page->layout.clocks;
    auth_line(&desk->snap->auth->auth, desk->now_ms, clocks, sizeof clocks);
    canvas_field(canvas, row, 0, 1, row.w - 2, ALIGN_LEFT,
                 auth_is_bad(&desk->snap->auth->auth) ? auth_style(desk->snap->auth->auth.state)
                                                      : STYLE_NORMAL,
                 clocks);
    overview_draw_rule(desk, canvas, page->layout.rule);
}

/* ---- events ---- */

static void overview_draw_event(const struct pt_event *event, struct canvas *canvas,
                                struct rect area, int y)
{
    enum { TEXT_X = 20 };
    bool is_bad = event->severity >= PT_WARN;
    enum style style = severity_style(event->severity);
    canvas_text(canvas, area, y, 1, STYLE_DIM, show_second(event->time_ms).s);
    canvas_field(canvas, area, y, 11, 8, ALIGN_LEFT, STYLE_DIM, event->area);
    int x = TEXT_X;
    if (is_bad)
        x += canvas_text(canvas, area, y, x, style, "! ");
    canvas_field(canvas, area, y, x, area.w - x - 1, ALIGN_LEFT, is_bad ? style : STYLE_NORMAL,
                 event->text);
}

/* Draws the events, newest first. */
static void overview_draw_events(const struct overview *page, const struct page_desk *desk,
                                 struct canvas *canvas)
{
    struct rect area = page->layout.events;
    const struct list *list = &page->events.list;
    char words[160] = "", head[176];
    if (area.h < 1)
        return;
    if (!listing_is_plain(&page->events))
        listing_title(&page->events, words, sizeof words);
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    snprintf(head, sizeof head, "EVENTS  %s", words);
    canvas_field(canvas, area, 0, 1, area.w - 2, ALIGN_LEFT, STYLE_HEAD, head);
    if (listing_why_empty(&page->events) != NULL)
        canvas_field(canvas, area, 1, 1, area.w - 2, ALIGN_LEFT, STYLE_NORMAL,
                     listing_why_empty(&page->events));
    for (int y = 1; y < area.h && list->top + y - 1 < list->count; y++) {
        int row = list->top + y - 1;
        canvas_owned(canvas, rect_row(area, y), &page->events, row);
        if (page->panel == PANEL_EVENTS && row == list->selected)
            canvas_text(canvas, area, y, 0, STYLE_BOLD, ">");
        overview_draw_event(overview_event(desk, listing_row(&page->events, row)), canvas, area, y);
    }
}

void overview_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                   struct rect body)
{
    const struct overview *page = state;
    (void)body;
    overview_draw_verdict(page, desk, canvas);
    overview_draw_table(page, desk, canvas);
    flow_draw(desk, canvas, page->layout.flow);
    chart_panel_draw(&page->chart, page->panel == PANEL_CHART, desk, canvas, page->layout.chart);
    sink_draw(desk, canvas, page->layout.sink);
    overview_draw_events(page, desk, canvas);
}
