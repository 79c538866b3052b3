#include "page/seen.h"

enum { SEEN_MAX = 256 };

static void tell(const struct ui *ui, const char *const *names, size_t n)
{
    if (ui->link.look_at != NULL)
        ui->link.look_at(ui->link.arg, names, n);
}

void seen_rows(const struct ui *ui, const struct list *list, seen_name_fn name, const void *page)
{
    const char *names[SEEN_MAX];
    size_t n = 0;
    for (int row = list->top; row < list->count && row < list->top + list->height && n < SEEN_MAX;
         row++) {
        names[n] = name(page, ui, row);
        n += names[n] != NULL;
    }
    tell(ui, names, n);
}

void seen_topic(const struct ui *ui, const char *name)
{
    tell(ui, &name, 1);
}
