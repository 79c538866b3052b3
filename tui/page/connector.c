/* The Connector page: all connectors as a list, the worst first, and one of them in full. A single
 * one is shown at once. */
#include "page/connector.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/format.h"
#include "widget/table.h"

enum { COL_NAME, COL_VERDICT, COL_LAG, COL_CAUSE, COL_SINCE, COL_STATE, COL_TASKS, COLS };

static const struct column columns[COLS] = {
    [COL_NAME] = {"CONNECTOR", 24, 0, 50, ALIGN_LEFT },
    [COL_VERDICT] = {" VERDICT",  12, 1, 0,  ALIGN_LEFT },
    [COL_LAG] = {"LAG",       8,  2, 12, ALIGN_RIGHT},
    [COL_CAUSE] = {"  CAUSE",   33, 3, 70, ALIGN_LEFT },
    [COL_SINCE] = {" SINCE",    14, 4, 0,  ALIGN_LEFT },
    [COL_STATE] = {" STATE",    12, 5, 0,  ALIGN_LEFT },
    [COL_TASKS] = {"TASKS",     7,  6, 0,  ALIGN_RIGHT},
};

const struct pt_connector *conn_page_current(const struct conn_page *page, const struct ui *ui)
{
    return page->selected[0] != '\0' ? connector_find(ui->snap, page->selected) : NULL;
}

/* ------------------------------------------------------------------ recalc */

static bool reserve(struct conn_page *page, size_t n)
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

static void select_row(struct conn_page *page, const struct ui *ui)
{
    const struct pt_connectors_section *all = ui->snap->connectors;
    page->selected[0] = '\0';
    if ((size_t)page->list.selected < page->n_rows)
        snprintf(page->selected, sizeof page->selected, "%s",
                 all->connectors[page->rows[page->list.selected]].id);
}

static void collect(struct conn_page *page, const struct ui *ui, struct rect body)
{
    const struct pt_connectors_section *all = ui->snap->connectors;
    page->n_rows = 0;
    if (!reserve(page, all->n_connectors))
        return;
    for (size_t i = 0; i < all->n_connectors; i++) {
        const struct pt_connector *c = &all->connectors[i];
        if (page->filter[0] != '\0' && strcasestr(c->name, page->filter) == NULL)
            continue;
        if (strcmp(c->id, page->selected) == 0)
            page->list.selected = (int)page->n_rows;
        page->rows[page->n_rows++] = i;
    }
    list_fit(&page->list, (int)page->n_rows, body.h - 1);
}

static void recalc(void *state, struct ui *ui, struct rect body)
{
    struct conn_page *page = state;
    const struct pt_connectors_section *all = ui->snap->connectors;
    collect(page, ui, body);
    if (!page->is_open)
        select_row(page, ui);
    /* One that vanished while it was open: back to the list, which says what there is. */
    if (page->is_open && conn_page_current(page, ui) == NULL) {
        page->is_open = page->is_full = false;
        if (page->selected[0] != '\0')
            ui_say(ui, "that connector is gone");
        conn_sections_forget(page);
        select_row(page, ui);
    }
    if (all->n_connectors == 1 && !page->is_open && page->filter[0] == '\0') {
        page->is_open = true;
        conn_sections_forget(page);
    }
    const struct pt_connector *c = page->is_open ? conn_page_current(page, ui) : NULL;
    if (c == NULL)
        return;
    conn_sections_recalc(page, ui, c);
    list_fit(&page->lists[page->section], conn_section_rows(page, c),
             conn_section_height(page, c, body));
}

/* ------------------------------------------------------------------ drawing */

struct table_arg {
    const struct conn_page *page;
    const struct ui *ui;
};

static void table_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                       enum style *style)
{
    const struct table_arg *table = arg;
    const struct pt_connector *c = &table->ui->snap->connectors->connectors[table->page->rows[row]];
    switch (column) {
    case COL_NAME:
        snprintf(out, cap, "%s", c->name);
        break;
    case COL_VERDICT:
        snprintf(out, cap, " %s", pt_verdict_word(c->verdict));
        *style = verdict_style(c->verdict);
        break;
    case COL_SINCE:
        snprintf(out, cap, " %s", show_minute(c->verdict_since_ms, table->ui->now_ms).s);
        break;
    case COL_STATE:
        snprintf(out, cap, " %s", c->state[0] != '\0' ? c->state : "–");
        if (c->state[0] != '\0' && c->is_state_stale) {
            snprintf(out, cap, " %s %s", c->state,
                     show_since(c->state_asked_ms, table->ui->now_ms).s);
            *style = STYLE_WARN;
        }
        break;
    case COL_TASKS:
        if (c->running_tasks >= 0 || c->n_tasks >= 0)
            snprintf(out, cap, "%s/%s", show_some(c->running_tasks).s, show_some(c->n_tasks).s);
        else
            snprintf(out, cap, "–");
        break;
    case COL_LAG:
        snprintf(out, cap, "%s", show_count_in(c->lag_total, cols - 1).s);
        break;
    default:
        snprintf(out, cap, "  %s", c->cause[0] != '\0' ? c->cause : c->note);
        break;
    }
}

/* What stands there instead of a list; the caller's, NULL without memory. */
static char *empty_words(const struct conn_page *page, const struct ui *ui)
{
    const struct pt_connectors_section *all = ui->snap->connectors;
    char *words = NULL;
    if (page->filter[0] != '\0')
        return strdup("no connector has that in its name; Esc clears the filter");
    if (all->error[0] != '\0')
        return asprintf(&words, "%s\n\nNext: %s", all->error, all->fix) >= 0 ? words : NULL;
    if (!all->is_expected)
        return strdup(
            "Nobody is named who could be asked about connectors.\n\nFor Kafka Connect: -X "
            "pintop.connector.url=http://host:8083\nFor MSK Connect: -X "
            "pintop.msk.cluster=NAME\nFor a consumer group alone: -X "
            "pintop.connector.group=connect-NAME");
    if (all->asked_ms == PT_UNKNOWN)
        return strdup("asking for the list of connectors …");
    return strdup("there is no connector here; c creates one from the template");
}

static void draw_empty(const struct conn_page *page, const struct ui *ui, struct canvas *canvas,
                       struct rect body)
{
    char line[400], *words = empty_words(page, ui);
    const char *rest = words;
    for (int y = 1; words != NULL && y < body.h && text_wrap(&rest, body.w - 2, line, sizeof line);
         y++)
        canvas_text(canvas, body, y, 1, STYLE_NORMAL, line);
    if (words != NULL && *rest != '\0')
        canvas_field(canvas, body, body.h - 1, 1, body.w - 2, ALIGN_LEFT, STYLE_BOLD,
                     "… Enter opens all of it");
    free(words);
}

static void open_empty(const struct conn_page *page, struct ui *ui)
{
    char *words = empty_words(page, ui);
    if (words != NULL)
        ui_ask(ui, DIALOG_TEXT, "Connectors", words, NULL);
    free(words);
}

static void draw(const void *state, const struct ui *ui, struct canvas *canvas, struct rect body)
{
    const struct conn_page *page = state;
    const struct pt_connector *c = page->is_open ? conn_page_current(page, ui) : NULL;
    if (c != NULL) {
        conn_draw_one(page, ui, c, canvas, body);
        return;
    }
    struct table_arg arg = {page, ui};
    struct table table = {columns, COLS, &page->list, table_cell, &arg, true};
    if (page->n_rows > 0) {
        table_draw(&table, canvas, body);
        return;
    }
    draw_empty(page, ui, canvas, body);
}

static void title(const void *state, const struct ui *ui, char *out, size_t cap)
{
    const struct conn_page *page = state;
    const struct pt_connectors_section *all = ui->snap->connectors;
    const struct pt_connector *c = page->is_open ? conn_page_current(page, ui) : NULL;
    if (c == NULL) {
        snprintf(out, cap, "%zu, worst first%s%s", all->n_connectors,
                 page->filter[0] != '\0' ? "  /" : "", page->filter);
        return;
    }
    size_t at = 0;
    char place[64] = "";
    while (at < all->n_connectors && &all->connectors[at] != c)
        at++;
    if (all->n_connectors > 1)
        snprintf(place, sizeof place, "  %zu of %zu", at + 1, all->n_connectors);
    snprintf(out, cap, "%.60s%s  %s%s%s", c->name, place, c->backend_title,
             c->version[0] != '\0' ? " " : "", c->version);
}

/* ------------------------------------------------------------------ keys */

static void turn(struct conn_page *page, int by)
{
    page->section = (enum conn_section)(((int)page->section + by + SECTIONS) % SECTIONS);
}

static bool is_hit(struct conn_page *page, struct ui *ui, const struct pt_connector *c, int row)
{
    char text[700];
    enum style style;
    const char *whole = conn_section_whole(page, c, row);
    conn_section_row(page, ui, c, row, text, sizeof text, &style);
    return strcasestr(text, page->search) != NULL ||
           (whole != NULL && strcasestr(whole, page->search) != NULL);
}

static void find_next(struct conn_page *page, struct ui *ui, const struct pt_connector *c, int by)
{
    struct list *list = &page->lists[page->section];
    if (page->search[0] == '\0') {
        ui_say(ui, "/ asks what to look for");
        return;
    }
    for (int row = list->selected + by; row >= 0 && row < list->count; row += by) {
        if (!is_hit(page, ui, c, row))
            continue;
        list_select(list, row);
        return;
    }
    ui_say(ui, "no more lines that way have \"%s\"", page->search);
}

/* From the chosen line on, then those before it. */
static bool find_first(struct conn_page *page, struct ui *ui, const struct pt_connector *c)
{
    struct list *list = &page->lists[page->section];
    int n = conn_section_rows(page, c);
    for (int i = 0; i < n && page->search[0] != '\0'; i++) {
        int row = (list->selected + i) % n;
        if (!is_hit(page, ui, c, row))
            continue;
        list_select(list, row);
        return true;
    }
    return page->search[0] == '\0';
}

static void enter(struct conn_page *page, struct ui *ui, const struct pt_connector *c)
{
    bool is_empty = conn_section_rows(page, c) == 0;
    const char *whole = is_empty ? conn_section_empty(page, c)
                                 : conn_section_whole(page, c, page->lists[page->section].selected);
    if (page->section == SECTION_LAG && !is_empty)
        conn_section_open_record(page, ui, c, page->lists[page->section].selected);
    if (!page->is_full) {
        page->is_full = true;
    } else if (whole != NULL) {
        ui_ask(ui, DIALOG_TEXT, conn_section_name(page->section), whole, NULL);
    }
}

static void back(struct conn_page *page, struct ui *ui)
{
    if (page->is_full) {
        page->is_full = false;
    } else if (page->search[0] != '\0') {
        page->search[0] = '\0';
    } else if (ui->snap->connectors->n_connectors > 1) {
        page->is_open = false;
    } else {
        ui_show_page(ui, PAGE_OVERVIEW);
    }
}

static bool act_open(struct conn_page *page, struct ui *ui, const struct pt_connector *c,
                     enum action action)
{
    if (list_act(&page->lists[page->section], action))
        return true;
    switch (action) {
    case ACT_SECTION_NEXT:
    case ACT_RIGHT:
    case ACT_PANEL:
        turn(page, 1);
        return true;
    case ACT_SECTION_BACK:
    case ACT_LEFT:
        turn(page, -1);
        return true;
    case ACT_ENTER:
        enter(page, ui, c);
        return true;
    case ACT_BACK:
        back(page, ui);
        return true;
    case ACT_FIND_NEXT:
    case ACT_FIND_BACK:
        find_next(page, ui, c, action == ACT_FIND_NEXT ? 1 : -1);
        return true;
    case ACT_REFRESH:
        page->described_ms = page->logged_ms = 0;
        return false; /* and all the rest, too */
    default:
        return false;
    }
}

static bool act(void *state, struct ui *ui, enum action action)
{
    struct conn_page *page = state;
    const struct pt_connector *c = page->is_open ? conn_page_current(page, ui) : NULL;
    if (c != NULL)
        return act_open(page, ui, c, action);
    if (list_act(&page->list, action)) {
        select_row(page, ui);
        return true;
    }
    if (action == ACT_ENTER && page->n_rows == 0) {
        open_empty(page, ui);
        return true;
    }
    if (action == ACT_ENTER && page->selected[0] != '\0') {
        page->is_open = true;
        conn_sections_forget(page);
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
    const struct conn_page *page = state;
    return page->is_open ? AT_CONNECTOR : AT_CONNECTORS;
}

static const char *foot(const void *state, enum action action)
{
    const struct conn_page *page = state;
    return action == ACT_ENTER && page->is_open && page->is_full ? "in full" : NULL;
}

static const char *connector(const void *state)
{
    const struct conn_page *page = state;
    return page->selected[0] != '\0' ? page->selected : NULL;
}

static bool find(void *state, struct ui *ui, const char *text)
{
    struct conn_page *page = state;
    const struct pt_connector *c = page->is_open ? conn_page_current(page, ui) : NULL;
    snprintf(page->is_open ? page->search : page->filter, sizeof page->search, "%s", text);
    if (page->is_open)
        return c != NULL && find_first(page, ui, c);
    for (size_t i = 0; i < ui->snap->connectors->n_connectors; i++)
        if (strcasestr(ui->snap->connectors->connectors[i].name, text) != NULL)
            return true;
    return false;
}

/* What one sends to a colleague: verdict, cause, next step, witnesses. */
static bool copy(const void *state, const struct ui *ui, FILE *out)
{
    const struct conn_page *page = state;
    const struct pt_connector *c = conn_page_current(page, ui);
    if (c == NULL)
        return false;
    const char *const parts[][2] = {
        {"Cause", c->cause},
        {"Next",  c->fix  },
        {"Safe",  c->safe }
    };
    fprintf(out, "%s: %s since %s%s\n", c->name, pt_verdict_word(c->verdict),
            show_second(c->verdict_since_ms).s, c->is_since_found ? " or before" : "");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i][1][0] != '\0')
            fprintf(out, "%s: %s\n", parts[i][0], parts[i][1]);
    for (size_t i = 0; i < c->n_evidence; i++)
        fprintf(out, "%s %s: %s (%s)\n", c->evidence[i].is_bad ? "!" : " ", c->evidence[i].witness,
                c->evidence[i].says, c->evidence[i].source);
    if (c->last_error != NULL)
        fprintf(out, "\n%s\n", c->last_error);
    return true;
}

static void *new_page(void)
{
    struct conn_page *page = calloc(1, sizeof *page);
    return page;
}

static void free_page(void *state)
{
    struct conn_page *page = state;
    conn_sections_forget(page);
    free(page->rows);
    free(page);
}

const struct page_ops page_connector = {
    .name = "Connector",
    .new = new_page,
    .free = free_page,
    .recalc = recalc,
    .draw = draw,
    .title = title,
    .act = act,
    .place = place,
    .foot = foot,
    .connector = connector,
    .find = find,
    .copy = copy,
};
