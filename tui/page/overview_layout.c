/* Where the panels of the Overview go: first what nobody may miss, then more of everything. */
#include "page/overview_layout.h"

enum { VERDICT, DETAIL, CLOCKS, RULE, TABLE, FLOW, CHART, SINK, EVENTS, PANELS };

enum { CHART_MIN = 5, CHART_GOOD = 10, CHART_MOST = 22, FLOW_COLS_MIN = 60 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Let a panel grow to `to` rows, as far as there are any left. */
static void grow(int *panel, int to, int *left)
{
    int more = least(to - *panel, *left);
    if (more <= 0)
        return;
    *panel += more;
    *left -= more;
}

/* The same, all or nothing. */
static void grow_whole(int *panel, int to, int *left)
{
    if (to - *panel <= *left)
        grow(panel, to, left);
}

/* A header alone is no panel. */
static void grow_events(int h[PANELS], int to, int *left)
{
    if (h[EVENTS] > 0 || *left >= 2)
        grow(&h[EVENTS], to, left);
}

static void fit_heights(int h[PANELS], int left, int cols, const struct overview_want *want)
{
    int topics = want->topics > 0 ? want->topics : 1;
    grow(&h[VERDICT], 1, &left);
    grow(&h[TABLE], 2, &left);
    grow(&h[DETAIL], 1, &left);
    if (want->has_clocks)
        grow(&h[CLOCKS], 1, &left);
    grow(&h[RULE], 1, &left);
    grow(&h[TABLE], 1 + least(topics, 3), &left);
    grow(&h[SINK], 1, &left);
    grow_whole(&h[EVENTS], 2, &left);
    if (want->flows > 0 && cols >= FLOW_COLS_MIN)
        grow_whole(&h[FLOW], 1 + want->flows, &left);
    grow_whole(&h[CHART], CHART_MIN, &left);
    grow_events(h, 4, &left);
    grow(&h[TABLE], 1 + least(topics, 3 + left / 2), &left);
    if (h[CHART] > 0)
        grow(&h[CHART], CHART_GOOD, &left);
    grow(&h[SINK], least(1 + want->sink, 1 + left / 3), &left);
    if (h[CHART] > 0)
        grow(&h[CHART], least(CHART_MOST, h[CHART] + left / 2), &left);
    grow_events(h, 1 + want->events, &left);
    grow(&h[TABLE], 1 + topics, &left);
    if (h[CHART] > 0) /* an empty screen's end is better spent on the chart */
        grow(&h[CHART], CHART_MOST, &left);
    grow_events(h, h[EVENTS] + left, &left);
}

struct overview_layout overview_fit(struct rect body, struct overview_want want)
{
    int h[PANELS] = {0};
    fit_heights(h, body.h, body.w, &want);
    struct overview_layout layout;
    struct rect *const rects[PANELS] = {
        &layout.verdict, &layout.detail, &layout.clocks, &layout.rule,   &layout.table,
        &layout.flow,    &layout.chart,  &layout.sink,   &layout.events,
    };
    int y = body.y;
    for (int i = 0; i < PANELS; i++) {
        *rects[i] = (struct rect){y, body.x, h[i], body.w};
        y += h[i];
    }
    return layout;
}
