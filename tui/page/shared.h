/* What pages share: the style of a verdict, what keys do in a list, room for rows. */
#ifndef PAGE_SHARED_H
#define PAGE_SHARED_H

#include "page/action.h"
#include "page/desk.h"
#include "term/canvas.h"
#include "widget/listing.h"

/* The style of a verdict, and of an event of that severity: warnings and errors stand out. */
enum style verdict_style(enum pt_verdict verdict);
enum style severity_style(enum pt_severity severity);

/* What keys do in every list: move, sort, only faults, mark; and back, which first shows all rows
 * again. False: the action is another one. */
bool listing_act(struct listing *listing, struct page_desk *desk, enum action action);
/* The movements alone. False: the action is another one. */
bool list_act(struct list *list, enum action action);

/* Makes room for n rows of `size` bytes. Returns the rows, which may have moved, and sets *cap.
 * NULL: out of memory, and the rows are unchanged. */
void *rows_reserve(void *rows, size_t *cap, size_t n, size_t size);

/* "What. Fix", for a section that has nothing else to show. */
void error_line(const struct pt_error *err, char *out, size_t cap);
/* Whether the result failed: out then says why, otherwise it is "". */
bool error_of_result(const struct pt_result *result, char *out, size_t cap);

#endif
