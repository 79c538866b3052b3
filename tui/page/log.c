/* The Log page: what the engine and librdkafka have logged, newest at the bottom. The view stays on
 * its line while new ones come, and follows them while its last line is the newest. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/event_text.h"
#include "page/page.h"
#include "page/screen_cost.h"
#include "page/shared.h"
#include "widget/format.h"
#include "widget/table.h"

enum { COL_TIME, COL_LEVEL, COL_AREA, COL_TEXT, COLS };

static const struct column columns[COLS] = {
    [COL_TIME] = {"TIME",  9,  0, 0,    ALIGN_LEFT},
    [COL_LEVEL] = {"LEVEL", 8,  0, 0,    ALIGN_LEFT},
    [COL_AREA] = {"AREA",  9,  0, 0,    ALIGN_LEFT},
    [COL_TEXT] = {"TEXT",  12, 0, 4000, ALIGN_LEFT},
};

struct log_page {
    struct listing listing;
    bool is_away; /* not on the last row, so the view does not follow */
    bool was_cut; /* rows were hidden at the last recalc */
};

static const struct pt_event *log_line_at(const struct page_desk *desk, int row)
{
    const struct pt_log_section *log = desk->snap->log;
    return row >= 0 && row < (int)log->n_lines ? log->lines[row] : NULL;
}

static const struct pt_event *log_selected(const struct log_page *page,
                                           const struct page_desk *desk)
{
    return log_line_at(desk, listing_selected(&page->listing));
}

/* The last rows of the page say what the screen costs. On a small screen the log comes first. */
static int log_cost_rows(struct rect body)
{
    enum { LOG_ROWS_MIN = 12 };
    return body.h >= LOG_ROWS_MIN ? 2 : 0;
}

/* ---- rows ---- */

static void log_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                     enum style *style)
{
    const struct pt_event *line = log_line_at(arg, row);
    (void)cols;
    *style = column == COL_LEVEL  ? severity_style(line->severity)
             : column == COL_TEXT ? STYLE_NORMAL
                                  : STYLE_DIM;
    snprintf(out, cap, "%s",
             column == COL_TIME    ? show_second(line->time_ms).s
             : column == COL_LEVEL ? pt_severity_word(line->severity)
             : column == COL_AREA  ? line->area
                                   : line->text);
}

/* Lines are numbered from the start on. */
static uint64_t log_key(const void *arg, size_t row)
{
    return ((const struct page_desk *)arg)->snap->log->first_number + row + 1;
}

static bool log_is_fault(const void *arg, size_t row)
{
    const struct pt_event *line = log_line_at(arg, (int)row);
    return line->severity == PT_WARN || line->severity == PT_ERROR;
}

static bool log_value(const void *arg, size_t row, int column, double *value)
{
    const struct pt_event *line = log_line_at(arg, (int)row);
    *value = column == COL_TIME ? (double)line->time_ms : (double)line->severity;
    return column == COL_TIME || column == COL_LEVEL;
}

static bool log_has(const void *arg, size_t row, const char *text)
{
    return strcasestr(log_line_at(arg, (int)row)->text, text) != NULL;
}

static void log_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct log_page *page = state;
    struct list *list = &page->listing.list;
    struct listing_rows rows = {.columns = columns,
                                .n_columns = COLS,
                                .n = desk->snap->log->n_lines,
                                .arg = desk,
                                .cell = log_cell,
                                .key = log_key,
                                .is_fault = log_is_fault,
                                .value = log_value,
                                .has = log_has};
    if (listing_is_moved(&page->listing))
        page->is_away = list->selected + 1 < list->count;
    /* The row that was found is then shown among those around it. */
    bool is_found = page->was_cut && !listing_is_cut(&page->listing);
    if (!page->is_away && !is_found)
        listing_stay(&page->listing, INT_MAX);
    listing_recalc(&page->listing, &rows, body.h - 1 - log_cost_rows(body));
    if (is_found)
        page->is_away = list->selected + 1 < list->count;
    page->was_cut = listing_is_cut(&page->listing);
}

/* ---- drawing ---- */

static void log_draw_cost(const struct page_desk *desk, struct canvas *canvas, struct rect body)
{
    char figures[200], pace[200];
    screen_cost_figures(&desk->cost, figures, sizeof figures);
    screen_cost_pace(&desk->cost, pace, sizeof pace);
    canvas_field(canvas, body, body.h - 2, 1, body.w - 2, ALIGN_LEFT, STYLE_DIM, figures);
    canvas_field(canvas, body, body.h - 1, 1, body.w - 2, ALIGN_LEFT,
                 screen_cost_is_slow(&desk->cost) ? STYLE_WARN : STYLE_DIM, pace);
}

static void log_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                     struct rect body)
{
    const struct log_page *page = state;
    struct table table = {columns, COLS, &page->listing, log_cell, desk, true};
    struct rect area = {body.y, body.x, body.h - log_cost_rows(body), body.w - 1};
    canvas_blank(canvas, rect_row(body, 0), STYLE_HEAD);
    table_draw(&table, canvas, area);
    const char *why = listing_why_empty(&page->listing);
    if (page->listing.list.count == 0)
        canvas_field(canvas, body, 1, 1, body.w - 2, ALIGN_LEFT, STYLE_NORMAL,
                     why != NULL ? why : "nothing was logged yet");
    if (log_cost_rows(body) > 0)
        log_draw_cost(desk, canvas, body);
}

static void log_title(const void *state, const struct page_desk *desk, char *out, size_t cap)
{
    const struct log_page *page = state;
    const struct pt_log_section *log = desk->snap->log;
    char rows[160];
    listing_title(&page->listing, rows, sizeof rows);
    int len = snprintf(out, cap, "%s%s", rows,
                       !listing_is_plain(&page->listing) ? ""
                       : log->n_lines == 1               ? " line"
                                                         : " lines");
    if (log->dropped > 0)
        len += snprintf(out + len, cap - (size_t)len, ", %llu dropped",
                        (unsigned long long)log->dropped);
    if (page->is_away)
        snprintf(out + len, cap - (size_t)len, "  G follows");
}

static bool log_act(void *state, struct page_desk *desk, enum action action)
{
    if (action == ACT_ENTER)
        event_open(desk, "Log line", log_selected(state, desk));
    return action == ACT_ENTER;
}

static const struct page_key log_keys[] = {
    {ACT_STREAMS},
    {ACT_ENTER,   4, "open", "the whole line or record"},
    {ACT_BACK,     0, NULL, "show all rows; back"},
    LISTING_KEYS,
    {ACT_NONE          },
};

static const struct page_place log_places[] = {
    {"Log", log_keys},
    {NULL    },
};

static struct listing *log_listing(void *state)
{
    return &((struct log_page *)state)->listing;
}

static bool log_copy(const void *state, const struct page_desk *desk, FILE *out)
{
    const struct pt_event *line = log_selected(state, desk);
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

static void log_free(void *state)
{
    listing_done(&((struct log_page *)state)->listing);
    free(state);
}

static bool log_can(const void *state, const struct page_desk *desk, enum action action)
{
    const struct log_page *page = state;
    (void)desk;
    return action != ACT_ENTER || page->listing.list.count > 0;
}

const struct page_ops page_log = {
    .new = log_new,
    .free = log_free,
    .recalc = log_recalc,
    .draw = log_draw,
    .title = log_title,
    .act = log_act,
    .can = log_can,
    .places = log_places,
    .listing = log_listing,
    .copy = log_copy,
    .shows_cost = true,
};
