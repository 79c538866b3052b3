/* The flow lines: four figures that count the same records, one hop after the other. */
#include "page/flow.h"

#include <stdio.h>
#include <string.h>

#include "page/names.h"
#include "widget/format.h"

enum { HOPS = 4 };

/* The columns for a width of the screen. */
struct flow_columns {
    int name, first, hop; /* widths; a hop is a gap, its arrow and its figure */
};

struct flow_line {
    const char *name;
    int64_t figures[HOPS]; /* generated, delivered, in topic, committed */
};

void flow_arrow(int64_t left, int64_t right, char *out, size_t cap)
{
    if (left == PT_UNKNOWN || right == PT_UNKNOWN)
        snprintf(out, cap, "-->");
    else if (left == right)
        snprintf(out, cap, "==>");
    else
        snprintf(out, cap, "%s%s>", right < left ? "-" : "+",
                 show_count_in(right < left ? left - right : right - left, 7).s);
}

static struct flow_line flow_line_of(const struct page_desk *desk, int index)
{
    const struct pt_stream *stream = &desk->snap->streams->streams[index];
    const struct pt_topic *topic = topic_find(desk->snap, stream->topic);
    bool is_ours = pt_stream_is_seen(stream->state);
    struct flow_line line = {
        .name = stream->name, .figures = {PT_UNKNOWN, PT_UNKNOWN, PT_UNKNOWN, PT_UNKNOWN}
    };
    if (stream->account_first_index != PT_UNKNOWN) {
        line.figures[0] = is_ours ? stream->account_generated : PT_UNKNOWN;
        line.figures[1] = is_ours ? stream->account_delivered : PT_UNKNOWN;
        line.figures[2] = stream->account_in_topic;
        line.figures[3] = stream->account_committed;
    } else if (topic != NULL) { /* without an account, records count from offset 0 */
        line.figures[2] = topic->high;
        line.figures[3] = topic->committed;
    }
    return line;
}

static struct flow_columns flow_columns_for(int cols)
{
    if (cols >= 160)
        return (struct flow_columns){14, 16, 26};
    if (cols >= 110)
        return (struct flow_columns){12, 13, 21};
    return (struct flow_columns){6, 11, 15};
}

static bool flow_fits(struct rect area, int x, int w)
{
    return x + w <= area.w;
}

static void flow_draw_line(const struct flow_line *line, const struct flow_columns *columns,
                           struct canvas *canvas, struct rect area, int y)
{
    int x = 1;
    canvas_field(canvas, area, y, x, columns->name, ALIGN_LEFT, STYLE_NORMAL, line->name);
    x += columns->name;
    canvas_field(canvas, area, y, x, columns->first, ALIGN_RIGHT, STYLE_NORMAL,
                 show_count_in(line->figures[0], columns->first).s);
    x += columns->first;
    for (int i = 1; i < HOPS && flow_fits(area, x, columns->hop); i++) {
        char arrow[16];
        flow_arrow(line->figures[i - 1], line->figures[i], arrow, sizeof arrow);
        int w = canvas_text(canvas, area, y, x + 1, STYLE_DIM, arrow) + 2;
        canvas_field(canvas, area, y, x + w, columns->hop - w, ALIGN_RIGHT, STYLE_NORMAL,
                     show_count_in(line->figures[i], columns->hop - w).s);
        x += columns->hop;
    }
}

static void flow_draw_header(const struct flow_columns *columns, struct canvas *canvas,
                             struct rect area)
{
    static const char *const titles[HOPS] = {"generated", "delivered", "in topic", "committed"};
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    canvas_text(canvas, area, 0, 1, STYLE_HEAD, "FLOW");
    int x = 1 + columns->name;
    canvas_field(canvas, area, 0, x, columns->first, ALIGN_RIGHT, STYLE_HEAD, titles[0]);
    x += columns->first;
    for (int i = 1; i < HOPS && flow_fits(area, x, columns->hop); i++, x += columns->hop)
        canvas_field(canvas, area, 0, x, columns->hop, ALIGN_RIGHT, STYLE_HEAD, titles[i]);
}

/* Draws when a stream's newest object was written and how old it is, with a mark when it is old and
 * records wait. */
static void flow_draw_newest(const struct page_desk *desk, int stream, struct canvas *canvas,
                             struct rect area, int y, int x)
{
    enum { OLD_MS = 60000 };
    const struct pt_stream *s = &desk->snap->streams->streams[stream];
    int64_t newest_ms = s->newest_object_ms;
    if (newest_ms == PT_UNKNOWN || newest_ms <= 0) {
        canvas_text(canvas, area, y, x, STYLE_NORMAL, "–");
        return;
    }
    int64_t age_ms = desk->now_ms - newest_ms;
    bool does_wait =
        s->account_committed != PT_UNKNOWN && s->account_in_topic > s->account_committed;
    if (age_ms > OLD_MS && does_wait)
        canvas_printf(canvas, area, y, x, STYLE_WARN, "%s %s !",
                      show_minute(newest_ms, desk->now_ms).s, show_age(age_ms).s);
    else
        canvas_printf(canvas, area, y, x, STYLE_NORMAL, "%s %s", show_second(newest_ms).s,
                      show_age(age_ms).s);
}

void flow_draw(const struct page_desk *desk, struct canvas *canvas, struct rect area)
{
    if (area.h < 2)
        return;
    struct flow_columns columns = flow_columns_for(area.w);
    flow_draw_header(&columns, canvas, area);
    enum { NEWEST_WIDTH = 15 };
    int x = 1 + columns.name + columns.first + 3 * columns.hop + 2;
    bool has_newest = desk->snap->connectors->n_connectors > 0 && flow_fits(area, x, NEWEST_WIDTH);
    if (has_newest)
        canvas_text(canvas, area, 0, x, STYLE_HEAD, "newest object");
    int y = 1;
    for (int i = 0; i < PT_STREAMS && y < area.h; i++) {
        if (desk->snap->streams->streams[i].topic[0] == '\0')
            continue;
        struct flow_line line = flow_line_of(desk, i);
        flow_draw_line(&line, &columns, canvas, area, y);
        if (has_newest)
            flow_draw_newest(desk, i, canvas, area, y, x);
        y++;
    }
}
