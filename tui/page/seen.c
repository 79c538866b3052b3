#include "page/seen.h"

enum { SEEN_MAX = 256 };

void seen_rows(const struct page_desk *desk, const struct list *list, seen_name_fn name,
               const void *page)
{
    const char *names[SEEN_MAX];
    size_t n = 0;
    for (int row = list->top; row < list->count && row < list->top + list->height && n < SEEN_MAX;
         row++) {
        names[n] = name(page, desk, row);
        n += names[n] != NULL;
    }
    desk_look_at(desk, names, n);
}

void seen_topic(const struct page_desk *desk, const char *name)
{
    desk_look_at(desk, &name, 1);
}
