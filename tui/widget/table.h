/* Rows of columns: lays out which columns fit, draws the visible rows. */
#ifndef WIDGET_TABLE_H
#define WIDGET_TABLE_H

#include "term/canvas.h"
#include "widget/list.h"

struct column {
    const char *title;
    int width; /* with the gap at its left */
    int rank;  /* 0 comes first, higher ones when there is room; -1 never */
    int wide;  /* width when there is plenty; 0: the same */
    enum align align;
};

enum { TABLE_COLUMNS_MAX = 24 };

/* Where each column went. */
struct table_layout {
    int n;
    int index[TABLE_COLUMNS_MAX]; /* into the columns */
    int x[TABLE_COLUMNS_MAX], w[TABLE_COLUMNS_MAX];
};

/* Fit columns into cols columns of the screen. Column 0 takes what is left, but never less than its
 * width nor more than its `wide`; the others come by rank. Pure. */
void table_fit(const struct column *columns, int n, int cols, struct table_layout *layout);

/* Text of one cell: at most cap bytes, in at most cols columns where it can; the style may be
 * changed. */
typedef void (*table_cell_fn)(const void *arg, int row, int column, int cols, char *out, size_t cap,
                              enum style *style);

struct table {
    const struct column *columns;
    int n_columns;
    const struct list *list;
    table_cell_fn cell;
    const void *arg;
    bool has_focus; /* the chosen row's mark is '>', else '-' */
};

/* Header in the first row of area, then the rows that are seen; column 0 of area is the mark's. */
void table_draw(const struct table *table, struct canvas *canvas, struct rect area);

#endif
