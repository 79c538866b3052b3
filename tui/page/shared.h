/* What pages share: the style of a verdict, moving in a list and searching it, room for rows. */
#ifndef PAGE_SHARED_H
#define PAGE_SHARED_H

#include "page/action.h"
#include "page/desk.h"
#include "term/canvas.h"
#include "widget/list.h"

/* The style of a verdict, and of an event of that severity: warnings and errors stand out. */
enum style verdict_style(enum pt_verdict verdict);
enum style severity_style(enum pt_severity severity);

/* Moves the selection if the action is a movement. False: it is not. */
bool list_act(struct list *list, enum action action);

/* Whether a row of a page matches the search. */
typedef bool (*search_hit_fn)(const void *page, const struct page_desk *desk, int row);
/* Selects the first hit among n rows, from the selected row on and then from the top. False:
 * none. */
bool search_first(struct list *list, int n, search_hit_fn is_hit, const void *page,
                  const struct page_desk *desk);
/* Selects the next hit downwards (by 1) or upwards (-1), or says that there is none. text: the
 * search. */
void search_next(struct list *list, int by, const char *text, search_hit_fn is_hit,
                 const void *page, struct page_desk *desk);

/* Makes room for n rows of `size` bytes. Returns the rows, which may have moved, and sets *cap.
 * NULL: out of memory, and the rows are unchanged. */
void *rows_reserve(void *rows, size_t *cap, size_t n, size_t size);

/* "What. Fix", for a section that has nothing else to show. */
void error_line(const struct pt_error *err, char *out, size_t cap);
/* Whether the result failed: out then says why, otherwise it is "". */
bool error_of_result(const struct pt_result *result, char *out, size_t cap);

#endif
