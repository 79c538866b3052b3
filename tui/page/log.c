/* The Log page: what the engine and librdkafka have logged, newest at the bottom. The view stays on
 * its line while new ones come, and follows them while its last line is the newest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/event_text.h"
#include "page/page.h"
#include "page/shared.h"
#include "widget/format.h"
#include "widget/list.h"

struct log_page {
    struct list list;
    bool is_away;    /* not on the newest line, so the view does not follow */
    uint64_t number; /* of the selected line, counted since the start */
    char search[64];
};

static void log_keep_number(struct log_page *page, const struct page_desk *desk)
{
    page->number = desk->snap->log->first_number + (uint64_t)page->list.selected;
    page->is_away = page->list.selected + 1 < page->list.count;
}

static void log_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct log_page *page = state;
    const struct pt_log_section *log = desk->snap->log;
    int last = log->n_lines > 0 ? (int)log->n_lines - 1 : 0;
    if (!page->is_away)
        page->list.selected = last;
    else
        page->list.selected =
            page->number > log->first_number ? (int)(page->number - log->first_number) : 0;
    list_fit(&page->list, (int)log->n_lines, body.h - 1);
    page->number = log->first_number + (uint64_t)page->list.selected;
}

static const struct pt_event *log_line_at(const struct page_desk *desk, int row)
{
    const struct pt_log_section *log = desk->snap->log;
    return row < (int)log->n_lines ? log->lines[row] : NULL;
}

static bool log_is_hit(const struct log_page *page, const struct pt_event *line)
{
    return line != NULL && page->search[0] != '\0' &&
           (strcasestr(line->text, page->search) != NULL ||
            strcasestr(line->area, page->search) != NULL);
}

static bool log_is_row_hit(const void *page, const struct page_desk *desk, int row)
{
    return log_is_hit(page, log_line_at(desk, row));
}

static void log_draw_line(const struct log_page *page, const struct pt_event *line,
                          bool is_selected, struct canvas *canvas, struct rect area, int y)
{
    enum { SEVERITY_X = 11, AREA_X = 19, TEXT_X = 28 };
    enum style style = severity_style(line->severity);
    if (is_selected)
        canvas_text(canvas, area, y, 0, STYLE_BOLD, ">");
    canvas_text(canvas, area, y, 1, STYLE_DIM, show_second(line->time_ms).s);
    canvas_field(canvas, area, y, SEVERITY_X, AREA_X - SEVERITY_X - 1, ALIGN_LEFT, style,
                 pt_severity_word(line->severity));
    canvas_field(canvas, area, y, AREA_X, TEXT_X - AREA_X - 1, ALIGN_LEFT, STYLE_DIM, line->area);
    canvas_field(canvas, area, y, TEXT_X, area.w - TEXT_X - 1, ALIGN_LEFT,
                 log_is_hit(page, line) ? STYLE_BOLD : STYLE_NORMAL, line->text);
}

static void log_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                     struct rect body)
{
    const struct log_page *page = state;
    canvas_blank(canvas, rect_row(body, 0), STYLE_HEAD);
    canvas_text(canvas, body, 0, 1, STYLE_HEAD, "TIME      LEVEL   AREA     TEXT");
    if (desk->snap->log->n_lines == 0)
        canvas_text(canvas, body, 1, 1, STYLE_NORMAL, "nothing was logged yet");
    for (int y = 1; y < body.h; y++) {
        int row = page->list.top + y - 1;
        const struct pt_event *line = log_line_at(desk, row);
        if (line != NULL)
            log_draw_line(page, line, row == page->list.selected, canvas, body, y);
    }
}

static void log_title(const void *state, const struct page_desk *desk, char *out, size_t cap)
{
    const struct log_page *page = state;
    const struct pt_log_section *log = desk->snap->log;
    int len = snprintf(out, cap, "%zu line%s", log->n_lines, log->n_lines == 1 ? "" : "s");
    if (log->dropped > 0)
        len += snprintf(out + len, cap - (size_t)len, ", %llu dropped",
                        (unsigned long long)log->dropped);
    if (page->search[0] != '\0')
        len += snprintf(out + len, cap - (size_t)len, "  /%s", page->search);
    if (page->is_away)
        snprintf(out + len, cap - (size_t)len, "  G follows");
}

static bool log_act(void *state, struct page_desk *desk, enum action action)
{
    struct log_page *page = state;
    bool is_moved = list_act(&page->list, action);
    switch (action) {
    case ACT_FIND_NEXT:
    case ACT_FIND_BACK:
        search_next(&page->list, action == ACT_FIND_NEXT ? 1 : -1, page->search, log_is_row_hit,
                    page, desk);
        is_moved = true;
        break;
    case ACT_ENTER:
        event_open(desk, "Log line", log_line_at(desk, page->list.selected));
        return true;
    case ACT_BACK:
        if (page->search[0] == '\0')
            return false;
        page->search[0] = '\0';
        return true;
    default:
        break;
    }
    if (is_moved)
        log_keep_number(page, desk);
    return is_moved;
}

static const struct page_key log_keys[] = {
    {ACT_STREAMS                       },
    {ACT_ENTER,                          4, "open", "the whole line or record"},
    {ACT_BACK,                            0, NULL, "back; drop the filter or search"},
    {ACT_FIND,                                  8, "search", "search the text"},
    {ACT_FIND_NEXT     },
    {ACT_FIND_BACK},
    {ACT_NONE                          },
};

static const struct page_place log_places[] = {
    {"Log", log_keys},
    {NULL    },
};

/* Searches from the newest line back. Called again with each character typed. */
static bool log_find(void *state, struct page_desk *desk, const char *text)
{
    struct log_page *page = state;
    snprintf(page->search, sizeof page->search, "%s", text);
    for (int row = page->list.count - 1; row >= 0 && text[0] != '\0'; row--) {
        if (!log_is_hit(page, log_line_at(desk, row)))
            continue;
        list_select(&page->list, row);
        log_keep_number(page, desk);
        return true;
    }
    return text[0] == '\0';
}

static bool log_copy(const void *state, const struct page_desk *desk, FILE *out)
{
    const struct log_page *page = state;
    const struct pt_event *line = log_line_at(desk, page->list.selected);
    if (line == NULL)
        return false;
    fprintf(out, "%s %s %s %s", show_second(line->time_ms).s, pt_severity_word(line->severity),
            line->area, line->text);
    return true;
}

static void *log_new(void)
{
    struct log_page *page = calloc(1, sizeof *page);
    return page;
}

const struct page_ops page_log = {
    .new = log_new,
    .free = free,
    .recalc = log_recalc,
    .draw = log_draw,
    .title = log_title,
    .act = log_act,
    .places = log_places,
    .find = log_find,
    .copy = log_copy,
};
