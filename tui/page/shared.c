#include "page/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum style verdict_style(enum pt_verdict verdict)
{
    switch (verdict) {
    case PT_V_OK:
        return STYLE_OK;
    case PT_V_FAILED:
    case PT_V_STALLED:
        return STYLE_BAD;
    case PT_V_IDLE:
    case PT_V_UNKNOWN:
        return STYLE_BOLD;
    default:
        return STYLE_WARN;
    }
}

enum style severity_style(enum pt_severity severity)
{
    return severity == PT_ERROR ? STYLE_BAD : severity == PT_WARN ? STYLE_WARN : STYLE_NORMAL;
}

bool list_act(struct list *list, enum action action)
{
    switch (action) {
    case ACT_UP:
        list_move(list, -1);
        return true;
    case ACT_DOWN:
        list_move(list, 1);
        return true;
    case ACT_PAGE_UP:
        list_move(list, -list->height);
        return true;
    case ACT_PAGE_DOWN:
        list_move(list, list->height);
        return true;
    case ACT_TOP:
        list_select(list, 0);
        return true;
    case ACT_BOTTOM:
        list_select(list, list->count);
        return true;
    default:
        return false;
    }
}

static void listing_tell_order(const struct listing *listing, struct page_desk *desk)
{
    if (listing->sort == 0) {
        desk_say(desk, "in the page's own order%s; > and < sort by a column, I reverses",
                 listing->is_reversed ? ", reversed" : "");
        return;
    }
    const struct column *column = &listing->columns[listing->sort - 1];
    const char *title = column->title + strspn(column->title, " ");
    bool is_falling = listing_is_falling(listing);
    const char *first = column->align == ALIGN_RIGHT ? is_falling ? "largest" : "smallest"
                        : is_falling                 ? "last"
                                                     : "first";
    desk_say(desk, "sorted by %.*s, %s %s; > and < choose the column, I reverses",
             (int)strcspn(title, ","), title, first,
             column->align == ALIGN_RIGHT ? "first" : "of the alphabet first");
}

static void listing_turn_faults(struct listing *listing, struct page_desk *desk)
{
    if (!listing->has_faults) {
        desk_say(desk, "no row of this list can be a fault");
        return;
    }
    listing->is_faults_only = !listing->is_faults_only;
    desk_say(desk, listing->is_faults_only ? "faults only; Z or Esc shows all rows"
                                           : "all rows, not only faults");
}

static void listing_turn_mark(struct listing *listing, struct page_desk *desk)
{
    if (!listing_mark(listing))
        desk_say(desk, "at most %d rows can be marked", LISTING_MARKS_MAX);
    else
        list_move(&listing->list, 1);
}

bool listing_act(struct listing *listing, struct page_desk *desk, enum action action)
{
    switch (action) {
    case ACT_SORT_NEXT:
    case ACT_SORT_BACK:
        listing_sort(listing, action == ACT_SORT_NEXT ? 1 : -1);
        listing_tell_order(listing, desk);
        return true;
    case ACT_SORT_TURN:
        listing->is_reversed = !listing->is_reversed;
        listing_tell_order(listing, desk);
        return true;
    case ACT_FAULTS:
        listing_turn_faults(listing, desk);
        return true;
    case ACT_MARK:
        listing_turn_mark(listing, desk);
        return true;
    case ACT_BACK:
        return listing_clear(listing);
    default:
        return list_act(&listing->list, action);
    }
}

void *rows_reserve(void *rows, size_t *cap, size_t n, size_t size)
{
    if (n <= *cap && rows != NULL)
        return rows;
    size_t want = n > 0 ? n : 1;
    void *more = realloc(rows, want * size);
    if (more != NULL)
        *cap = want;
    return more;
}

void error_line(const struct pt_error *err, char *out, size_t cap)
{
    snprintf(out, cap, "%s%s%s", err->what, err->fix[0] != '\0' ? ". " : "", err->fix);
}

bool error_of_result(const struct pt_result *result, char *out, size_t cap)
{
    out[0] = '\0';
    if (result->state != PT_RESULT_FAILED)
        return false;
    error_line(&result->error, out, cap);
    return true;
}
