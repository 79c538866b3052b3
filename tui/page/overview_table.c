/* The Overview's topic table: which columns there are, and what stands in them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/overview.h"
#include "ui/format.h"
#include "ui/wish.h"
#include "widget/table.h"

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

void overview_draw_table(const struct overview *page, const struct ui *ui, struct canvas *canvas)
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
    struct table table = {own, COLS, &page->list, table_cell, &arg, page->panel == PANEL_TOPICS};
    table_draw(&table, canvas, page->layout.table);
    if (page->n_rows > 0 || page->layout.table.h < 2)
        return;
    const char *none = page->filter[0] != '\0' ? "no topic has that in its name; Esc clears it"
                       : ui->snap->topics->asked_ms == PT_UNKNOWN
                           ? "waiting for the list of topics"
                           : "no topic is watched: set pintop.topics or pintop.user.id";
    canvas_text(canvas, page->layout.table, 1, 1, STYLE_NORMAL, none);
}
