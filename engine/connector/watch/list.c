/* Compares a new list of connectors with what is remembered; and takes details that the list
 * lacks. */
#include <string.h>

#include "base/text.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/losses.h"
#include "connector/watch/watchers.h"
#include "connector/watch/workers.h"

enum {
    LIST_DENIED_MS = 60000, /* without the list nothing is known at all */
    LIST_LOGIN_MS = 10000   /* rejected or expired credentials may be renewed at any time */
};

/* A connector that the configuration named before it was seen has its name as its ID; one that was
 * created again has another ARN. */
static struct conn_model *list_find_named(struct conn_models *cs, const struct conn *conn)
{
    struct conn_model *cm = conn_item_find(cs, conn->id);
    for (size_t i = 0; cm == NULL && i < cs->n; i++)
        if ((cs->items[i].asked_ms == PT_UNKNOWN || cs->items[i].is_gone) &&
            strcmp(cs->items[i].conn.name, conn->name) == 0)
            cm = &cs->items[i];
    return cm;
}

static int32_t list_count_unassigned(const struct conn *conn)
{
    int32_t n = 0;
    for (size_t i = 0; i < conn->n_tasks; i++)
        n += strcmp(conn->tasks[i].state, "UNASSIGNED") == 0 ||
             strcmp(conn->tasks[i].state, "RESTARTING") == 0;
    return n;
}

/* A change in progress began when it was requested, if the back end reports that. */
void conn_note_since(struct conn_model *cm, const struct conn *conn)
{
    const struct conn_operation *last = &conn->operation;
    if (strcmp(conn->state, "CREATING") == 0 && conn->created_ms != PT_UNKNOWN)
        cm->state_since_ms = conn->created_ms;
    else if (strstr(last->state, "IN_PROGRESS") != NULL && last->created_ms != PT_UNKNOWN &&
             strcmp(conn->state, "RUNNING") != 0)
        cm->state_since_ms = last->created_ms;
}

static bool list_is_held(const char *state)
{
    return strcmp(state, "PAUSED") == 0 || strcmp(state, "STOPPED") == 0;
}

/* Notes since when it has been in its state. What the back end reports counts (a connector that is
 * being created, a change in progress), otherwise only what was seen: a state that was there at the
 * first poll is of unknown age. */
static void list_note_state(struct conn_model *cm, const struct conn *next, int64_t asked_ms)
{
    bool is_first = cm->asked_ms == PT_UNKNOWN;
    bool is_other = strcmp(cm->conn.state, next->state) != 0;
    if (is_first || is_other)
        cm->state_seen_ms = asked_ms;
    if (is_first) {
        cm->first_ms = asked_ms;
        if (asked_ms < cm->since.ms)
            cm->since.ms = asked_ms;
        cm->state_since_ms = PT_UNKNOWN;
    } else if (is_other) {
        cm->state_since_ms = asked_ms;
        if (list_is_held(cm->conn.state) || list_is_held(next->state))
            conn_group_meant(&cm->members, asked_ms);
    }
    conn_note_since(cm, next);
}

/* It runs again, or more of its tasks do. */
static bool list_has_begun_anew(const struct conn_model *cm, const struct conn *next,
                                int32_t running)
{
    bool is_running = strcmp(next->state, "RUNNING") == 0;
    return cm->asked_ms != PT_UNKNOWN && is_running &&
           (strcmp(cm->conn.state, "RUNNING") != 0 || (next->has_tasks && running > cm->running));
}

/* Answers to requests about the old group find no connector, because the key is another one. */
static void list_begin_group(struct conn_models *cs, struct conn_model *cm, const char *before,
                             int64_t asked_ms)
{
    cm->key = ++cs->last_key;
    for (int ask = 0; ask < CONN_ASKS; ask++)
        cm->next_ms[ask] = cm->is_asked[ask] ? 0 : cm->next_ms[ask];
    memset(cm->is_asked, 0, sizeof cm->is_asked);
    cm->next_ms[CONN_ASK_LAG] = cm->next_ms[CONN_ASK_GROUP] = 0;
    conn_group_init(&cm->members);
    conn_losses_new_group(cm, before, asked_ms);
    conn_lag_forget(cm);
    conn_lag_restarted(cm, asked_ms);
}

/* Notes how many of its tasks run, failed or wait for a worker, and since when. */
static void list_note_tasks(struct conn_model *cm, const struct conn *next, int64_t asked_ms)
{
    int32_t running, failed, unassigned = list_count_unassigned(next);
    conn_count_tasks(next, &running, &failed);
    if (list_has_begun_anew(cm, next, running))
        conn_lag_restarted(cm, asked_ms);
    if (failed > cm->failed || (failed > 0 && cm->failed_since_ms == PT_UNKNOWN))
        cm->failed_since_ms = asked_ms;
    if (running != cm->running || failed != cm->failed || unassigned != cm->unassigned ||
        cm->tasks_since_ms == PT_UNKNOWN || next->n_tasks != cm->conn.n_tasks)
        cm->tasks_since_ms = asked_ms;
    if (running > 0)
        cm->tasks_seen_ms = asked_ms;
    cm->running = running;
    cm->failed = failed;
    cm->unassigned = unassigned;
}

/* Notes its group, and whether it is ours, from what the configuration names. is_first: until now
 * its group was a guess. */
static void list_note_group(struct conn_models *cs, struct conn_model *cm, int64_t asked_ms,
                            bool is_first, bool has_named)
{
    const struct desk *desk = cs->desk;
    /* A configured group belongs to the named connector, otherwise to the one that reads our
     * topics. */
    bool is_named = strcmp(cm->conn.name, desk->set->connector) == 0;
    bool reads_ours = conn_reads_ours(cs, cm, NULL);
    bool is_meant = is_named || (!has_named && reads_ours);
    bool has_group = pt_config_get(desk->cfg, "pintop.connector.group") != NULL;
    char before[sizeof cm->group];
    text_copy(before, sizeof before, is_first ? "" : cm->group);
    conn_item_set_group(cm, has_group && is_meant ? desk->set->group : "");
    if (before[0] != '\0' && strcmp(before, cm->group) != 0)
        list_begin_group(cs, cm, before, asked_ms);
    cm->is_ours = is_named || desk->set->is_embedded || reads_ours;
}

void conn_take(struct conn_models *cs, struct conn_model *cm, struct conn *next, int64_t asked_ms,
               bool has_named)
{
    bool is_first = cm->asked_ms == PT_UNKNOWN || (next->has_settings && !cm->conn.has_settings);
    list_note_state(cm, next, asked_ms);
    list_note_tasks(cm, next, asked_ms);
    conn_tell_settings(cs, cm, next);
    conn_done(&cm->conn);
    cm->conn = *next;
    conn_init(next);
    conn_item_read(cm);
    if (conn_row_of(cs)->has_workers)
        conn_workers_follow(&cm->workers, &cm->conn, connectors_url(cs->desk->cfg));
    cm->asked_ms = asked_ms;
    cm->is_gone = false;
    cm->gone_since_ms = PT_UNKNOWN;
    cm->is_latest =
        strcmp(conn_get(&cm->conn, "consumer.override.auto.offset.reset"), "latest") == 0;
    list_note_group(cs, cm, asked_ms, is_first, has_named);
}

static void list_note_gone(struct conn_model *cm, int64_t asked_ms)
{
    if (!cm->is_gone)
        cm->gone_since_ms = asked_ms;
    cm->is_gone = true;
}

/* Drops the connectors that the new list does not have. The one that the configuration names stays,
 * marked as gone. */
static void list_forget_missing(struct conn_models *cs, int64_t asked_ms)
{
    size_t n = 0;
    for (size_t i = 0; i < cs->n; i++) {
        struct conn_model *cm = &cs->items[i];
        const char *name = pt_config_get(cs->desk->cfg, "pintop.connector.name");
        bool is_named = name != NULL && strcmp(cm->conn.name, name) == 0;
        if (cm->asked_ms != asked_ms && !is_named) {
            if (cm->is_ours && cm->asked_ms != PT_UNKNOWN)
                desk_event(cs->desk, PT_NOTICE, "sink", "%s is gone", cm->conn.name);
            conn_item_done(cm);
            continue;
        }
        if (cm->asked_ms != asked_ms)
            list_note_gone(cm, asked_ms);
        if (&cs->items[n] != cm) /* a model is large */
            cs->items[n] = *cm;
        n++;
    }
    cs->n = n;
}

void conn_choose_primary(struct conn_models *cs)
{
    const struct conn_model *best = NULL;
    for (size_t i = 0; i < cs->n; i++) {
        const struct conn_model *cm = &cs->items[i];
        if (!conn_is_sink(&cm->conn) || cm->is_gone || !cm->is_ours)
            continue;
        if (strcmp(cm->conn.name, cs->desk->set->connector) == 0) { /* the named one comes first */
            best = cm;
            break;
        }
        if (best == NULL || strcmp(cm->conn.name, best->conn.name) < 0)
            best = cm;
    }
    if (best == NULL || strcmp(best->group, cs->primary_group) == 0)
        return;
    text_copy(cs->primary_group, sizeof cs->primary_group, best->group);
    if (cs->watch != NULL)
        watch_set_group(cs->watch, best->group);
}

static void list_failed(struct conn_models *cs, const struct conn_news *news)
{
    const struct pt_error *err = &news->error;
    bool is_throttled = conn_is_throttle(err);
    if (err->code == PT_ENOTFOUND && cs->n > 0 &&
        pt_config_get(cs->desk->cfg, "pintop.connector.name") != NULL) {
        /* That is an answer: the connector does not exist. */
        cs->has_answer = true;
        cs->asked_ms = news->asked_ms;
        cs->error.code = PT_OK;
        for (size_t i = 0; i < cs->n; i++)
            list_note_gone(&cs->items[i], news->asked_ms);
        return;
    }
    /* A worker of the user's own is asked as often as before. */
    if (is_throttled || conn_row_of(cs)->is_rationed) {
        cs->pause_ms = conn_aws_pause_ms(++cs->n_failed);
        cs->next_ms = news->asked_ms + cs->pause_ms;
    }
    if (err->code == PT_EAUTH)
        cs->next_ms = news->asked_ms + LIST_DENIED_MS;
    if (conn_is_login(err))
        cs->next_ms = news->asked_ms + LIST_LOGIN_MS;
    if (cs->error.code == PT_OK)
        cs->error_since_ms = news->asked_ms;
    if (cs->error.code == PT_OK || strcmp(cs->error.what, err->what) != 0)
        desk_event(cs->desk, is_throttled ? PT_NOTICE : PT_WARN, "sink", "%s", err->what);
    cs->error = *err;
}

static bool list_has(const struct conn_list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return true;
    return false;
}

/* The list lacks these details: they stay, and are requested again when the list reports a
 * change. */
static void list_keep_details(struct conn_model *cm, struct conn *next)
{
    bool is_same = cm->asked_ms != PT_UNKNOWN && strcmp(cm->conn.state, next->state) == 0 &&
                   strcmp(cm->conn.version, next->version) == 0;
    if (!is_same)
        conn_aws_changed(cm);
    if (cm->asked_ms != PT_UNKNOWN && strcmp(cm->conn.id, next->id) == 0)
        conn_keep(next, &cm->conn);
}

void conn_take_list(struct conn_models *cs, struct conn_news *news)
{
    cs->is_asked = false;
    if (news->error.code == PT_ECANCELLED)
        return;
    if (news->error.code != PT_OK) {
        list_failed(cs, news);
        return;
    }
    if (cs->error.code != PT_OK)
        desk_event(cs->desk, PT_INFO, "sink", "%s answers again", cs->ops->info.title);
    cs->error.code = PT_OK;
    cs->pause_ms = 0;
    cs->n_failed = 0;
    cs->has_answer = true;
    cs->asked_ms = news->list.asked_ms;
    cs->list_calls = news->list.n_calls;
    if (cs->list_calls > 1 && cs->next_ms < cs->asking_since_ms + conn_list_usual_ms(cs))
        cs->next_ms = cs->asking_since_ms + conn_list_usual_ms(cs);
    cs->took_ms = cs->asked_ms > cs->asking_since_ms ? cs->asked_ms - cs->asking_since_ms : 0;
    cs->is_truncated = news->list.is_truncated;
    cs->can = news->can;
    text_copy(cs->version, sizeof cs->version, news->version);
    bool has_named = list_has(&news->list, cs->desk->set->connector);
    for (size_t i = 0; i < news->list.n; i++) {
        struct conn_model *cm = list_find_named(cs, &news->list.items[i]);
        /* The list may contain one ID twice; both are kept. */
        if (cm != NULL && cm->asked_ms == news->list.asked_ms)
            cm = NULL;
        if (cm == NULL)
            cm = conn_item_add(cs);
        if (cm != NULL && cs->ops->is_list_brief)
            list_keep_details(cm, &news->list.items[i]);
        if (cm != NULL)
            conn_take(cs, cm, &news->list.items[i], news->list.asked_ms, has_named);
    }
    size_t n = cs->n;
    list_forget_missing(cs, news->list.asked_ms);
    cs->settings_turn += !cs->ops->is_list_brief || cs->n != n;
    conn_choose_primary(cs);
}

/* The list decides what the state is. When the details have another one, their reason is not that
 * of the known state: it is requested again when the list has reported the new state. */
void conn_take_details(struct conn_models *cs, struct conn_model *cm, struct conn_news *news)
{
    struct conn *fresh = news->list.n > 0 ? &news->list.items[0] : NULL;
    cm->details_error = news->error;
    cm->details_asked_ms = news->asked_ms;
    cm->is_detail_old = false;
    if (news->error.code != PT_OK || fresh == NULL)
        return;
    fresh->operation = cm->conn.operation;
    if (strcmp(fresh->state, cm->conn.state) != 0) {
        text_copy(fresh->state, sizeof fresh->state, cm->conn.state);
        fresh->code[0] = fresh->message[0] = '\0';
        fresh->state_rule = NULL;
        cs->next_ms = 0;
    }
    bool has_named = false;
    for (size_t i = 0; i < cs->n; i++)
        has_named = has_named || strcmp(cs->items[i].conn.name, cs->desk->set->connector) == 0;
    conn_take(cs, cm, fresh, cm->asked_ms, has_named);
    cs->settings_turn++;
    conn_choose_primary(cs);
}
