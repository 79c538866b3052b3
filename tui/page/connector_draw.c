/* Draws one connector: verdict, cause, next step, how long the waiting records are safe, and the
 * witnesses; below them one section. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "page/connector.h"
#include "page/shared.h"
#include "widget/format.h"

enum { LABEL = 8, SECTION_MIN = 5, LINE_BYTES = 700 };

/* ---- how many rows each part has ---- */

struct plan {
    int cause, next, safe, witnesses; /* rows; 0: not shown */
    bool has_head;
    int section; /* rows, with its header and the tabs */
};

static int conn_rows_of(const char *text, int cols, int most)
{
    char line[LINE_BYTES];
    int n = 0;
    while (n < most && text_wrap(&text, cols, line, sizeof line))
        n++;
    return n;
}

/* The section has at least SECTION_MIN rows. Witnesses are left out for it, the good ones first. */
static struct plan conn_plan_for(const struct conn_page *page, const struct pt_connector *c,
                                 struct rect body)
{
    struct plan plan = {.has_head = !page->is_full};
    int cols = body.w - LABEL - 2;
    if (page->is_full) {
        plan.section = body.h;
        return plan;
    }
    plan.cause = conn_rows_of(c->cause[0] != '\0' ? c->cause : c->note, cols, body.h >= 20 ? 4 : 2);
    plan.next = c->fix[0] != '\0' ? conn_rows_of(c->fix, cols, body.h >= 20 ? 4 : 2) : 0;
    plan.safe = c->safe[0] != '\0';
    plan.witnesses = (int)c->n_evidence + 1;
    int used = 1 + plan.cause + plan.next + plan.safe + 1 + plan.witnesses + 1;
    int least = body.h >= 14 ? 2 : 0;
    while (plan.witnesses > least && used + SECTION_MIN > body.h) {
        plan.witnesses--;
        used--;
    }
    if (plan.witnesses < 2) { /* a header without witnesses is left out, and so is the line below */
        used -= plan.witnesses + 1;
        plan.witnesses = 0;
    }
    plan.section = body.h - used;
    return plan;
}

int conn_section_height(const struct conn_page *page, const struct pt_connector *c,
                        struct rect body)
{
    int rows = conn_plan_for(page, c, body).section - 1; /* without the tabs */
    if (page->section != SECTION_VERDICT)                /* which has no header */
        rows--;
    return rows > 1 ? rows : 1;
}

/* ---- the head ---- */

static void conn_draw_verdict(const struct page_desk *desk, const struct pt_connector *c,
                              struct canvas *canvas, struct rect row)
{
    const struct pt_backend_info *backend = pt_backend_info(c->backend);
    char age[80] = "";
    int x =
        1 + canvas_text(canvas, row, 0, 1, verdict_style(c->verdict), pt_verdict_word(c->verdict));
    if (c->verdict_since_ms > 0)
        x += 1 + canvas_printf(canvas, row, 0, x + 1, STYLE_NORMAL, "since %s",
                               show_from(c->verdict_since_ms, desk->now_ms, c->is_since_found).s);
    else
        x += 1 + canvas_text(canvas, row, 0, x + 1, STYLE_NORMAL, "since when is unknown");
    if (c->state_asked_ms != PT_UNKNOWN)
        snprintf(age, sizeof age, "state %s old", show_since(c->state_asked_ms, desk->now_ms).s);
    else if (backend->is_asked || backend->is_in_process)
        snprintf(age, sizeof age, "state unknown yet");
    if (x + 2 + text_cols(age) < row.w)
        canvas_text(canvas, row, 0, row.w - text_cols(age) - 1, STYLE_DIM, age);
}

static int conn_draw_wrapped(struct canvas *canvas, struct rect body, int y, int most,
                             const char *name, enum style style, const char *text)
{
    char line[LINE_BYTES];
    canvas_text(canvas, body, y, 1, STYLE_DIM, name);
    for (int n = 0; n < most && text_wrap(&text, body.w - LABEL - 2, line, sizeof line); n++) {
        int w = canvas_text(canvas, body, y++, LABEL, style, line);
        bool is_cut = n + 1 == most && *text != '\0';
        if (is_cut) /* Enter shows the rest */
            canvas_text(canvas, body, y - 1, LABEL + (w < body.w - LABEL - 1 ? w : w - 1), style,
                        "…");
    }
    return y;
}

/* The columns that the last of the wrapped rows takes. */
static int conn_last_cols(const char *text, int cols, int most)
{
    char line[LINE_BYTES];
    int w = 0;
    for (int n = 0; n < most && text_wrap(&text, cols, line, sizeof line); n++)
        w = text_cols(line);
    return w;
}

static int conn_draw_cause(const struct pt_connector *c, struct canvas *canvas, struct rect body,
                           int y, int most)
{
    bool is_cause = c->cause[0] != '\0';
    int first = y;
    y = conn_draw_wrapped(canvas, body, y, most, is_cause ? "Cause" : "Note", STYLE_BOLD,
                          is_cause ? c->cause : c->note);
    if (c->rule[0] != '\0') {
        char rule[48];
        int last = y > first ? y - 1 : first;
        int used = LABEL + conn_last_cols(is_cause ? c->cause : c->note, body.w - LABEL - 2, most);
        snprintf(rule, sizeof rule, " rule %s", c->rule);
        /* The rule is left out when the text needs the room. */
        if (used + 2 + text_cols(rule) < body.w)
            canvas_text(canvas, body, last, body.w - text_cols(rule) - 1, STYLE_DIM, rule);
    }
    return y;
}

static void conn_draw_line(struct canvas *canvas, struct rect body, int y)
{
    canvas_fill(canvas, rect_row(body, y), STYLE_DIM, canvas->is_ascii ? "-" : "─");
}

/* ---- the witnesses ---- */

enum { WHO_X = 3, SAYS_X = 19, SOURCE_W = 10, AGE_W = 6, SINCE_W = 8 };

static void conn_draw_witness(const struct page_desk *desk, const struct pt_evidence *e,
                              struct canvas *canvas, struct rect body, int y)
{
    int source_x = body.w - SOURCE_W - 1, age_x = source_x - AGE_W - 1;
    int since_x = age_x - SINCE_W - 1;
    enum style style = e->is_bad ? STYLE_WARN : STYLE_NORMAL;
    if (e->is_bad)
        canvas_text(canvas, body, y, 1, STYLE_BAD, "!");
    canvas_field(canvas, body, y, WHO_X, SAYS_X - WHO_X - 1, ALIGN_LEFT, STYLE_DIM, e->witness);
    canvas_field(canvas, body, y, SAYS_X, since_x - SAYS_X - 1, ALIGN_LEFT, style, e->says);
    struct shown since = show_minute(e->since_ms, desk->now_ms);
    if (strlen(since.s) > SINCE_W && strchr(since.s + 3, ' ') != NULL)
        *strchr(since.s + 3, ' ') = '\0'; /* only the day fits */
    canvas_field(canvas, body, y, since_x, SINCE_W, ALIGN_LEFT, STYLE_NORMAL, since.s);
    canvas_field(canvas, body, y, age_x, AGE_W, ALIGN_RIGHT, e->is_stale ? STYLE_WARN : STYLE_DIM,
                 show_since(e->asked_ms, desk->now_ms).s);
    canvas_field(canvas, body, y, source_x + 1, SOURCE_W, ALIGN_LEFT, STYLE_DIM, e->source);
}

/* The columns that the witnesses need, so that on a wide screen a short word and its age stand
 * together. */
static int conn_witness_cols(const struct pt_connector *c)
{
    int says = 30;
    for (size_t i = 0; i < c->n_evidence; i++)
        says = text_cols(c->evidence[i].says) > says ? text_cols(c->evidence[i].says) : says;
    return SAYS_X + says + 1 + SINCE_W + 1 + AGE_W + 1 + SOURCE_W + 1;
}

/* When there is no room for all of them, the good ones are left out. */
static int conn_draw_witnesses(const struct page_desk *desk, const struct pt_connector *c,
                               struct canvas *canvas, struct rect body, int y, int rows)
{
    canvas_blank(canvas, rect_row(body, y), STYLE_HEAD);
    body.w = conn_witness_cols(c) < body.w ? conn_witness_cols(c) : body.w;
    int source_x = body.w - SOURCE_W - 1, age_x = source_x - AGE_W - 1;
    canvas_text(canvas, body, y, WHO_X, STYLE_HEAD, "WITNESS");
    canvas_text(canvas, body, y, SAYS_X, STYLE_HEAD, "SAYS");
    canvas_text(canvas, body, y, age_x - SINCE_W - 1, STYLE_HEAD, "SINCE");
    canvas_field(canvas, body, y, age_x, AGE_W, ALIGN_RIGHT, STYLE_HEAD, "AGE");
    canvas_text(canvas, body, y, source_x + 1, STYLE_HEAD, "SOURCE");
    int out = (int)c->n_evidence - (rows - 1);
    for (size_t i = 0; i < c->n_evidence; i++) {
        if (out > 0 && !c->evidence[i].is_bad) {
            out--;
            continue;
        }
        if (rows-- <= 1)
            break;
        conn_draw_witness(desk, &c->evidence[i], canvas, body, ++y);
    }
    return y + 1;
}

/* ---- the section ---- */

struct conn_tab {
    char name[24], mark[24];
    int cols;
};

static void conn_tab_make(const struct conn_page *page, const struct pt_connector *c, int section,
                          struct conn_tab *tab)
{
    bool is_here = section == (int)page->section;
    conn_section_mark(page, c, (enum conn_section)section, tab->mark, sizeof tab->mark);
    snprintf(tab->name, sizeof tab->name, "%s%s%s", is_here ? "[" : " ",
             conn_section_name((enum conn_section)section),
             is_here                ? "]"
             : tab->mark[0] == '\0' ? " "
                                    : "");
    tab->cols = text_cols(tab->name) + text_cols(tab->mark);
}

/* The first section that is shown: where not all have room, the one on screen has. */
static int conn_first_tab(const struct conn_page *page, const struct conn_tab tabs[SECTIONS],
                          int room)
{
    int first = (int)page->section, cols = tabs[first].cols;
    while (first > 0 && cols + tabs[first - 1].cols <= room)
        cols += tabs[--first].cols;
    return first;
}

static void conn_draw_tabs(const struct conn_page *page, const struct pt_connector *c,
                           struct canvas *canvas, struct rect body, int y)
{
    struct conn_tab tabs[SECTIONS];
    int x = 1, room = body.w - 3;
    for (int i = 0; i < SECTIONS; i++)
        conn_tab_make(page, c, i, &tabs[i]);
    int i = conn_first_tab(page, tabs, room);
    if (i > 0)
        canvas_text(canvas, body, y, 0, STYLE_DIM, "<");
    for (; i < SECTIONS && x + tabs[i].cols <= room + 1; x += tabs[i++].cols) {
        enum style style = i == (int)page->section ? STYLE_BOLD : STYLE_DIM;
        int w = canvas_text(canvas, body, y, x, style, tabs[i].name);
        canvas_text(canvas, body, y, x + w, STYLE_WARN, tabs[i].mark);
    }
    if (i < SECTIONS)
        canvas_text(canvas, body, y, body.w - 1, STYLE_DIM, ">");
    canvas_field(canvas, body, y, x + 2, body.w - x - 3, ALIGN_LEFT, STYLE_DIM,
                 page->is_log_cut ? "cut" : "");
}

static void conn_draw_section(const struct conn_page *page, const struct page_desk *desk,
                              const struct pt_connector *c, struct canvas *canvas, struct rect area)
{
    const struct listing *listing = &page->lists[page->section];
    struct conn_section_at at = {page, desk, c};
    struct text_list texts = conn_section_texts(&at);
    conn_draw_tabs(page, c, canvas, area, 0);
    struct rect rows = {area.y + 1, area.x, area.h - 1, area.w};
    int room = rows.h - text_list_has_head(&texts);
    bool is_marked = page->is_full || listing->list.count > room || page->section == SECTION_LAG;
    text_list_draw(listing, &texts, is_marked || !listing_is_plain(listing), canvas, rows);
    if (listing->list.count > 0)
        return;
    const char *words = conn_section_empty(page, c);
    char line[LINE_BYTES];
    for (int y = rows.h - room; y < rows.h && text_wrap(&words, area.w - 2, line, sizeof line); y++)
        canvas_text(canvas, rows, y, 1, STYLE_NORMAL, line);
}

void conn_draw_one(const struct conn_page *page, const struct page_desk *desk,
                   const struct pt_connector *c, struct canvas *canvas, struct rect body)
{
    struct plan plan = conn_plan_for(page, c, body);
    int y = 0;
    if (plan.has_head) {
        conn_draw_verdict(desk, c, canvas, rect_row(body, y++));
        if (plan.cause > 0)
            y = conn_draw_cause(c, canvas, body, y, plan.cause);
        if (plan.next > 0)
            y = conn_draw_wrapped(canvas, body, y, plan.next, "Next", STYLE_NORMAL, c->fix);
        if (plan.safe > 0)
            y = conn_draw_wrapped(canvas, body, y, 1, "Safe", STYLE_NORMAL, c->safe);
        conn_draw_line(canvas, body, y++);
        if (plan.witnesses > 1) {
            y = conn_draw_witnesses(desk, c, canvas, body, y, plan.witnesses);
            conn_draw_line(canvas, body, y++);
        }
    }
    struct rect section = {body.y + y, body.x, body.h - y, body.w};
    conn_draw_section(page, desk, c, canvas, section);
}
