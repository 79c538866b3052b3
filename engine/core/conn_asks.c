/* What is due to be asked about connectors. Fast while something changes, slow while all is stable,
 * the cheap before the dear: at most 20 AWS calls a minute for one connector that is well
 * (12 lists, 2 descriptions, 1 metrics, 4 objects). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/conn_model_private.h"
#include "net/retry.h"

enum {
    FAST_MS = 2000,
    METRICS_MS = 60000,
    RARE_MS = 600000, /* of those that nobody looks at, and of what is denied */
    OBJECTS_MS = 60000,
    OBJECTS_SOON_MS = 10000, /* while something is suspected */
    LOG_MS = 60000,
    CHECKS_MS = 600000,
    LAG_FIRST_MS = 1500,
    LAG_MS = 5000,
    LAG_SLOW_MS = 60000,
    LAG_WAITING_MS = 20000, /* whether what waits is taken is seen by the next look */
    TIMES_MS = 20000,
    KEEPS_SOON_MS = 60000,        /* while topics join those in which records wait */
    HISTORY_MS = 3 * 3600 * 1000, /* that the first question about metrics reaches back */
    LOG_BACK_MS = 15 * 60000,
    COMMITS_MS = 60000,
    WORKERS_MS = 10000,
    TIMES_MAX = 64,
    NEWEST_MAX = 24,
    APART_MS = 300,        /* AWS is asked at most four times a second for one service */
    STORE_APART_MS = 1000, /* a look at the store lists up to four times */
    UNDER_WAY_MAX = 2      /* of one kind: a queue of hundreds would answer about the past */
};

/* ------------------------------------------------------------------ whose partitions */

static bool is_internal(const struct pt_topic *topic)
{
    return topic->is_internal || strncmp(topic->name, "__", 2) == 0;
}

static void take_topic(const struct watch_report *r, const struct pt_topic *topic,
                       struct lag_row *rows, size_t *n)
{
    for (int32_t p = 0; p < topic->n_partitions; p++) {
        const struct pt_partition *part = &r->partitions[topic->first_partition + (size_t)p];
        struct lag_row *row = &rows[(*n)++];
        memset(row, 0, sizeof *row);
        text_copy(row->topic, sizeof row->topic, topic->name);
        row->partition = part->partition;
        row->leader = part->leader;
        row->committed = part->committed;
        row->high = part->high;
        row->low = part->low;
    }
}

/* The list of topics is read each 10 s: one that was made just before the settings named it is not
 * in the last one. */
static bool is_list_older(const struct model *m, const char *topics, struct conn_model *cm)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *at = topics; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    if (cm->topics_hash != hash && cm->topics_hash != 0)
        cm->lists_at_then = m->n_lists;
    cm->topics_hash = hash;
    return cm->lists_at_then != 0 && m->n_lists == cm->lists_at_then;
}

/* A topic that `topics` names and that isn't there. */
static void find_missing(const struct model *m, const struct sink *sink, struct conn_model *cm)
{
    const struct watch_report *r = m->report;
    char name[PT_TOPIC_MAX];
    cm->missing_topic[0] = '\0';
    if (is_list_older(m, sink->topics, cm))
        return;
    for (const char *at = sink->topics; *at != '\0';) {
        at += strspn(at, ", ");
        size_t n = strcspn(at, ", "), i = 0;
        if (n == 0 || n >= sizeof name)
            return;
        memcpy(name, at, n);
        name[n] = '\0';
        at += n;
        while (i < r->n_topics && strcmp(r->topics[i].name, name) != 0)
            i++;
        if (i == r->n_topics) {
            text_copy(cm->missing_topic, sizeof cm->missing_topic, name);
            return;
        }
    }
}

size_t conn_rows_of_report(const struct pt_engine *eng, struct conn_model *cm,
                           struct lag_row **rows, bool *is_watched)
{
    const struct watch_report *r = eng->model.report;
    struct sink sink;
    struct sink_topics topics;
    size_t n = 0, n_maybe = 0; /* maybe: topics that it reads, or of which that is not known */
    *rows = NULL;
    *is_watched = true;
    if (r == NULL || (*rows = calloc(r->n_partitions + 1, sizeof **rows)) == NULL)
        return 0;
    sink_read(&cm->conn, &sink);
    sink_topics_init(&topics, &sink);
    for (size_t i = 0; i < r->n_topics; i++) {
        const struct pt_topic *topic = &r->topics[i];
        /* Without a configuration, all that the group has an opinion of. */
        enum sink_reads reads = topics.is_known && !is_internal(topic)
                                    ? sink_reads(&topics, topic->name)
                                    : SINK_READS_NOT;
        bool is_read =
            topics.is_known ? reads == SINK_READS : topic->is_watched && topic->lag != PT_UNKNOWN;
        n_maybe += reads != SINK_READS_NOT;
        if (!is_read)
            continue;
        *is_watched = *is_watched && topic->is_watched;
        take_topic(r, topic, *rows, &n);
    }
    if (topics.is_known && r->n_topics > 0) {
        cm->does_match_nothing = n_maybe == 0 && topics.list == NULL;
        find_missing(&eng->model, &sink, cm);
    }
    sink_topics_done(&topics);
    return n;
}

/* ------------------------------------------------------------------ jobs */

static int under_way(const struct conn_models *cs, enum conn_ask ask)
{
    int n = 0;
    for (size_t i = 0; i < cs->n; i++)
        n += cs->items[i].is_asked[ask];
    return n;
}

static void give_up(struct conn_models *cs, int64_t now_ms)
{
    for (size_t i = 0; i < cs->n; i++)
        for (int ask = 0; ask < CONN_ASKS; ask++)
            if (cs->items[i].is_asked[ask] && now_ms - cs->items[i].asked_at_ms[ask] > CONN_LOST_MS)
                cs->items[i].is_asked[ask] = false;
    if (cs->is_asked && now_ms - cs->asking_since_ms > 2 * CONN_LOST_MS)
        cs->is_asked = false;
}

static bool is_due(const struct conn_models *cs, const struct conn_model *cm, enum conn_ask ask,
                   int64_t now_ms)
{
    return !cm->is_asked[ask] && now_ms >= cm->next_ms[ask] && !cm->is_gone &&
           under_way(cs, ask) < UNDER_WAY_MAX;
}

/* Those that nobody looks at take turns: fifty that were just found would be fifty calls at once.
 */
static bool has_turn(struct conn_models *cs, const struct conn_model *cm, enum conn_ask ask,
                     int64_t now_ms)
{
    if (now_ms < cs->turn_ms[ask] && !conn_is_looked_at(cs, cm, now_ms))
        return false;
    cs->turn_ms[ask] = now_ms + (ask == CONN_ASK_OBJECTS ? STORE_APART_MS : APART_MS);
    return true;
}

static struct conn_job *job_for(struct conn_model *cm, enum conn_ask ask)
{
    struct conn_job *job = conn_job_new(ask);
    if (job == NULL || !conn_copy(&job->conn, &cm->conn)) {
        conn_job_free(job);
        return NULL;
    }
    text_copy(job->group, sizeof job->group, cm->group);
    job->key = cm->key;
    return job;
}

static void send_job(struct pt_engine *eng, struct conn_model *cm, struct conn_job *job,
                     int64_t now_ms, int64_t period_ms)
{
    cm->is_asked[job->ask] = true;
    cm->asked_at_ms[job->ask] = now_ms;
    cm->next_ms[job->ask] = now_ms + period_ms;
    connectors_ask(eng->connectors, job);
}

static bool is_abnormal(const struct conn_model *cm)
{
    return !cm->has_verdict || cm->verdict.verdict > PT_V_PAUSED ||
           cm->verdict.verdict == PT_V_UNKNOWN || cm->verdict.verdict == PT_V_TRANSITION;
}

static bool is_named(const struct conn_models *cs, const struct conn *conn)
{
    return cs->named != NULL &&
           (strcmp(conn->name, cs->named) == 0 || strcmp(conn->id, cs->named) == 0);
}

/* Somebody wants to know of this one in particular. */
bool conn_is_looked_at(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms)
{
    return cs->n == 1 || is_named(cs, &cm->conn) || (cm->is_ours && is_abnormal(cm)) ||
           now_ms < cm->open_until_ms || strcmp(cm->group, cs->primary_group) == 0;
}

/* ------------------------------------------------------------------ the list */

static bool is_changing(const struct conn_models *cs, int64_t now_ms)
{
    if (now_ms < cs->hurry_until_ms)
        return true;
    for (size_t i = 0; i < cs->n; i++)
        if (cs->items[i].has_verdict && cs->items[i].verdict.verdict == PT_V_TRANSITION)
            return true;
    return false;
}

static void ask_list(struct pt_engine *eng, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    if (cs->ops == NULL || cs->ops->list == NULL || cs->is_asked || now_ms < cs->next_ms)
        return;
    struct conn_job *job = conn_job_new(CONN_ASK_LIST);
    if (job == NULL)
        return;
    const char *only = pt_config_get(eng->cfg, "pintop.connector.name");
    text_copy(job->only, sizeof job->only, only);
    job->is_thorough = cs->is_thorough_due;
    cs->is_thorough_due = false;
    int64_t period_ms = pt_config_int(eng->cfg, "pintop.connector.poll.ms");
    if (is_changing(cs, now_ms) && period_ms > FAST_MS)
        period_ms = FAST_MS;
    period_ms = cs->pause_ms > period_ms ? cs->pause_ms : period_ms;
    /* Never later than the period: that is what was promised. */
    cs->next_ms = now_ms + (int64_t)((double)period_ms * (0.9 + 0.1 * retry_random()));
    cs->is_asked = true;
    cs->asking_since_ms = now_ms;
    connectors_ask(eng->connectors, job);
}

/* ------------------------------------------------------------------ Kafka */

/* Whether it is well isn't known as long as no commit was seen: that one is looked at soon again,
 * whoever's it is. */
static int64_t lag_period_ms(const struct conn_models *cs, const struct conn_model *cm,
                             int64_t now_ms)
{
    bool is_open = is_abnormal(cm) && cm->lag_error.code == PT_OK;
    if (cm->n_lag_samples < 2)
        return LAG_FIRST_MS;
    if (is_open || conn_is_looked_at(cs, cm, now_ms))
        return LAG_MS;
    return cm->lag != PT_UNKNOWN && cm->lag > 0 ? LAG_WAITING_MS : LAG_SLOW_MS;
}

static void ask_lag(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    struct lag_row *rows;
    bool is_watched;
    if (!is_due(cs, cm, CONN_ASK_LAG, now_ms) || !conn_is_sink(&cm->conn))
        return;
    size_t n = conn_rows_of_report(eng, cm, &rows, &is_watched);
    bool is_watchs = is_watched && strcmp(cm->group, cs->primary_group) == 0;
    struct conn_job *job = n > 0 && !is_watchs ? job_for(cm, CONN_ASK_LAG) : NULL;
    if (job != NULL && (job->rows.rows = calloc(n, sizeof *job->rows.rows)) != NULL) {
        for (size_t i = 0; i < n; i++) {
            struct conn_row *row = &job->rows.rows[job->rows.n++];
            text_copy(row->topic, sizeof row->topic, rows[i].topic);
            row->partition = rows[i].partition;
            row->leader = rows[i].leader;
            row->committed = row->high = row->low = PT_UNKNOWN;
        }
        send_job(eng, cm, job, now_ms, lag_period_ms(cs, cm, now_ms));
    } else {
        conn_job_free(job);
        cm->next_ms[CONN_ASK_LAG] = now_ms + 1000;
    }
    free(rows);
}

static int64_t first_of(const struct lag_row *row)
{
    if (row->committed != PT_UNKNOWN)
        return row->committed;
    return row->low;
}

/* The first records that wait: since when, and until when Kafka keeps them. */
static void ask_times(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    if (!is_due(cs, cm, CONN_ASK_TIMES, now_ms) || cm->n_lag_samples == 0 ||
        !(conn_is_looked_at(cs, cm, now_ms) || conn_lag_is_standing(cm)) ||
        cs->ops == &conn_embedded)
        return;
    struct record_time *times = calloc(TIMES_MAX, sizeof *times);
    size_t n = 0;
    for (size_t i = 0; times != NULL && i < cm->n_rows && n < TIMES_MAX; i++) {
        const struct lag_row *row = &cm->rows[i];
        int64_t first = first_of(row);
        bool is_settled = cm->n_lag_samples <= 2 || row->waits_since_ms == PT_UNKNOWN ||
                          now_ms - row->waits_since_ms > 3000;
        if (conn_lag_of(row) == 0 || first == PT_UNKNOWN || first == row->first_offset ||
            row->leader < 0 || !is_settled)
            continue;
        text_copy(times[n].topic, sizeof times[n].topic, row->topic);
        times[n].partition = row->partition;
        times[n++].offset = first;
    }
    struct conn_job *job = n > 0 ? job_for(cm, CONN_ASK_TIMES) : NULL;
    if (job == NULL) {
        free(times);
        return;
    }
    job->times = times;
    job->n_times = n;
    send_job(eng, cm, job, now_ms, TIMES_MS);
}

static void ask_group(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    struct conn_job *job;
    if (is_due(cs, cm, CONN_ASK_GROUP, now_ms) && conn_group_is_asked(eng, cm) &&
        (job = job_for(cm, CONN_ASK_GROUP)) != NULL)
        send_job(eng, cm, job, now_ms, conn_group_period_ms(cm, conn_is_looked_at(cs, cm, now_ms)));
}

/* How long the topics keep what waits: renewed, since it may be changed, and as topics join. */
static void ask_keeps(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    struct conn_keeps keeps;
    if (!is_due(cs, cm, CONN_ASK_KEEPS, now_ms) || cs->ops == &conn_embedded ||
        !conn_is_looked_at(cs, cm, now_ms) || !conn_keeps_ask(cm, &keeps))
        return;
    struct conn_job *job = job_for(cm, CONN_ASK_KEEPS);
    if (job == NULL)
        return;
    job->keeps = keeps;
    send_job(eng, cm, job, now_ms, keeps.n > cm->keeps.n ? KEEPS_SOON_MS : RARE_MS);
}

static void ask_dead(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    if (!is_due(cs, cm, CONN_ASK_DEAD, now_ms) || cs->ops == &conn_embedded)
        return;
    struct conn_job *job = conn_losses_is_asked(eng, cm) ? job_for(cm, CONN_ASK_DEAD) : NULL;
    cm->next_ms[CONN_ASK_DEAD] = now_ms + 1000;
    if (job != NULL && conn_losses_fill(eng, job))
        send_job(eng, cm, job, now_ms, conn_losses_period_ms(conn_is_looked_at(cs, cm, now_ms)));
    else
        conn_job_free(job);
}

static void ask_commits(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    const struct conn_models *cs = &eng->model.connectors;
    struct conn_job *job;
    if (conn_commits_is_asked(&cm->commits) && is_due(cs, cm, CONN_ASK_COMMITS, now_ms) &&
        conn_group_is_asked(eng, cm) && (job = job_for(cm, CONN_ASK_COMMITS)) != NULL)
        send_job(eng, cm, job, now_ms, COMMITS_MS);
}

/* Records wait longer than the sink takes usually: look closer, before it is a fault. */
static bool is_suspicious(const struct conn_model *cm, const struct sink *sink, int64_t now_ms)
{
    int64_t patience_ms = conn_lag_patience_ms(cm, sink) / 2;
    for (size_t i = 0; i < cm->n_rows; i++)
        if (conn_lag_is_stuck(cm, &cm->rows[i], sink, patience_ms, now_ms))
            return true;
    return false;
}

/* Each once, to know that it can be reached from here; again only while something is the matter. */
static void ask_workers(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    struct conn_job *job;
    struct sink sink;
    if (cs->ops != &conn_connect || conn_workers_count(&cm->workers) == 0)
        return;
    sink_read(&cm->conn, &sink);
    if (!(conn_workers_has_new(&cm->workers) || is_abnormal(cm) ||
          is_suspicious(cm, &sink, now_ms)) ||
        !is_due(cs, cm, CONN_ASK_WORKERS, now_ms) || !has_turn(cs, cm, CONN_ASK_WORKERS, now_ms) ||
        (job = job_for(cm, CONN_ASK_WORKERS)) == NULL)
        return;
    job->workers = cm->workers;
    send_job(eng, cm, job, now_ms, WORKERS_MS);
}

/* When something came in last, before we looked. */
static void ask_newest(struct pt_engine *eng)
{
    struct conn_models *cs = &eng->model.connectors;
    const struct watch_report *r = eng->model.report;
    if (cs->is_newest_asked || r == NULL || !r->has_low || eng->set.is_embedded)
        return;
    struct conn_job *job = conn_job_new(CONN_ASK_TIMES);
    cs->is_newest_asked = true;
    if (job == NULL || (job->times = calloc(NEWEST_MAX, sizeof *job->times)) == NULL) {
        conn_job_free(job);
        return;
    }
    job->is_newest = true;
    for (size_t i = 0; i < r->n_topics; i++) {
        const struct pt_topic *t = &r->topics[i];
        for (int32_t p = 0; t->is_watched && p < t->n_partitions && job->n_times < NEWEST_MAX;
             p++) {
            const struct pt_partition *part = &r->partitions[t->first_partition + (size_t)p];
            if (part->high == PT_UNKNOWN || part->low == PT_UNKNOWN || part->high <= part->low ||
                part->leader < 0)
                continue;
            struct record_time *row = &job->times[job->n_times++];
            text_copy(row->topic, sizeof row->topic, t->name);
            row->partition = part->partition;
            row->offset = part->high - 1;
        }
    }
    if (job->n_times > 0)
        connectors_ask(eng->connectors, job);
    else
        conn_job_free(job);
}

/* ------------------------------------------------------------------ AWS */

static void ask_store(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    struct sink sink;
    sink_read(&cm->conn, &sink);
    bool has_rows = cm->n_rows > 0 || cm->lag_error.code != PT_OK || cm->does_match_nothing;
    bool is_wanted = sink.is_s3 && cm->conn.has_settings && cs->ops != &conn_embedded && has_rows;
    bool is_worried = cm->objects_error.code != PT_OK || is_suspicious(cm, &sink, now_ms);
    bool is_denied = cm->objects_error.code == PT_EAUTH && !cm->objects.is_as_connector;
    bool is_soon =
        is_worried && !is_denied &&
        (cm->objects_asked_ms == PT_UNKNOWN || now_ms - cm->objects_asked_ms >= OBJECTS_SOON_MS);
    if (!is_wanted || cm->is_asked[CONN_ASK_OBJECTS] || cm->is_gone ||
        (now_ms < cm->next_ms[CONN_ASK_OBJECTS] && !is_soon) ||
        under_way(cs, CONN_ASK_OBJECTS) >= UNDER_WAY_MAX ||
        !has_turn(cs, cm, CONN_ASK_OBJECTS, now_ms))
        return;
    struct conn_job *job = job_for(cm, CONN_ASK_OBJECTS);
    if (job == NULL || (job->rows.rows = calloc(cm->n_rows + 1, sizeof *job->rows.rows)) == NULL) {
        conn_job_free(job);
        return;
    }
    for (size_t i = 0; i < cm->n_rows; i++) {
        struct conn_row *row = &job->rows.rows[job->rows.n++];
        text_copy(row->topic, sizeof row->topic, cm->rows[i].topic);
        row->partition = cm->rows[i].partition;
        row->committed = cm->rows[i].committed;
        row->high = cm->rows[i].high;
        row->newest_offset = cm->rows[i].newest_offset;
        row->newest_ms = cm->rows[i].newest_ms;
        conn_losses_to_ask(&cm->rows[i], row);
    }
    for (int i = 0; i < PT_STREAMS; i++)
        text_copy(job->topics[i], sizeof job->topics[i], eng->set.topics[i]);
    /* A store of one's own isn't counted by the call. */
    int64_t period_ms = sink.store_url[0] != '\0' ? OBJECTS_SOON_MS : OBJECTS_MS;
    send_job(eng, cm, job, now_ms, conn_is_looked_at(cs, cm, now_ms) ? period_ms : RARE_MS);
}

static void ask_msk(struct pt_engine *eng, struct conn_model *cm, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    bool is_near = conn_is_looked_at(cs, cm, now_ms);
    struct conn_job *job;
    if (cs->ops != &conn_mskconnect)
        return;
    if (is_due(cs, cm, CONN_ASK_METRICS, now_ms) && has_turn(cs, cm, CONN_ASK_METRICS, now_ms) &&
        (job = job_for(cm, CONN_ASK_METRICS)) != NULL) {
        job->since_ms = now_ms - HISTORY_MS;
        send_job(eng, cm, job, now_ms, is_near ? METRICS_MS : RARE_MS);
    }
    if (cm->conn.has_settings && is_due(cs, cm, CONN_ASK_CHECKS, now_ms) &&
        has_turn(cs, cm, CONN_ASK_CHECKS, now_ms) && (job = job_for(cm, CONN_ASK_CHECKS)) != NULL) {
        text_copy(job->only, sizeof job->only, cm->objects.bucket_region);
        send_job(eng, cm, job, now_ms, CHECKS_MS);
    }
    bool has_trouble = is_near && cm->has_verdict &&
                       (cm->verdict.verdict > PT_V_PAUSED || cm->verdict.verdict == PT_V_UNKNOWN);
    if (has_trouble && cm->conn.log_group[0] != '\0' && is_due(cs, cm, CONN_ASK_LOG, now_ms) &&
        (job = job_for(cm, CONN_ASK_LOG)) != NULL) {
        int64_t since_ms = cm->verdict.since_ms != PT_UNKNOWN ? cm->verdict.since_ms : now_ms;
        job->since_ms = since_ms - LOG_BACK_MS;
        if (now_ms - job->since_ms > HISTORY_MS)
            job->since_ms = now_ms - HISTORY_MS;
        send_job(eng, cm, job, now_ms, LOG_MS);
    }
}

void conn_asks(struct pt_engine *eng, int64_t now_ms)
{
    struct conn_models *cs = &eng->model.connectors;
    if (!eng->model.is_booted || eng->connectors == NULL)
        return;
    give_up(cs, now_ms);
    ask_list(eng, now_ms);
    ask_newest(eng);
    for (size_t i = 0; i < cs->n; i++) {
        struct conn_model *cm = &cs->items[i];
        ask_lag(eng, cm, now_ms);
        ask_times(eng, cm, now_ms);
        ask_keeps(eng, cm, now_ms);
        ask_group(eng, cm, now_ms);
        ask_dead(eng, cm, now_ms);
        ask_commits(eng, cm, now_ms);
        ask_workers(eng, cm, now_ms);
        ask_store(eng, cm, now_ms);
        ask_msk(eng, cm, now_ms);
    }
}
