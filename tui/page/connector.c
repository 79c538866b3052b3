/* The Connector page: all connectors as a list, the worst first, or one of them in full. If there
 * is only one, it is shown in full at once. */
#include "page/connector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/names.h"
#include "page/shared.h"
#include "widget/format.h"
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

const struct pt_connector *conn_page_current(const struct conn_page *page,
                                             const struct page_desk *desk)
{
    return page->selected[0] != '\0' ? connector_find(desk->snap, page->selected) : NULL;
}

/* ---- the rows of the list ---- */

static void conn_cell(const void *arg, int row, int column, int cols, char *out, size_t cap,
                      enum style *style)
{
    const struct page_desk *desk = arg;
    const struct pt_connector *c = &desk->snap->connectors->connectors[row];
    switch (column) {
    case COL_NAME:
        snprintf(out, cap, "%s", c->name);
        break;
    case COL_VERDICT:
        snprintf(out, cap, " %s", pt_verdict_word(c->verdict));
        *style = verdict_style(c->verdict);
        break;
    case COL_SINCE:
        snprintf(out, cap, " %s", show_minute(c->verdict_since_ms, desk->now_ms).s);
        break;
    case COL_STATE:
        snprintf(out, cap, " %s", c->state[0] != '\0' ? c->state : "–");
        if (c->state[0] != '\0' && c->is_state_stale) {
            snprintf(out, cap, " %s %s", c->state, show_since(c->state_asked_ms, desk->now_ms).s);
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

static uint64_t conn_key(const void *arg, size_t row)
{
    const struct page_desk *desk = arg;
    return listing_key(desk->snap->connectors->connectors[row].id);
}

/* What is unknown counts: nobody has said that it is well. */
static bool conn_is_fault(const void *arg, size_t row)
{
    const struct page_desk *desk = arg;
    enum pt_verdict verdict = desk->snap->connectors->connectors[row].verdict;
    return verdict != PT_V_OK && verdict != PT_V_IDLE && verdict != PT_V_PAUSED;
}

static bool conn_value(const void *arg, size_t row, int column, double *value)
{
    const struct page_desk *desk = arg;
    int64_t since_ms = desk->snap->connectors->connectors[row].verdict_since_ms;
    *value = since_ms > 0 ? (double)since_ms : NAN;
    return column == COL_SINCE;
}

/* ---- recalc ---- */

static void conn_select_row(struct conn_page *page, const struct page_desk *desk)
{
    int row = listing_selected(&page->listing);
    snprintf(page->selected, sizeof page->selected, "%s",
             row >= 0 ? desk->snap->connectors->connectors[row].id : "");
}

static void conn_collect(struct conn_page *page, const struct page_desk *desk, struct rect body)
{
    struct listing_rows rows = {.columns = columns,
                                .n_columns = COLS,
                                .n = desk->snap->connectors->n_connectors,
                                .arg = desk,
                                .cell = conn_cell,
                                .key = conn_key,
                                .is_fault = conn_is_fault,
                                .value = conn_value};
    listing_recalc(&page->listing, &rows, body.h - 1);
}

static void conn_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct conn_page *page = state;
    const struct pt_connectors_section *all = desk->snap->connectors;
    conn_collect(page, desk, body);
    if (!page->is_open)
        conn_select_row(page, desk);
    /* When the open connector is gone, the page goes back to the list. */
    if (page->is_open && conn_page_current(page, desk) == NULL) {
        page->is_open = page->is_full = false;
        if (page->selected[0] != '\0')
            desk_say(desk, "that connector is gone");
        conn_sections_forget(page);
        conn_select_row(page, desk);
    }
    if (all->n_connectors == 1 && !page->is_open && !listing_is_cut(&page->listing)) {
        page->is_open = true;
        conn_sections_forget(page);
    }
    const struct pt_connector *c = page->is_open ? conn_page_current(page, desk) : NULL;
    if (c == NULL)
        return;
    conn_sections_recalc(page, desk, c);
    struct conn_section_at at = {page, desk, c};
    struct text_list texts = conn_section_texts(&at);
    text_list_recalc(&page->lists[page->section], &texts, conn_section_height(page, c, body));
}

/* ---- drawing ---- */

/* The text that is shown instead of an empty list. The caller frees it; NULL when out of memory. */
static char *conn_empty_words(const struct conn_page *page, const struct page_desk *desk)
{
    const struct pt_connectors_section *all = desk->snap->connectors;
    char *words = NULL;
    if (listing_why_empty(&page->listing) != NULL)
        return strdup(listing_why_empty(&page->listing));
    if (all->error[0] != '\0')
        return asprintf(&words, "%s\n\nNext: %s", all->error, all->fix) >= 0 ? words : NULL;
    if (!all->is_expected)
        return strdup("No source of connectors is configured.\n\nFor Kafka Connect: -X "
                      "pintop.connector.url=http://host:8083\nFor MSK Connect: -X "
                      "pintop.msk.cluster=NAME\nFor a consumer group alone: -X "
                      "pintop.connector.group=connect-NAME");
    if (all->asked_ms == PT_UNKNOWN)
        return strdup("asking for the list of connectors …");
    return strdup("there is no connector here; c creates one from the template");
}

static void conn_draw_empty(const struct conn_page *page, const struct page_desk *desk,
                            struct canvas *canvas, struct rect body)
{
    char line[400], *words = conn_empty_words(page, desk);
    const char *rest = words;
    for (int y = 1; words != NULL && y < body.h && text_wrap(&rest, body.w - 2, line, sizeof line);
         y++)
        canvas_text(canvas, body, y, 1, STYLE_NORMAL, line);
    if (words != NULL && *rest != '\0')
        canvas_field(canvas, body, body.h - 1, 1, body.w - 2, ALIGN_LEFT, STYLE_BOLD,
                     "… Enter opens all of it");
    free(words);
}

static void conn_open_empty(const struct conn_page *page, struct page_desk *desk)
{
    char *words = conn_empty_words(page, desk);
    if (words != NULL)
        desk_show(desk, "Connectors", words);
    free(words);
}

static void conn_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                      struct rect body)
{
    const struct conn_page *page = state;
    const struct pt_connector *c = page->is_open ? conn_page_current(page, desk) : NULL;
    if (c != NULL) {
        conn_draw_one(page, desk, c, canvas, body);
        return;
    }
    struct table table = {columns, COLS, &page->listing, conn_cell, desk, true};
    if (page->listing.list.count > 0) {
        table_draw(&table, canvas, body);
        return;
    }
    conn_draw_empty(page, desk, canvas, body);
}

static void conn_title(const void *state, const struct page_desk *desk, char *out, size_t cap)
{
    const struct conn_page *page = state;
    const struct pt_connectors_section *all = desk->snap->connectors;
    const struct pt_connector *c = page->is_open ? conn_page_current(page, desk) : NULL;
    char rows[160];
    if (c == NULL) {
        bool is_own = page->listing.sort == 0 && !page->listing.is_reversed;
        listing_title(&page->listing, rows, sizeof rows);
        if (all->asked_ms == PT_UNKNOWN && all->n_connectors == 0 &&
            listing_is_plain(&page->listing))
            snprintf(rows, sizeof rows, "–");
        snprintf(out, cap, "%s%s", rows, is_own && all->n_connectors > 1 ? ", worst first" : "");
        return;
    }
    size_t at = 0;
    char place[64] = "";
    listing_title(&page->lists[page->section], rows, sizeof rows);
    while (at < all->n_connectors && &all->connectors[at] != c)
        at++;
    if (all->n_connectors > 1)
        snprintf(place, sizeof place, "  %zu of %zu", at + 1, all->n_connectors);
    bool is_plain = listing_is_plain(&page->lists[page->section]);
    /* A long name must not push a filter out of the title, and "embedded" is what the cluster is.
     */
    enum { NAME_COLS = 60 };
    char name[PT_NAME_MAX + 8];
    bool is_own = pt_backend_info(c->backend)->is_in_process;
    text_in_cols(name, sizeof name, c->name,
                 text_cols(c->name) < NAME_COLS ? text_cols(c->name) : NAME_COLS, ALIGN_LEFT);
    snprintf(out, cap, "%s%s%s%s  %s%s%s", is_plain ? "" : rows, is_plain ? "" : "  ", name, place,
             is_own ? "pintop's own sink" : c->backend_title, c->version[0] != '\0' ? " " : "",
             c->version);
}

/* ---- keys ---- */

static void conn_turn(struct conn_page *page, int by)
{
    page->section = (enum conn_section)(((int)page->section + by + SECTIONS) % SECTIONS);
}

static void conn_enter(struct conn_page *page, struct page_desk *desk, const struct pt_connector *c)
{
    int row = listing_selected(&page->lists[page->section]);
    bool is_empty = row < 0;
    const char *whole = is_empty ? conn_section_empty(page, c) : conn_section_whole(page, c, row);
    if (page->section == SECTION_LAG && !is_empty)
        conn_section_open_record(page, desk, c, row);
    if (!page->is_full) {
        page->is_full = true;
        if (page->section == SECTION_VERDICT) /* the cause now stands above what stood here */
            listing_stay(&page->lists[SECTION_VERDICT], 0);
    } else if (whole != NULL) {
        desk_show(desk, conn_section_name(page->section), whole);
    }
}

/* Goes one step back. False: there is no step left. */
static bool conn_back(struct conn_page *page, const struct page_desk *desk)
{
    if (page->is_full)
        page->is_full = false;
    else if (desk->snap->connectors->n_connectors > 1)
        page->is_open = false;
    else
        return false;
    return true;
}

static bool conn_act_open(struct conn_page *page, struct page_desk *desk,
                          const struct pt_connector *c, enum action action)
{
    switch (action) {
    case ACT_SECTION_NEXT:
    case ACT_RIGHT:
    case ACT_PANEL:
        conn_turn(page, 1);
        return true;
    case ACT_SECTION_BACK:
    case ACT_LEFT:
        conn_turn(page, -1);
        return true;
    case ACT_ENTER:
        conn_enter(page, desk, c);
        return true;
    case ACT_BACK:
        return conn_back(page, desk);
    case ACT_REFRESH:
        page->described_ms = page->logged_ms = 0;
        return false; /* not handled here, so that the rest is refreshed too */
    default:
        return false;
    }
}

static bool conn_act(void *state, struct page_desk *desk, enum action action)
{
    struct conn_page *page = state;
    const struct pt_connector *c = page->is_open ? conn_page_current(page, desk) : NULL;
    if (c != NULL)
        return conn_act_open(page, desk, c, action);
    if (action == ACT_ENTER && page->listing.list.count == 0) {
        conn_open_empty(page, desk);
        return true;
    }
    if (action == ACT_ENTER && page->selected[0] != '\0') {
        page->is_open = true;
        conn_sections_forget(page);
        return true;
    }
    return false;
}

static const struct page_key conn_list_keys[] = {
    {ACT_STREAMS    },
    {ACT_CONNECTOR  },
    {ACT_PROBE      },
    {ACT_ACKNOWLEDGE},
    {ACT_ENTER,       4, "open", "that connector"},
    {ACT_BACK        },
    LISTING_KEYS,
    {ACT_NONE              },
};

static const struct page_key conn_keys[] = {
    {ACT_STREAMS    },
    {ACT_CONNECTOR  },
    {ACT_PROBE      },
    {ACT_ACKNOWLEDGE},
    {ACT_ENTER,       4, "zoom",
     "fill the screen, then the whole line; in Lag the record at the committed offset"},
    {ACT_BACK        },
    {ACT_SECTION_BACK              },
    {ACT_SECTION_NEXT      },
    LISTING_KEYS,
    {ACT_NONE},
};

static const struct page_place conn_places[] = {
    {"Connectors", conn_list_keys},
    {"One connector",            conn_keys},
    {NULL},
};

static size_t conn_place(const void *state)
{
    const struct conn_page *page = state;
    return page->is_open ? 1 : 0;
}

static const char *conn_foot(const void *state, enum action action)
{
    const struct conn_page *page = state;
    return action == ACT_ENTER && page->is_open && page->is_full ? "in full" : NULL;
}

static const char *conn_selected(const void *state)
{
    const struct conn_page *page = state;
    return page->selected[0] != '\0' ? page->selected : NULL;
}

static struct listing *conn_listing(void *state)
{
    struct conn_page *page = state;
    return page->is_open ? &page->lists[page->section] : &page->listing;
}

/* Writes what an operator sends to a colleague: verdict, cause, next step, witnesses. */
static bool conn_copy(const void *state, const struct page_desk *desk, FILE *out)
{
    const struct conn_page *page = state;
    const struct pt_connector *c = conn_page_current(page, desk);
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

static void *conn_page_new(void)
{
    struct conn_page *page = calloc(1, sizeof *page);
    return page;
}

static void conn_page_free(void *state)
{
    struct conn_page *page = state;
    conn_sections_forget(page);
    for (int i = 0; i < SECTIONS; i++)
        listing_done(&page->lists[i]);
    listing_done(&page->listing);
    free(page);
}

static bool conn_can(const void *state, const struct page_desk *desk, enum action action)
{
    const struct conn_page *page = state;
    (void)desk;
    return action != ACT_ENTER || page->is_open || page->listing.list.count > 0;
}

const struct page_ops page_connector = {
    .new = conn_page_new,
    .free = conn_page_free,
    .recalc = conn_recalc,
    .draw = conn_draw,
    .title = conn_title,
    .act = conn_act,
    .can = conn_can,
    .places = conn_places,
    .place = conn_place,
    .foot = conn_foot,
    .connector = conn_selected,
    .listing = conn_listing,
    .copy = conn_copy,
};
