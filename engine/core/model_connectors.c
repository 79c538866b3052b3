/* The connectors in the reactor's eyes: what was answered is remembered, with since when; verdicts
 * follow. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/conn_model_private.h"

enum {
    HURRY_MS = 60000, /* after a change: look often */
    OPEN_MS = 60000,
    KEEPS_AGAIN_MS = 60000,
    DENIED_MS = 600000,
    LIST_DENIED_MS = 60000, /* without the list nothing is known at all */
    LIST_LOGIN_MS = 10000,  /* keys that were refused or ran out may be renewed at any time */
    JUDGE_MS = 1000
};

/* ------------------------------------------------------------------ life */

static void init_item(struct conn_model *cm)
{
    memset(cm, 0, sizeof *cm);
    conn_init(&cm->conn);
    conn_group_init(&cm->members);
    conn_workers_init(&cm->workers);
    conn_commits_init(&cm->commits);
    conn_losses_init(&cm->losses);
    conn_probe_init(&cm->probe);
    cm->gone_since_ms = cm->restarted_ms = cm->state_seen_ms = PT_UNKNOWN;
    cm->asked_ms = cm->state_since_ms = cm->failed_since_ms = cm->tasks_since_ms = PT_UNKNOWN;
    cm->first_ms = cm->tasks_seen_ms = PT_UNKNOWN;
    cm->lag = cm->in_ms = cm->out_ms = cm->lag_asked_ms = PT_UNKNOWN;
    cm->backlog_ms = cm->backlog_asked_ms = PT_UNKNOWN;
    pace_init(&cm->pace);
    cm->objects_asked_ms = cm->metrics_asked_ms = cm->log_asked_ms = cm->checks_asked_ms =
        PT_UNKNOWN;
    cm->details_asked_ms = cm->changes_asked_ms = PT_UNKNOWN;
    cm->is_detail_old = true;
    cm->told = PT_V_UNKNOWN;
    cm->objects.newest_ms = PT_UNKNOWN;
    cm->in_slow = NAN;
    cm->verdict.since_ms = PT_UNKNOWN;
    since_init(&cm->since, clock_real_ms());
}

static void done_item(struct conn_model *cm)
{
    conn_done(&cm->conn);
    conn_losses_done(&cm->losses);
    free(cm->rows);
    free(cm->metrics);
    free(cm->log.text);
}

static struct conn_model *add_item(struct conn_models *cs)
{
    struct conn_model *grown = realloc(cs->items, (cs->n + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    cs->items = grown;
    init_item(&grown[cs->n]);
    grown[cs->n].key = ++cs->last_key;
    return &grown[cs->n++];
}

static void set_group(struct conn_model *cm, const char *configured)
{
    if (configured[0] != '\0')
        text_copy(cm->group, sizeof cm->group, configured);
    else
        conn_group(&cm->conn, cm->group, sizeof cm->group);
}

/* What the configuration names is there from the start, as far as nothing is known of it. */
void model_connectors_init(struct pt_engine *eng)
{
    struct conn_models *cs = &eng->model.connectors;
    memset(cs, 0, sizeof *cs);
    cs->ops = connectors_backend(eng->cfg);
    cs->asked_ms = PT_UNKNOWN;
    cs->named = eng->run.connector;
    cs->is_dirty = true;
    if (cs->ops != NULL)
        cs->can = cs->ops->can;
    text_copy(cs->primary_group, sizeof cs->primary_group, eng->set.group);
    if (!eng->set.is_embedded && !eng->set.group[0])
        return;
    struct conn_model *cm = add_item(cs);
    if (cm == NULL)
        return;
    text_copy(cm->conn.name, sizeof cm->conn.name, eng->set.connector);
    text_copy(cm->conn.id, sizeof cm->conn.id, eng->set.connector);
    text_copy(cm->conn.kind, sizeof cm->conn.kind, "sink");
    set_group(cm, eng->set.group);
    cm->is_ours = true;
}

void model_connectors_done(struct pt_engine *eng)
{
    struct conn_models *cs = &eng->model.connectors;
    for (size_t i = 0; i < cs->n; i++)
        done_item(&cs->items[i]);
    free(cs->items);
    loss_marks_done(&cs->marks);
    loss_marks_done(&cs->seen);
    memset(cs, 0, sizeof *cs);
}

static struct conn_model *find(struct conn_models *cs, const char *id)
{
    for (size_t i = 0; i < cs->n; i++)
        if (strcmp(cs->items[i].conn.id, id) == 0)
            return &cs->items[i];
    return NULL;
}

static struct conn_model *find_key(struct conn_models *cs, uint64_t key)
{
    for (size_t i = 0; i < cs->n; i++)
        if (cs->items[i].key == key)
            return &cs->items[i];
    return NULL;
}

/* ------------------------------------------------------------------ the list */

/* One that the configuration named before it was seen has its name for an id; one that was made
 * again has another ARN. */
static struct conn_model *find_named(struct conn_models *cs, const struct conn *conn)
{
    struct conn_model *cm = find(cs, conn->id);
    for (size_t i = 0; cm == NULL && i < cs->n; i++)
        if ((cs->items[i].asked_ms == PT_UNKNOWN || cs->items[i].is_gone) &&
            strcmp(cs->items[i].conn.name, conn->name) == 0)
            cm = &cs->items[i];
    return cm;
}

static int32_t count_unassigned(const struct conn *conn)
{
    int32_t n = 0;
    for (size_t i = 0; i < conn->n_tasks; i++)
        n += strcmp(conn->tasks[i].state, "UNASSIGNED") == 0 ||
             strcmp(conn->tasks[i].state, "RESTARTING") == 0;
    return n;
}

/* What is under way began when it was asked for, as far as the back end tells that. */
static void note_since(struct conn_model *cm, const struct conn *conn)
{
    const struct conn_operation *last = &conn->operation;
    if (strcmp(conn->state, "CREATING") == 0 && conn->created_ms != PT_UNKNOWN)
        cm->state_since_ms = conn->created_ms;
    else if (strstr(last->state, "IN_PROGRESS") != NULL && last->created_ms != PT_UNKNOWN &&
             strcmp(conn->state, "RUNNING") != 0)
        cm->state_since_ms = last->created_ms;
}

static bool is_held(const char *state)
{
    return strcmp(state, "PAUSED") == 0 || strcmp(state, "STOPPED") == 0;
}

/* How long it has been in its state. What the back end tells counts (a connector that is being
 * made, a change that is under way); else only what was seen: a state that was found is of unknown
 * age. */
static void note_state(struct conn_model *cm, const struct conn *next, int64_t asked_ms)
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
        if (is_held(cm->conn.state) || is_held(next->state))
            conn_group_meant(&cm->members, asked_ms);
    }
    note_since(cm, next);
}

/* It runs again, or more of it does. */
static bool has_begun_anew(const struct conn_model *cm, const struct conn *next, int32_t running)
{
    bool is_running = strcmp(next->state, "RUNNING") == 0;
    return cm->asked_ms != PT_UNKNOWN && is_running &&
           (strcmp(cm->conn.state, "RUNNING") != 0 || (next->has_tasks && running > cm->running));
}

/* What was asked about the old group and is under way finds nobody under the new key. */
static void begin_group(struct conn_models *cs, struct conn_model *cm, const char *before,
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

/* has_named: one of them is the one that the configuration names. */
static void take_conn(struct pt_engine *eng, struct conn_model *cm, struct conn *next,
                      int64_t asked_ms, bool has_named)
{
    int32_t running, failed, unassigned = count_unassigned(next);
    /* Until now its group was a guess. */
    bool is_first = cm->asked_ms == PT_UNKNOWN || (next->has_settings && !cm->conn.has_settings);
    conn_count_tasks(next, &running, &failed);
    note_state(cm, next, asked_ms);
    if (has_begun_anew(cm, next, running))
        conn_lag_restarted(cm, asked_ms);
    if (failed > cm->failed || (failed > 0 && cm->failed_since_ms == PT_UNKNOWN))
        cm->failed_since_ms = asked_ms;
    if (running != cm->running || failed != cm->failed || unassigned != cm->unassigned ||
        cm->tasks_since_ms == PT_UNKNOWN || next->n_tasks != cm->conn.n_tasks)
        cm->tasks_since_ms = asked_ms;
    if (running > 0)
        cm->tasks_seen_ms = asked_ms;
    conn_tell_settings(eng, cm, next);
    cm->running = running;
    cm->failed = failed;
    cm->unassigned = unassigned;
    conn_done(&cm->conn);
    cm->conn = *next;
    conn_init(next);
    if (eng->model.connectors.ops == &conn_connect)
        conn_workers_follow(&cm->workers, &cm->conn, connectors_url(eng->cfg));
    cm->asked_ms = asked_ms;
    cm->is_gone = false;
    cm->gone_since_ms = PT_UNKNOWN;
    cm->is_latest =
        strcmp(conn_get(&cm->conn, "consumer.override.auto.offset.reset"), "latest") == 0;
    /* A group that is configured is the named connector's, else that of the one that carries us. */
    bool is_named = strcmp(cm->conn.name, eng->set.connector) == 0;
    bool is_meant = is_named || (!has_named && conn_reads_ours(eng, &cm->conn, NULL));
    bool has_group = pt_config_get(eng->cfg, "pintop.connector.group") != NULL;
    char before[sizeof cm->group];
    text_copy(before, sizeof before, is_first ? "" : cm->group);
    set_group(cm, has_group && is_meant ? eng->set.group : "");
    if (before[0] != '\0' && strcmp(before, cm->group) != 0)
        begin_group(&eng->model.connectors, cm, before, asked_ms);
    cm->is_ours = is_named || eng->set.is_embedded || conn_reads_ours(eng, &cm->conn, NULL);
}

static void note_gone(struct conn_model *cm, int64_t asked_ms)
{
    if (!cm->is_gone)
        cm->gone_since_ms = asked_ms;
    cm->is_gone = true;
}

/* Drop the connectors that the new list does not have. The one that the configuration names stays,
 * marked as gone. */
static void forget_missing(struct pt_engine *eng, int64_t asked_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    size_t n = 0;
    for (size_t i = 0; i < cs->n; i++) {
        struct conn_model *cm = &cs->items[i];
        const char *name = pt_config_get(eng->cfg, "pintop.connector.name");
        bool is_named = name != NULL && strcmp(cm->conn.name, name) == 0;
        if (cm->asked_ms != asked_ms && !is_named) {
            if (cm->is_ours && cm->asked_ms != PT_UNKNOWN)
                model_event(eng, PT_NOTICE, "sink", "%s is gone", cm->conn.name);
            done_item(cm);
            continue;
        }
        if (cm->asked_ms != asked_ms)
            note_gone(cm, asked_ms);
        if (&cs->items[n] != cm) /* a model is large */
            cs->items[n] = *cm;
        n++;
    }
    cs->n = n;
}

/* Whose group the Overview's topics are compared with: the first sink that reads the streams'. */
static void choose_primary(struct pt_engine *eng)
{
    struct conn_models *cs = &eng->model.connectors;
    const struct conn_model *best = NULL;
    for (size_t i = 0; i < cs->n; i++) {
        const struct conn_model *cm = &cs->items[i];
        if (!conn_is_sink(&cm->conn) || cm->is_gone || !cm->is_ours)
            continue;
        if (strcmp(cm->conn.name, eng->set.connector) == 0) { /* named: before all others */
            best = cm;
            break;
        }
        if (best == NULL || strcmp(cm->conn.name, best->conn.name) < 0)
            best = cm;
    }
    if (best == NULL || strcmp(best->group, cs->primary_group) == 0)
        return;
    text_copy(cs->primary_group, sizeof cs->primary_group, best->group);
    if (eng->watch != NULL)
        watch_set_group(eng->watch, best->group);
}

static void list_failed(struct pt_engine *eng, const struct conn_news *news)
{
    struct conn_models *cs = &eng->model.connectors;
    const struct pt_error *err = &news->error;
    bool is_throttled = conn_is_throttle(err);
    if (err->code == PT_ENOTFOUND && cs->n > 0 &&
        pt_config_get(eng->cfg, "pintop.connector.name") != NULL) {
        /* An answer: it isn't there. */
        cs->has_answer = true;
        cs->asked_ms = news->asked_ms;
        cs->error.code = PT_OK;
        for (size_t i = 0; i < cs->n; i++)
            note_gone(&cs->items[i], news->asked_ms);
        return;
    }
    /* A worker of one's own is asked on; AWS is left alone for longer and longer. */
    if (is_throttled || cs->ops == &conn_mskconnect) {
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
        model_event(eng, is_throttled ? PT_NOTICE : PT_WARN, "sink", "%s", err->what);
    cs->error = *err;
}

static bool has_of_name(const struct conn_list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return true;
    return false;
}

/* The list doesn't tell them: they stay, and are asked for anew when it tells of a change. */
static void keep_details(struct conn_model *cm, struct conn *next)
{
    bool is_same = cm->asked_ms != PT_UNKNOWN && strcmp(cm->conn.state, next->state) == 0 &&
                   strcmp(cm->conn.version, next->version) == 0;
    if (!is_same)
        conn_aws_changed(cm);
    if (cm->asked_ms != PT_UNKNOWN && strcmp(cm->conn.id, next->id) == 0)
        conn_keep(next, &cm->conn);
}

static void take_list(struct pt_engine *eng, struct conn_news *news)
{
    struct conn_models *cs = &eng->model.connectors;
    cs->is_asked = false;
    if (news->error.code == PT_ECANCELLED)
        return;
    if (news->error.code != PT_OK) {
        list_failed(eng, news);
        return;
    }
    if (cs->error.code != PT_OK)
        model_event(eng, PT_INFO, "sink", "%s answers again", cs->ops->title);
    cs->error.code = PT_OK;
    cs->pause_ms = 0;
    cs->n_failed = 0;
    cs->has_answer = true;
    cs->asked_ms = news->list.asked_ms;
    cs->list_calls = news->list.n_calls;
    if (cs->list_calls > 1 && cs->next_ms < cs->asking_since_ms + conn_list_usual_ms(eng))
        cs->next_ms = cs->asking_since_ms + conn_list_usual_ms(eng);
    cs->took_ms = cs->asked_ms > cs->asking_since_ms ? cs->asked_ms - cs->asking_since_ms : 0;
    cs->is_truncated = news->list.is_truncated;
    cs->can = news->can;
    text_copy(cs->version, sizeof cs->version, news->version);
    bool has_named = has_of_name(&news->list, eng->set.connector);
    for (size_t i = 0; i < news->list.n; i++) {
        struct conn_model *cm = find_named(cs, &news->list.items[i]);
        /* The list may hold one id twice; keep both. */
        if (cm != NULL && cm->asked_ms == news->list.asked_ms)
            cm = NULL;
        if (cm == NULL)
            cm = add_item(cs);
        if (cm != NULL && cs->ops->is_list_brief)
            keep_details(cm, &news->list.items[i]);
        if (cm != NULL)
            take_conn(eng, cm, &news->list.items[i], news->list.asked_ms, has_named);
    }
    size_t n = cs->n;
    forget_missing(eng, news->list.asked_ms);
    cs->settings_turn += !cs->ops->is_list_brief || cs->n != n;
    choose_primary(eng);
}

/* ------------------------------------------------------------------ what it doesn't tell */

/* The state is the list's to tell: in another one there is another reason, which is asked for when
 * the list has told of that. */
static void take_details(struct pt_engine *eng, struct conn_model *cm, struct conn_news *news)
{
    struct conn_models *cs = &eng->model.connectors;
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
        has_named = has_named || strcmp(cs->items[i].conn.name, eng->set.connector) == 0;
    take_conn(eng, cm, fresh, cm->asked_ms, has_named);
    cs->settings_turn++;
    choose_primary(eng);
}

static void take_change(struct conn_model *cm, const struct conn_news *news)
{
    cm->changes_error = news->error;
    cm->changes_asked_ms = news->asked_ms;
    if (news->error.code != PT_OK)
        return;
    cm->conn.operation = news->operation;
    note_since(cm, &cm->conn);
}

/* ------------------------------------------------------------------ the others */

/* When it is asked again, unless that is as it was planned. */
static void plan_next(struct conn_models *cs, struct conn_model *cm, const struct conn_news *news)
{
    struct sink sink;
    switch (news->ask) {
    case CONN_ASK_OBJECTS:
        sink_read(&cm->conn, &sink);
        conn_aws_heard(cs, cm, news->ask, &news->error,
                       news->objects.is_as_connector || sink.store_url[0] != '\0', news->asked_ms);
        break;
    case CONN_ASK_DETAILS:
    case CONN_ASK_CHANGES:
    case CONN_ASK_LOG:
    case CONN_ASK_CHECKS:
        conn_aws_heard(cs, cm, news->ask, &news->error, false, news->asked_ms);
        break;
    default:
        if (news->error.code == PT_EAUTH)
            cm->next_ms[news->ask] = news->asked_ms + DENIED_MS;
    }
}

static void take_objects(struct pt_engine *eng, struct conn_model *cm, struct conn_news *news)
{
    struct conn_models *cs = &eng->model.connectors;
    struct conn_objects *own = &cm->objects, *next = &news->objects;
    bool is_primary = strcmp(cm->group, cs->primary_group) == 0;
    cm->objects_error = news->error;
    cm->objects_asked_ms = news->asked_ms;
    conn_lag_objects(cm, &news->rows);
    own->is_unsure = next->is_unsure;
    own->rule = next->rule;
    own->words = next->words;
    own->is_telling = next->is_telling;
    text_copy(own->moved, sizeof own->moved, next->moved);
    own->is_as_connector = next->is_as_connector;
    if (next->bucket_region[0] != '\0')
        text_copy(own->bucket_region, sizeof own->bucket_region, next->bucket_region);
    if (next->newest_ms != PT_UNKNOWN &&
        (own->newest_ms == PT_UNKNOWN || next->newest_ms >= own->newest_ms)) {
        own->newest_ms = next->newest_ms;
        text_copy(own->newest, sizeof own->newest, next->newest);
    }
    for (int i = 0; i < PT_STREAMS && is_primary; i++)
        if (next->topic_ms[i] != PT_UNKNOWN &&
            next->topic_ms[i] > atomic_load(&eng->newest_object_ms[i]))
            atomic_store(&eng->newest_object_ms[i], next->topic_ms[i]);
}

static void take_newest(struct pt_engine *eng, const struct conn_news *news)
{
    struct conn_models *cs = &eng->model.connectors;
    int64_t newest_ms = PT_UNKNOWN, now_ms = clock_real_ms();
    for (size_t i = 0; i < news->n_times; i++)
        if (news->times[i].time_ms != PT_UNKNOWN && news->times[i].time_ms <= now_ms &&
            (newest_ms == PT_UNKNOWN || news->times[i].time_ms > newest_ms))
            newest_ms = news->times[i].time_ms;
    if (newest_ms == PT_UNKNOWN)
        return;
    if (eng->model.moves.in_ms == PT_UNKNOWN)
        eng->model.moves.in_ms = newest_ms;
    for (size_t i = 0; i < cs->n; i++)
        if (cs->items[i].in_ms == PT_UNKNOWN)
            cs->items[i].in_ms = newest_ms;
}

static void take_lag(struct conn_model *cm, struct conn_news *news)
{
    cm->losses.said_ms = 0;
    struct sink sink;
    struct lag_row *rows = calloc(news->rows.n + 1, sizeof *rows);
    if (news->error.code != PT_OK)
        cm->lag_error = news->error;
    for (size_t i = 0; rows != NULL && i < news->rows.n; i++) {
        const struct conn_row *from = &news->rows.rows[i];
        text_copy(rows[i].topic, sizeof rows[i].topic, from->topic);
        rows[i].partition = from->partition;
        rows[i].leader = from->leader;
        rows[i].committed = from->committed;
        rows[i].high = from->high;
        rows[i].low = from->low;
    }
    sink_read(&cm->conn, &sink);
    if (rows != NULL && news->error.code == PT_OK)
        conn_lag_update(cm, &sink, rows, news->rows.n, clock_mono_us(), news->asked_ms);
    free(rows);
}

/* Each its own: what failed for one is nothing to the others. */
static void take_metrics(struct pt_engine *eng, struct conn_news *news)
{
    struct conn_models *cs = &eng->model.connectors;
    for (size_t i = 0; i < news->n_metered; i++) {
        struct conn_metered *one = &news->metered[i];
        const struct pt_error *error = news->error.code != PT_OK ? &news->error : &one->error;
        struct conn_model *cm = find_key(cs, one->key);
        if (cm == NULL) /* it is gone by now */
            continue;
        cm->is_asked[CONN_ASK_METRICS] = false;
        if (news->error.code == PT_ECANCELLED)
            continue;
        conn_aws_heard(cs, cm, CONN_ASK_METRICS, error, false, news->asked_ms);
        cm->metrics_error = *error;
        cm->metrics_asked_ms = news->asked_ms;
        if (error->code != PT_OK)
            continue;
        free(cm->metrics);
        cm->metrics = one->metrics;
        one->metrics = NULL;
    }
}

static void take_log(struct conn_model *cm, struct conn_news *news)
{
    cm->log_error = news->error;
    cm->log_asked_ms = news->asked_ms;
    if (news->error.code != PT_OK)
        return;
    free(cm->log.text);
    cm->log = news->log;
    news->log.text = NULL;
}

static void move_marks(struct loss_marks *to, struct loss_marks *from)
{
    loss_marks_done(to);
    *to = *from;
    *from = (struct loss_marks){0};
}

static void take_marks(struct conn_models *cs, struct conn_news *news)
{
    if (!news->has_marks && !news->has_seen)
        return;
    if (news->has_marks)
        move_marks(&cs->marks, &news->marks);
    if (news->has_seen)
        move_marks(&cs->seen, &news->seen);
    cs->marks_version++;
    for (size_t i = 0; i < cs->n; i++)
        cs->items[i].losses.said_ms = 0;
}

void model_connectors_news(struct pt_engine *eng, struct conn_news *news)
{
    struct conn_models *cs = &eng->model.connectors;
    struct conn_model *cm = find_key(cs, news->key);
    int64_t now_ms = conn_clock_ms(eng);
    if (news->asked_ms > now_ms) /* the clock was set back while it was under way */
        news->asked_ms = now_ms;
    cs->is_dirty = true;
    cs->judged_ms = 0; /* at once */
    take_marks(cs, news);
    if (news->ask == CONN_ASK_LIST) {
        take_list(eng, news);
        return;
    }
    if (news->is_newest) {
        take_newest(eng, news);
        return;
    }
    if (news->ask == CONN_ASK_METRICS) {
        take_metrics(eng, news);
        return;
    }
    if (cm == NULL) /* it is gone by now */
        return;
    cm->is_asked[news->ask] = false;
    if (news->error.code == PT_ECANCELLED)
        return;
    plan_next(cs, cm, news);
    switch (news->ask) {
    case CONN_ASK_DETAILS:
        take_details(eng, cm, news);
        break;
    case CONN_ASK_CHANGES:
        take_change(cm, news);
        break;
    case CONN_ASK_OBJECTS:
        take_objects(eng, cm, news);
        break;
    case CONN_ASK_LAG:
        take_lag(cm, news);
        conn_losses_hurry(eng, cm, now_ms);
        break;
    case CONN_ASK_TIMES:
        conn_lag_times(cm, news->times, news->n_times, news->asked_ms);
        break;
    case CONN_ASK_GROUP:
        conn_group_take(cm, news);
        break;
    case CONN_ASK_DEAD:
        conn_losses_take(cm, news);
        break;
    case CONN_ASK_COMMITS:
        conn_commits_take(cm, news);
        break;
    case CONN_ASK_WORKERS:
        conn_workers_take(cm, news);
        break;
    case CONN_ASK_COMMAND:
        conn_probe_take(cm, news);
        break;
    case CONN_ASK_KEEPS:
        if (news->error.code == PT_OK)
            cm->keeps = news->keeps;
        else if (news->error.code != PT_EAUTH)
            cm->next_ms[news->ask] = news->asked_ms + KEEPS_AGAIN_MS;
        break;
    case CONN_ASK_LOG:
        take_log(cm, news);
        break;
    case CONN_ASK_CHECKS:
        cm->checks_error = news->error;
        cm->checks_asked_ms = news->asked_ms - news->checks.age_ms;
        cm->checks = news->checks;
        break;
    default:
        break;
    }
}

void model_connectors_report(struct pt_engine *eng)
{
    struct conn_models *cs = &eng->model.connectors;
    const struct watch_report *r = eng->model.report;
    if (cs->primary_group[0] == '\0')
        choose_primary(eng);
    for (size_t i = 0; i < cs->n; i++) {
        struct conn_model *cm = &cs->items[i];
        struct lag_row *rows;
        struct sink sink;
        bool is_watched;
        conn_commits_look(cm, r);
        /* A look that began before the group was another one tells of the old one. */
        bool is_old = r->group[0] != '\0' && strcmp(r->group, cm->group) != 0;
        if (strcmp(cm->group, cs->primary_group) != 0 || is_old)
            continue;
        sink_read(&cm->conn, &sink);
        size_t n = conn_rows_of_report(eng, cm, &rows, &is_watched);
        bool is_asked = false; /* the group's offsets are in the report */
        for (size_t t = 0; t < r->n_topics && !is_asked; t++)
            is_asked = r->topics[t].is_watched && r->topics[t].lag != PT_UNKNOWN;
        if (is_watched && is_asked && n > 0)
            conn_lag_update(cm, &sink, rows, n, r->mono_us, r->time_ms);
        else if (r->group_error.code != PT_OK)
            cm->lag_error = r->group_error;
        free(rows);
        cs->is_dirty = true;
        cs->judged_ms = 0; /* the verdict is of the same figures as the page */
    }
}

void model_connectors_sink(struct pt_engine *eng)
{
    struct conn_models *cs = &eng->model.connectors;
    static const char *const words[] = {"STARTING", "RUNNING", "FAILED", "STOPPED"};
    const struct sink_status *sink = &eng->model.sink;
    struct conn next;
    if (cs->ops != &conn_embedded || cs->n == 0)
        return;
    if (conn_of_embedded(eng->set.connector, words[sink->state], sink->error, &next)) {
        cs->has_answer = true;
        cs->asked_ms = clock_real_ms();
        take_conn(eng, &cs->items[0], &next, cs->asked_ms, true);
    }
    conn_done(&next);
    cs->is_dirty = true;
}

/* ------------------------------------------------------------------ verdicts */

/* Once its reason is known, if that is on its way. */
static void tell_verdict(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    const struct judgement *now = &cm->verdict;
    enum pt_verdict before = cm->told;
    char since[SINCE_WORDS_MAX];
    if (before == now->verdict || now->is_reason_awaited)
        return;
    cm->told = now->verdict;
    if (!cm->is_ours || (before <= PT_V_TRANSITION && now->verdict <= PT_V_TRANSITION))
        return;
    since_words(cm->since.ms, cm->since.is_found && !eng->set.is_embedded, now_ms, since,
                sizeof since);
    model_event(eng, now->verdict > PT_V_PAUSED ? PT_ERROR : PT_INFO, "sink", "%s %s -> %s%s%s%s",
                cm->conn.name, pt_verdict_word(before), pt_verdict_word(now->verdict),
                now->cause[0] != '\0' ? ": " : "", now->cause, since);
}

void model_connectors_judge(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    struct witnesses w;
    struct judgement next;
    enum pt_verdict before = cm->has_verdict ? cm->verdict.verdict : PT_V_UNKNOWN;
    conn_losses_say(eng, cm, now_ms);
    conn_witnesses(eng, cm, now_ms, &w);
    conn_judge(&w, &next);
    judge_remember(&cm->verdict, &w, &next);
    bool is_other = !cm->has_verdict || next.verdict != before;
    if (is_other || strcmp(next.cause, cm->verdict.cause) != 0 ||
        strcmp(next.note, cm->verdict.note) != 0 || next.is_awaited != cm->verdict.is_awaited)
        eng->model.connectors.is_dirty = true;
    since_note(&cm->since, before, next.verdict, next.since_ms, now_ms);
    cm->verdict = next;
    cm->has_verdict = true;
    tell_verdict(eng, cm, now_ms);
    if (is_other && next.verdict > PT_V_TRANSITION) /* how long what waits is kept matters now */
        cm->next_ms[CONN_ASK_KEEPS] = 0;
}

int64_t model_connectors_tick(struct pt_engine *eng)
{
    struct conn_models *cs = &eng->model.connectors;
    int64_t now_ms = conn_clock_ms(eng);
    conn_asks(eng, now_ms);
    if (now_ms - cs->judged_ms >= JUDGE_MS || now_ms < cs->judged_ms) {
        cs->judged_ms = now_ms;
        for (size_t i = 0; i < cs->n; i++)
            model_connectors_judge(eng, &cs->items[i], now_ms);
    }
    if (!eng->model.is_booted || eng->connectors == NULL || cs->ops == NULL ||
        cs->ops->list == NULL || cs->is_asked)
        return INT64_MAX;
    return cs->next_ms;
}

/* What the list tells of a change is asked for by itself: it is asked anew for the few that matter,
 * and where it failed. */
static void ask_anew(const struct pt_engine *eng, struct conn_model *cm)
{
    enum { FEW = 4 };
    const struct conn_models *cs = &eng->model.connectors;
    int64_t details_ms = cm->next_ms[CONN_ASK_DETAILS], changes_ms = cm->next_ms[CONN_ASK_CHANGES];
    bool is_near = cs->n <= FEW || conn_is_wanted(eng, cm, cs->refreshed_ms);
    memset(cm->next_ms, 0, sizeof cm->next_ms);
    memset(cm->n_failed, 0, sizeof cm->n_failed);
    if (!is_near && cm->details_error.code == PT_OK)
        cm->next_ms[CONN_ASK_DETAILS] = details_ms;
    if (!is_near && cm->changes_error.code == PT_OK)
        cm->next_ms[CONN_ASK_CHANGES] = changes_ms;
}

void model_connectors_refresh(struct pt_engine *eng)
{
    struct conn_models *cs = &eng->model.connectors;
    if (!eng->model.is_booted || eng->connectors == NULL)
        return;
    connectors_forget_keys(eng->connectors);
    cs->next_ms = 0;
    cs->pause_ms = 0;
    cs->n_failed = 0;
    cs->refreshed_ms = conn_clock_ms(eng);
    memset(cs->quiet_until_ms, 0, sizeof cs->quiet_until_ms);
    for (size_t i = 0; i < cs->n; i++)
        ask_anew(eng, &cs->items[i]);
}

/* ------------------------------------------------------------------ commands */

static struct conn_model *find_for(struct conn_models *cs, const char *name, struct pt_error *err)
{
    struct conn_model *found = find(cs, name);
    size_t n = 0;
    for (size_t i = 0; found == NULL && i < cs->n; i++)
        n += strcmp(cs->items[i].conn.name, name) == 0;
    for (size_t i = 0; found == NULL && n == 1 && i < cs->n; i++)
        if (strcmp(cs->items[i].conn.name, name) == 0)
            found = &cs->items[i];
    if (found != NULL && !found->is_gone)
        return found;
    if (n > 1)
        pt_error_set(err, PT_ENAME, "Name it by its ARN: `pintop connector list --json` has it.",
                     "connector %s: %zu have that name", name, n);
    else if (!cs->has_answer && cs->error.code != PT_OK)
        *err = cs->error;
    else
        pt_error_set(err, PT_ENOTFOUND, "`pintop connector list` shows those there are.",
                     "connector %s: there is none of that name", name);
    return NULL;
}

struct conn_job *model_connectors_job(struct pt_engine *eng, struct fact *fact,
                                      struct pt_error *err)
{
    struct conn_models *cs = &eng->model.connectors;
    const struct pt_command *cmd = fact->u.command;
    struct conn_model *cm = NULL;
    struct conn_job *job = NULL;
    bool is_create = cmd->kind == PT_CMD_CONNECTOR_CREATE;
    if (!eng->model.is_booted || eng->connectors == NULL || cs->ops == NULL) {
        pt_error_set(err, PT_EUNSUPPORTED,
                     "Set pintop.connector.url for Kafka Connect, or pintop.msk.cluster for MSK "
                     "Connect.",
                     "connector: nobody is there to ask");
        return NULL;
    }
    if (!is_create &&
        (cm = find_for(cs, cmd->connector != NULL ? cmd->connector : "", err)) == NULL)
        return NULL;
    job = conn_job_new(CONN_ASK_COMMAND);
    if (job == NULL || (cm != NULL && !conn_copy(&job->conn, &cm->conn))) {
        conn_job_free(job);
        pt_error_set(err, PT_ENOMEM, NULL, "connector: no memory");
        return NULL;
    }
    if (cm != NULL)
        cm->open_until_ms = clock_real_ms() + OPEN_MS;
    /* These two change something, but not the connector. */
    bool is_beside =
        cmd->kind == PT_CMD_CONNECTOR_PROBE || cmd->kind == PT_CMD_CONNECTOR_ACKNOWLEDGE;
    bool is_change = pt_row_is(pt_command_row((int)cmd->kind), PT_ROW_CHANGES) && !is_beside;
    if (is_change && !cmd->is_plan)
        cs->hurry_until_ms = clock_real_ms() + HURRY_MS;
    bool begins_anew = cmd->kind == PT_CMD_CONNECTOR_RESTART ||
                       cmd->kind == PT_CMD_CONNECTOR_RESUME || cmd->kind == PT_CMD_CONNECTOR_UPDATE;
    if (cm != NULL && begins_anew && !cmd->is_plan)
        conn_lag_restarted(cm, clock_real_ms());
    if (cm != NULL)
        job->key = cm->key;
    if (cm != NULL && cmd->kind == PT_CMD_CONNECTOR_PROBE)
        conn_probe_fill(cm, job);
    if (cm != NULL && cmd->kind == PT_CMD_CONNECTOR_ACKNOWLEDGE &&
        conn_losses_fill_marks(eng, cm, job, err) != PT_OK) {
        conn_job_free(job);
        return NULL;
    }
    job->id = fact->id;
    job->command = fact->u.command;
    fact->u.command = NULL;
    return job;
}
