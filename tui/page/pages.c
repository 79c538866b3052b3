/* The table of pages, and its keys and names as text. */
#include "page/page.h"

#define PAGE_ROW(key, name, word, ops) {key, name, word, &ops},
static const struct page rows[] = {PAGE_ROWS(PAGE_ROW)};
#undef PAGE_ROW

const struct page_table page_table = {rows, sizeof rows / sizeof *rows};

/* The last row of the run of consecutive keys that begins at row i. */
static size_t pages_run_end(const struct page_table *table, size_t i)
{
    while (i + 1 < table->n && table->rows[i + 1].key == table->rows[i].key + 1)
        i++;
    return i;
}

void pages_keys(const struct page_table *table, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < table->n && len < cap; i++) {
        size_t end = pages_run_end(table, i);
        len += (size_t)snprintf(out + len, cap - len, "%s%c", i > 0 ? " " : "", table->rows[i].key);
        if (end > i && len < cap)
            len += (size_t)snprintf(out + len, cap - len, "%s%c", end > i + 1 ? "-" : " ",
                                    table->rows[end].key);
        i = end;
    }
}

void pages_names(const struct page_table *table, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < table->n && len < cap; i++)
        len += (size_t)snprintf(out + len, cap - len, "%s%c %s", i > 0 ? ", " : "",
                                table->rows[i].key, table->rows[i].name);
}
