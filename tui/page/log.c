/* The Log page: what the engine and librdkafka said, newest at the bottom. The view stays with its
 * line while new ones come, and follows them while it stands at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/event_text.h"
#include "page/page.h"
#include "ui/format.h"
#include "widget/list.h"

struct log_page {
    struct list list;
    bool is_away;    /* from the end: does not follow */
    uint64_t number; /* of the selected line, counted since start */
    char search[64];
};

static void keep_number(struct log_page *page, const struct ui *ui)
{
    page->number = ui->snap->log->first_number + (uint64_t)page->list.selected;
    page->is_away = page->list.selected + 1 < page->list.count;
}

static void recalc(void *state, struct ui *ui, struct rect body)
{
    struct log_page *page = state;
    const struct pt_log_section *log = ui->snap->log;
    int last = log->n_lines > 0 ? (int)log->n_lines - 1 : 0;
    if (!page->is_away)
        page->list.selected = last;
    else
        page->list.selected =
            page->number > log->first_number ? (int)(page->number - log->first_number) : 0;
    list_fit(&page->list, (int)log->n_lines, body.h - 1);
    page->number = log->first_number + (uint64_t)page->list.selected;
}

static const struct pt_event *line_at(const struct ui *ui, int row)
{
    const struct pt_log_section *log = ui->snap->log;
    return row < (int)log->n_lines ? log->lines[row] : NULL;
}

static bool is_hit(const struct log_page *page, const struct pt_event *line)
{
    return line != NULL && page->search[0] != '\0' &&
           (strcasestr(line->text, page->search) != NULL ||
            strcasestr(line->area, page->search) != NULL);
}

static void draw_line(const struct log_page *page, const struct pt_event *line, bool is_selected,
                      struct canvas *canvas, struct rect area, int y)
{
    enum { SEVERITY_X = 11, AREA_X = 19, TEXT_X = 28 };
    enum style style = line->severity == PT_ERROR  ? STYLE_BAD
                       : line->severity == PT_WARN ? STYLE_WARN
                                                   : STYLE_NORMAL;
    if (is_selected)
        canvas_text(canvas, area, y, 0, STYLE_BOLD, ">");
    canvas_text(canvas, area, y, 1, STYLE_DIM, show_second(line->time_ms).s);
    canvas_field(canvas, area, y, SEVERITY_X, AREA_X - SEVERITY_X - 1, ALIGN_LEFT, style,
                 pt_severity_word(line->severity));
    canvas_field(canvas, area, y, AREA_X, TEXT_X - AREA_X - 1, ALIGN_LEFT, STYLE_DIM, line->area);
    canvas_field(canvas, area, y, TEXT_X, area.w - TEXT_X - 1, ALIGN_LEFT,
                 is_hit(page, line) ? STYLE_BOLD : STYLE_NORMAL, line->text);
}

static void draw(const void *state, const struct ui *ui, struct canvas *canvas, struct rect body)
{
    const struct log_page *page = state;
    canvas_blank(canvas, rect_row(body, 0), STYLE_HEAD);
    canvas_text(canvas, body, 0, 1, STYLE_HEAD, "TIME      LEVEL   AREA     TEXT");
    if (ui->snap->log->n_lines == 0)
        canvas_text(canvas, body, 1, 1, STYLE_NORMAL, "nothing was logged yet");
    for (int y = 1; y < body.h; y++) {
        int row = page->list.top + y - 1;
        const struct pt_event *line = line_at(ui, row);
        if (line != NULL)
            draw_line(page, line, row == page->list.selected, canvas, body, y);
    }
}

static void title(const void *state, const struct ui *ui, char *out, size_t cap)
{
    const struct log_page *page = state;
    const struct pt_log_section *log = ui->snap->log;
    int len = snprintf(out, cap, "%zu line%s", log->n_lines, log->n_lines == 1 ? "" : "s");
    if (log->dropped > 0)
        len += snprintf(out + len, cap - (size_t)len, ", %llu dropped",
                        (unsigned long long)log->dropped);
    if (page->search[0] != '\0')
        len += snprintf(out + len, cap - (size_t)len, "  /%s", page->search);
    if (page->is_away)
        snprintf(out + len, cap - (size_t)len, "  G follows");
}

static void find_next(struct log_page *page, struct ui *ui, int by)
{
    if (page->search[0] == '\0') {
        ui_say(ui, "/ asks what to look for");
        return;
    }
    for (int row = page->list.selected + by; row >= 0 && row < page->list.count; row += by) {
        if (!is_hit(page, line_at(ui, row)))
            continue;
        list_select(&page->list, row);
        return;
    }
    ui_say(ui, "no more lines that way have \"%s\"", page->search);
}

static bool act(void *state, struct ui *ui, enum action action)
{
    struct log_page *page = state;
    struct list *list = &page->list;
    switch (action) {
    case ACT_UP:
        list_move(list, -1);
        break;
    case ACT_DOWN:
        list_move(list, 1);
        break;
    case ACT_PAGE_UP:
        list_move(list, -list->height);
        break;
    case ACT_PAGE_DOWN:
        list_move(list, list->height);
        break;
    case ACT_TOP:
        list_select(list, 0);
        break;
    case ACT_BOTTOM:
        list_select(list, list->count);
        break;
    case ACT_FIND_NEXT:
    case ACT_FIND_BACK:
        find_next(page, ui, action == ACT_FIND_NEXT ? 1 : -1);
        break;
    case ACT_ENTER:
        event_open(ui, "Log line", line_at(ui, page->list.selected));
        return true;
    case ACT_BACK:
        if (page->search[0] == '\0')
            ui_show_page(ui, PAGE_OVERVIEW);
        page->search[0] = '\0';
        return true;
    default:
        return false;
    }
    keep_number(page, ui);
    return true;
}

static unsigned place(const void *state)
{
    (void)state;
    return AT_LOG;
}

/* The search goes from the newest line back, as it is typed. */
static bool find(void *state, struct ui *ui, const char *text)
{
    struct log_page *page = state;
    snprintf(page->search, sizeof page->search, "%s", text);
    for (int row = page->list.count - 1; row >= 0 && text[0] != '\0'; row--) {
        if (!is_hit(page, line_at(ui, row)))
            continue;
        list_select(&page->list, row);
        keep_number(page, ui);
        return true;
    }
    return text[0] == '\0';
}

static bool copy(const void *state, const struct ui *ui, FILE *out)
{
    const struct log_page *page = state;
    const struct pt_event *line = line_at(ui, page->list.selected);
    if (line == NULL)
        return false;
    fprintf(out, "%s %s %s %s", show_second(line->time_ms).s, pt_severity_word(line->severity),
            line->area, line->text);
    return true;
}

static void *new_page(void)
{
    struct log_page *page = calloc(1, sizeof *page);
    return page;
}

const struct page_ops page_log = {
    .name = "Log",
    .new = new_page,
    .free = free,
    .recalc = recalc,
    .draw = draw,
    .title = title,
    .act = act,
    .place = place,
    .find = find,
    .copy = copy,
};
