/* The Overview's lists: of topics and of events. */
#include <stdio.h>
#include <string.h>

#include "page/overview.h"
#include "page/wish_state.h"
#include "widget/format.h"

/* ---- topics ---- */

static uint64_t overview_key(const void *arg, size_t row)
{
    const struct overview_list_arg *list = arg;
    return listing_key(overview_name(list->desk, &list->page->rows[row]));
}

/* What is unknown counts: nobody has said that it is well. */
static bool overview_is_fault(const void *arg, size_t index)
{
    const struct overview_list_arg *list = arg;
    const struct overview_row *row = &list->page->rows[index];
    if (!row->has_topic)
        return true;
    const struct pt_topic *topic = &list->desk->snap->topics->topics[row->topic];
    if (topic->leaderless != 0 || topic->under_replicated != 0)
        return true;
    if (row->stream < 0)
        return false;
    enum pt_stream_state state = wish_state(list->desk, (enum pt_stream_id)row->stream);
    return state == PT_STREAM_ERROR || state == PT_STREAM_WAITING || state == PT_STREAM_HELD ||
           list->desk->snap->streams->streams[row->stream].failed > 0;
}

void overview_list_recalc(struct overview *page, const struct page_desk *desk)
{
    struct overview_list_arg arg = {page, desk};
    struct listing_rows rows = {.n = page->n_rows,
                                .arg = &arg,
                                .cell = overview_cell,
                                .value = overview_value,
                                .key = overview_key,
                                .is_fault = overview_is_fault};
    rows.columns = overview_columns(&rows.n_columns);
    /* The layout, and with it the height, depends on how many rows there are. */
    listing_recalc(&page->topics, &rows, page->topics.list.height);
}

const struct overview_row *overview_selected(const struct overview *page)
{
    int row = listing_selected(&page->topics);
    return row >= 0 && (size_t)row < page->n_rows ? &page->rows[row] : NULL;
}

/* ---- events ---- */

enum { EVENT_TIME, EVENT_AREA, EVENT_TEXT, EVENT_COLS };

static const struct column event_columns[EVENT_COLS] = {
    [EVENT_TIME] = {"TIME", 10, 0, 0, ALIGN_LEFT},
    [EVENT_AREA] = {"AREA", 9,  0, 0, ALIGN_LEFT},
    [EVENT_TEXT] = {"TEXT", 40, 0, 0, ALIGN_LEFT},
};

const struct pt_event *overview_event(const struct page_desk *desk, int row)
{
    const struct pt_events_section *events = desk->snap->events;
    return row >= 0 && row < (int)events->n_events
               ? events->events[events->n_events - 1 - (size_t)row]
               : NULL;
}

static const struct pt_event *overview_event_of(const void *arg, size_t row)
{
    return overview_event(arg, (int)row);
}

static void overview_event_cell(const void *arg, int row, int column, int cols, char *out,
                                size_t cap, enum style *style)
{
    const struct pt_event *event = overview_event_of(arg, (size_t)row);
    (void)cols;
    (void)style;
    snprintf(out, cap, "%s",
             column == EVENT_TIME   ? show_second(event->time_ms).s
             : column == EVENT_AREA ? event->area
                                    : event->text);
}

static uint64_t overview_event_key(const void *arg, size_t row)
{
    const struct pt_event *event = overview_event_of(arg, row);
    return listing_key(event->text) ^ (uint64_t)event->time_ms;
}

static bool overview_event_is_fault(const void *arg, size_t row)
{
    return overview_event_of(arg, row)->severity >= PT_WARN;
}

static bool overview_event_value(const void *arg, size_t row, int column, double *value)
{
    *value = (double)overview_event_of(arg, row)->time_ms;
    return column == EVENT_TIME;
}

static bool overview_event_has(const void *arg, size_t row, const char *text)
{
    return strcasestr(overview_event_of(arg, row)->text, text) != NULL;
}

void overview_events_recalc(struct overview *page, const struct page_desk *desk, int height)
{
    struct listing_rows rows = {.columns = event_columns,
                                .n_columns = EVENT_COLS,
                                .n = desk->snap->events->n_events,
                                .arg = desk,
                                .cell = overview_event_cell,
                                .key = overview_event_key,
                                .is_fault = overview_event_is_fault,
                                .value = overview_event_value,
                                .has = overview_event_has};
    if (page->events.list.selected == 0) /* on the newest, whichever it is */
        listing_stay(&page->events, 0);
    listing_recalc(&page->events, &rows, height);
}
