/* The Topics page: the list of topics. Only rows that are seen are formatted: 1,000 topics scroll
 * as three do. */
#include "page/topics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/seen.h"
#include "ui/format.h"
#include "ui/wish.h"
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

/* --- rows ---------------------------------------------------------------------------------------
 */

static const struct pt_topic *topic_at(const struct topics *page, const struct ui *ui, int row)
{
    return &ui->snap->topics->topics[page->rows[row]];
}

static const char *row_topic(const void *page, const struct ui *ui, int row)
{
    return topic_at(page, ui, row)->name;
}

static bool reserve(struct topics *page, size_t n)
{
    if (n <= page->cap)
        return true;
    size_t *rows = realloc(page->rows, n * sizeof *rows);
    if (rows == NULL)
        return false;
    page->rows = rows;
    page->cap = n;
    return true;
}

static void keep_selected(struct topics *page, const struct ui *ui)
{
    page->selected[0] = '\0';
    if (page->n_rows > 0)
        snprintf(page->selected, sizeof page->selected, "%s",
                 topic_at(page, ui, page->list.selected)->name);
}

static void recalc(void *state, struct ui *ui, struct rect body)
{
    struct topics *page = state;
    const struct pt_topics_section *topics = ui->snap->topics;
    page->n_rows = 0;
    if (!reserve(page, topics->n_topics))
        return;
    for (size_t i = 0; i < topics->n_topics; i++) {
        const struct pt_topic *topic = &topics->topics[i];
        if (page->filter[0] != '\0' && strcasestr(topic->name, page->filter) == NULL)
            continue;
        if (strcmp(topic->name, page->selected) == 0)
            page->list.selected = (int)page->n_rows;
        page->rows[page->n_rows++] = i;
    }
    list_fit(&page->list, (int)page->n_rows, body.h - 1);
    keep_selected(page, ui);
    if (page->details.is_open) {
        seen_topic(ui, page->details.topic);
        details_recalc(&page->details, ui, body);
    } else {
        seen_rows(ui, &page->list, row_topic, page);
    }
}

/* --- drawing ------------------------------------------------------------------------------------
 */

struct table_arg {
    const struct topics *page;
    const struct ui *ui;
};

static void health(const struct pt_topic *topic, char *out, size_t cap, enum style *style)
{
    if (topic->leaderless > 0) {
        snprintf(out, cap, "%d no leader", topic->leaderless);
        *style = STYLE_BAD;
    } else if (topic->under_replicated > 0) {
        snprintf(out, cap, "%d behind", topic->under_replicated);
        *style = STYLE_WARN;
    } else {
        snprintf(out, cap, "%s", topic->is_internal ? "ok internal" : "ok");
    }
}

static struct shown figure(const struct pt_topic *topic, int column, int cols)
{
    switch (column) {
    case COL_PARTITIONS:
        return show_some(topic->n_partitions);
    case COL_REPLICAS:
        return show_some(topic->replication);
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

static void table_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                       enum style *style)
{
    const struct table_arg *table = arg;
    const struct pt_topic *topic = topic_at(table->page, table->ui, row);
    if (column == COL_NAME)
        snprintf(out, cap, "%s", topic->name);
    else if (column == COL_STREAM && topic->stream >= 0)
        snprintf(out, cap, "%s", pt_stream_name((enum pt_stream_id)topic->stream));
    else if (column == COL_HEALTH)
        health(topic, out, cap, style);
    else if (column != COL_STREAM)
        snprintf(out, cap, "%s", figure(topic, column, cols).s);
}

static const char *empty_words(const struct topics *page, const struct ui *ui)
{
    if (page->filter[0] != '\0')
        return "no topic has that in its name; Esc clears the filter";
    if (ui->snap->topics->asked_ms == PT_UNKNOWN)
        return "waiting for the cluster's list of topics";
    return "this cluster has no topics; n creates one";
}

static void draw(const void *state, const struct ui *ui, struct canvas *canvas, struct rect body)
{
    const struct topics *page = state;
    if (page->details.is_open) {
        details_draw(&page->details, ui, canvas, body);
        return;
    }
    struct table_arg arg = {page, ui};
    struct table table = {columns, COLS, &page->list, table_cell, &arg, true};
    table_draw(&table, canvas, body);
    const char *error = ui->snap->topics->error;
    if (page->n_rows == 0)
        canvas_field(canvas, body, 1, 1, body.w - 2, ALIGN_LEFT, STYLE_NORMAL,
                     error[0] != '\0' ? error : empty_words(page, ui));
}

static void title(const void *state, const struct ui *ui, char *out, size_t cap)
{
    const struct topics *page = state;
    if (page->details.is_open)
        snprintf(out, cap, "%s", page->details.topic);
    else if (page->filter[0] != '\0')
        snprintf(out, cap, "%zu of %zu  /%s", page->n_rows, ui->snap->topics->n_topics,
                 page->filter);
    else
        snprintf(out, cap, "%zu", ui->snap->topics->n_topics);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static bool move(struct topics *page, struct ui *ui, enum action action)
{
    if (!list_act(&page->list, action))
        return false;
    keep_selected(page, ui);
    return true;
}

static bool act(void *state, struct ui *ui, enum action action)
{
    struct topics *page = state;
    if (page->details.is_open)
        return details_act(&page->details, ui, action);
    if (move(page, ui, action))
        return true;
    if (action == ACT_ENTER && page->selected[0] != '\0') {
        details_open(&page->details, ui, page->selected);
        return true;
    }
    if (action == ACT_BACK) {
        if (page->filter[0] == '\0')
            ui_show_page(ui, PAGE_OVERVIEW);
        page->filter[0] = '\0';
        return true;
    }
    return false;
}

static unsigned place(const void *state)
{
    const struct topics *page = state;
    return page->details.is_open ? AT_DETAILS : AT_TOPICS;
}

static const char *topic(const void *state)
{
    const struct topics *page = state;
    if (page->details.is_open)
        return page->details.topic;
    return page->selected[0] != '\0' ? page->selected : NULL;
}

static int stream(const void *state, const struct ui *ui)
{
    const char *name = topic(state);
    for (int i = 0; name != NULL && i < PT_STREAMS; i++)
        if (strcmp(ui->snap->streams->streams[i].topic, name) == 0)
            return i;
    return -1;
}

static void choose(void *state, const char *name)
{
    struct topics *page = state;
    snprintf(page->selected, sizeof page->selected, "%s", name);
}

static bool find(void *state, struct ui *ui, const char *text)
{
    struct topics *page = state;
    if (page->details.is_open)
        return details_find(&page->details, text);
    snprintf(page->filter, sizeof page->filter, "%s", text);
    for (size_t i = 0; i < ui->snap->topics->n_topics; i++)
        if (strcasestr(ui->snap->topics->topics[i].name, text) != NULL)
            return true;
    return false;
}

static bool has_details(const void *state, const struct ui *ui)
{
    (void)ui;
    return topic(state) != NULL;
}

static bool copy(const void *state, const struct ui *ui, FILE *out)
{
    const struct topics *page = state;
    (void)ui;
    if (page->details.is_open)
        return details_copy(&page->details, out);
    fputs(page->selected, out);
    return page->selected[0] != '\0';
}

void topics_show_details(struct ui *ui, const char *name)
{
    struct topics *page = ui->pages[PAGE_TOPICS];
    snprintf(page->selected, sizeof page->selected, "%s", name);
    page->filter[0] = '\0';
    details_open(&page->details, ui, name);
    ui_show_page(ui, PAGE_TOPICS);
}

static void *new_page(void)
{
    struct topics *page = calloc(1, sizeof *page);
    return page;
}

static void free_page(void *state)
{
    struct topics *page = state;
    details_close(&page->details);
    free(page->rows);
    free(page);
}

const struct page_ops page_topics = {
    .name = "Topics",
    .new = new_page,
    .free = free_page,
    .recalc = recalc,
    .draw = draw,
    .title = title,
    .act = act,
    .place = place,
    .stream = stream,
    .topic = topic,
    .choose = choose,
    .find = find,
    .has_details = has_details,
    .copy = copy,
};
