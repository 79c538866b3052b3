#include "page/shared.h"

#include <stdio.h>
#include <stdlib.h>

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

bool search_first(struct list *list, int n, search_hit_fn is_hit, const void *page,
                  const struct page_desk *desk)
{
    for (int i = 0; i < n; i++) {
        int row = (list->selected + i) % n;
        if (!is_hit(page, desk, row))
            continue;
        list_select(list, row);
        return true;
    }
    return false;
}

void search_next(struct list *list, int by, const char *text, search_hit_fn is_hit,
                 const void *page, struct page_desk *desk)
{
    if (text[0] == '\0') {
        desk_say(desk, "press / to enter a search");
        return;
    }
    for (int row = list->selected + by; row >= 0 && row < list->count; row += by) {
        if (!is_hit(page, desk, row))
            continue;
        list_select(list, row);
        return;
    }
    desk_say(desk, "no more matches for \"%s\" in that direction", text);
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
