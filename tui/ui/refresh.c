#include "ui/refresh.h"

#include <stdio.h>
#include <string.h>

#include "page/screen_cost.h"
#include "term/even_clock.h"

enum {
    TURN_MS = 1000,       /* the longest wait: what others end is noticed by then */
    SHOWN_MS = 5000,      /* figures that change each second would cost more than they count */
    FIRST_MS = 1000,      /* a run that is over sooner asks nothing */
    MUCH_BYTES = 4096,    /* that may wait on a link which has become slow before that is noticed */
    LOOKED_AT_MS = 10000, /* between two requests while somebody looks at the answers */
    UNSEEN_MS = 60000,    /* and while nobody does, with frames that are sent anyway */
    SILENT_MS = 30000,    /* and of a terminal that has not answered yet */
    TRIES = 3             /* after which it is asked only while somebody looks */
};

void refresh_begin(struct refresh *refresh)
{
    memset(refresh, 0, sizeof *refresh);
    refresh->begun_ms = refresh->key_ms = even_clock_ms(NULL);
    refresh->updated_ms = refresh->shown_ms = PT_UNKNOWN;
}

void refresh_now(struct refresh *refresh)
{
    refresh->updated_ms = PT_UNKNOWN;
}

/* ---- when ---- */

static struct pacing refresh_pacing(const struct refresh *refresh, const struct screen_link *link,
                                    int64_t wanted_ms, bool is_urgent)
{
    struct pacing_facts facts = {.now_ms = even_clock_ms(NULL),
                                 .updated_ms = refresh->updated_ms,
                                 .framed_ms = link->framed_ms,
                                 .wanted_ms = wanted_ms,
                                 .pending_ms = link->pending_ms,
                                 .write_ms = link->write_ms,
                                 .asked_ms = link->asked_ms,
                                 .round_trip_ms = link->round_trip_ms,
                                 .key_ms = refresh->key_ms,
                                 .focus_in_ms = link->focus_in_ms,
                                 .focus_out_ms = link->focus_out_ms,
                                 .is_urgent = is_urgent};
    return pacing_next(&facts);
}

static int64_t refresh_sooner(int64_t wait_ms, int64_t left_ms)
{
    return left_ms >= 0 && left_ms < wait_ms ? left_ms : wait_ms;
}

int64_t refresh_plan(struct refresh *refresh, const struct screen *screen,
                     const struct refresh_wants *wants)
{
    const struct screen_link *link = screen_link(screen);
    refresh->calm = refresh_pacing(refresh, link, wants->calm_ms, wants->is_urgent);
    refresh->has_eager = wants->eager_ms != PT_UNKNOWN;
    if (refresh->has_eager)
        refresh->eager = refresh_pacing(refresh, link, wants->eager_ms, wants->is_urgent);
    int64_t wait_ms = refresh_sooner(TURN_MS, refresh->calm.update_left_ms);
    wait_ms = refresh_sooner(wait_ms, screen_held_ms(screen));
    if (refresh->has_eager && refresh->eager.update_left_ms > 0)
        wait_ms = refresh_sooner(wait_ms, refresh->eager.update_left_ms);
    if (wants->is_dirty)
        wait_ms = refresh_sooner(wait_ms, refresh->calm.key_left_ms);
    return wait_ms;
}

bool refresh_is_due(const struct refresh *refresh)
{
    return refresh->calm.update_left_ms == 0;
}

bool refresh_is_eager_due(const struct refresh *refresh)
{
    return refresh->has_eager && refresh->eager.update_left_ms == 0;
}

bool refresh_may_draw(const struct refresh *refresh)
{
    return refresh->calm.key_left_ms == 0;
}

/* ---- what it costs ---- */

bool refresh_must_ask(const struct screen_link *link, int64_t begun_ms, int64_t now_ms,
                      bool is_looked_at, bool is_slow, bool *is_alone)
{
    bool has_answered = link->round_trip_ms != PT_UNKNOWN;
    int64_t since_ms = link->asks > 0 ? now_ms - link->last_ask_ms : now_ms - begun_ms;
    *is_alone = is_looked_at;
    if (link->asks == 0)
        return since_ms >= FIRST_MS;
    if (!has_answered)
        return since_ms >= SILENT_MS && (is_looked_at || link->asks < TRIES);
    bool is_much = link->bytes - link->last_ask_bytes >= MUCH_BYTES;
    return is_slow || since_ms >= (is_looked_at || is_much ? LOOKED_AT_MS : UNSEEN_MS);
}

static struct screen_cost refresh_cost(const struct refresh *refresh,
                                       const struct screen_link *link, int64_t now_ms)
{
    struct screen_cost cost = {.used = meter_read(&refresh->meter),
                               .round_trip_ms = link->round_trip_ms,
                               .pacing = refresh->calm};
    bool is_late = link->asked_ms != PT_UNKNOWN && now_ms - link->asked_ms >= PACING_ANSWER_MS;
    if (is_late)
        cost.round_trip_ms = PT_UNKNOWN;
    cost.is_unanswered = is_late;
    return cost;
}

/* Says it once, because a slow screen is noticed on every page. */
static void refresh_tell(struct refresh *refresh, struct ui *ui)
{
    bool is_slow = screen_cost_is_slow(&ui->desk.cost);
    char text[160];
    if (is_slow && !refresh->is_slow_told && ui->status[0] == '\0') {
        screen_cost_pace(&ui->desk.cost, text, sizeof text);
        ui_say(ui, "%s", text);
    }
    refresh->is_slow_told = is_slow;
}

static bool refresh_is_looked_at(const struct ui *ui)
{
    return ui_page(ui)->ops->shows_cost && !ui->is_frozen;
}

void refresh_update(struct refresh *refresh, struct screen *screen, struct ui *ui)
{
    const struct screen_link *link = screen_link(screen);
    int64_t now_ms = even_clock_ms(NULL);
    bool is_alone;
    refresh->updated_ms = now_ms;
    struct meter_counters counters = {link->bytes, link->frames, even_clock_cpu_ms()};
    meter_take(&refresh->meter, &counters, now_ms);
    if (refresh_must_ask(link, refresh->begun_ms, now_ms, refresh_is_looked_at(ui),
                         screen_cost_is_slow(&ui->desk.cost), &is_alone))
        screen_ask(screen, is_alone);
    struct screen_cost cost = refresh_cost(refresh, link, now_ms);
    bool is_other = cost.pacing.why != ui->desk.cost.pacing.why ||
                    cost.pacing.every_ms != ui->desk.cost.pacing.every_ms ||
                    cost.is_unanswered != ui->desk.cost.is_unanswered;
    bool is_old = refresh->shown_ms == PT_UNKNOWN || now_ms - refresh->shown_ms >= SHOWN_MS;
    if (ui->is_frozen || (!is_other && !is_old))
        return;
    ui->desk.cost = cost;
    refresh->shown_ms = now_ms;
    refresh_tell(refresh, ui);
}
