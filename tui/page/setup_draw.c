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
    HEAD_X = 10,     /* where the head's texts begin */
    WIDE_FROM = 110, /* columns from which on the identity fits into one row */
    WHY_SHARE = 60,  /* percent of the details' rows that are kept for the reason */
    BAR_COLS = 32
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

/* A word and what belongs to it, in the last row of area. Returns where the next one begins. */
static int setup_draw_fact(struct canvas *canvas, struct rect area, int x, const char *word,
                           const char *text)
{
    int y = area.h - 1, word_cols = text_cols(word), cols = text_cols(text);
    canvas_field(canvas, area, y, x, word_cols, ALIGN_LEFT, STYLE_DIM, word);
    x += word_cols + 1;
    int room = area.w - x - 1;
    canvas_field(canvas, area, y, x, cols < room ? cols : room, ALIGN_LEFT, STYLE_BOLD, text);
    return x + cols + 2;
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
    int x = setup_draw_fact(canvas, area, STEP_X, "UserID", setup_brief(s, "user.id"));
    x = setup_draw_fact(canvas, area, x, "Region", setup_brief(s, "aws.login"));
    setup_draw_fact(canvas, area, x, "Cluster",
                    is_to_choose ? "choose one (f on msk.cluster)" : setup_brief(s, "msk.cluster"));
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
    int w = text_cols(counts), left = area.w - w - 5;
    left = left > 0 ? left : 0;
    canvas_fill(canvas, rect_row(area, 0), STYLE_DIM, canvas->is_ascii ? "-" : "─");
    canvas_blank(canvas, (struct rect){area.y, area.x + left + 2, 1, w + 2}, STYLE_DIM);
    canvas_field(canvas, area, 0, left + 3, area.w - left - 5, ALIGN_LEFT, STYLE_DIM, counts);
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
    setup_list_draw(page, desk, canvas, area);
    area.y += area.h;
    area.h = lay->details;
    if (lay->details > 0 && s->fix.id[0] != '\0')
        setup_draw_fix(desk, canvas, area);
    else if (lay->details > 0)
        setup_draw_check(desk, setup_selected_check(page, s), canvas, area);
}
