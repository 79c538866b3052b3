/* The Overview: its rows, the selection and the keys. */
#include "page/overview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "page/event_text.h"
#include "page/names.h"
#include "page/seen.h"
#include "page/shared.h"

/* ---- rows ---- */

static const char *overview_row_topic(const void *state, const struct page_desk *desk, int row)
{
    const struct overview *page = state;
    const struct overview_row *shown = &page->rows[listing_row(&page->topics, row)];
    return shown->has_topic ? overview_name(desk, shown) : NULL;
}

static void overview_collect_rows(struct overview *page, struct page_desk *desk)
{
    const struct pt_topics_section *topics = desk->snap->topics;
    page->n_rows = 0;
    struct overview_row *rows =
        rows_reserve(page->rows, &page->cap, PT_STREAMS + topics->n_topics, sizeof *rows);
    if (rows == NULL)
        return;
    page->rows = rows;
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &desk->snap->streams->streams[i];
        const struct pt_topic *topic = topic_find(desk->snap, stream->topic);
        /* A stream without a topic cannot run, so it is listed only while the topics are still
         * unknown. */
        if (stream->topic[0] == '\0' && desk->snap->cluster->state != PT_CLUSTER_UNKNOWN)
            continue;
        struct overview_row row = {.stream = i, .has_topic = topic != NULL};
        row.topic = topic != NULL ? (size_t)(topic - topics->topics) : 0;
        page->rows[page->n_rows++] = row;
    }
    for (size_t i = 0; i < topics->n_topics; i++) {
        const struct pt_topic *topic = &topics->topics[i];
        if (topic->is_watched && topic->stream < 0)
            page->rows[page->n_rows++] =
                (struct overview_row){.stream = -1, .topic = i, .has_topic = true};
    }
}

/* Finds the common beginning of the streams' topics, up to a dot. It is shown once, in the
 * header. */
static void overview_find_prefix(struct overview *page, const struct page_desk *desk)
{
    const struct pt_stream *streams = desk->snap->streams->streams;
    size_t len = strlen(streams[0].topic);
    for (int i = 1; i < PT_STREAMS; i++) {
        size_t same = 0;
        while (same < len && streams[i].topic[same] == streams[0].topic[same])
            same++;
        len = same;
    }
    while (len > 0 && streams[0].topic[len - 1] != '.')
        len--;
    memcpy(page->prefix, streams[0].topic, len);
    page->prefix[len] = '\0';
}

static void overview_keep_selected(struct overview *page, const struct page_desk *desk)
{
    const struct overview_row *row = overview_selected(page);
    if (row != NULL)
        snprintf(page->selected, sizeof page->selected, "%s", overview_name(desk, row));
}

static int overview_sink_rows(const struct page_desk *desk)
{
    const struct pt_connectors_section *sinks = desk->snap->connectors;
    if (sinks->n_connectors == 0)
        return 0;
    const struct pt_connector *sink = &sinks->connectors[0];
    int cause = (sink->cause[0] != '\0') + (sink->fix[0] != '\0');
    int witnesses = (int)sink->n_evidence;
    return cause + (witnesses > 0 ? witnesses : sink->newest_object[0] != '\0');
}

/* Whether there is something of the panel that keys can act on. */
static bool overview_shows(const struct overview *page, enum overview_panel panel)
{
    if (panel == PANEL_CHART)
        return page->layout.chart.h >= 4;
    return panel != PANEL_EVENTS || page->layout.events.h > 1; /* the first row is the header */
}

/* Has the keys act on a panel from now on. */
static void overview_choose_panel(struct overview *page, enum overview_panel panel)
{
    page->panel = panel;
    page->chart.cursor = CHART_NEWEST;
}

static void overview_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct overview *page = state;
    overview_collect_rows(page, desk);
    overview_find_prefix(page, desk);
    page->n_flows = 0;
    page->has_failed = false;
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &desk->snap->streams->streams[i];
        page->n_flows += stream->topic[0] != '\0';
        page->has_failed |= stream->failed > 0;
    }
    overview_list_recalc(page, desk);
    struct overview_want want = {.topics = page->topics.list.count,
                                 .flows = page->n_flows,
                                 .sink = overview_sink_rows(desk),
                                 .events = (int)desk->snap->events->n_events,
                                 .has_clocks = desk->snap->auth->auth.state != PT_AUTH_NOT_NEEDED};
    page->layout = overview_fit(body, want);
    if (!overview_shows(page, page->panel))
        overview_choose_panel(page, PANEL_TOPICS);
    list_fit(&page->topics.list, want.topics, page->layout.table.h - 1);
    overview_events_recalc(page, desk, page->layout.events.h - 1);
    overview_keep_selected(page, desk);
    seen_rows(desk, &page->topics.list, overview_row_topic, page);
}

/* ---- keys ---- */

static const char *overview_topic(const void *state)
{
    const struct overview *page = state;
    const struct overview_row *row = overview_selected(page);
    return row != NULL && row->has_topic ? page->selected : NULL;
}

static enum overview_panel overview_panel_after(const struct overview *page)
{
    enum overview_panel next = (page->panel + 1) % PANELS;
    while (!overview_shows(page, next))
        next = (next + 1) % PANELS;
    return next;
}

static const char *overview_foot(const void *state, enum action action)
{
    const struct overview *page = state;
    static const char *const words[PANELS] = {
        [PANEL_TOPICS] = "topics",
        [PANEL_VERDICT] = "verdict",
        [PANEL_CHART] = "chart",
        [PANEL_EVENTS] = "events",
    };
    if (action == ACT_ENTER && page->panel != PANEL_TOPICS)
        return "in full";
    return action == ACT_PANEL ? words[overview_panel_after(page)] : NULL;
}

static bool overview_can(const void *state, const struct page_desk *desk, enum action action)
{
    (void)desk;
    const struct overview *page = state;
    if (action != ACT_ENTER || page->panel == PANEL_VERDICT || page->panel == PANEL_EVENTS)
        return true;
    return page->panel == PANEL_TOPICS && overview_topic(page) != NULL;
}

static void overview_open_verdict(struct page_desk *desk)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return;
    overview_tell(desk, out);
    fclose(out);
    if (text != NULL)
        desk_show(desk, "The verdict", text);
    free(text);
}

static void overview_enter(const struct overview *page, struct page_desk *desk)
{
    const struct pt_event *event = overview_event(desk, listing_selected(&page->events));
    if (page->panel == PANEL_VERDICT)
        overview_open_verdict(desk);
    else if (page->panel == PANEL_EVENTS && event != NULL)
        event_open(desk, "What happened", event);
    else if (page->panel == PANEL_EVENTS)
        desk_say(desk, "nothing has happened yet");
    else if (overview_topic(page) != NULL)
        desk_open_topic(desk, page->selected);
    else
        desk_say(desk, "this topic is not there yet: n creates it");
}

static bool overview_act(void *state, struct page_desk *desk, enum action action)
{
    struct overview *page = state;
    if (page->panel == PANEL_CHART &&
        chart_panel_act(&page->chart, desk, page->layout.chart.w, action))
        return true;
    switch (action) {
    case ACT_PANEL:
        overview_choose_panel(page, overview_panel_after(page));
        return true;
    case ACT_SECTION_NEXT:
    case ACT_SECTION_BACK:
        if (page->layout.chart.h >= 4)
            chart_panel_zoom(&page->chart, desk, page->layout.chart.w,
                             action == ACT_SECTION_NEXT ? 1 : -1);
        else
            desk_say(desk, "the chart has no room in this window; it needs 4 rows");
        return true;
    case ACT_ENTER:
        overview_enter(page, desk);
        return true;
    case ACT_BACK:
        if (page->panel == PANEL_TOPICS)
            desk_say(desk, "this is the first page; q quits");
        overview_choose_panel(page, PANEL_TOPICS);
        return true;
    default:
        return false;
    }
}

static const struct page_key overview_keys[] = {
    {ACT_STREAM                                               },
    {ACT_STREAMS                                              },
    {ACT_FASTER                                               },
    {ACT_SLOWER                                               },
    {ACT_RATE                                                 },
    {ACT_ENTER                                                },
    {ACT_CONNECTOR                                            },
    {ACT_BACK,                                                  0, NULL, "show all rows; back"},
    {ACT_TOPIC_NEW                                                    },
    LISTING_KEYS,
    {ACT_REFRESH                                                        },
    {ACT_FREEZE    },
    {ACT_COPY},
    {ACT_SAVE                                                    },
    {ACT_COMMAND                                                        },
    {ACT_PAGE    },
    {ACT_PANEL, 3, "verdict", "to the verdict, the events, the chart (arrows read it)"},
    {ACT_SECTION_BACK,                                                     13, "span", "a shorter or longer time in the charts, to 24 h"},
    {ACT_SECTION_NEXT                                                       },
    {ACT_NONE},
};

static const struct page_place overview_places[] = {
    {"Overview", overview_keys},
    {NULL         },
};

static int overview_stream(const void *state, const struct page_desk *desk)
{
    const struct overview *page = state;
    (void)desk;
    const struct overview_row *row = overview_selected(page);
    return row != NULL ? row->stream : -1;
}

static void overview_choose(void *state, const char *name)
{
    struct overview *page = state;
    snprintf(page->selected, sizeof page->selected, "%s", name);
    listing_choose(&page->topics, listing_key(name));
}

static struct listing *overview_listing(void *state)
{
    struct overview *page = state;
    return page->panel == PANEL_TOPICS   ? &page->topics
           : page->panel == PANEL_EVENTS ? &page->events
                                         : NULL;
}

static struct chart_panel *overview_chart(void *state)
{
    return &((struct overview *)state)->chart;
}

/* A click on a row has the keys act on its list. */
static void overview_focus(void *state, const struct listing *listing)
{
    struct overview *page = state;
    overview_choose_panel(page, listing == &page->events ? PANEL_EVENTS : PANEL_TOPICS);
}

/* The title has what was asked of the list of topics; the header of the events says it for them. */
static void overview_title(const void *state, const struct page_desk *desk, char *out, size_t cap)
{
    const struct overview *page = state;
    (void)desk;
    out[0] = '\0';
    if (!listing_is_plain(&page->topics))
        listing_title(&page->topics, out, cap);
}

static bool overview_copy(const void *state, const struct page_desk *desk, FILE *out)
{
    (void)state;
    overview_tell(desk, out);
    return true;
}

static void *overview_new(void)
{
    struct overview *page = calloc(1, sizeof *page);
    if (page != NULL)
        page->chart.cursor = CHART_NEWEST;
    return page;
}

static void overview_free(void *state)
{
    struct overview *page = state;
    listing_done(&page->topics);
    listing_done(&page->events);
    free(page->rows);
    free(page);
}

const struct page_ops page_overview = {
    .new = overview_new,
    .free = overview_free,
    .recalc = overview_recalc,
    .draw = overview_draw,
    .act = overview_act,
    .places = overview_places,
    .stream = overview_stream,
    .topic = overview_topic,
    .choose = overview_choose,
    .can = overview_can,
    .foot = overview_foot,
    .listing = overview_listing,
    .chart = overview_chart,
    .focus = overview_focus,
    .title = overview_title,
    .copy = overview_copy,
};
