#include "connector/watch/connectors.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector/watch/internal.h"
#include "connector/watch/watchers.h"

enum { JUDGE_MS = 1000 };

/* What the configuration names exists from the start, with everything else unknown. */
void conn_models_init(struct conn_models *cs, const struct desk *desk)
{
    memset(cs, 0, sizeof *cs);
    cs->desk = desk;
    cs->sinkless_ms = PT_UNKNOWN;
    cs->ops = conn_backend_meant(desk->cfg);
    cs->asked_ms = PT_UNKNOWN;
    cs->named = desk->run->connector;
    cs->is_dirty = true;
    cs->can = conn_row_of(cs)->info.can;
    text_copy(cs->primary_group, sizeof cs->primary_group, desk->set->group);
    if (!desk->set->is_embedded && !desk->set->group[0])
        return;
    struct conn_model *cm = conn_item_add(cs);
    if (cm == NULL)
        return;
    text_copy(cm->conn.name, sizeof cm->conn.name, desk->set->connector);
    text_copy(cm->conn.id, sizeof cm->conn.id, desk->set->connector);
    text_copy(cm->conn.kind, sizeof cm->conn.kind, "sink");
    conn_item_set_group(cm, desk->set->group);
    cm->is_ours = true;
}

void conn_models_done(struct conn_models *cs)
{
    for (size_t i = 0; i < cs->n; i++)
        conn_item_done(&cs->items[i]);
    free(cs->items);
    watch_report_release(cs->report);
    loss_marks_done(&cs->marks);
    loss_marks_done(&cs->seen);
    memset(cs, 0, sizeof *cs);
}

/* A change that the list reports makes the details be requested automatically. A refresh requests
 * them again only for the few connectors that matter, and where the last request failed. */
static void part_ask_anew(const struct conn_models *cs, struct conn_model *cm)
{
    enum { FEW = 4 };
    int64_t details_ms = cm->next_ms[CONN_ASK_DETAILS], changes_ms = cm->next_ms[CONN_ASK_CHANGES];
    bool is_near = cs->n <= FEW || conn_is_wanted(cs, cm, cs->refreshed_ms);
    memset(cm->next_ms, 0, sizeof cm->next_ms);
    memset(cm->n_failed, 0, sizeof cm->n_failed);
    if (!is_near && cm->details_error.code == PT_OK)
        cm->next_ms[CONN_ASK_DETAILS] = details_ms;
    if (!is_near && cm->changes_error.code == PT_OK)
        cm->next_ms[CONN_ASK_CHANGES] = changes_ms;
}

void conn_models_connect(struct conn_models *cs, struct connectors *watchers, struct watch *watch)
{
    cs->watchers = watchers;
    cs->watch = watch;
}

void conn_models_refresh(struct conn_models *cs)
{
    if (!cs->desk->is_booted || cs->watchers == NULL)
        return;
    connectors_forget_keys(cs->watchers);
    cs->next_ms = 0;
    cs->pause_ms = 0;
    cs->n_failed = 0;
    cs->refreshed_ms = desk_real_ms(cs->desk);
    memset(cs->quiet_until_ms, 0, sizeof cs->quiet_until_ms);
    for (size_t i = 0; i < cs->n; i++)
        part_ask_anew(cs, &cs->items[i]);
}

int64_t conn_models_tick(struct conn_models *cs)
{
    int64_t now_ms = desk_real_ms(cs->desk);
    conn_asks(cs, now_ms);
    if (now_ms - cs->judged_ms >= JUDGE_MS || now_ms < cs->judged_ms) {
        cs->judged_ms = now_ms;
        for (size_t i = 0; i < cs->n; i++)
            conn_models_judge(cs, &cs->items[i], now_ms);
    }
    if (!cs->desk->is_booted || cs->watchers == NULL || cs->ops == NULL || cs->ops->list == NULL ||
        cs->is_asked)
        return INT64_MAX;
    return cs->next_ms;
}

/* ------------------------------------------------------------------ the part */

static bool part_take(void *self, struct fact *fact)
{
    struct conn_models *cs = self;
    const struct watch_report *report = fact->payload;
    switch (fact->kind) {
    case FACT_CONNECTORS:
        if (fact->payload != NULL)
            conn_models_news(cs, fact->payload);
        return true;
    case FACT_REPORT:
        if (report != NULL && report->error.code == PT_OK) {
            conn_models_report(cs, report);
            conn_need_topics(cs);
        }
        return true;
    case FACT_SINK:
        if (fact->payload != NULL)
            conn_models_sink(cs, fact->payload);
        return false; /* its figures are shown with the next tick */
    default:
        return false;
    }
}

static int64_t part_look(void *self, int64_t now_us)
{
    struct conn_models *cs = self;
    int64_t due_ms = conn_models_tick(cs);
    return due_ms == INT64_MAX ? INT64_MAX : now_us + (due_ms - desk_real_ms(cs->desk)) * 1000;
}

static void part_clock_set(void *self, int64_t by_ms)
{
    conn_clock_moved(self, by_ms);
}

static const void *part_section(void *self)
{
    return conn_models_section(self);
}

const struct part connectors_part = {
    .name = "connectors",
    .take = part_take,
    .look = part_look,
    .clock_set = part_clock_set,
    .section = part_section,
};
