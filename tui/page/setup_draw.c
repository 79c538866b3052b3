/* The picture of the Setup page: who and where, the checks, and below them what is selected or the
 * fix that runs. */
#include <stdio.h>
#include <string.h>

#include "page/progress_text.h"
#include "page/setup.h"
#include "widget/format.h"

enum {
    STEP_X = 1,
    CHECK_X = 6,
    STATE_X = 27,
    EVIDENCE_X = 38,
    FIX_W = 8,
    FIX_FROM = 62,   /* columns from which on there is one for fixes */
    HEAD_X = 10,     /* where the head's texts begin */
    WIDE_FROM = 110, /* columns from which on the identity fits into one row */
    WHY_SHARE = 60,  /* percent of the details' rows that are kept for the reason */
    BAR_COLS = 32,
    SLOW_MS = 1000 /* a check that takes longer says so */
};

/* ---- the head ---- */

static bool setup_is_aws(const struct pt_setup_section *s)
{
    const struct pt_check *login = setup_check_named(s, "aws.login");
    return login != NULL && login->state != PT_CHECK_NOT_NEEDED;
}

int setup_head_rows(const struct page_desk *desk, struct rect body)
{
    if (!setup_is_aws(desk->snap->setup))
        return 0;
    return body.w >= WIDE_FROM ? 2 : 3;
}

static void setup_who(const struct page_desk *desk, char *out, size_t cap)
{
    const struct pt_check *login = setup_check_named(desk->snap->setup, "aws.login");
    int64_t end_ms = desk->snap->auth->auth.keys_end_ms;
    int len =
        snprintf(out, cap, "%s", login->evidence[0] != '\0' ? login->evidence : "unknown yet");
    if (login->state == PT_CHECK_OK && end_ms > 0 && len > 0 && (size_t)len < cap)
        snprintf(out + len, cap - (size_t)len, "; until %s", show_minute(end_ms, desk->now_ms).s);
}

static const char *setup_brief(const struct pt_setup_section *s, const char *id)
{
    const struct pt_check *check = setup_check_named(s, id);
    return check != NULL && check->brief[0] != '\0' ? check->brief : "–";
}

static void setup_draw_head(const struct page_desk *desk, struct canvas *canvas, struct rect area)
{
    const struct pt_setup_section *s = desk->snap->setup;
    const struct pt_check *cluster = setup_check_named(s, "msk.cluster");
    char who[700], line[400];
    const char *text = who;
    bool is_to_choose = cluster != NULL && cluster->choices[0] != '\0';
    setup_who(desk, who, sizeof who);
    canvas_text(canvas, area, 0, STEP_X, STYLE_DIM, "You are");
    for (int y = 0; y + 1 < area.h; y++) {
        bool is_last = y + 2 == area.h;
        if (!is_last && !text_wrap(&text, area.w - HEAD_X - 1, line, sizeof line))
            break;
        canvas_field(canvas, area, y, HEAD_X, area.w - HEAD_X - 1, ALIGN_LEFT, STYLE_NORMAL,
                     is_last ? text : line);
    }
    int y = area.h - 1, x = STEP_X;
    x += canvas_text(canvas, area, y, x, STYLE_DIM, "UserID") + 1;
    x += canvas_text(canvas, area, y, x, STYLE_BOLD, setup_brief(s, "user.id")) + 2;
    x += canvas_text(canvas, area, y, x, STYLE_DIM, "Region") + 1;
    x += canvas_text(canvas, area, y, x, STYLE_BOLD, setup_brief(s, "aws.login")) + 2;
    x += canvas_text(canvas, area, y, x, STYLE_DIM, "Cluster") + 1;
    canvas_field(canvas, area, y, x, area.w - x - 1, ALIGN_LEFT, STYLE_BOLD,
                 is_to_choose ? "choose one (f on msk.cluster)" : setup_brief(s, "msk.cluster"));
}

/* ---- the rows ---- */

static enum style setup_style(enum pt_check_state state)
{
    switch (state) {
    case PT_CHECK_OK:
        return STYLE_OK;
    case PT_CHECK_WARN:
    case PT_CHECK_UNKNOWN:
        return STYLE_WARN;
    case PT_CHECK_FAIL:
        return STYLE_BAD;
    case PT_CHECK_WAITING:
    case PT_CHECK_RUNNING:
    case PT_CHECK_NOT_NEEDED:
        break;
    }
    return STYLE_DIM;
}

/* What can be done about it, in a word. */
static const char *setup_fix_word(const struct pt_check *check)
{
    if (check->choices[0] != '\0')
        return "f choose";
    if (check->is_fixable)
        return pt_check_is_costly(check->id) ? "f costs" : "f fixes";
    if (strncmp(check->fix, "Fix ", 4) == 0)
        return "later"; /* another one comes first */
    if (check->state == PT_CHECK_FAIL || check->state == PT_CHECK_UNKNOWN)
        return check->fix[0] != '\0' ? "by hand" : "";
    return check->copy[0] != '\0' ? "y copies" : "";
}

/* The columns of evidence; 0: there is no room for any. */
static int setup_evidence_w(struct rect area)
{
    int w = area.w - EVIDENCE_X - 1 - (area.w >= FIX_FROM ? FIX_W + 1 : 0);
    return w > 8 ? w : 0;
}

/* A check that runs has no evidence yet; how long it has been running stands there. */
static const char *setup_evidence(const struct page_desk *desk, const struct pt_check *check,
                                  char *room, size_t cap)
{
    bool is_slow = check->state == PT_CHECK_RUNNING && check->begun_ms != PT_UNKNOWN &&
                   desk->now_ms - check->begun_ms >= SLOW_MS;
    if (!is_slow)
        return check->evidence;
    snprintf(room, cap, "for %s", show_since(check->begun_ms, desk->now_ms).s);
    return room;
}

/* The steps and the names of several checks: "2-5", "keypair.parameter +6". */
static void setup_row_names(const struct pt_setup_section *s, const struct setup_row *row,
                            char step[16], char id[64])
{
    const struct pt_check *first = &s->checks[row->first];
    const char *last = s->checks[row->first + row->n - 1].step;
    bool is_range = row->n > 1 && strcmp(first->step, last) != 0 && last[0] != '\0';
    const char *end = strchr(last, '-') != NULL ? strchr(last, '-') + 1 : last;
    int from = (int)strcspn(first->step, "-");
    if (is_range && from > 0)
        snprintf(step, 16, "%.*s-%s", from, first->step, end);
    else
        snprintf(step, 16, "%s", first->step);
    if (row->n > 1)
        snprintf(id, 64, "%s +%d", first->id, row->n - 1);
    else
        snprintf(id, 64, "%s", first->id);
}

static void setup_draw_row(const struct page_desk *desk, const struct setup_row *row,
                           bool is_selected, struct canvas *canvas, struct rect area, int y)
{
    const struct pt_setup_section *s = desk->snap->setup;
    const struct pt_check *check = &s->checks[row->first];
    bool is_quiet = setup_style(check->state) == STYLE_DIM;
    bool is_fixing = strcmp(s->fix.id, check->id) == 0;
    enum style style = is_quiet ? STYLE_DIM : STYLE_NORMAL;
    char step[16], id[64], room[64];
    setup_row_names(s, row, step, id);
    if (is_selected)
        canvas_text(canvas, area, y, 0, STYLE_BOLD, ">");
    canvas_field(canvas, area, y, STEP_X, CHECK_X - STEP_X - 1, ALIGN_LEFT, STYLE_DIM, step);
    canvas_field(canvas, area, y, CHECK_X, STATE_X - CHECK_X - 1, ALIGN_LEFT, style, id);
    canvas_field(canvas, area, y, STATE_X, EVIDENCE_X - STATE_X - 1, ALIGN_LEFT,
                 is_fixing ? STYLE_BOLD : setup_style(check->state),
                 is_fixing ? "fixing" : pt_check_state_word(check->state));
    if (setup_evidence_w(area) > 0)
        canvas_field(canvas, area, y, EVIDENCE_X, setup_evidence_w(area), ALIGN_LEFT, style,
                     setup_evidence(desk, check, room, sizeof room));
    if (area.w >= FIX_FROM)
        canvas_field(canvas, area, y, area.w - FIX_W - 1, FIX_W, ALIGN_LEFT, STYLE_DIM,
                     is_fixing ? "" : setup_fix_word(check));
}

static void setup_draw_rows(const struct setup_page *page, const struct page_desk *desk,
                            struct canvas *canvas, struct rect area)
{
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    canvas_text(canvas, area, 0, STEP_X, STYLE_HEAD, "STEP CHECK");
    canvas_text(canvas, area, 0, STATE_X, STYLE_HEAD, "STATE");
    if (setup_evidence_w(area) > 0)
        canvas_text(canvas, area, 0, EVIDENCE_X, STYLE_HEAD, "EVIDENCE");
    if (area.w >= FIX_FROM)
        canvas_text(canvas, area, 0, area.w - FIX_W - 1, STYLE_HEAD, "FIX");
    for (int y = 0; y < page->layout.list && page->list.top + y < page->list.count; y++) {
        int row = page->list.top + y;
        if (setup_check_of(page, desk->snap->setup, row) != NULL)
            setup_draw_row(desk, &page->rows[row], row == page->list.selected, canvas, area, 1 + y);
    }
}

/* ---- below the list ---- */

/* Draws a word and a text beside it, over at most `max` rows; the end of a longer text is behind
 * Enter. Returns the next row. */
static int setup_draw_text(struct canvas *canvas, struct rect area, int y, int max,
                           const char *word, const char *text)
{
    char line[400];
    int end = y + max < area.h ? y + max : area.h;
    if (text[0] == '\0' || y >= end)
        return y;
    canvas_text(canvas, area, y, 1, STYLE_DIM, word);
    while (y < end && text_wrap(&text, area.w - CHECK_X - 1, line, sizeof line)) {
        canvas_field(canvas, area, y, CHECK_X, area.w - CHECK_X - 1, ALIGN_LEFT, STYLE_NORMAL,
                     line);
        y++;
    }
    if (text[0] != '\0')
        canvas_text(canvas, area, y - 1, area.w - 9, STYLE_KEY, " … Enter");
    return y;
}

/* The rule has the title of what follows, and at its right the counts. */
static void setup_draw_rule(const struct page_desk *desk, const char *title, struct canvas *canvas,
                            struct rect area)
{
    char counts[160];
    setup_counts(desk->snap->setup, counts, sizeof counts);
    int w = text_cols(counts) + 2, left = area.w - w - 3;
    canvas_fill(canvas, rect_row(area, 0), STYLE_DIM, canvas->is_ascii ? "-" : "─");
    canvas_printf(canvas, area, 0, left + 2, STYLE_DIM, " %s ", counts);
    if (title[0] != '\0') {
        char head[140];
        snprintf(head, sizeof head, " %s ", title);
        int cols = text_cols(head) < left ? text_cols(head) : left;
        canvas_field(canvas, area, 0, 1, cols, ALIGN_LEFT, STYLE_BOLD, head);
    }
}

/* How many rows a text takes. */
static int setup_text_rows(const char *text, int cols)
{
    char line[400];
    int n = 0;
    while (text_wrap(&text, cols, line, sizeof line))
        n++;
    return n;
}

static void setup_draw_check(const struct page_desk *desk, const struct pt_check *check,
                             struct canvas *canvas, struct rect area)
{
    setup_draw_rule(desk, check != NULL ? check->title : "", canvas, area);
    if (check == NULL)
        return;
    int rows = area.h - 1, cols = area.w - CHECK_X - 1;
    int next = setup_text_rows(check->fix, cols), most = rows * WHY_SHARE / 100;
    int why = rows - next > most ? rows - next : most;
    int y = setup_draw_text(canvas, area, 1, why, "Why", check->evidence);
    setup_draw_text(canvas, area, y, area.h, "Next", check->fix);
}

static void setup_draw_fix(const struct page_desk *desk, struct canvas *canvas, struct rect area)
{
    const struct pt_progress *fix = &desk->snap->setup->fix;
    char title[80], words[160], bar[4 * BAR_COLS + 8];
    const char *log = fix->log;
    snprintf(title, sizeof title, "fixing %s", fix->id);
    setup_draw_rule(desk, title, canvas, area);
    progress_words(fix, desk->now_ms, words, sizeof words);
    progress_bar(fix, BAR_COLS, canvas->is_ascii, bar, sizeof bar);
    canvas_field(canvas, area, 1, STEP_X, area.w - 2, ALIGN_LEFT, STYLE_NORMAL, fix->does);
    int x = STEP_X;
    if (bar[0] != '\0')
        x += canvas_text(canvas, area, 2, x, STYLE_BOLD, bar) + 2;
    canvas_field(canvas, area, 2, x, area.w - x - 1, ALIGN_LEFT, STYLE_BOLD, words);
    /* The last lines are the newest ones. */
    int y = 3, room = area.h - y;
    for (int skip = setup_text_rows(log, area.w - 2) - room; y < area.h; skip--) {
        char line[400];
        if (!text_wrap(&log, area.w - 2, line, sizeof line))
            break;
        if (skip <= 0)
            canvas_field(canvas, area, y++, STEP_X, area.w - 2, ALIGN_LEFT, STYLE_DIM, line);
    }
}

void setup_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                struct rect body)
{
    const struct setup_page *page = state;
    const struct setup_layout *lay = &page->layout;
    const struct pt_setup_section *s = desk->snap->setup;
    struct rect area = body;
    area.h = lay->head;
    if (lay->head > 0)
        setup_draw_head(desk, canvas, area);
    area.y += lay->head;
    area.h = 1 + lay->list;
    setup_draw_rows(page, desk, canvas, area);
    area.y += area.h;
    area.h = lay->details;
    if (lay->details > 0 && s->fix.id[0] != '\0')
        setup_draw_fix(desk, canvas, area);
    else if (lay->details > 0)
        setup_draw_check(desk, setup_check_of(page, s, page->list.selected), canvas, area);
}
