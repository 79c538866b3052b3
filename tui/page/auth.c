/* The Auth page: how long the token is valid, the AWS identity, and what the brokers answered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/auth.h"
#include "page/auth_words.h"
#include "page/page.h"
#include "widget/format.h"

enum { LABEL_COLS = 13, BAR_MIN = 10, BAR_MAX = 40, BARS_TEXT = 46 };

/* ---- validity ---- */

struct bar {
    const char *name;
    int64_t from_ms, to_ms; /* PT_UNKNOWN: no end */
    char text[100];
    bool is_low;
};

static struct shown auth_until(int64_t to_ms, int64_t now_ms)
{
    return show_since(now_ms, to_ms);
}

/* A token is signed for the whole second that has begun, and lasts whole seconds from there. */
static int64_t auth_signed_ms(const struct pt_auth *auth)
{
    if (auth->token_made_ms == PT_UNKNOWN)
        return PT_UNKNOWN;
    int64_t life_ms = auth->token_expires_ms - auth->token_made_ms;
    return auth->token_expires_ms - (life_ms + 999) / 1000 * 1000;
}

static void auth_bar_of_token(const struct pt_auth *auth, int64_t now_ms, struct bar *bar)
{
    *bar = (struct bar){.name = "token",
                        .from_ms = auth->token_made_ms,
                        .to_ms = auth->token_expires_ms,
                        .is_low = auth->state != PT_AUTH_OK};
    if (auth->token_expires_ms == PT_UNKNOWN)
        snprintf(bar->text, sizeof bar->text, "none yet");
    else
        snprintf(bar->text, sizeof bar->text, "%s of %s, expires %s",
                 auth_until(auth->token_expires_ms, now_ms).s,
                 auth_until(auth->token_expires_ms, auth_signed_ms(auth)).s,
                 show_second(auth->token_expires_ms).s);
}

static void auth_bar_of_renewal(const struct pt_auth *auth, int64_t now_ms, struct bar *bar)
{
    *bar = (struct bar){.name = "renewal",
                        .from_ms = auth->token_made_ms,
                        .to_ms = auth->token_refresh_ms,
                        .is_low = auth->last_error[0] != '\0'};
    if (auth->last_error[0] != '\0')
        snprintf(bar->text, sizeof bar->text, "failing since %s, retrying",
                 show_second(auth->failed_ms).s);
    else if (auth->token_refresh_ms == PT_UNKNOWN)
        snprintf(bar->text, sizeof bar->text, "none yet");
    else
        snprintf(bar->text, sizeof bar->text, "%s, at %s automatically",
                 auth_until(auth->token_refresh_ms, now_ms).s,
                 show_second(auth->token_refresh_ms).s);
}

static void auth_bar_of_keys(const struct pt_auth *auth, int64_t now_ms, struct bar *bar)
{
    *bar = (struct bar){.name = "credentials",
                        .from_ms = auth->keys_got_ms,
                        .to_ms = auth->keys_end_ms,
                        .is_low = auth->is_fixed && auth->state == PT_AUTH_EXPIRING};
    if (auth->keys_got_ms == PT_UNKNOWN)
        snprintf(bar->text, sizeof bar->text, "none yet");
    else if (auth->is_end_unknown)
        snprintf(bar->text, sizeof bar->text, "expiry unknown");
    else if (auth->keys_end_ms == PT_UNKNOWN)
        snprintf(bar->text, sizeof bar->text, "long-term credentials, no expiry");
    else if (auth->is_fixed)
        snprintf(bar->text, sizeof bar->text, "%s, expire %s, fixed",
                 auth_until(auth->keys_end_ms, now_ms).s, show_second(auth->keys_end_ms).s);
    else
        snprintf(bar->text, sizeof bar->text, "%s, expire %s, new ones %s",
                 auth_until(auth->keys_end_ms, now_ms).s, show_second(auth->keys_end_ms).s,
                 show_minute(auth->keys_refresh_ms, now_ms).s);
}

/* Draws the part of the validity that is left. */
static void auth_draw_bar(const struct bar *bar, int64_t now_ms, struct canvas *canvas,
                          struct rect area, int y)
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

/* ---- the AWS identity ---- */

/* Draws a label and its text, in at most max rows. Returns the next row. */
static int auth_draw_fact(struct canvas *canvas, struct rect area, int y, int max, const char *name,
                          enum style style, const char *text)
{
    char line[400];
    const char *rest = text[0] != '\0' ? text : "–";
    canvas_text(canvas, area, y, 1, STYLE_DIM, name);
    for (int n = 0; n < max && text_wrap(&rest, area.w - LABEL_COLS - 2, line, sizeof line); n++) {
        size_t len = strlen(line);
        /* The rest is appended, so that the field is cut and ends in an ellipsis. */
        if (n + 1 == max && *rest != '\0')
            snprintf(line + len, sizeof line - len, " %.*s", area.w, rest);
        canvas_field(canvas, area, y, 1 + LABEL_COLS, area.w - LABEL_COLS - 2, ALIGN_LEFT, style,
                     line);
        y++;
    }
    return y;
}

static void auth_keys_words(const struct pt_auth *auth, char *out, size_t cap)
{
    if (auth->key_id[0] == '\0')
        snprintf(out, cap, "%s", "");
    else
        snprintf(out, cap, "%s, from %s", auth->key_id, auth->source);
}

static void auth_login_words(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    if (auth->login_end_ms <= now_ms)
        snprintf(out, cap, "expired %s ago. %s", show_since(auth->login_end_ms, now_ms).s,
                 auth->keys_fix);
    else if (auth->is_login_renewed)
        snprintf(out, cap, "%s, expires %s; pintop renews it then",
                 auth_until(auth->login_end_ms, now_ms).s, show_second(auth->login_end_ms).s);
    else
        snprintf(out, cap, "%s, expires %s; pintop cannot get new credentials after that. %s",
                 auth_until(auth->login_end_ms, now_ms).s, show_second(auth->login_end_ms).s,
                 auth->keys_fix);
}

static void auth_clock_words(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    if (!auth->has_offset)
        snprintf(out, cap, "not compared with AWS's yet");
    else
        snprintf(out, cap, "AWS's is %+.1f s from this host's, compared %s ago",
                 (double)auth->offset_ms / 1000, show_since(auth->offset_at_ms, now_ms).s);
}

static void auth_broker_words(const struct pt_auth *auth, int64_t now_ms, char *out, size_t cap)
{
    if (auth->broker_said[0] == '\0')
        snprintf(out, cap, "%s",
                 auth->broker_ok_ms != PT_UNKNOWN ? "no broker has refused this login"
                                                  : "nothing yet");
    else
        snprintf(out, cap, "%s ago: %s. That means: %s", show_since(auth->broker_said_ms, now_ms).s,
                 auth->broker_said, auth->broker_meaning);
}

static int auth_draw_facts(const struct pt_auth *auth, int64_t now_ms, struct canvas *canvas,
                           struct rect area, int y)
{
    char text[700];
    bool is_unknown = auth->caller_arn[0] == '\0';
    y = auth_draw_fact(canvas, area, y, 2, "you are",
                       is_unknown && auth->caller_error[0] != '\0' ? STYLE_WARN : STYLE_NORMAL,
                       is_unknown ? auth->caller_error : auth->caller_arn);
    auth_keys_words(auth, text, sizeof text);
    y = auth_draw_fact(canvas, area, y, 2, "keys", STYLE_NORMAL, text);
    if (auth->is_fixed)
        y = auth_draw_fact(canvas, area, y, 3, "", STYLE_WARN,
                           strcmp(auth->last_fix, auth->keys_fix) == 0 ? "pintop cannot renew them"
                                                                       : auth->keys_fix);
    if (auth->login_end_ms != PT_UNKNOWN) {
        auth_login_words(auth, now_ms, text, sizeof text);
        y = auth_draw_fact(canvas, area, y, 3, "login", STYLE_NORMAL, text);
    }
    if (auth->chain[0] != '\0')
        y = auth_draw_fact(canvas, area, y, 2, "role chain", STYLE_NORMAL, auth->chain);
    snprintf(text, sizeof text, "%s%s%s", auth->region, auth->region[0] != '\0' ? ", from " : "",
             auth->region_source);
    y = auth_draw_fact(canvas, area, y, 1, "region", STYLE_NORMAL, text);
    auth_clock_words(auth, now_ms, text, sizeof text);
    y = auth_draw_fact(canvas, area, y, 1, "clock", STYLE_NORMAL, text);
    auth_broker_words(auth, now_ms, text, sizeof text);
    return auth_draw_fact(canvas, area, y, 4, "brokers say",
                          auth->broker_said[0] != '\0' ? STYLE_WARN : STYLE_NORMAL, text);
}

/* ---- the page ---- */

static void auth_draw_not_needed(struct canvas *canvas, struct rect body)
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

static int auth_draw_head(const struct pt_auth *auth, int64_t now_ms, struct canvas *canvas,
                          struct rect body)
{
    char text[700], word[16];
    auth_headline(auth, now_ms, text, sizeof text);
    canvas_field(canvas, body, 0, 1, body.w - 2, ALIGN_LEFT, STYLE_NORMAL, text);
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, ":"), text);
    canvas_text(canvas, body, 0, 1, auth_style(auth->state), word);
    int y = 1;
    if (auth->state == PT_AUTH_REFUSED) {
        y = auth_draw_fact(canvas, body, y, 2, "Cause", STYLE_BAD, auth->broker_said);
        y = auth_draw_fact(canvas, body, y, 4, "Next", STYLE_NORMAL, auth->broker_meaning);
    } else if (auth->last_error[0] != '\0') {
        y = auth_draw_fact(canvas, body, y, 2, "Cause", STYLE_BAD, auth->last_error);
        y = auth_draw_fact(canvas, body, y, 3, "Next", STYLE_NORMAL, auth->last_fix);
    }
    canvas_fill(canvas, rect_row(body, y), STYLE_DIM, "─");
    return y + 1;
}

/* Draws everything above the renewals. Returns the rows that are left for them. */
static struct rect auth_draw_top(const struct pt_auth *auth, int64_t now_ms, struct canvas *canvas,
                                 struct rect body)
{
    struct bar bar;
    int y = auth_draw_head(auth, now_ms, canvas, body);
    auth_bar_of_token(auth, now_ms, &bar);
    auth_draw_bar(&bar, now_ms, canvas, body, y++);
    auth_bar_of_renewal(auth, now_ms, &bar);
    auth_draw_bar(&bar, now_ms, canvas, body, y++);
    auth_bar_of_keys(auth, now_ms, &bar);
    auth_draw_bar(&bar, now_ms, canvas, body, y++);
    canvas_fill(canvas, rect_row(body, y++), STYLE_DIM, "─");
    y = auth_draw_facts(auth, now_ms, canvas, body, y);
    return (struct rect){body.y + y, body.x, body.h - y, body.w};
}

static void auth_draw(const void *state, const struct page_desk *desk, struct canvas *canvas,
                      struct rect body)
{
    const struct pt_auth *auth = &desk->snap->auth->auth;
    if (auth->state == PT_AUTH_NOT_NEEDED) {
        auth_draw_head(auth, desk->now_ms, canvas, body);
        auth_draw_not_needed(canvas, body);
        return;
    }
    struct rect rest = auth_draw_top(auth, desk->now_ms, canvas, body);
    auth_list_draw(state, auth, canvas, rest);
}

static void auth_recalc(void *state, struct page_desk *desk, struct rect body)
{
    const struct pt_auth *auth = &desk->snap->auth->auth;
    struct canvas none = {.rows = 0}; /* drawing on it only counts the rows */
    int rows = 0;
    if (auth->state != PT_AUTH_NOT_NEEDED)
        rows = auth_draw_top(auth, desk->now_ms, &none, body).h - 1;
    auth_list_recalc(state, auth, rows);
}

static void auth_title(const void *state, const struct page_desk *desk, char *out, size_t cap)
{
    const struct pt_auth *auth = &desk->snap->auth->auth;
    const struct auth_page *page = state;
    char rows[160] = "";
    if (!listing_is_plain(&page->listing))
        listing_title(&page->listing, rows, sizeof rows);
    snprintf(out, cap, "%s%s%s", pt_auth_state_word(auth->state), rows[0] != '\0' ? "  " : "",
             rows);
}

/* Writes the paragraph "Name: text"; nothing when text is "". */
static void auth_tell_fact(FILE *out, const char *name, const char *text)
{
    if (text[0] != '\0')
        fprintf(out, "\n\n%s: %s", name, text);
}

/* Writes in full what the page may have to cut. */
static void auth_tell(const struct pt_auth *auth, int64_t now_ms, FILE *out)
{
    char head[200];
    auth_headline(auth, now_ms, head, sizeof head);
    fputs(head, out);
    auth_tell_fact(out, "Cause", auth->last_error);
    auth_tell_fact(out, "Next", auth->last_fix);
    auth_tell_fact(out, "Request id", auth->last_request_id);
    auth_tell_fact(out, "You are", auth->caller_arn);
    auth_tell_fact(out, "The AWS identity is unknown",
                   auth->caller_arn[0] == '\0' ? auth->caller_error : "");
    auth_tell_fact(out, "Request id", auth->caller_arn[0] == '\0' ? auth->caller_request_id : "");
    auth_tell_fact(out, "Role chain", auth->chain);
    auth_tell_fact(out, "A broker said", auth->broker_said);
    auth_tell_fact(out, "That means", auth->broker_said[0] != '\0' ? auth->broker_meaning : "");
    for (size_t i = auth->n_refreshes; i > 0; i--)
        if (!auth->refreshes[i - 1].is_ok)
            fprintf(out, "\n\n%s failed: %s", show_second(auth->refreshes[i - 1].time_ms).s,
                    auth->refreshes[i - 1].text);
}

static void auth_open_whole(struct page_desk *desk)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return;
    auth_tell(&desk->snap->auth->auth, desk->now_ms, out);
    fclose(out);
    if (text != NULL)
        desk_show(desk, "The login in full", text);
    free(text);
}

static bool auth_act(void *state, struct page_desk *desk, enum action action)
{
    (void)state;
    if (action == ACT_ENTER)
        auth_open_whole(desk);
    return action == ACT_ENTER;
}

static struct listing *auth_listing(void *state)
{
    struct auth_page *page = state;
    return page->is_shown ? &page->listing : NULL;
}

static bool auth_can(const void *state, const struct page_desk *desk, enum action action)
{
    const struct pt_auth *auth = &desk->snap->auth->auth;
    (void)state;
    if (action == ACT_ENTER)
        return auth->state != PT_AUTH_NOT_NEEDED;
    return action != ACT_COPY || auth->caller_arn[0] != '\0';
}

static const struct page_key auth_keys[] = {
    {ACT_STREAMS           },
    {ACT_ENTER,              4, "in full", "all that is said, folded"},
    {ACT_BACK,             0, NULL, "show all rows; back"},
    {ACT_REFRESH,                      2, "renew now", "renew the AWS credentials and the token now"},
    {ACT_COPY,         3, "copy ARN", "copy the caller ARN"},
    LISTING_KEYS,
    {ACT_NONE},
};

static const struct page_place auth_places[] = {
    {"Auth", auth_keys},
    {NULL     },
};

static bool auth_copy(const void *state, const struct page_desk *desk, FILE *out)
{
    const struct pt_auth *auth = &desk->snap->auth->auth;
    (void)state;
    fputs(auth->caller_arn, out);
    return auth->caller_arn[0] != '\0';
}

static void auth_free(void *state)
{
    listing_done(&((struct auth_page *)state)->listing);
    free(state);
}

static void *auth_new(void)
{
    struct auth_page *page = calloc(1, sizeof *page);
    return page;
}

const struct page_ops page_auth = {
    .new = auth_new,
    .free = auth_free,
    .recalc = auth_recalc,
    .draw = auth_draw,
    .title = auth_title,
    .act = auth_act,
    .listing = auth_listing,
    .places = auth_places,
    .can = auth_can,
    .copy = auth_copy,
};
