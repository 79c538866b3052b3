/* A table: decides which columns fit, and draws the visible rows. */
#ifndef WIDGET_TABLE_H
#define WIDGET_TABLE_H

#include "widget/column.h"
#include "widget/listing.h"

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

struct table {
    const struct column *columns;
    int n_columns;
    const struct listing *listing;
    table_cell_fn cell; /* row: the page's index of it */
    const void *arg;
    bool has_focus; /* the selected row is marked with '>', without focus with '-' */
};

/* Draws the columns' titles in the first row of area. An arrow before one says that the list is
 * sorted by it, and in which direction. */
void table_draw_head(const struct column *columns, const struct table_layout *layout,
                     const struct listing *listing, struct canvas *canvas, struct rect area);
/* Draws the header in the first row of area, then the visible rows. Column 0 of area is for the
 * mark of the selected row, and a * after the first column says that the row is marked. */
void table_draw(const struct table *table, struct canvas *canvas, struct rect area);

#endif
