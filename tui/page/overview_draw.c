/* The Overview's panels, painted. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/flow.h"
#include "page/overview.h"
#include "page/sink_panel.h"
#include "ui/format.h"
#include "ui/wish.h"
#include "widget/table.h"

/* --- verdict ------------------------------------------------------------------------------------
 */

static enum style verdict_style(enum pt_verdict verdict)
{
    switch (verdict) {
    case PT_V_OK:
        return STYLE_OK;
    case PT_V_FAILED:
    case PT_V_STALLED:
        return STYLE_BAD;
    case PT_V_DEGRADED:
    case PT_V_PAUSED:
    case PT_V_TRANSITION:
        return STYLE_WARN;
    default:
        return STYLE_BOLD;
    }
}

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
        snprintf(since, sizeof since, " since %s (%s)",
                 show_minute(session->verdict_since_ms, ui->now_ms).s,
                 show_age(ui->now_ms - session->verdict_since_ms).s);
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
        snprintf(out, cap, "stopping: %s", session->stopping_text);
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
    canvas_fill(canvas, page->layout.rule, STYLE_DIM, "─");
}

/* --- topic table --------------------------------------------------------------------------------
 */

enum {
    COL_TOPIC,
    COL_STATE,
    COL_PACE,
    COL_IN,
    COL_OUT,
    COL_QUEUED,
    COL_FLIGHT,
    COL_OLDEST,
    COL_P50,
    COL_P99,
    COL_FAILED,
    COL_MB,
    COL_GENERATED,
    COL_DELIVERED,
    COL_LAG,
    COLS
};

/* The order of the screen; ranks say what goes first when it is narrow. 80 columns hold rank 4. */
static const struct column columns[COLS] = {
    [COL_TOPIC] = {"TOPIC",     12, 0, 44, ALIGN_LEFT },
    [COL_STATE] = {"STATE",     9,  0, 10, ALIGN_LEFT },
    [COL_PACE] = {"PACE",      5,  2, 7,  ALIGN_RIGHT},
    [COL_IN] = {"IN/s",      6,  0, 8,  ALIGN_RIGHT},
    [COL_OUT] = {"OUT/s",     6,  1, 8,  ALIGN_RIGHT},
    [COL_QUEUED] = {"QUEUED",    7,  4, 8,  ALIGN_RIGHT},
    [COL_FLIGHT] = {"FLIGHT",    7,  3, 8,  ALIGN_RIGHT},
    [COL_OLDEST] = {"OLDEST",    7,  4, 8,  ALIGN_RIGHT},
    [COL_P50] = {"P50",       6,  7, 7,  ALIGN_RIGHT},
    [COL_P99] = {"P99",       6,  4, 7,  ALIGN_RIGHT},
    [COL_FAILED] = {"FAILED",    7,  6, 8,  ALIGN_RIGHT},
    [COL_MB] = {"MB/s",      6,  6, 8,  ALIGN_RIGHT},
    [COL_GENERATED] = {"GENERATED", 12, 8, 14, ALIGN_RIGHT},
    [COL_DELIVERED] = {"DELIVERED", 12, 9, 14, ALIGN_RIGHT},
    [COL_LAG] = {"LAG",       7,  0, 11, ALIGN_RIGHT},
};

struct table_arg {
    const struct overview *page;
    const struct ui *ui;
};

static void copy_text(char *out, size_t cap, const char *text)
{
    snprintf(out, cap, "%s", text);
}

static void state_cell(const struct ui *ui, const struct overview_row *row, char *out, size_t cap,
                       enum style *style)
{
    enum pt_stream_state state = wish_state(ui, (enum pt_stream_id)row->stream);
    if (state == PT_STREAM_UNKNOWN) {
        copy_text(out, cap, "–");
        return;
    }
    copy_text(out, cap, pt_stream_state_word(state));
    if (state == PT_STREAM_ERROR)
        *style = STYLE_BAD;
    else if (state == PT_STREAM_WAITING || state == PT_STREAM_HELD)
        *style = STYLE_WARN;
    else if (state == PT_STREAM_STARTING || state == PT_STREAM_STOPPING)
        *style = STYLE_BOLD;
}

/* Figures of the producer: only the process that runs the stream has them. */
static bool has_figures(const struct pt_stream *stream)
{
    return stream->state != PT_STREAM_UNKNOWN && stream->state != PT_STREAM_ELSEWHERE;
}

static struct shown stream_figure(const struct overview *page, const struct pt_stream *stream,
                                  int column, int cols, enum style *style)
{
    switch (column) {
    case COL_QUEUED:
        return show_count_in(stream->queued, cols);
    case COL_FLIGHT:
        return show_count_in(stream->in_flight, cols);
    case COL_OLDEST:
        if (stream->oldest_unresolved_ms > 5000)
            *style = STYLE_WARN;
        return show_oldest(stream->oldest_unresolved_ms);
    case COL_P50:
        return show_ms(stream->ack_p50_ms);
    case COL_P99:
        return show_ms(stream->ack_p99_ms);
    case COL_FAILED:
        *style = stream->failed > 0 ? STYLE_BAD : STYLE_NORMAL;
        return show_count_in(stream->failed, cols);
    case COL_MB:
        return show_mb(stream->bytes_per_s);
    case COL_GENERATED:
        return show_count_in(stream->generated, cols);
    default:
        (void)page;
        return show_count_in(stream->delivered, cols);
    }
}

static struct shown topic_figure(const struct ui *ui, const struct overview_row *row, int column,
                                 int cols)
{
    if (!row->has_topic)
        return column == COL_LAG ? show_count(PT_UNKNOWN) : show_rate(NAN);
    const struct pt_topic *topic = &ui->snap->topics->topics[row->topic];
    if (column == COL_IN)
        return show_rate(topic->in_per_s);
    if (column == COL_OUT)
        return show_rate(topic->out_per_s);
    return show_count_in(topic->lag, cols);
}

static void name_cell(const struct overview *page, const struct ui *ui,
                      const struct overview_row *row, char *out, size_t cap)
{
    const char *name = overview_name(ui, row);
    size_t len = strlen(page->prefix);
    copy_text(out, cap, len > 0 && strncmp(name, page->prefix, len) == 0 ? name + len : name);
}

static void table_cell(const void *arg, int index, int column, int cols, char *out, size_t cap,
                       enum style *style)
{
    const struct table_arg *table = arg;
    const struct ui *ui = table->ui;
    const struct overview_row *row = &table->page->rows[index];
    if (column == COL_TOPIC) {
        name_cell(table->page, ui, row, out, cap);
        return;
    }
    if (column == COL_IN || column == COL_OUT || column == COL_LAG) {
        copy_text(out, cap, topic_figure(ui, row, column, cols).s);
        return;
    }
    if (row->stream < 0)
        return;
    const struct pt_stream *stream = &ui->snap->streams->streams[row->stream];
    if (column == COL_STATE)
        state_cell(ui, row, out, cap, style);
    else if (!has_figures(stream))
        copy_text(out, cap, "–");
    else if (column == COL_PACE)
        copy_text(out, cap, show_pace(wish_rate(ui, (enum pt_stream_id)row->stream)).s);
    else
        copy_text(out, cap, stream_figure(table->page, stream, column, cols, style).s);
}

/* When records failed, that column stands where p99 stood, if there is no room for both. */
static void swap_failed(struct column *own)
{
    struct column p99 = own[COL_P99];
    own[COL_P99].rank = own[COL_FAILED].rank;
    own[COL_FAILED].rank = p99.rank;
}

/* The streams' figures are not of interest where there are none. */
static void drop_producer(struct column *own)
{
    static const int of_streams[] = {COL_STATE,  COL_PACE,      COL_QUEUED,   COL_FLIGHT,
                                     COL_OLDEST, COL_P50,       COL_P99,      COL_FAILED,
                                     COL_MB,     COL_GENERATED, COL_DELIVERED};
    for (size_t i = 0; i < sizeof of_streams / sizeof *of_streams; i++)
        own[of_streams[i]].rank = -1;
    own[COL_LAG].width = own[COL_LAG].wide;
}

static bool has_streams(const struct overview *page)
{
    for (size_t i = 0; i < page->n_rows; i++)
        if (page->rows[i].stream >= 0)
            return true;
    return page->n_rows == 0;
}

/* "TOPIC demo."; a long prefix stands alone. */
static void header_of(const struct overview *page, int cols, char *out, size_t cap)
{
    int len = snprintf(out, cap, "TOPIC%s%s", page->prefix[0] != '\0' ? " " : "", page->prefix);
    if (text_cols(out) > cols)
        len = snprintf(out, cap, "%s", page->prefix);
    if (page->filter[0] != '\0')
        snprintf(out + len, cap - (size_t)len, " /%s", page->filter);
}

static void draw_table(const struct overview *page, const struct ui *ui, struct canvas *canvas)
{
    struct column own[COLS];
    char head[PT_TOPIC_MAX + 16 + sizeof page->filter];
    memcpy(own, columns, sizeof own);
    if (page->has_failed)
        swap_failed(own);
    if (!has_streams(page))
        drop_producer(own);
    if (canvas->cols >= 80) /* room for a name comes before columns of a higher rank */
        own[COL_TOPIC].width = page->has_failed ? 18 : 19;
    header_of(page, own[COL_TOPIC].width, head, sizeof head);
    own[COL_TOPIC].title = head;
    struct table_arg arg = {page, ui};
    struct table table = {own, COLS, &page->list, table_cell, &arg, !page->is_on_events};
    table_draw(&table, canvas, page->layout.table);
    if (page->n_rows > 0 || page->layout.table.h < 2)
        return;
    const char *none = page->filter[0] != '\0' ? "no topic has that in its name; Esc clears it"
                       : ui->snap->topics->asked_ms == PT_UNKNOWN
                           ? "waiting for the list of topics"
                           : "no topic is watched: set pintop.topics or pintop.user.id";
    canvas_text(canvas, page->layout.table, 1, 1, STYLE_NORMAL, none);
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
    draw_table(page, ui, canvas);
    flow_draw(ui, canvas, page->layout.flow);
    draw_chart(page, ui, canvas);
    sink_draw(ui, canvas, page->layout.sink);
    draw_events(page, ui, canvas);
}
