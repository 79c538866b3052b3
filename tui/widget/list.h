/* Which row of a list is selected, and which rows are visible. Draws nothing. */
#ifndef WIDGET_LIST_H
#define WIDGET_LIST_H

#include <stdbool.h>

struct list {
    int count;    /* rows */
    int height;   /* visible rows, at least 1 */
    int selected; /* 0 … count-1; 0 when the list is empty */
    int top;      /* the first visible row */
};

/* Sets count and height. The selection stays inside the list and visible. */
void list_fit(struct list *list, int count, int height);
/* Moves the selection by a number of rows, at most to the ends. True when it moved. */
bool list_move(struct list *list, int by);
void list_select(struct list *list, int row);

#endif
