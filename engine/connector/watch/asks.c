/* Sends the requests about connectors that are due: the list, and those to Kafka. Often while
 * something changes, rarely while nothing does. Requests to AWS other than the list are in
 * aws.c. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "connector/watch/commits.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/losses.h"
#include "connector/watch/safe.h"
#include "connector/watch/watchers.h"
#include "connector/watch/workers.h"
#include "net/retry.h"

enum {
    KEEPS_MS = 600000,
    LAG_FIRST_MS = 1500,
    LAG_MS = 5000,
    LAG_SLOW_MS = 60000,
    LAG_WAITING_MS = 20000, /* the next poll shows whether what waits is read */
    TIMES_MS = 20000,
    KEEPS_SOON_MS = 60000, /* while records begin to wait in more topics */
    COMMITS_MS = 60000,
    WORKERS_MS = 10000,
    WORKERS_APART_MS = 300,
    TIMES_MAX = 64,
    NEWEST_MAX = 24,
    UNDER_WAY_MAX = 2 /* of one kind: the answers to a queue of hundreds would be outdated */
};

/* ------------------------------------------------------------------ partitions */

static bool asks_is_internal(const struct pt_topic *topic)
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

/* The list of topics is read every 10 s: a topic that was created just before the settings named it
 * is not in the last list. */
static bool is_list_older(const struct conn_models *cs, const char *topics, struct conn_model *cm)
{
    uint64_t hash = hash64_text(HASH64_EMPTY, topics);
    if (cm->topics_hash != hash && cm->topics_hash != 0)
        cm->lists_at_then = cs->n_lists;
    cm->topics_hash = hash;
    return cm->lists_at_then != 0 && cs->n_lists == cm->lists_at_then;
}

/* Finds a topic that `topics` names and that does not exist. */
static void find_missing(const struct conn_models *cs, const struct sink *sink,
                         struct conn_model *cm)
{
    const struct watch_report *r = cs->report;
    char name[PT_TOPIC_MAX];
    cm->missing_topic[0] = '\0';
    if (is_list_older(cs, sink->topics, cm))
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

size_t conn_rows_of_report(const struct conn_models *cs, struct conn_model *cm,
                           struct lag_row **rows, bool *is_watched)
{
    const struct watch_report *r = cs->report;
    struct sink_topics topics;
    size_t n = 0, n_maybe = 0; /* maybe: topics that it reads, or of which that is unknown */
    *rows = NULL;
    *is_watched = true;
    if (r == NULL || (*rows = calloc(r->n_partitions + 1, sizeof **rows)) == NULL)
        return 0;
    sink_topics_init(&topics, &cm->sink);
    for (size_t i = 0; i < r->n_topics; i++) {
        const struct pt_topic *topic = &r->topics[i];
        /* Without a configuration: all watched topics for which the group has a lag. */
        enum sink_reads reads = topics.is_known && !asks_is_internal(topic)
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
        find_missing(cs, &cm->sink, cm);
    }
    sink_topics_done(&topics);
    return n;
}

/* ------------------------------------------------------------------ jobs */

static void asks_give_up(struct conn_models *cs, int64_t now_ms)
{
    for (size_t i = 0; i < cs->n; i++)
        for (int ask = 0; ask < CONN_ASKS; ask++)
            if (cs->items[i].is_asked[ask] && now_ms - cs->items[i].asked_at_ms[ask] > CONN_LOST_MS)
                cs->items[i].is_asked[ask] = false;
    if (cs->is_asked && now_ms - cs->asking_since_ms > 2 * CONN_LOST_MS)
        cs->is_asked = false;
}

static bool asks_is_due(const struct conn_models *cs, const struct conn_model *cm,
                        enum conn_ask ask, int64_t now_ms)
{
    return !cm->is_asked[ask] && now_ms >= cm->next_ms[ask] && !cm->is_gone &&
           conn_asks_under_way(cs, ask) < UNDER_WAY_MAX;
}

/* ------------------------------------------------------------------ the list */

static void ask_list(struct conn_models *cs, int64_t now_ms)
{
    if (cs->ops == NULL || cs->ops->list == NULL || cs->is_asked || now_ms < cs->next_ms)
        return;
    struct conn_job *job = conn_job_new(CONN_ASK_LIST);
    if (job == NULL)
        return;
    const char *only = pt_config_get(cs->desk->cfg, "pintop.connector.name");
    text_copy(job->only, sizeof job->only, only);
    conn_losses_fill_seen(cs, job);
    int64_t period_ms = conn_list_period_ms(cs, now_ms);
    /* Spread a little, but never later than the period. */
    cs->next_ms = now_ms + (int64_t)((double)period_ms * (0.96 + 0.04 * retry_random()));
    cs->is_asked = true;
    cs->asking_since_ms = now_ms;
    connectors_ask(cs->watchers, job);
}

/* ------------------------------------------------------------------ Kafka */

/* Until a commit was seen it is unknown whether the connector works: its offsets are polled soon
 * again, even when nobody looks at it. */
static int64_t lag_period_ms(const struct conn_models *cs, const struct conn_model *cm,
                             int64_t now_ms)
{
    bool is_open = conn_is_abnormal(cm) && cm->lag_error.code == PT_OK;
    if (cm->n_lag_samples < 2)
        return LAG_FIRST_MS;
    if (is_open || conn_is_looked_at(cs, cm, now_ms))
        return LAG_MS;
    return cm->lag != PT_UNKNOWN && cm->lag > 0 ? LAG_WAITING_MS : LAG_SLOW_MS;
}

static void ask_lag(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    struct lag_row *rows;
    bool is_watched;
    if (!asks_is_due(cs, cm, CONN_ASK_LAG, now_ms) || !conn_is_sink(&cm->conn))
        return;
    size_t n = conn_rows_of_report(cs, cm, &rows, &is_watched);
    bool is_watchs = is_watched && strcmp(cm->group, cs->primary_group) == 0;
    struct conn_job *job = n > 0 && !is_watchs ? conn_job_for(cm, CONN_ASK_LAG) : NULL;
    if (job != NULL && (job->rows.rows = calloc(n, sizeof *job->rows.rows)) != NULL) {
        for (size_t i = 0; i < n; i++) {
            struct conn_row *row = &job->rows.rows[job->rows.n++];
            text_copy(row->topic, sizeof row->topic, rows[i].topic);
            row->partition = rows[i].partition;
            row->leader = rows[i].leader;
            row->committed = row->high = row->low = PT_UNKNOWN;
        }
        conn_send_job(cs, cm, job, now_ms, lag_period_ms(cs, cm, now_ms));
    } else {
        conn_job_free(job);
        cm->next_ms[CONN_ASK_LAG] = now_ms + 1000;
    }
    free(rows);
}

static int64_t asks_first_of(const struct lag_row *row)
{
    if (row->committed != PT_UNKNOWN)
        return row->committed;
    return row->low;
}

/* The first waiting records: their timestamps tell since when they wait, and until when Kafka keeps
 * them. */
static void ask_times(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    if (!asks_is_due(cs, cm, CONN_ASK_TIMES, now_ms) || cm->n_lag_samples == 0 ||
        !(conn_is_looked_at(cs, cm, now_ms) || conn_lag_is_standing(cm)) ||
        conn_row_of(cs)->info.is_in_process)
        return;
    struct record_time *times = calloc(TIMES_MAX, sizeof *times);
    size_t n = 0;
    for (size_t i = 0; times != NULL && i < cm->n_rows && n < TIMES_MAX; i++) {
        const struct lag_row *row = &cm->rows[i];
        int64_t first = asks_first_of(row);
        bool is_settled = cm->n_lag_samples <= 2 || row->waits_since_ms == PT_UNKNOWN ||
                          now_ms - row->waits_since_ms > 3000;
        if (conn_lag_of(row) == 0 || first == PT_UNKNOWN || first == row->first_offset ||
            row->leader < 0 || !is_settled)
            continue;
        text_copy(times[n].topic, sizeof times[n].topic, row->topic);
        times[n].partition = row->partition;
        times[n++].offset = first;
    }
    struct conn_job *job = n > 0 ? conn_job_for(cm, CONN_ASK_TIMES) : NULL;
    if (job == NULL) {
        free(times);
        return;
    }
    job->times = times;
    job->n_times = n;
    conn_send_job(cs, cm, job, now_ms, TIMES_MS);
}

static void asks_ask_group(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    struct conn_job *job;
    if (asks_is_due(cs, cm, CONN_ASK_GROUP, now_ms) && conn_group_is_asked(cs, cm) &&
        (job = conn_job_for(cm, CONN_ASK_GROUP)) != NULL)
        conn_send_job(cs, cm, job, now_ms,
                      conn_group_period_ms(cm, conn_is_looked_at(cs, cm, now_ms)));
}

/* Retention is requested again from time to time, since it may be changed, and when records begin
 * to wait in more topics. */
static void ask_keeps(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    struct conn_keeps keeps;
    if (!asks_is_due(cs, cm, CONN_ASK_KEEPS, now_ms) || conn_row_of(cs)->info.is_in_process ||
        !conn_is_looked_at(cs, cm, now_ms) || !conn_keeps_ask(cm, &keeps))
        return;
    struct conn_job *job = conn_job_for(cm, CONN_ASK_KEEPS);
    if (job == NULL)
        return;
    job->keeps = keeps;
    conn_send_job(cs, cm, job, now_ms, keeps.n > cm->keeps.n ? KEEPS_SOON_MS : KEEPS_MS);
}

static void ask_dead(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    if (!asks_is_due(cs, cm, CONN_ASK_DEAD, now_ms) || conn_row_of(cs)->info.is_in_process)
        return;
    struct conn_job *job = conn_losses_is_asked(cs, cm) ? conn_job_for(cm, CONN_ASK_DEAD) : NULL;
    cm->next_ms[CONN_ASK_DEAD] = now_ms + 1000;
    if (job != NULL && conn_losses_fill(cs, job))
        conn_send_job(cs, cm, job, now_ms,
                      conn_losses_period_ms(conn_is_looked_at(cs, cm, now_ms)));
    else
        conn_job_free(job);
}

static void ask_commits(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    struct conn_job *job;
    if (conn_commits_is_asked(&cm->commits) && asks_is_due(cs, cm, CONN_ASK_COMMITS, now_ms) &&
        conn_group_is_asked(cs, cm) && (job = conn_job_for(cm, CONN_ASK_COMMITS)) != NULL)
        conn_send_job(cs, cm, job, now_ms, COMMITS_MS);
}

/* Asks each worker once, to learn whether it can be reached from here, and again only while
 * something looks wrong. */
static void ask_workers(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    struct conn_job *job;
    if (!conn_row_of(cs)->has_workers || conn_workers_count(&cm->workers) == 0)
        return;
    if (!(conn_workers_has_new(&cm->workers) || conn_is_abnormal(cm) ||
          conn_is_suspicious(cm, &cm->sink, now_ms)) ||
        !asks_is_due(cs, cm, CONN_ASK_WORKERS, now_ms) ||
        (now_ms < cs->workers_turn_ms && !conn_is_looked_at(cs, cm, now_ms)) ||
        (job = conn_job_for(cm, CONN_ASK_WORKERS)) == NULL)
        return;
    cs->workers_turn_ms = now_ms + WORKERS_APART_MS;
    job->workers = cm->workers;
    conn_send_job(cs, cm, job, now_ms, WORKERS_MS);
}

/* When records last came in before pintop started. */
static void asks_ask_newest(struct conn_models *cs)
{
    const struct watch_report *r = cs->report;
    if (cs->is_newest_asked || r == NULL || !r->has_low || cs->desk->set->is_embedded)
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
        connectors_ask(cs->watchers, job);
    else
        conn_job_free(job);
}

/* ------------------------------------------------------------------ everything */

static void ask_kafka(struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    ask_lag(cs, cm, now_ms);
    ask_times(cs, cm, now_ms);
    ask_keeps(cs, cm, now_ms);
    asks_ask_group(cs, cm, now_ms);
    ask_dead(cs, cm, now_ms);
    ask_commits(cs, cm, now_ms);
    ask_workers(cs, cm, now_ms);
}

void conn_asks(struct conn_models *cs, int64_t now_ms)
{
    if (!cs->desk->is_booted || cs->watchers == NULL)
        return;
    asks_give_up(cs, now_ms);
    ask_list(cs, now_ms);
    asks_ask_newest(cs);
    for (size_t i = 0; i < cs->n; i++) /* those that are named or open come first */
        if (conn_is_wanted(cs, &cs->items[i], now_ms))
            ask_kafka(cs, &cs->items[i], now_ms);
    for (size_t i = 0; i < cs->n; i++)
        ask_kafka(cs, &cs->items[i], now_ms);
    conn_aws_asks(cs, now_ms);
}
