/* Which topics have a row on the screen: the engine is told, so that it asks about them each second
 * however many others there are. */
#ifndef PAGE_SEEN_H
#define PAGE_SEEN_H

#include "ui/ui.h"
#include "widget/list.h"

/* The topic of a row; NULL: it has none. */
typedef const char *(*seen_name_fn)(const void *page, const struct ui *ui, int row);
/* The rows that the list shows now. After list_fit. */
void seen_rows(const struct ui *ui, const struct list *list, seen_name_fn name, const void *page);
void seen_topic(const struct ui *ui, const char *name);

#endif
