/* The Overview's topic table: its columns and its cells. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/overview.h"
#include "page/wish_state.h"
#include "widget/format.h"
#include "widget/spark.h"
#include "widget/table.h"

/* ---- columns and cells ---- */

enum {
    COL_TOPIC,
    COL_STATE,
    COL_PACE,
    COL_IN,
    COL_OUT,
    COL_RECENT,
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

/* In the order of the screen. Columns of a high rank are left out when it is narrow; 80 columns
 * have room for ranks up to 4. */
static const struct column columns[COLS] = {
    [COL_TOPIC] = {"TOPIC",     12, 0, 44, ALIGN_LEFT },
    [COL_STATE] = {"STATE",     9,  0, 10, ALIGN_LEFT },
    [COL_PACE] = {"PACE",      5,  1, 7,  ALIGN_RIGHT},
    [COL_IN] = {"IN/s",      6,  0, 8,  ALIGN_RIGHT},
    [COL_OUT] = {"OUT/s",     6,  1, 8,  ALIGN_RIGHT},
    [COL_RECENT] = {"RECENT",    13, 5, 25, ALIGN_RIGHT},
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

const struct column *overview_columns(int *n)
{
    *n = COLS;
    return columns;
}

static void overview_put(char *out, size_t cap, const char *text)
{
    snprintf(out, cap, "%s", text);
}

static void overview_state_cell(const struct page_desk *desk, const struct overview_row *row,
                                char *out, size_t cap, enum style *style)
{
    enum pt_stream_state state = wish_state(desk, (enum pt_stream_id)row->stream);
    if (state == PT_STREAM_UNKNOWN) {
        overview_put(out, cap, "–");
        return;
    }
    overview_put(out, cap, pt_stream_state_word(state));
    if (state == PT_STREAM_ERROR)
        *style = STYLE_BAD;
    else if (state == PT_STREAM_WAITING || state == PT_STREAM_HELD)
        *style = STYLE_WARN;
    else if (state == PT_STREAM_STARTING || state == PT_STREAM_STOPPING)
        *style = STYLE_BOLD;
}

static struct shown overview_stream_figure(const struct overview *page,
                                           const struct pt_stream *stream, int column, int cols,
                                           enum style *style)
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

static struct shown overview_topic_figure(const struct page_desk *desk,
                                          const struct overview_row *row, int column, int cols)
{
    if (!row->has_topic)
        return column == COL_LAG ? show_count(PT_UNKNOWN) : show_rate(NAN);
    const struct pt_topic *topic = &desk->snap->topics->topics[row->topic];
    if (column == COL_IN)
        return show_rate(topic->in_per_s);
    if (column == COL_OUT)
        return show_rate(topic->out_per_s);
    return show_count_in(topic->lag, cols);
}

/* The rate into its topic over the last minutes, as many of them as there is room for. */
static void overview_recent_cell(const struct page_desk *desk, const struct pt_stream *stream,
                                 int cols, char *out, size_t cap, enum style *style)
{
    size_t n = stream->n_recent, room = cols > 0 ? (size_t)cols : 0;
    const float *recent = stream->recent_in_per_s + (n > room ? n - room : 0);
    n = n > room ? room : n;
    *style = STYLE_DIM;
    if (n == 0)
        overview_put(out, cap, "–");
    else
        spark_text(recent, n, spark_most(recent, n), desk->looks.is_ascii, out, cap);
}

/* By its last minute; its bars have no order. */
bool overview_value(const void *arg, size_t row, int column, double *value)
{
    const struct overview_list_arg *list = arg;
    int id = list->page->rows[row].stream;
    if (column != COL_RECENT)
        return false;
    double sum = 0;
    int known = 0;
    const struct pt_stream *stream = id >= 0 ? &list->desk->snap->streams->streams[id] : NULL;
    for (size_t i = 0; stream != NULL && i < 60 / PT_RECENT_S && i < stream->n_recent; i++) {
        float per_s = stream->recent_in_per_s[stream->n_recent - 1 - i];
        sum += isnan(per_s) ? 0 : (double)per_s;
        known += !isnan(per_s);
    }
    *value = known > 0 ? sum / known : (double)NAN;
    return true;
}

static void overview_name_cell(const struct overview *page, const struct page_desk *desk,
                               const struct overview_row *row, char *out, size_t cap)
{
    const char *name = overview_name(desk, row);
    size_t len = strlen(page->prefix);
    overview_put(out, cap, len > 0 && strncmp(name, page->prefix, len) == 0 ? name + len : name);
}

void overview_cell(const void *arg, int index, int column, int cols, char *out, size_t cap,
                   enum style *style)
{
    const struct overview_list_arg *table = arg;
    const struct page_desk *desk = table->desk;
    const struct overview_row *row = &table->page->rows[index];
    if (column == COL_TOPIC) {
        overview_name_cell(table->page, desk, row, out, cap);
        return;
    }
    if (column == COL_IN || column == COL_OUT || column == COL_LAG) {
        overview_put(out, cap, overview_topic_figure(desk, row, column, cols).s);
        return;
    }
    if (row->stream < 0)
        return;
    const struct pt_stream *stream = &desk->snap->streams->streams[row->stream];
    if (column == COL_STATE)
        overview_state_cell(desk, row, out, cap, style);
    else if (column == COL_RECENT)
        overview_recent_cell(desk, stream, cols, out, cap, style);
    else if (!pt_stream_is_seen(stream->state))
        overview_put(out, cap, "–");
    else if (column == COL_PACE)
        overview_put(out, cap, show_pace(wish_rate(desk, (enum pt_stream_id)row->stream)).s);
    else
        overview_put(out, cap, overview_stream_figure(table->page, stream, column, cols, style).s);
}

/* Shows the failed records rather than P99 when there is no room for both columns. */
static void overview_swap_failed(struct column *own)
{
    struct column p99 = own[COL_P99];
    own[COL_P99].rank = own[COL_FAILED].rank;
    own[COL_FAILED].rank = p99.rank;
}

/* Leaves out the columns of the streams when there are none. */
static void overview_drop_producer(struct column *own)
{
    static const int of_streams[] = {COL_STATE,  COL_PACE,   COL_RECENT,    COL_QUEUED,
                                     COL_FLIGHT, COL_OLDEST, COL_P50,       COL_P99,
                                     COL_FAILED, COL_MB,     COL_GENERATED, COL_DELIVERED};
    for (size_t i = 0; i < sizeof of_streams / sizeof *of_streams; i++)
        own[of_streams[i]].rank = -1;
    own[COL_LAG].width = own[COL_LAG].wide;
}

static bool overview_has_streams(const struct overview *page)
{
    for (size_t i = 0; i < page->n_rows; i++)
        if (page->rows[i].stream >= 0)
            return true;
    return page->n_rows == 0;
}

/* "TOPIC demo.", or only the prefix if it is long. */
static void overview_header_of(const struct overview *page, int cols, char *out, size_t cap)
{
    snprintf(out, cap, "TOPIC%s%s", page->prefix[0] != '\0' ? " " : "", page->prefix);
    if (text_cols(out) > cols)
        snprintf(out, cap, "%s", page->prefix);
}

void overview_draw_table(const struct overview *page, const struct page_desk *desk,
                         struct canvas *canvas)
{
    struct column own[COLS];
    char head[PT_TOPIC_MAX + 16];
    memcpy(own, columns, sizeof own);
    if (page->has_failed)
        overview_swap_failed(own);
    if (!overview_has_streams(page))
        overview_drop_producer(own);
    if (canvas->cols >= 80) /* a readable name matters more than another column */
        own[COL_TOPIC].width = page->has_failed ? 18 : 19;
    overview_header_of(page, own[COL_TOPIC].width, head, sizeof head);
    own[COL_TOPIC].title = head;
    struct overview_list_arg arg = {page, desk};
    struct table table = {own,           COLS, &page->topics,
                          overview_cell, &arg, page->panel == PANEL_TOPICS};
    table_draw(&table, canvas, page->layout.table);
    if (page->topics.list.count > 0 || page->layout.table.h < 2)
        return;
    const char *why = listing_why_empty(&page->topics);
    const char *none = why != NULL ? why
                       : desk->snap->topics->asked_ms == PT_UNKNOWN
                           ? "waiting for the list of topics"
                           : "no topic is watched: set pintop.topics or pintop.user.id";
    canvas_field(canvas, page->layout.table, 1, 1, page->layout.table.w - 2, ALIGN_LEFT,
                 STYLE_NORMAL, none);
}
