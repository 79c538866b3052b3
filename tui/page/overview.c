/* The Overview: which rows there are, which is chosen, what keys do. */
#include "page/overview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "page/event_text.h"
#include "page/seen.h"
#include "ui/wish.h"

/* --- rows ---------------------------------------------------------------------------------------
 */

static const char *row_topic(const void *state, const struct ui *ui, int row)
{
    const struct overview *page = state;
    return page->rows[row].has_topic ? overview_name(ui, &page->rows[row]) : NULL;
}

static bool reserve(struct overview *page, size_t n)
{
    if (n <= page->cap)
        return true;
    struct overview_row *rows = realloc(page->rows, n * sizeof *rows);
    if (rows == NULL)
        return false;
    page->rows = rows;
    page->cap = n;
    return true;
}

static bool passes(const struct overview *page, const char *name)
{
    return page->filter[0] == '\0' || strcasestr(name, page->filter) != NULL;
}

static void add_row(struct overview *page, struct ui *ui, struct overview_row row)
{
    if (passes(page, overview_name(ui, &row)))
        page->rows[page->n_rows++] = row;
}

static void collect_rows(struct overview *page, struct ui *ui)
{
    const struct pt_topics_section *topics = ui->snap->topics;
    page->n_rows = 0;
    if (!reserve(page, PT_STREAMS + topics->n_topics))
        return;
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &ui->snap->streams->streams[i];
        const struct pt_topic *topic = topic_find(ui->snap, stream->topic);
        /* A stream without a topic can't run; it is listed while nothing is known yet. */
        if (stream->topic[0] == '\0' && ui->snap->cluster->state != PT_CLUSTER_UNKNOWN)
            continue;
        struct overview_row row = {.stream = i, .has_topic = topic != NULL};
        row.topic = topic != NULL ? (size_t)(topic - topics->topics) : 0;
        add_row(page, ui, row);
    }
    for (size_t i = 0; i < topics->n_topics; i++) {
        const struct pt_topic *topic = &topics->topics[i];
        if (topic->is_watched && topic->stream < 0)
            add_row(page, ui, (struct overview_row){.stream = -1, .topic = i, .has_topic = true});
    }
}

/* The common beginning of the streams' topics, up to a dot: shown once, in the header. */
static void find_prefix(struct overview *page, const struct ui *ui)
{
    const struct pt_stream *streams = ui->snap->streams->streams;
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

static void find_selected(struct overview *page, const struct ui *ui)
{
    for (size_t i = 0; i < page->n_rows; i++)
        if (strcmp(overview_name(ui, &page->rows[i]), page->selected) == 0)
            page->list.selected = (int)i;
}

static void keep_selected(struct overview *page, const struct ui *ui)
{
    if ((size_t)page->list.selected < page->n_rows)
        snprintf(page->selected, sizeof page->selected, "%s",
                 overview_name(ui, &page->rows[page->list.selected]));
}

static int sink_rows(const struct ui *ui)
{
    const struct pt_connectors_section *sinks = ui->snap->connectors;
    if (sinks->n_connectors == 0)
        return 0;
    const struct pt_connector *sink = &sinks->connectors[0];
    int cause = (sink->cause[0] != '\0') + (sink->fix[0] != '\0');
    int witnesses = (int)sink->n_evidence;
    return cause + (witnesses > 0 ? witnesses : sink->newest_object[0] != '\0');
}

static void recalc(void *state, struct ui *ui, struct rect body)
{
    struct overview *page = state;
    collect_rows(page, ui);
    find_prefix(page, ui);
    page->n_flows = 0;
    page->has_failed = false;
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *stream = &ui->snap->streams->streams[i];
        page->n_flows += stream->topic[0] != '\0';
        page->has_failed |= stream->failed > 0;
    }
    struct overview_want want = {.topics = (int)page->n_rows,
                                 .flows = page->n_flows,
                                 .sink = sink_rows(ui),
                                 .events = (int)ui->snap->events->n_events,
                                 .has_clocks = ui->snap->auth->auth.state != PT_AUTH_NOT_NEEDED};
    page->layout = overview_fit(body, want);
    find_selected(page, ui);
    list_fit(&page->list, (int)page->n_rows, page->layout.table.h - 1);
    list_fit(&page->events, want.events, page->layout.events.h - 1);
    keep_selected(page, ui);
    seen_rows(ui, &page->list, row_topic, page);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static bool move(struct overview *page, struct ui *ui, enum action action)
{
    struct list *list = page->panel == PANEL_EVENTS ? &page->events : &page->list;
    switch (action) {
    case ACT_UP:
        list_move(list, -1);
        break;
    case ACT_DOWN:
        list_move(list, 1);
        break;
    case ACT_PAGE_UP:
        list_move(list, -list->height);
        break;
    case ACT_PAGE_DOWN:
        list_move(list, list->height);
        break;
    case ACT_TOP:
        list_select(list, 0);
        break;
    case ACT_BOTTOM:
        list_select(list, list->count);
        break;
    default:
        return false;
    }
    keep_selected(page, ui);
    return true;
}

static const char *topic(const void *state)
{
    const struct overview *page = state;
    return page->n_rows > 0 && page->rows[page->list.selected].has_topic ? page->selected : NULL;
}

static enum overview_panel panel_after(const struct overview *page)
{
    enum overview_panel next = (page->panel + 1) % PANELS;
    return next == PANEL_EVENTS && page->layout.events.h <= 1 ? PANEL_TOPICS : next;
}

static const char *foot(const void *state, enum action action)
{
    const struct overview *page = state;
    static const char *const words[PANELS] = {
        [PANEL_TOPICS] = "topics", [PANEL_VERDICT] = "verdict", [PANEL_EVENTS] = "events"};
    if (action == ACT_ENTER && page->panel != PANEL_TOPICS)
        return "in full";
    return action == ACT_PANEL ? words[panel_after(page)] : NULL;
}

static bool has_details(const void *state, const struct ui *ui)
{
    (void)ui;
    const struct overview *page = state;
    return page->panel != PANEL_TOPICS || topic(page) != NULL;
}

static void open_verdict(struct ui *ui)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return;
    overview_tell(ui, out);
    fclose(out);
    if (text != NULL)
        ui_ask(ui, DIALOG_TEXT, "The verdict", text, NULL);
    free(text);
}

static void enter(const struct overview *page, struct ui *ui)
{
    const struct pt_events_section *events = ui->snap->events;
    if (page->panel == PANEL_VERDICT)
        open_verdict(ui);
    else if (page->panel == PANEL_EVENTS && page->events.selected < (int)events->n_events)
        event_open(ui, "What happened",
                   events->events[events->n_events - 1 - (size_t)page->events.selected]);
    else if (page->panel == PANEL_EVENTS)
        ui_say(ui, "nothing has happened yet");
    else if (topic(page) != NULL)
        topics_show_details(ui, page->selected);
    else
        ui_say(ui, "this topic is not there yet: n creates it");
}

static bool act(void *state, struct ui *ui, enum action action)
{
    struct overview *page = state;
    if (move(page, ui, action))
        return true;
    switch (action) {
    case ACT_PANEL:
        page->panel = panel_after(page);
        return true;
    case ACT_ENTER:
        enter(page, ui);
        return true;
    case ACT_BACK:
        if (page->filter[0] == '\0' && page->panel == PANEL_TOPICS)
            ui_say(ui, "this is the first page; q quits");
        page->filter[0] = '\0';
        page->panel = PANEL_TOPICS;
        return true;
    default:
        return false;
    }
}

static unsigned place(const void *state)
{
    (void)state;
    return AT_OVERVIEW;
}

static int stream(const void *state, const struct ui *ui)
{
    const struct overview *page = state;
    (void)ui;
    return page->n_rows > 0 ? page->rows[page->list.selected].stream : -1;
}

static void choose(void *state, const char *name)
{
    struct overview *page = state;
    snprintf(page->selected, sizeof page->selected, "%s", name);
}

static bool find(void *state, struct ui *ui, const char *text)
{
    struct overview *page = state;
    snprintf(page->filter, sizeof page->filter, "%s", text);
    collect_rows(page, ui);
    return page->n_rows > 0;
}

static bool copy(const void *state, const struct ui *ui, FILE *out)
{
    (void)state;
    overview_tell(ui, out);
    return true;
}

static void *new_page(void)
{
    struct overview *page = calloc(1, sizeof *page);
    return page;
}

static void free_page(void *state)
{
    struct overview *page = state;
    free(page->rows);
    free(page);
}

const struct page_ops page_overview = {
    .name = "Overview",
    .new = new_page,
    .free = free_page,
    .recalc = recalc,
    .draw = overview_draw,
    .act = act,
    .place = place,
    .stream = stream,
    .topic = topic,
    .choose = choose,
    .has_details = has_details,
    .foot = foot,
    .find = find,
    .copy = copy,
};
