/* The Overview's charts: records per second into the topics and out of them, the lag, the latency
 * of acknowledgements, and the token's time, with the events below their seconds, and a cursor that
 * reads the values of one moment. */
#ifndef PAGE_CHART_PANEL_H
#define PAGE_CHART_PANEL_H

#include "page/action.h"
#include "page/chart_series.h"
#include "page/desk.h"

/* CHART_NEWEST: the cursor stays on the newest sample. */
enum { CHART_NEWEST = -1 };

struct chart_panel {
    int64_t cursor; /* the number of the sample that the keys have gone to, or CHART_NEWEST */
    int step;       /* of page/chart_series.h, as it was asked for */
    enum chart_figure figure; /* the one that has the most rows */
};

/* Draws the head, the chart and its times into the area, which needs 4 rows; where there is room,
 * the other figures that are known stand below it. is_chosen: the keys act on it, so the cursor is
 * shown. */
void chart_panel_draw(const struct chart_panel *panel, bool is_chosen, const struct page_desk *desk,
                      struct canvas *canvas, struct rect area);
/* Moves the cursor within a chart that is drawn in cols columns, or takes the next figure. False
 * when the action is none of the chart's. */
bool chart_panel_act(struct chart_panel *panel, const struct page_desk *desk, int cols,
                     enum action action);
/* Shows a longer time (by 1) or a shorter one (by -1) in a chart of cols columns. */
void chart_panel_zoom(struct chart_panel *panel, const struct page_desk *desk, int cols, int by);

#endif
