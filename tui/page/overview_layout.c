/* Gives each panel of the Overview its rows: first what must be visible, then more of
 * everything. A wide screen has two columns of panels. */
#include "page/overview_layout.h"

#include <stddef.h>

enum { VERDICT, DETAIL, CLOCKS, RULE, TABLE, FLOW, CHART, SINK, EVENTS, PANELS };

enum { CHART_MIN = 5, CHART_GOOD = 10, CHART_MOST = 22, FLOW_COLS_MIN = 60 };

/* From this size on panels stand side by side; the left ones get so many percent of the columns. */
enum { WIDE_COLS = 160, WIDE_ROWS = 18, WIDE_LEFT = 64, WIDE_EVENTS_MIN = 5 };
/* From this size on the chart stands below, and keeps at least so many rows; the events beside the
 * tables need the columns. */
enum { TALL_COLS = 190, TALL_ROWS = 38, TALL_CHART_MIN = 20 };

static int overview_least(int a, int b)
{
    return a < b ? a : b;
}

/* Grows a panel to `to` rows, as far as rows are left. */
static void overview_grow(int *panel, int to, int *left)
{
    int more = overview_least(to - *panel, *left);
    if (more <= 0)
        return;
    *panel += more;
    *left -= more;
}

/* Grows a panel to `to` rows, or not at all. */
static void overview_grow_whole(int *panel, int to, int *left)
{
    if (to - *panel <= *left)
        overview_grow(panel, to, left);
}

/* Grows the events, but not to a header without an event. */
static void overview_grow_events(int h[PANELS], int to, int *left)
{
    if (h[EVENTS] > 0 || *left >= 2)
        overview_grow(&h[EVENTS], to, left);
}

static void overview_fit_heights(int h[PANELS], int left, int cols,
                                 const struct overview_want *want)
{
    int topics = want->topics > 0 ? want->topics : 1;
    overview_grow(&h[VERDICT], 1, &left);
    overview_grow(&h[TABLE], 2, &left);
    overview_grow(&h[DETAIL], 1, &left);
    if (want->has_clocks)
        overview_grow(&h[CLOCKS], 1, &left);
    overview_grow(&h[RULE], 1, &left);
    overview_grow(&h[TABLE], 1 + overview_least(topics, 3), &left);
    overview_grow(&h[SINK], 1, &left);
    overview_grow_whole(&h[EVENTS], 2, &left);
    if (want->flows > 0 && cols >= FLOW_COLS_MIN)
        overview_grow_whole(&h[FLOW], 1 + want->flows, &left);
    overview_grow_whole(&h[CHART], CHART_MIN, &left);
    overview_grow_events(h, 4, &left);
    overview_grow(&h[TABLE], 1 + overview_least(topics, 3 + left / 2), &left);
    if (h[CHART] > 0)
        overview_grow(&h[CHART], CHART_GOOD, &left);
    overview_grow(&h[SINK], overview_least(1 + want->sink, 1 + left / 3), &left);
    if (h[CHART] > 0)
        overview_grow(&h[CHART], overview_least(CHART_MOST, h[CHART] + left / 2), &left);
    overview_grow_events(h, 1 + want->events, &left);
    overview_grow(&h[TABLE], 1 + topics, &left);
    if (h[CHART] > 0) /* rows that nothing else needs */
        overview_grow(&h[CHART], CHART_MOST, &left);
    overview_grow_events(h, h[EVENTS] + left, &left);
}

/* The verdict and its lines over the whole width; returns the rest of the body. */
static struct rect overview_put_top(struct rect body, const struct overview_want *want,
                                    struct overview_layout *layout)
{
    struct rect *const rects[] = {&layout->verdict, &layout->detail, &layout->clocks,
                                  &layout->rule};
    int y = body.y;
    for (size_t i = 0; i < sizeof rects / sizeof *rects; i++) {
        int h = rects[i] != &layout->clocks || want->has_clocks;
        *rects[i] = (struct rect){y, body.x, h, body.w};
        y += h;
    }
    return (struct rect){y, body.x, body.y + body.h - y, body.w};
}

/* Puts panels of these heights one below the other. */
static void overview_put_column(struct rect column, struct rect *const rects[], const int h[],
                                int n)
{
    int y = column.y;
    for (int i = 0; i < n; i++) {
        *rects[i] = (struct rect){y, column.x, h[i], column.w};
        y += h[i];
    }
}

/* How the panels at the left share at most so many rows. */
struct overview_left {
    int table, flow, sink;
};

static struct overview_left overview_fit_left(const struct overview_want *want, int most)
{
    int topics = want->topics > 0 ? want->topics : 1;
    struct overview_left left = {.flow = want->flows > 0 ? 1 + want->flows : 0};
    left.table = overview_least(1 + topics, most - left.flow - 1);
    left.sink = overview_least(1 + want->sink, most - left.flow - left.table);
    return left;
}

/* The topics, the flow and the sink at the left, beside them the events, and the chart below both
 * over the whole width, since a chart fills any room and few events leave it empty. */
static void overview_put_tall(struct overview_layout *layout, struct rect rest,
                              struct overview_left h)
{
    int rows = h.table + h.flow + h.sink;
    struct rect left = {rest.y, rest.x, rows, rest.w * WIDE_LEFT / 100};
    overview_put_column(left, (struct rect *const[]){&layout->table, &layout->flow, &layout->sink},
                        (const int[]){h.table, h.flow, h.sink}, 3);
    layout->events = (struct rect){rest.y, rest.x + left.w + 1, rows, rest.w - left.w - 1};
    layout->chart = (struct rect){rest.y + rows, rest.x, rest.h - rows, rest.w};
}

/* All panels at the left, one below the other, and the chart beside them. */
static void overview_put_wide(struct overview_layout *layout, struct rect rest,
                              struct overview_left h)
{
    struct rect left = {rest.y, rest.x, rest.h, rest.w * WIDE_LEFT / 100};
    overview_put_column(
        left, (struct rect *const[]){&layout->table, &layout->flow, &layout->sink, &layout->events},
        (const int[]){h.table, h.flow, h.sink, rest.h - h.table - h.flow - h.sink}, 4);
    layout->chart = (struct rect){rest.y, rest.x + left.w + 1, rest.h, rest.w - left.w - 1};
}

static struct overview_layout overview_fit_wide(struct rect body, const struct overview_want *want)
{
    struct overview_layout layout;
    struct rect rest = overview_put_top(body, want, &layout);
    if (body.w >= TALL_COLS && rest.h >= TALL_ROWS)
        overview_put_tall(&layout, rest, overview_fit_left(want, rest.h - TALL_CHART_MIN));
    else
        overview_put_wide(&layout, rest, overview_fit_left(want, rest.h - WIDE_EVENTS_MIN));
    return layout;
}

struct overview_layout overview_fit(struct rect body, struct overview_want want)
{
    int h[PANELS] = {0};
    if (body.w >= WIDE_COLS && body.h >= WIDE_ROWS)
        return overview_fit_wide(body, &want);
    overview_fit_heights(h, body.h, body.w, &want);
    struct overview_layout layout;
    struct rect *const rects[PANELS] = {
        &layout.verdict, &layout.detail, &layout.clocks, &layout.rule,   &layout.table,
        &layout.flow,    &layout.chart,  &layout.sink,   &layout.events,
    };
    overview_put_column(body, rects, h, PANELS);
    return layout;
}
