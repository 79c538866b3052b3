/* A table: decides which columns fit, and draws the visible rows. */
#ifndef WIDGET_TABLE_H
#define WIDGET_TABLE_H

#include "term/canvas.h"
#include "widget/list.h"

struct column {
    const char *title;
    int width; /* including the gap at its left */
    int rank;  /* 0 is placed first, higher ranks while there is room; -1: never */
    int wide;  /* width when there is room to spare; 0: the same */
    enum align align;
};

enum { TABLE_COLUMNS_MAX = 24 };

/* The columns that fit, and where they are. */
struct table_layout {
    int n;
    int index[TABLE_COLUMNS_MAX]; /* indexes of the columns */
    int x[TABLE_COLUMNS_MAX], w[TABLE_COLUMNS_MAX];
};

/* Chooses by rank the columns that fit into cols columns of the screen. The first of them gets the
 * remaining room, up to its `wide`. Pure. */
void table_fit(const struct column *columns, int n, int cols, struct table_layout *layout);

/* Writes the text of one cell: at most cap bytes, in at most cols columns if possible. May change
 * *style. */
typedef void (*table_cell_fn)(const void *arg, int row, int column, int cols, char *out, size_t cap,
                              enum style *style);

struct table {
    const struct column *columns;
    int n_columns;
    const struct list *list;
    table_cell_fn cell;
    const void *arg;
    bool has_focus; /* the selected row is marked with '>', without focus with '-' */
};

/* Draws the header in the first row of area, then the visible rows. Column 0 of area is for the
 * mark of the selected row. */
void table_draw(const struct table *table, struct canvas *canvas, struct rect area);

#endif
