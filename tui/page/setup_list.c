/* The list of the Setup page: one row for a check, or for several that are not needed for the same
 * reason. */
#include <stdio.h>
#include <string.h>

#include "page/setup.h"
#include "widget/format.h"
#include "widget/table.h"

enum { SLOW_MS = 1000 /* a check that takes longer says so */ };

enum { COL_STEP, COL_CHECK, COL_STATE, COL_EVIDENCE, COL_FIX, COLS };

static const struct column columns[COLS] = {
    [COL_STEP] = {"STEP",     4,  0, 0,    ALIGN_LEFT},
    [COL_CHECK] = {"CHECK",    21, 0, 0,    ALIGN_LEFT},
    [COL_STATE] = {"STATE",    11, 0, 0,    ALIGN_LEFT},
    [COL_EVIDENCE] = {"EVIDENCE", 10, 1, 4000, ALIGN_LEFT},
    [COL_FIX] = {"FIX",      9,  2, 0,    ALIGN_LEFT},
};

struct setup_list_arg {
    const struct setup_page *page;
    const struct page_desk *desk;
};

static enum style setup_style(enum pt_check_state state)
{
    switch (state) {
    case PT_CHECK_OK:
        return STYLE_OK;
    case PT_CHECK_WARN:
    case PT_CHECK_UNKNOWN:
        return STYLE_WARN;
    case PT_CHECK_FAIL:
        return STYLE_BAD;
    case PT_CHECK_WAITING:
    case PT_CHECK_RUNNING:
    case PT_CHECK_NOT_NEEDED:
        break;
    }
    return STYLE_DIM;
}

/* What can be done about it, in a word. */
static const char *setup_fix_word(const struct pt_check *check)
{
    if (check->choices[0] != '\0')
        return "f choose";
    if (check->is_fixable)
        return pt_check_is_costly(check->id) ? "f costs" : "f fixes";
    if (strncmp(check->fix, "Fix ", 4) == 0)
        return "later"; /* another one comes first */
    if (check->state == PT_CHECK_FAIL || check->state == PT_CHECK_UNKNOWN)
        return check->fix[0] != '\0' ? "by hand" : "";
    return check->copy[0] != '\0' ? "y copies" : "";
}

/* A check that runs has no evidence yet; how long it has been running stands there. */
static const char *setup_evidence(const struct page_desk *desk, const struct pt_check *check,
                                  char *room, size_t cap)
{
    bool is_slow = check->state == PT_CHECK_RUNNING && check->begun_ms != PT_UNKNOWN &&
                   desk->now_ms - check->begun_ms >= SLOW_MS;
    if (!is_slow)
        return check->evidence;
    snprintf(room, cap, "for %s", show_since(check->begun_ms, desk->now_ms).s);
    return room;
}

/* The steps and the names of several checks: "2-5", "keypair.parameter +6". */
static void setup_row_names(const struct pt_setup_section *s, const struct setup_row *row,
                            char step[16], char id[64])
{
    const struct pt_check *first = &s->checks[row->first];
    const char *last = s->checks[row->first + row->n - 1].step;
    bool is_range = row->n > 1 && strcmp(first->step, last) != 0 && last[0] != '\0';
    const char *end = strchr(last, '-') != NULL ? strchr(last, '-') + 1 : last;
    int from = (int)strcspn(first->step, "-");
    if (is_range && from > 0)
        snprintf(step, 16, "%.*s-%s", from, first->step, end);
    else
        snprintf(step, 16, "%s", first->step);
    if (row->n > 1)
        snprintf(id, 64, "%s +%d", first->id, row->n - 1);
    else
        snprintf(id, 64, "%s", first->id);
}

static const struct pt_check *setup_list_check(const struct setup_list_arg *list, size_t row)
{
    return &list->desk->snap->setup->checks[list->page->rows[row].first];
}

static void setup_state_cell(const struct pt_check *check, bool is_fixing, char *out, size_t cap,
                             enum style *style)
{
    *style = is_fixing ? STYLE_BOLD : setup_style(check->state);
    snprintf(out, cap, "%s", is_fixing ? "fixing" : pt_check_state_word(check->state));
}

static void setup_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                       enum style *style)
{
    const struct setup_list_arg *list = arg;
    const struct pt_setup_section *s = list->desk->snap->setup;
    const struct pt_check *check = setup_list_check(list, (size_t)row);
    bool is_fixing = strcmp(s->fix.id, check->id) == 0;
    char step[16], id[64], room[64];
    (void)cols;
    setup_row_names(s, &list->page->rows[row], step, id);
    *style = setup_style(check->state) == STYLE_DIM ? STYLE_DIM : STYLE_NORMAL;
    switch (column) {
    case COL_STEP:
        snprintf(out, cap, "%s", step);
        *style = STYLE_DIM;
        break;
    case COL_CHECK:
        snprintf(out, cap, "%s", id);
        break;
    case COL_STATE:
        setup_state_cell(check, is_fixing, out, cap, style);
        break;
    case COL_EVIDENCE:
        snprintf(out, cap, "%s", setup_evidence(list->desk, check, room, sizeof room));
        break;
    default:
        snprintf(out, cap, "%s", is_fixing ? "" : setup_fix_word(check));
        *style = STYLE_DIM;
        break;
    }
}

static uint64_t setup_key(const void *arg, size_t row)
{
    return listing_key(setup_list_check(arg, row)->id);
}

/* What is unknown counts: nobody has said that it is well. */
static bool setup_is_fault(const void *arg, size_t row)
{
    enum pt_check_state state = setup_list_check(arg, row)->state;
    return state == PT_CHECK_FAIL || state == PT_CHECK_WARN || state == PT_CHECK_UNKNOWN;
}

/* The steps are numbered, and some have no number; the worst state comes first. */
static bool setup_value(const void *arg, size_t row, int column, double *value)
{
    static const int order[] = {
        [PT_CHECK_FAIL] = 0,      [PT_CHECK_WARN] = 1,    [PT_CHECK_UNKNOWN] = 2,
        [PT_CHECK_RUNNING] = 3,   [PT_CHECK_WAITING] = 4, [PT_CHECK_OK] = 5,
        [PT_CHECK_NOT_NEEDED] = 6};
    *value = column == COL_STEP ? (double)row : order[setup_list_check(arg, row)->state];
    return column == COL_STEP || column == COL_STATE;
}

/* A folded row stands for all its checks. */
static bool setup_has(const void *arg, size_t row, const char *text)
{
    const struct setup_list_arg *list = arg;
    const struct setup_row *folded = &list->page->rows[row];
    const struct pt_check *check = setup_list_check(list, row);
    for (int i = 0; i < folded->n; i++)
        if (strcasestr(check[i].id, text) != NULL || strcasestr(check[i].title, text) != NULL)
            return true;
    return false;
}

void setup_list_recalc(struct setup_page *page, const struct page_desk *desk, int height)
{
    struct setup_list_arg arg = {page, desk};
    struct listing_rows rows = {.columns = columns,
                                .n_columns = COLS,
                                .n = (size_t)page->n_rows,
                                .arg = &arg,
                                .cell = setup_cell,
                                .key = setup_key,
                                .is_fault = setup_is_fault,
                                .value = setup_value,
                                .has = setup_has};
    listing_recalc(&page->listing, &rows, height);
}

void setup_list_draw(const struct setup_page *page, const struct page_desk *desk,
                     struct canvas *canvas, struct rect area)
{
    struct setup_list_arg arg = {page, desk};
    struct table table = {columns, COLS, &page->listing, setup_cell, &arg, true};
    struct rect inner = {area.y, area.x, area.h, area.w - 1};
    const char *why = listing_why_empty(&page->listing);
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    table_draw(&table, canvas, inner);
    if (why != NULL)
        canvas_field(canvas, area, 1, 1, area.w - 2, ALIGN_LEFT, STYLE_NORMAL, why);
}
