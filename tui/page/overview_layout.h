/* The layout of the Overview. Pure: tested at every size. */
#ifndef PAGE_OVERVIEW_LAYOUT_H
#define PAGE_OVERVIEW_LAYOUT_H

#include <stdbool.h>

#include "term/canvas.h"

/* What there is to show, in rows without headers. */
struct overview_want {
    int topics, flows, sink, events;
    bool has_clocks;
};

/* Empty rectangles are not shown. table, flow, chart and events have a header row of their own. */
struct overview_layout {
    struct rect verdict, detail, clocks, rule, table, flow, chart, sink, events;
};

struct overview_layout overview_fit(struct rect body, struct overview_want want);

#endif
