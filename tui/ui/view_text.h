/* What is remembered of a dashboard's looks, and its text form. Filters are not: one that is in
 * force unseen would hide something. Pure. Thread: any. */
#ifndef UI_VIEW_TEXT_H
#define UI_VIEW_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "page/chart_series.h"
#include "term/looks.h"
#include "widget/chart.h"

enum { VIEW_ORDERS = 32, VIEW_LIST_MAX = 48, VIEW_COLUMN_MAX = 32 };

/* The order of one list; a list that is not here is in its own. */
struct view_order {
    char list[VIEW_LIST_MAX];     /* its page and its first columns */
    char column[VIEW_COLUMN_MAX]; /* the title of the one it is sorted by; "" its own order */
    bool is_reversed;
};

struct view {
    bool has_theme, has_form; /* one was chosen in a run */
    enum theme theme;
    enum chart_form form;
    bool is_local; /* times are local ones */
    enum chart_figure figure;
    int step; /* of page/chart_series.h */
    int n_orders;
    struct view_order orders[VIEW_ORDERS];
};

/* Writes it, one KEY=VALUE a line. Returns the length, of which out has what fits. */
size_t view_format(const struct view *view, char *out, size_t cap);
/* Reads it. A key that is not known is of another version, and is passed over. Returns the number
 * of the first line that cannot be read, from 1 on, and *view is then as without a file; 0: there
 * is none. */
int view_parse(const char *text, struct view *view);
/* The order of a list; NULL: none is remembered. */
const struct view_order *view_order_of(const struct view *view, const char *list);
/* Remembers the order of a list. The oldest one is forgotten when there are too many. */
void view_set_order(struct view *view, const struct view_order *order);

#endif
