/* Selection and scrolling. */
#include "widget/list.h"

static int list_clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

void list_fit(struct list *list, int count, int height)
{
    list->count = count < 0 ? 0 : count;
    list->height = height < 1 ? 1 : height;
    int last = list->count > 0 ? list->count - 1 : 0;
    list->selected = list_clamp(list->selected, 0, last);
    int top_max = list->count > list->height ? list->count - list->height : 0;
    int low = list->selected - list->height + 1;
    list->top = list_clamp(list->top, low < 0 ? 0 : low, list->selected);
    list->top = list_clamp(list->top, 0, top_max);
}

void list_select(struct list *list, int row)
{
    list->selected = row;
    list_fit(list, list->count, list->height);
}

bool list_move(struct list *list, int by)
{
    int before = list->selected;
    long row = (long)before + by;
    list_select(list, row < 0 ? 0 : row > list->count ? list->count : (int)row);
    return list->selected != before;
}
