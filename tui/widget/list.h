/* Which row of a list is chosen, and which rows are seen. Plain arithmetic: draws nothing. */
#ifndef WIDGET_LIST_H
#define WIDGET_LIST_H

#include <stdbool.h>

struct list {
    int count;    /* rows */
    int height;   /* rows that are seen at once; at least 1 */
    int selected; /* 0 … count-1; 0 when there is none */
    int top;      /* the first row seen */
};

/* Take a new count and height; the selection stays inside, and is seen. */
void list_fit(struct list *list, int count, int height);
/* Move the selection by rows (clamped). True when it moved. */
bool list_move(struct list *list, int by);
void list_select(struct list *list, int row);

#endif
