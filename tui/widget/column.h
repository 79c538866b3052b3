/* The columns of a table, and the texts in them. */
#ifndef WIDGET_COLUMN_H
#define WIDGET_COLUMN_H

#include <stddef.h>

#include "term/canvas.h"

struct column {
    /* What follows a comma in it tells of the page's own order. */
    const char *title;
    int width; /* including the gap at its left */
    int rank;  /* 0 is placed first, higher ranks while there is room; -1: never */
    int wide;  /* width when there is room to spare; 0: the same */
    enum align align;
};

/* Writes the text of one cell: at most cap bytes, in at most cols columns if possible. May change
 * *style. */
typedef void (*table_cell_fn)(const void *arg, int row, int column, int cols, char *out, size_t cap,
                              enum style *style);

#endif
