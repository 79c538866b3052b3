/* The renewals of the token. */
#include <stdio.h>
#include <string.h>

#include "page/auth.h"
#include "widget/format.h"
#include "widget/table.h"

enum { COL_TIME, COL_RESULT, COL_TEXT, COLS };

static const struct column columns[COLS] = {
    [COL_TIME] = {"RENEWED",            9,  0, 0,    ALIGN_LEFT},
    [COL_RESULT] = {"RESULT",             9,  0, 0,    ALIGN_LEFT},
    [COL_TEXT] = {"WHAT, newest first", 20, 0, 4000, ALIGN_LEFT},
};

static const struct pt_refresh *auth_refresh(const void *arg, size_t row)
{
    const struct pt_auth *auth = arg;
    return &auth->refreshes[auth->n_refreshes - 1 - row];
}

static void auth_list_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                           enum style *style)
{
    const struct pt_refresh *refresh = auth_refresh(arg, (size_t)row);
    (void)cols;
    *style = column == COL_TIME   ? STYLE_DIM
             : column == COL_TEXT ? STYLE_NORMAL
             : refresh->is_ok     ? STYLE_OK
                                  : STYLE_BAD;
    snprintf(out, cap, "%s",
             column == COL_TIME   ? show_second(refresh->time_ms).s
             : column == COL_TEXT ? refresh->text
             : refresh->is_ok     ? "ok"
                                  : "failed");
}

static uint64_t auth_list_key(const void *arg, size_t row)
{
    const struct pt_refresh *refresh = auth_refresh(arg, row);
    return listing_key(refresh->text) ^ (uint64_t)refresh->time_ms;
}

static bool auth_list_is_fault(const void *arg, size_t row)
{
    return !auth_refresh(arg, row)->is_ok;
}

static bool auth_list_value(const void *arg, size_t row, int column, double *value)
{
    *value = (double)auth_refresh(arg, row)->time_ms;
    return column == COL_TIME;
}

static bool auth_list_has(const void *arg, size_t row, const char *text)
{
    return strcasestr(auth_refresh(arg, row)->text, text) != NULL;
}

void auth_list_recalc(struct auth_page *page, const struct pt_auth *auth, int rows)
{
    page->is_shown = rows > 0;
    struct listing_rows all = {.columns = columns,
                               .n_columns = COLS,
                               .n = page->is_shown ? auth->n_refreshes : 0,
                               .arg = auth,
                               .cell = auth_list_cell,
                               .key = auth_list_key,
                               .is_fault = auth_list_is_fault,
                               .value = auth_list_value,
                               .has = auth_list_has};
    if (page->listing.list.selected == 0) /* on the newest, whichever it is */
        listing_stay(&page->listing, 0);
    listing_recalc(&page->listing, &all, rows);
}

void auth_list_draw(const struct auth_page *page, const struct pt_auth *auth, struct canvas *canvas,
                    struct rect area)
{
    struct table table = {columns, COLS, &page->listing, auth_list_cell, auth, true};
    struct rect inner = {area.y, area.x, area.h, area.w - 1};
    const char *why = listing_why_empty(&page->listing);
    if (area.h < 2)
        return;
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    table_draw(&table, canvas, inner);
    if (why != NULL)
        canvas_field(canvas, area, 1, 1, area.w - 2, ALIGN_LEFT, STYLE_NORMAL, why);
}
