/* Tells the engine which topics have a row on the screen, so that it polls those every second
 * however many others there are. */
#ifndef PAGE_SEEN_H
#define PAGE_SEEN_H

#include "page/desk.h"
#include "widget/list.h"

/* The topic of a row; NULL: it has none. */
typedef const char *(*seen_name_fn)(const void *page, const struct page_desk *desk, int row);
/* Reports the topics of the rows that the list shows now. Call it after list_fit. */
void seen_rows(const struct page_desk *desk, const struct list *list, seen_name_fn name,
               const void *page);
void seen_topic(const struct page_desk *desk, const char *name);

#endif
