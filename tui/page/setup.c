/* The Setup page: the checks from credentials to objects in the bucket, in the order of the
 * pipeline's steps. They are made when the page is first shown, and again on request. */
#include "page/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/shared.h"
#include "widget/format.h"

enum {
    DETAIL_ROWS = 6,  /* at least: a rule, why, and the next step */
    DETAIL_FROM = 15, /* rows of the body from which on details fit */
    HEAD_FROM = 19,   /* rows of the body from which on a head fits */
    FOLDED_FROM = 3   /* so many in a row are shown as one */
};

/* ---- the rows ---- */

/* How many checks from the i-th on are not needed for the same reason. */
static size_t setup_alike(const struct pt_setup_section *s, size_t i)
{
    size_t n = 1;
    if (s->checks[i].state != PT_CHECK_NOT_NEEDED)
        return n;
    while (i + n < s->n_checks && s->checks[i + n].state == PT_CHECK_NOT_NEEDED &&
           strcmp(s->checks[i + n].evidence, s->checks[i].evidence) == 0)
        n++;
    return n;
}

/* Returns the number of rows. */
static int setup_fold(struct setup_page *page, const struct pt_setup_section *s)
{
    int rows = 0;
    for (size_t i = 0; i < s->n_checks && rows < SETUP_ROWS_MAX;) {
        size_t n = setup_alike(s, i);
        if (n < FOLDED_FROM)
            n = 1;
        page->rows[rows++] = (struct setup_row){.first = (int)i, .n = (int)n};
        i += n;
    }
    return rows;
}

/* Has the list go to the row of a check, which may be folded into it. */
static void setup_lead(struct setup_page *page, const struct pt_setup_section *s, int check)
{
    for (int i = 0; i < page->n_rows; i++) {
        const struct setup_row *row = &page->rows[i];
        if (check < row->first || check >= row->first + row->n)
            continue;
        listing_choose(&page->listing, listing_key(s->checks[row->first].id));
        return;
    }
}

static void setup_ask(struct page_desk *desk, bool is_told)
{
    struct pt_error err;
    const struct pt_command cmd = {.kind = PT_CMD_SETUP_CHECK};
    if (desk_submit(desk, &cmd, is_told ? NULL : &err) != 0 && is_told)
        desk_say(desk, "checking the setup again …");
}

/* The check that waits for a choice, because others need it; else the first one in the worst state
 * that there is; the first of all when nothing is wrong. */
static int setup_worst(const struct pt_setup_section *s)
{
    for (size_t i = 0; i < s->n_checks; i++)
        if (s->checks[i].choices[0] != '\0')
            return (int)i;
    static const enum pt_check_state worst[] = {PT_CHECK_FAIL, PT_CHECK_UNKNOWN, PT_CHECK_WARN};
    for (size_t k = 0; k < sizeof worst / sizeof *worst; k++)
        for (size_t i = 0; i < s->n_checks; i++)
            if (s->checks[i].state == worst[k])
                return (int)i;
    return 0;
}

/* Once a round has ended, what is to be done first is in sight, unless the operator looks at
 * something else. Returns the check to select, or -1. */
static int setup_choose(struct setup_page *page, const struct pt_setup_section *s)
{
    if (page->has_moved || s->is_running || s->ended_ms == PT_UNKNOWN ||
        s->ended_ms == page->ended_ms)
        return -1;
    page->ended_ms = s->ended_ms;
    return setup_worst(s);
}

/* What the list does not need goes to the details. */
static void setup_lay_out(struct setup_page *page, const struct page_desk *desk, struct rect body,
                          int rows)
{
    struct setup_layout *lay = &page->layout;
    lay->head = body.h >= HEAD_FROM ? setup_head_rows(desk, body) : 0;
    lay->details = body.h >= DETAIL_FROM ? DETAIL_ROWS : 0;
    int spare = body.h - lay->head - 1 - rows - lay->details;
    if (lay->details > 0 && spare > 0)
        lay->details += spare;
    lay->list = body.h - lay->head - 1 - lay->details;
}

static void setup_recalc(void *state, struct page_desk *desk, struct rect body)
{
    struct setup_page *page = state;
    const struct pt_setup_section *s = desk->snap->setup;
    if (s->n_checks == 0) /* no engine, or another one begins */
        page->has_asked = page->has_moved = false;
    if (!page->has_asked && s->n_checks > 0 && desk_is_live(desk)) {
        page->has_asked = true;
        if (s->begun_ms == PT_UNKNOWN)
            setup_ask(desk, false);
    }
    const struct pt_check *kept = setup_check_named(s, page->selected);
    int chosen = kept != NULL ? (int)(kept - s->checks) : 0;
    const struct setup_row *old = setup_row_selected(page);
    bool is_within =
        kept != NULL && old != NULL && chosen >= old->first && chosen < old->first + old->n;
    bool is_moved = listing_is_moved(&page->listing);
    page->has_moved |= is_moved;
    page->n_rows = setup_fold(page, s);
    int worst = setup_choose(page, s);
    page->is_fixing = s->fix.id[0] != '\0';
    setup_lay_out(page, desk, body, page->n_rows);
    if (worst >= 0 || (is_within && !is_moved))
        setup_lead(page, s, worst >= 0 ? worst : chosen);
    setup_list_recalc(page, desk, page->layout.list);
    const struct pt_check *check = setup_selected_check(page, s);
    snprintf(page->selected, sizeof page->selected, "%s", check != NULL ? check->id : "");
}

/* ---- the title ---- */

/* Whether the settings are saved, and where this pintop runs; the counts where the rule that has
 * them has no room. */
static void setup_title(const void *state, const struct page_desk *desk, char *out, size_t cap)
{
    const struct setup_page *page = state;
    const struct pt_setup_section *s = desk->snap->setup;
    bool is_saved_here = desk->saved[0] != '\0';
    const char *context = is_saved_here ? desk->saved : desk->snap->session->context;
    const struct pt_check *place = setup_check_named(s, "place");
    bool has_place = place != NULL && place->brief[0] != '\0';
    if (!listing_is_plain(&page->listing)) {
        listing_title(&page->listing, out, cap);
        return;
    }
    if (page->layout.details == 0) {
        setup_counts(s, out, cap);
        return;
    }
    bool is_named = context[0] != '\0';
    snprintf(out, cap, "%s%s%s%s%s", is_named ? "context " : "", is_named ? context : "not saved",
             is_named && desk->is_chosen ? ", choice not saved" : "", has_place ? "  " : "",
             has_place ? place->brief : "");
}

/* ---- keys ---- */

static void setup_open(struct page_desk *desk, const struct pt_check *check)
{
    char title[120], *text = NULL;
    if (check == NULL)
        return;
    bool has_fix = check->fix[0] != '\0', has_copy = check->copy[0] != '\0';
    bool has_who = check->identity[0] != '\0';
    snprintf(title, sizeof title, "%s: %s", check->id, pt_check_state_word(check->state));
    int n = asprintf(&text, "%s\n\n%s%s%s%s%s%s%s%s", check->title, check->evidence,
                     has_who ? "\n\nThe permissions are those of: " : "", check->identity,
                     has_fix ? "\n\nNext: " : "", check->fix,
                     check->is_fixable ? "\n\nf does it; pintop asks first." : "",
                     has_copy ? "\n\ny copies:\n" : "", check->copy);
    if (n >= 0)
        desk_show(desk, title, text);
    free(text);
}

/* Several checks that are not needed for the same reason. */
static void setup_open_folded(struct page_desk *desk, const struct pt_setup_section *s,
                              const struct setup_row *row)
{
    char text[2000] = "";
    size_t len = 0;
    for (int i = row->first; i < row->first + row->n && len < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%-22s%s\n", s->checks[i].id,
                                s->checks[i].title);
    if (len < sizeof text)
        snprintf(text + len, sizeof text - len, "\n%s", s->checks[row->first].evidence);
    desk_show(desk, "not needed", text);
}

/* Returns false for what the front end does: choosing one of several. */
static bool setup_enter(struct setup_page *page, struct page_desk *desk)
{
    const struct pt_setup_section *s = desk->snap->setup;
    const struct pt_check *check = setup_selected_check(page, s);
    if (check != NULL && check->choices[0] != '\0')
        return false;
    if (check != NULL && setup_row_selected(page)->n > 1)
        setup_open_folded(desk, s, setup_row_selected(page));
    else
        setup_open(desk, check);
    return true;
}

static bool setup_act(void *state, struct page_desk *desk, enum action action)
{
    struct setup_page *page = state;
    if (action == ACT_ENTER)
        return setup_enter(page, desk);
    if (action == ACT_REFRESH)
        setup_ask(desk, true);
    return action == ACT_REFRESH;
}

static bool setup_can(const void *state, const struct page_desk *desk, enum action action)
{
    const struct setup_page *page = state;
    const struct pt_setup_section *s = desk->snap->setup;
    const struct pt_check *check = setup_selected_check(page, s);
    bool is_fixable = false;
    if (page->is_fixing && (action == ACT_FIX || action == ACT_FIX_ALL))
        return false;
    if (action == ACT_FIX)
        return check != NULL && (check->choices[0] != '\0' ||
                                 (check->is_fixable && !desk->snap->session->is_readonly));
    if (action == ACT_SSH) {
        const struct pt_check *ssh = setup_check_named(s, "ec2.ssh");
        return ssh != NULL && ssh->copy[0] != '\0';
    }
    if (action == ACT_COPY)
        return check != NULL && (check->copy[0] != '\0' || check->evidence[0] != '\0');
    if (action != ACT_FIX_ALL)
        return true;
    for (size_t i = 0; i < s->n_checks; i++)
        is_fixable |= s->checks[i].is_fixable;
    return is_fixable && !desk->snap->session->is_readonly;
}

static const char *setup_foot(const void *state, enum action action)
{
    const struct setup_page *page = state;
    return action == ACT_BACK && page->is_fixing ? "stop the fix" : NULL;
}

static const struct page_key setup_keys[] = {
    {ACT_FIX,                                                   2, "fix this", "do the fix; pintop shows what will change, and asks"},
    {ACT_FIX_ALL,                                               2, "fix all, asking", "do every fix, one after the other; each one asks first"},
    {ACT_ENTER,                                                         7, "details", "show all that the check says"},
    {ACT_REFRESH,          3, "check again", "make all checks again"},
    {ACT_COPY, 4, "copy", "copy the command, the brokers, or what else the check offers"},
    {ACT_SAVE,                                                 4, "save", "save the settings as a context"},
    {ACT_BACK,                                                5, "back", "go back, or stop a fix that runs or fix all"},
    {ACT_SSH,                                                         8, "ssh", "SSH to the host, by the command of ec2.ssh"},
    LISTING_KEYS,
    {ACT_NONE                                              },
};

static const struct page_place setup_places[] = {
    {"Setup", setup_keys},
    {NULL,    NULL      },
};

static bool setup_copy(const void *state, const struct page_desk *desk, FILE *out)
{
    const struct setup_page *page = state;
    const struct pt_check *check = setup_selected_check(page, desk->snap->setup);
    if (check == NULL || (check->copy[0] == '\0' && check->evidence[0] == '\0'))
        return false;
    fputs(check->copy[0] != '\0' ? check->copy : check->evidence, out);
    return true;
}

static const char *setup_selected(const void *state)
{
    const struct setup_page *page = state;
    return page->selected[0] != '\0' ? page->selected : NULL;
}

static struct listing *setup_listing(void *state)
{
    return &((struct setup_page *)state)->listing;
}

static void setup_free(void *state)
{
    listing_done(&((struct setup_page *)state)->listing);
    free(state);
}

static void *setup_new(void)
{
    struct setup_page *page = calloc(1, sizeof *page);
    return page;
}

const struct page_ops page_setup = {
    .new = setup_new,
    .free = setup_free,
    .recalc = setup_recalc,
    .draw = setup_draw,
    .title = setup_title,
    .act = setup_act,
    .can = setup_can,
    .places = setup_places,
    .foot = setup_foot,
    .check = setup_selected,
    .listing = setup_listing,
    .copy = setup_copy,
};
