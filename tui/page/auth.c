/* The Auth page: how long we may, who we are, and what the brokers say to that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/auth_words.h"
#include "page/page.h"
#include "ui/format.h"
#include "widget/list.h"

enum { LABEL_COLS = 13, BAR_MIN = 10, BAR_MAX = 40, BARS_TEXT = 46 };

struct auth_page {
    struct list refreshes; /* newest first */
};

/* ------------------------------------------------------------------ the clocks */

struct bar {
    const char *name;
    int64_t from_ms, to_ms; /* PT_UNKNOWN: no end */
    char text[100];
    bool is_low;
};

static struct shown until(int64_t to_ms, int64_t now_ms)
{
    return show_since(now_ms, to_ms);
}

static void bar_of_token(const struct pt_auth *auth, int64_t now_ms, struct bar *bar)
{
    *bar = (struct bar){.name = "token",
                        .from_ms = auth->token_made_ms,
                        .to_ms = auth->token_expires_ms,
                        .is_low = auth->state != PT_AUTH_OK};
    if (auth->token_expires_ms == PT_UNKNOWN)
        snprintf(bar->text, sizeof bar->text, "none yet");
    else
        snprintf(bar->text, sizeof bar->text, "%s of %s, ends %s",
                 until(auth->token_expires_ms, now_ms).s,
                 until(auth->token_expires_ms, auth->token_made_ms).s,
                 show_second(auth->token_expires_ms).s);
}

static void bar_of_renewal(const struct pt_auth *auth, int64_t now_ms, struct bar *bar)
{
    *bar = (struct bar){.name = "renewal",
                        .from_ms = auth->token_made_ms,
                        .to_ms = auth->token_refresh_ms,
                        .is_low = auth->last_error[0] != '\0'};
    if (auth->last_error[0] != '\0')
        snprintf(bar->text, sizeof bar->text, "fails since %s, tried again",
                 show_second(auth->failed_ms).s);
    else if (auth->token_refresh_ms == PT_UNKNOWN)
        snprintf(bar->text, sizeof bar->text, "none yet");
    else
        snprintf(bar->text, sizeof bar->text, "%s, at %s by itself",
                 until(auth->token_refresh_ms, now_ms).s, show_second(auth->token_refresh_ms).s);
}

static void bar_of_keys(const struct pt_auth *auth, int64_t now_ms, struct bar *bar)
{
    *bar = (struct bar){.name = "credentials",
                        .from_ms = auth->keys_got_ms,
                        .to_ms = auth->keys_end_ms,
                        .is_low = auth->is_fixed && auth->state == PT_AUTH_EXPIRING};
    if (auth->keys_got_ms == PT_UNKNOWN)
        snprintf(bar->text, sizeof bar->text, "none yet");
    else if (auth->is_end_unknown)
        snprintf(bar->text, sizeof bar->text, "end unknown");
    else if (auth->keys_end_ms == PT_UNKNOWN)
        snprintf(bar->text, sizeof bar->text, "long-term keys, they don't end");
    else if (auth->is_fixed)
        snprintf(bar->text, sizeof bar->text, "%s, end %s, fixed",
                 until(auth->keys_end_ms, now_ms).s, show_second(auth->keys_end_ms).s);
    else
        snprintf(bar->text, sizeof bar->text, "%s, end %s, new ones %s",
                 until(auth->keys_end_ms, now_ms).s, show_second(auth->keys_end_ms).s,
                 show_minute(auth->keys_refresh_ms, now_ms).s);
}

/* The part of its time that is left. */
static void draw_bar(const struct bar *bar, int64_t now_ms, struct canvas *canvas, struct rect area,
                     int y)
{
    int cols = area.w - LABEL_COLS - BARS_TEXT - 4, full = 0;
    cols = cols > BAR_MAX ? BAR_MAX : cols < BAR_MIN ? BAR_MIN : cols;
    bool has_end = bar->to_ms != PT_UNKNOWN && bar->from_ms != PT_UNKNOWN;
    if (has_end && bar->to_ms > bar->from_ms && now_ms < bar->to_ms)
        full = (int)((bar->to_ms - now_ms) * cols / (bar->to_ms - bar->from_ms));
    full = full > cols ? cols : full;
    enum style style = bar->is_low ? STYLE_WARN : STYLE_OK;
    canvas_text(canvas, area, y, 1, STYLE_DIM, bar->name);
    struct rect cells = {area.y + y, area.x + 1 + LABEL_COLS, 1, cols};
    canvas_fill(canvas, cells, STYLE_DIM, "·");
    cells.w = full;
    canvas_fill(canvas, cells, style, canvas->is_ascii ? "#" : "━");
    int x = LABEL_COLS + cols + 3;
    canvas_field(canvas, area, y, x, area.w - x - 1, ALIGN_LEFT,
                 bar->is_low ? STYLE_WARN : STYLE_NORMAL, bar->text);
}

/* ------------------------------------------------------------------ who we are */

/* A label and its text over as many rows as it needs, at most max; returns the next row. */
static int draw_fact(struct canvas *canvas, struct rect area, int y, int max, const char *name,
                     enum style style, const char *text)
{
    char line[400];
    const char *rest = text[0] != '\0' ? text : "–";
    canvas_text(canvas, area, y, 1, STYLE_DIM, name);
    for (int n = 0; n < max && text_wrap(&rest, area.w - LABEL_COLS - 2, line, sizeof line); n++) {
        size_t len = strlen(line);
        if (n + 1 == max && *rest != '\0') /* there is more: the field ends in an ellipsis */
            snprintf(line + len, sizeof line - len, " %.*s", area.w, rest);
        canvas_field(canvas, area, y, 1 + LABEL_COLS, area.w - LABEL_COLS - 2, ALIGN_LEFT, style,
                     line);
        y++;
    }
    return y;
}

static void keys_words(const struct pt_auth *auth, char *out, size_t cap)
{
    if (auth->key_id[0] == '\0')
        snprintf(out, cap, "%s", "");
    else
        snprintf(out, cap, "%s, from %s", auth->key_id, auth->source);
}

static void login_words(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    if (auth->login_end_ms <= now_ms)
        snprintf(out, cap, "ended %s ago. %s", show_since(auth->login_end_ms, now_ms).s,
                 auth->keys_fix);
    else if (auth->is_login_renewed)
        snprintf(out, cap, "%s, ends %s; pintop renews it then",
                 until(auth->login_end_ms, now_ms).s, show_second(auth->login_end_ms).s);
    else
        snprintf(out, cap, "%s, ends %s; then no new keys come. %s",
                 until(auth->login_end_ms, now_ms).s, show_second(auth->login_end_ms).s,
                 auth->keys_fix);
}

static void clock_words(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    if (!auth->has_offset)
        snprintf(out, cap, "not compared with AWS's yet");
    else
        snprintf(out, cap, "AWS's is %+.1f s from this machine's, compared %s ago",
                 (double)auth->offset_ms / 1000, show_since(auth->offset_at_ms, now_ms).s);
}

static void broker_words(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    if (auth->broker_said[0] == '\0')
        snprintf(out, cap, "%s",
                 auth->broker_ok_ms != PT_UNKNOWN ? "nothing against this login" : "nothing yet");
    else
        snprintf(out, cap, "%s ago: %s. That means: %s", show_since(auth->broker_said_ms, now_ms).s,
                 auth->broker_said, auth->broker_meaning);
}

static int draw_facts(const struct pt_auth *auth, int64_t now_ms, struct canvas *canvas,
                      struct rect area, int y)
{
    char text[700];
    bool is_unknown = auth->caller_arn[0] == '\0';
    y = draw_fact(canvas, area, y, 2, "you are",
                  is_unknown && auth->caller_error[0] != '\0' ? STYLE_WARN : STYLE_NORMAL,
                  is_unknown ? auth->caller_error : auth->caller_arn);
    keys_words(auth, text, sizeof text);
    y = draw_fact(canvas, area, y, 2, "keys", STYLE_NORMAL, text);
    if (auth->is_fixed)
        y = draw_fact(canvas, area, y, 3, "", STYLE_WARN,
                      strcmp(auth->last_fix, auth->keys_fix) == 0 ? "can't be renewed here"
                                                                  : auth->keys_fix);
    if (auth->login_end_ms != PT_UNKNOWN) {
        login_words(auth, now_ms, text, sizeof text);
        y = draw_fact(canvas, area, y, 2, "login", STYLE_NORMAL, text);
    }
    if (auth->chain[0] != '\0')
        y = draw_fact(canvas, area, y, 2, "role chain", STYLE_NORMAL, auth->chain);
    snprintf(text, sizeof text, "%s%s%s", auth->region, auth->region[0] != '\0' ? ", from " : "",
             auth->region_source);
    y = draw_fact(canvas, area, y, 1, "region", STYLE_NORMAL, text);
    clock_words(auth, now_ms, text, sizeof text);
    y = draw_fact(canvas, area, y, 1, "clock", STYLE_NORMAL, text);
    broker_words(auth, now_ms, text, sizeof text);
    return draw_fact(canvas, area, y, 4, "brokers say",
                     auth->broker_said[0] != '\0' ? STYLE_WARN : STYLE_NORMAL, text);
}

/* ------------------------------------------------------------------ renewals */

static void draw_refreshes(const struct auth_page *page, const struct pt_auth *auth,
                           struct canvas *canvas, struct rect area)
{
    enum { TEXT_X = 20 };
    if (area.h < 2)
        return;
    canvas_blank(canvas, rect_row(area, 0), STYLE_HEAD);
    canvas_text(canvas, area, 0, 1, STYLE_HEAD, "RENEWED   RESULT   WHAT, newest first");
    for (int y = 1; y < area.h; y++) {
        size_t row = (size_t)(page->refreshes.top + y - 1);
        if (row >= auth->n_refreshes)
            break;
        const struct pt_refresh *refresh = &auth->refreshes[auth->n_refreshes - 1 - row];
        canvas_text(canvas, area, y, 1, STYLE_DIM, show_second(refresh->time_ms).s);
        canvas_text(canvas, area, y, 11, refresh->is_ok ? STYLE_OK : STYLE_BAD,
                    refresh->is_ok ? "ok" : "failed");
        canvas_field(canvas, area, y, TEXT_X, area.w - TEXT_X - 1, ALIGN_LEFT, STYLE_NORMAL,
                     refresh->text);
    }
}

/* ------------------------------------------------------------------ the page */

static void draw_not_needed(struct canvas *canvas, struct rect body)
{
    static const char text[] =
        "Tokens are for Amazon MSK with IAM: its listeners on port 9098.\n\n"
        "A client.properties with sasl.mechanism=AWS_MSK_IAM works here as it is: pintop -F FILE. "
        "Without one: -X sasl.mechanism=AWS_MSK_IAM, or -X pintop.msk.cluster=NAME, which finds "
        "the brokers too.\n\n"
        "`pintop whoami` says which AWS credentials there are.";
    const char *rest = text;
    char line[400];
    for (int y = 3; y < body.h && text_wrap(&rest, body.w - 2, line, sizeof line); y++)
        canvas_text(canvas, body, y, 1, STYLE_NORMAL, line);
}

static int draw_head(const struct pt_auth *auth, int64_t now_ms, struct canvas *canvas,
                     struct rect body)
{
    char text[700], word[16];
    auth_headline(auth, now_ms, text, sizeof text);
    canvas_field(canvas, body, 0, 1, body.w - 2, ALIGN_LEFT, STYLE_NORMAL, text);
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, ":"), text);
    canvas_text(canvas, body, 0, 1, auth_style(auth->state), word);
    int y = 1;
    if (auth->state == PT_AUTH_REFUSED) {
        y = draw_fact(canvas, body, y, 2, "Cause", STYLE_BAD, auth->broker_said);
        y = draw_fact(canvas, body, y, 4, "Next", STYLE_NORMAL, auth->broker_meaning);
    } else if (auth->last_error[0] != '\0') {
        y = draw_fact(canvas, body, y, 2, "Cause", STYLE_BAD, auth->last_error);
        y = draw_fact(canvas, body, y, 3, "Next", STYLE_NORMAL, auth->last_fix);
    }
    canvas_fill(canvas, rect_row(body, y), STYLE_DIM, "─");
    return y + 1;
}

static void draw(const void *state, const struct ui *ui, struct canvas *canvas, struct rect body)
{
    const struct pt_auth *auth = &ui->snap->auth->auth;
    struct bar bar;
    int y = draw_head(auth, ui->now_ms, canvas, body);
    if (auth->state == PT_AUTH_NOT_NEEDED) {
        draw_not_needed(canvas, body);
        return;
    }
    bar_of_token(auth, ui->now_ms, &bar);
    draw_bar(&bar, ui->now_ms, canvas, body, y++);
    bar_of_renewal(auth, ui->now_ms, &bar);
    draw_bar(&bar, ui->now_ms, canvas, body, y++);
    bar_of_keys(auth, ui->now_ms, &bar);
    draw_bar(&bar, ui->now_ms, canvas, body, y++);
    canvas_fill(canvas, rect_row(body, y++), STYLE_DIM, "─");
    y = draw_facts(auth, ui->now_ms, canvas, body, y);
    struct rect rest = {body.y + y, body.x, body.h - y, body.w};
    draw_refreshes(state, auth, canvas, rest);
}

static void recalc(void *state, struct ui *ui, struct rect body)
{
    struct auth_page *page = state;
    list_fit(&page->refreshes, (int)ui->snap->auth->auth.n_refreshes, body.h > 4 ? 3 : 1);
}

static void title(const void *state, const struct ui *ui, char *out, size_t cap)
{
    const struct pt_auth *auth = &ui->snap->auth->auth;
    (void)state;
    snprintf(out, cap, "%s", pt_auth_state_word(auth->state));
}

/* "Name: text", a paragraph; nothing for "". */
static void tell_fact(FILE *out, const char *name, const char *text)
{
    if (text[0] != '\0')
        fprintf(out, "\n\n%s: %s", name, text);
}

/* All that the page may have to fold. */
static void tell(const struct pt_auth *auth, int64_t now_ms, FILE *out)
{
    char head[200];
    auth_headline(auth, now_ms, head, sizeof head);
    fputs(head, out);
    tell_fact(out, "Cause", auth->last_error);
    tell_fact(out, "Next", auth->last_fix);
    tell_fact(out, "Request id", auth->last_request_id);
    tell_fact(out, "You are", auth->caller_arn);
    tell_fact(out, "Who you are isn't known",
              auth->caller_arn[0] == '\0' ? auth->caller_error : "");
    tell_fact(out, "Request id", auth->caller_arn[0] == '\0' ? auth->caller_request_id : "");
    tell_fact(out, "Role chain", auth->chain);
    tell_fact(out, "A broker said", auth->broker_said);
    tell_fact(out, "That means", auth->broker_said[0] != '\0' ? auth->broker_meaning : "");
    for (size_t i = auth->n_refreshes; i > 0; i--)
        if (!auth->refreshes[i - 1].is_ok)
            fprintf(out, "\n\n%s failed: %s", show_second(auth->refreshes[i - 1].time_ms).s,
                    auth->refreshes[i - 1].text);
}

static void open_whole(struct ui *ui)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return;
    tell(&ui->snap->auth->auth, ui->now_ms, out);
    fclose(out);
    if (text != NULL)
        ui_ask(ui, DIALOG_TEXT, "The login in full", text, NULL);
    free(text);
}

static bool act(void *state, struct ui *ui, enum action action)
{
    struct list *list = &((struct auth_page *)state)->refreshes;
    switch (action) {
    case ACT_ENTER:
        open_whole(ui);
        return true;
    case ACT_BACK:
        ui_show_page(ui, PAGE_OVERVIEW);
        return true;
    case ACT_UP:
        list->top -= list->top > 0;
        return true;
    case ACT_DOWN:
        list->top += list->top + 1 < list->count;
        return true;
    case ACT_TOP:
        list->top = 0;
        return true;
    default:
        return false;
    }
}

static bool has_details(const void *state, const struct ui *ui)
{
    (void)state;
    return ui->snap->auth->auth.state != PT_AUTH_NOT_NEEDED;
}

static unsigned place(const void *state)
{
    (void)state;
    return AT_AUTH;
}

static bool copy(const void *state, const struct ui *ui, FILE *out)
{
    const struct pt_auth *auth = &ui->snap->auth->auth;
    (void)state;
    fputs(auth->caller_arn, out);
    return auth->caller_arn[0] != '\0';
}

static void *new_page(void)
{
    struct auth_page *page = calloc(1, sizeof *page);
    return page;
}

const struct page_ops page_auth = {
    .name = "Auth",
    .new = new_page,
    .free = free,
    .recalc = recalc,
    .draw = draw,
    .title = title,
    .act = act,
    .place = place,
    .has_details = has_details,
    .copy = copy,
};
