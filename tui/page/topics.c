/* The Topics page: the list of topics. Only visible rows are formatted, so 1,000 topics scroll as
 * fast as three. */
#include "page/topics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/away_words.h"
#include "page/seen.h"
#include "page/shared.h"
#include "widget/format.h"
#include "widget/table.h"

enum {
    COL_NAME,
    COL_STREAM,
    COL_PARTITIONS,
    COL_REPLICAS,
    COL_RECORDS,
    COL_IN,
    COL_OUT,
    COL_LAG,
    COL_HEALTH,
    COLS
};

static const struct column columns[COLS] = {
    [COL_NAME] = {"TOPIC",   14, 0, 60, ALIGN_LEFT },
    [COL_STREAM] = {"STREAM",  8,  5, 10, ALIGN_LEFT },
    [COL_PARTITIONS] = {"PARTS",   6,  1, 8,  ALIGN_RIGHT},
    [COL_REPLICAS] = {"REPL",    5,  3, 8,  ALIGN_RIGHT},
    [COL_RECORDS] = {"RECORDS", 12, 0, 16, ALIGN_RIGHT},
    [COL_IN] = {"IN/s",    7,  0, 10, ALIGN_RIGHT},
    [COL_OUT] = {"OUT/s",   7,  2, 10, ALIGN_RIGHT},
    [COL_LAG] = {"LAG",     8,  2, 14, ALIGN_RIGHT},
    [COL_HEALTH] = {"HEALTH",  13, 4, 24, ALIGN_LEFT },
};

static const struct pt_topic *topics_at(const struct page_desk *desk, size_t row)
{
    return &desk->snap->topics->topics[row];
}

/* ---- cells ---- */

static void topics_health(const struct pt_topic *topic, char *out, size_t cap, enum style *style)
{
    if (topic->leaderless < 0 || topic->under_replicated < 0) {
        snprintf(out, cap, "–");
    } else if (topic->leaderless > 0) {
        snprintf(out, cap, "%d no leader", topic->leaderless);
        *style = STYLE_BAD;
    } else if (topic->under_replicated > 0) {
        snprintf(out, cap, "%d behind", topic->under_replicated);
        *style = STYLE_WARN;
    } else {
        snprintf(out, cap, "%s", topic->is_internal ? "ok internal" : "ok");
    }
}

static struct shown topics_figure(const struct pt_topic *topic, int column, int cols)
{
    switch (column) {
    case COL_PARTITIONS:
        return show_count_in(topic->n_partitions >= 0 ? topic->n_partitions : PT_UNKNOWN, cols);
    case COL_REPLICAS:
        return show_count_in(topic->replication >= 0 ? topic->replication : PT_UNKNOWN, cols);
    case COL_RECORDS:
        return show_count_in(topic->messages, cols);
    case COL_IN:
        return show_rate(topic->in_per_s);
    case COL_OUT:
        return show_rate(topic->out_per_s);
    default:
        return show_count_in(topic->lag, cols);
    }
}

static void topics_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                        enum style *style)
{
    const struct pt_topic *topic = topics_at(arg, (size_t)row);
    if (column == COL_NAME)
        snprintf(out, cap, "%s", topic->name);
    else if (column == COL_STREAM && topic->stream >= 0)
        snprintf(out, cap, "%s", pt_stream_name((enum pt_stream_id)topic->stream));
    else if (column == COL_HEALTH)
        topics_health(topic, out, cap, style);
    else if (column != COL_STREAM)
        snprintf(out, cap, "%s", topics_figure(topic, column, cols).s);
}

/* ---- rows ---- */

static uint64_t topics_key(const void *arg, size_t row)
{
    return listing_key(topics_at(arg, row)->name);
}

/* What is unknown counts: nobody has said that it is well. */
static bool topics_is_fault(const void *arg, size_t row)
{
    const struct pt_topic *topic = topics_at(arg, row);
    return topic->leaderless != 0 || topic->under_replicated != 0;
}

static const char *topics_row_topic(const void *page, const struct page_desk *desk, int row)
{
    const struct topics *topics = page;
    return topics_at(desk, (size_t)listing_row(&topics->listing, row))->name;
}

static void topics_keep_selected(struct topics *page, const struct page_desk *desk)
{
    int row = listing_selected(&page->listing);
    snprintf(page->selected, sizeof page->selected, "%s",
             row >= 0 ? topics_at(desk, (size_t)row)->name : "");
}

/* The rows above the table: the AWS-only view says that it is this view, and what it does not
 * tell. */
static int topics_note_rows(const struct pt_topics_section *topics, int64_t now_ms)
{
    char sentence[80];
    away_sentence(topics, now_ms, sentence, sizeof sentence);
    return (sentence[0] != '\0') +
           (topics->source == PT_TOPICS_OF_AWS && topics->aws_note[0] != '\0');
}

static void topics_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct topics *page = state;
    const struct pt_topics_section *topics = desk->snap->topics;
    struct listing_rows rows = {.columns = columns,
                                .n_columns = COLS,
                                .n = topics->n_topics,
                                .arg = desk,
                                .cell = topics_cell,
                                .key = topics_key,
                                .is_fault = topics_is_fault};
    listing_recalc(&page->listing, &rows, body.h - 1 - topics_note_rows(topics, desk->now_ms));
    topics_keep_selected(page, desk);
    if (page->details.is_open) {
        seen_topic(desk, page->details.topic);
        details_recalc(&page->details, desk, body);
    } else {
        seen_rows(desk, &page->listing.list, topics_row_topic, page);
    }
}

/* ---- drawing ---- */

static const char *topics_empty_words(const struct topics *page, const struct page_desk *desk)
{
    if (listing_why_empty(&page->listing) != NULL)
        return listing_why_empty(&page->listing);
    if (desk->snap->topics->source == PT_TOPICS_OF_AWS)
        return "AWS lists no topics; n creates one";
    if (desk->snap->topics->asked_ms == PT_UNKNOWN)
        return "waiting for the cluster's list of topics";
    return "this cluster has no topics; n creates one";
}

/* Returns what is left of the body for the table. */
static struct rect topics_draw_notes(const struct page_desk *desk, struct canvas *canvas,
                                     struct rect body)
{
    const struct pt_topics_section *topics = desk->snap->topics;
    char sentence[PT_REASON_MAX + 80];
    int rows = topics_note_rows(topics, desk->now_ms);
    away_sentence(topics, desk->now_ms, sentence, sizeof sentence);
    if (rows > 0)
        canvas_field(canvas, body, 0, 1, body.w - 2, ALIGN_LEFT, STYLE_WARN, sentence);
    if (rows > 1)
        canvas_field(canvas, body, 1, 1, body.w - 2, ALIGN_LEFT, STYLE_DIM, topics->aws_note);
    return (struct rect){body.y + rows, body.x, body.h - rows, body.w};
}

static void topics_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                        struct rect body)
{
    const struct topics *page = state;
    if (page->details.is_open) {
        details_draw(&page->details, desk, canvas, body);
        return;
    }
    body = topics_draw_notes(desk, canvas, body);
    struct table table = {columns, COLS, &page->listing, topics_cell, desk, true};
    table_draw(&table, canvas, body);
    const char *error =
        desk->snap->topics->source == PT_TOPICS_OF_AWS ? "" : desk->snap->topics->error;
    if (page->listing.list.count == 0)
        canvas_field(canvas, body, 1, 1, body.w - 2, ALIGN_LEFT, STYLE_NORMAL,
                     error[0] != '\0' ? error : topics_empty_words(page, desk));
}

static void topics_title(const void *state, const struct page_desk *desk, char *out, size_t cap)
{
    const struct topics *page = state;
    const struct pt_topics_section *topics = desk->snap->topics;
    if (page->details.is_open)
        details_title(&page->details, out, cap);
    else if (topics->asked_ms == PT_UNKNOWN && topics->n_topics == 0)
        snprintf(out, cap, "–"); /* how many there are, nobody has said */
    else
        listing_title(&page->listing, out, cap);
}

/* ---- keys ---- */

static bool topics_act(void *state, struct page_desk *desk, enum action action)
{
    struct topics *page = state;
    if (page->details.is_open)
        return details_act(&page->details, desk, action);
    if (action == ACT_ENTER && page->selected[0] != '\0') {
        details_open(&page->details, desk, page->selected);
        return true;
    }
    return false;
}

static const struct page_key topics_keys[] = {
    {ACT_STREAM },
    {ACT_STREAMS},
    {ACT_FASTER },
    {ACT_SLOWER },
    {ACT_RATE   },
    {ACT_ENTER  },
    {ACT_BACK,    0, NULL, "show all rows; back"},
    {ACT_TOPIC_NEW      },
    {ACT_TOPIC_ALTER          },
    {ACT_TOPIC_DELETE    },
    {ACT_PRODUCE},
    LISTING_KEYS,
    {ACT_MARK      },
    {ACT_NONE          },
};

static const struct page_place topics_places[] = {
    {"Topics",      topics_keys},
    {"One topic",             details_keys},
    {NULL},
};

static size_t topics_place(const void *state)
{
    const struct topics *page = state;
    return page->details.is_open ? 1 : 0;
}

static const char *topics_topic(const void *state)
{
    const struct topics *page = state;
    if (page->details.is_open)
        return page->details.topic;
    return page->selected[0] != '\0' ? page->selected : NULL;
}

static const char *topics_setting(const void *state)
{
    const struct topics *page = state;
    return page->details.is_open ? details_setting(&page->details) : NULL;
}

static int topics_stream(const void *state, const struct page_desk *desk)
{
    const char *name = topics_topic(state);
    for (int i = 0; name != NULL && i < PT_STREAMS; i++)
        if (strcmp(desk->snap->streams->streams[i].topic, name) == 0)
            return i;
    return -1;
}

/* Those that a filter hides are marked too: the question names them. */
static int topics_marked(const void *state, const struct page_desk *desk,
                         const char *names[LISTING_MARKS_MAX])
{
    const struct topics *page = state;
    const struct pt_topics_section *all = desk->snap->topics;
    int n = 0;
    for (size_t i = 0; !page->details.is_open && i < all->n_topics && n < LISTING_MARKS_MAX; i++)
        if (listing_is_marked(&page->listing, listing_key(all->topics[i].name)))
            names[n++] = all->topics[i].name;
    return n;
}

static void topics_choose(void *state, const char *name)
{
    struct topics *page = state;
    snprintf(page->selected, sizeof page->selected, "%s", name);
    listing_choose(&page->listing, listing_key(name));
}

static struct listing *topics_listing(void *state)
{
    struct topics *page = state;
    return page->details.is_open ? details_listing(&page->details) : &page->listing;
}

static bool topics_can(const void *state, const struct page_desk *desk, enum action action)
{
    (void)desk;
    return action != ACT_ENTER || topics_topic(state) != NULL;
}

static bool topics_copy(const void *state, const struct page_desk *desk, FILE *out)
{
    const struct topics *page = state;
    (void)desk;
    if (page->details.is_open)
        return details_copy(&page->details, out);
    fputs(page->selected, out);
    return page->selected[0] != '\0';
}

static void topics_open_topic(void *state, struct page_desk *desk, const char *name)
{
    struct topics *page = state;
    snprintf(page->selected, sizeof page->selected, "%s", name);
    listing_show_all(&page->listing);
    listing_choose(&page->listing, listing_key(name));
    details_open(&page->details, desk, name);
}

static void topics_records_from(void *state, struct page_desk *desk, const struct pt_command *place)
{
    struct topics *page = state;
    if (page->details.is_open)
        details_from(&page->details, desk, place);
}

static bool topics_record(const void *state, int32_t *partition, int64_t *offset)
{
    const struct topics *page = state;
    return page->details.is_open && details_record(&page->details, partition, offset);
}

static void *topics_new(void)
{
    struct topics *page = calloc(1, sizeof *page);
    return page;
}

static void topics_free(void *state)
{
    struct topics *page = state;
    details_close(&page->details);
    listing_done(&page->listing);
    free(page);
}

const struct page_ops page_topics = {
    .new = topics_new,
    .free = topics_free,
    .recalc = topics_recalc,
    .draw = topics_draw,
    .title = topics_title,
    .act = topics_act,
    .places = topics_places,
    .place = topics_place,
    .stream = topics_stream,
    .topic = topics_topic,
    .marked = topics_marked,
    .setting = topics_setting,
    .choose = topics_choose,
    .open_topic = topics_open_topic,
    .records_from = topics_records_from,
    .record = topics_record,
    .listing = topics_listing,
    .can = topics_can,
    .copy = topics_copy,
};
