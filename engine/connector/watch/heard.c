/* Takes the answers of the watching threads and of the cluster into the models. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector/watch/commits.h"
#include "connector/watch/connectors.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/losses.h"
#include "connector/watch/probe.h"
#include "connector/watch/workers.h"

enum { KEEPS_AGAIN_MS = 60000, DENIED_MS = 600000 };

static void heard_change(struct conn_model *cm, const struct conn_news *news)
{
    cm->changes_error = news->error;
    cm->changes_asked_ms = news->asked_ms;
    if (news->error.code != PT_OK)
        return;
    cm->conn.operation = news->operation;
    conn_note_since(cm, &cm->conn);
}
/* Plans the next request, unless that stays as it was planned when this one was sent. */
static void heard_plan_next(struct conn_models *cs, struct conn_model *cm,
                            const struct conn_news *news)
{
    switch (news->ask) {
    case CONN_ASK_OBJECTS:
        conn_aws_heard(cs, cm, news->ask, &news->error,
                       news->objects.is_as_connector || cm->sink.store_url[0] != '\0',
                       news->asked_ms);
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

/* The streams show when the sink last wrote an object of their topics. */
static void heard_tell_object(const struct conn_models *cs, int stream, int64_t made_ms)
{
    struct fact *fact = made_ms != PT_UNKNOWN ? fact_new(FACT_OBJECT) : NULL;
    if (fact == NULL)
        return;
    fact->streams = PT_STREAM_BIT(stream);
    fact->number = made_ms;
    inbox_post(cs->desk->inbox, fact);
}

static void heard_objects(struct conn_models *cs, struct conn_model *cm, struct conn_news *news)
{
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
        heard_tell_object(cs, i, next->topic_ms[i]);
}

static void heard_newest(struct conn_models *cs, const struct conn_news *news)
{
    int64_t newest_ms = PT_UNKNOWN, now_ms = desk_real_ms(cs->desk);
    for (size_t i = 0; i < news->n_times; i++)
        if (news->times[i].time_ms != PT_UNKNOWN && news->times[i].time_ms <= now_ms &&
            (newest_ms == PT_UNKNOWN || news->times[i].time_ms > newest_ms))
            newest_ms = news->times[i].time_ms;
    if (newest_ms == PT_UNKNOWN)
        return;
    struct fact *fact = fact_new(FACT_NEWEST);
    if (fact != NULL)
        fact->number = newest_ms;
    inbox_post(cs->desk->inbox, fact);
    for (size_t i = 0; i < cs->n; i++)
        if (cs->items[i].in_ms == PT_UNKNOWN)
            cs->items[i].in_ms = newest_ms;
}

static void heard_lag(const struct conn_models *cs, struct conn_model *cm, struct conn_news *news)
{
    cm->losses.said_ms = 0;
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
    if (rows != NULL && news->error.code == PT_OK)
        conn_lag_update(cm, &cm->sink, rows, news->rows.n, desk_mono_us(cs->desk), news->asked_ms);
    free(rows);
}

/* Each connector has its own error: one failure does not affect the others. */
static void heard_metrics(struct conn_models *cs, struct conn_news *news)
{
    for (size_t i = 0; i < news->n_metered; i++) {
        struct conn_metered *one = &news->metered[i];
        const struct pt_error *error = news->error.code != PT_OK ? &news->error : &one->error;
        struct conn_model *cm = conn_item_find_key(cs, one->key);
        if (cm == NULL) /* the connector is gone */
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

static void heard_log(struct conn_model *cm, struct conn_news *news)
{
    cm->log_error = news->error;
    cm->log_asked_ms = news->asked_ms;
    if (news->error.code != PT_OK)
        return;
    free(cm->log.text);
    cm->log = news->log;
    news->log.text = NULL;
}

static void heard_move_marks(struct loss_marks *to, struct loss_marks *from)
{
    loss_marks_done(to);
    *to = *from;
    *from = (struct loss_marks){0};
}

static void heard_marks(struct conn_models *cs, struct conn_news *news)
{
    if (!news->has_marks && !news->has_seen)
        return;
    if (news->has_marks)
        heard_move_marks(&cs->marks, &news->marks);
    if (news->has_seen)
        heard_move_marks(&cs->seen, &news->seen);
    cs->marks_version++;
    for (size_t i = 0; i < cs->n; i++)
        cs->items[i].losses.said_ms = 0;
}

static void heard_keeps(struct conn_model *cm, const struct conn_news *news)
{
    if (news->error.code == PT_OK)
        cm->keeps = news->keeps;
    else if (news->error.code != PT_EAUTH)
        cm->next_ms[news->ask] = news->asked_ms + KEEPS_AGAIN_MS;
}

static void heard_checks(struct conn_model *cm, const struct conn_news *news)
{
    cm->checks_asked_ms = news->asked_ms - news->checks.age_ms;
    cm->checks = news->checks;
}

/* Takes an answer of the back end, of AWS or of a store. */
static void heard_of_connector(struct conn_models *cs, struct conn_model *cm,
                               struct conn_news *news)
{
    switch (news->ask) {
    case CONN_ASK_DETAILS:
        conn_take_details(cs, cm, news);
        break;
    case CONN_ASK_CHANGES:
        heard_change(cm, news);
        break;
    case CONN_ASK_OBJECTS:
        heard_objects(cs, cm, news);
        break;
    case CONN_ASK_WORKERS:
        conn_workers_take(cm, news);
        break;
    case CONN_ASK_COMMAND:
        conn_probe_take(cm, news);
        break;
    case CONN_ASK_LOG:
        heard_log(cm, news);
        break;
    case CONN_ASK_CHECKS:
        heard_checks(cm, news);
        break;
    default:
        break;
    }
}

/* Takes an answer of Kafka about the group, the topics and their records. */
static void heard_of_kafka(struct conn_models *cs, struct conn_model *cm, struct conn_news *news,
                           int64_t now_ms)
{
    switch (news->ask) {
    case CONN_ASK_LAG:
        heard_lag(cs, cm, news);
        conn_losses_hurry(cs, cm, now_ms);
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
    case CONN_ASK_KEEPS:
        heard_keeps(cm, news);
        break;
    default:
        heard_of_connector(cs, cm, news);
    }
}

void conn_models_news(struct conn_models *cs, struct conn_news *news)
{
    struct conn_model *cm = conn_item_find_key(cs, news->key);
    int64_t now_ms = desk_real_ms(cs->desk);
    if (news->asked_ms > now_ms) /* the clock was set back while the request was in flight */
        news->asked_ms = now_ms;
    if (news->list.asked_ms > now_ms)
        news->list.asked_ms = now_ms;
    cs->is_dirty = true;
    cs->judged_ms = 0; /* judge at once */
    heard_marks(cs, news);
    if (news->ask == CONN_ASK_LIST) {
        conn_take_list(cs, news);
        return;
    }
    if (news->is_newest) {
        heard_newest(cs, news);
        return;
    }
    if (news->ask == CONN_ASK_METRICS) {
        heard_metrics(cs, news);
        return;
    }
    if (cm == NULL) /* the connector is gone */
        return;
    cm->is_asked[news->ask] = false;
    if (news->error.code == PT_ECANCELLED)
        return;
    heard_plan_next(cs, cm, news);
    heard_of_kafka(cs, cm, news, now_ms);
}

void conn_models_report(struct conn_models *cs, const struct watch_report *r)
{
    watch_report_acquire(r);
    watch_report_release(cs->report);
    cs->report = r;
    cs->n_lists += r->has_metadata;
    if (cs->primary_group[0] == '\0')
        conn_choose_primary(cs);
    for (size_t i = 0; i < cs->n; i++) {
        struct conn_model *cm = &cs->items[i];
        struct lag_row *rows;
        bool is_watched;
        conn_commits_look(cm, r);
        /* A report that was begun before the group changed is about the old group. */
        bool is_old = r->group[0] != '\0' && strcmp(r->group, cm->group) != 0;
        if (strcmp(cm->group, cs->primary_group) != 0 || is_old)
            continue;
        size_t n = conn_rows_of_report(cs, cm, &rows, &is_watched);
        bool is_asked = false; /* the group's offsets are in the report */
        for (size_t t = 0; t < r->n_topics && !is_asked; t++)
            is_asked = r->topics[t].is_watched && r->topics[t].lag != PT_UNKNOWN;
        if (is_watched && is_asked && n > 0)
            conn_lag_update(cm, &cm->sink, rows, n, r->mono_us, r->time_ms);
        else if (r->group_error.code != PT_OK)
            cm->lag_error = r->group_error;
        free(rows);
        cs->is_dirty = true;
        cs->judged_ms = 0; /* verdict and page have the same figures then */
    }
}

/* Reports as events what the embedded sink's new status changes. */
static void heard_tell_sink(const struct conn_models *cs, const struct sink_status *next)
{
    bool was_failed = cs->has_sink && cs->sink.state == SINK_FAILED;
    int64_t lost = next->lost_records - (cs->has_sink ? cs->sink.lost_records : 0);
    if (next->state == SINK_FAILED && !was_failed)
        desk_event(cs->desk, PT_ERROR, "sink", "%s. %s", next->error, next->fix);
    if (next->state == SINK_RUNNING && was_failed)
        desk_event(cs->desk, PT_INFO, "sink", "works again");
    if (lost > 0)
        desk_event(cs->desk, PT_ERROR, "sink",
                   "%" PRId64 " records were gone before the sink read them", lost);
}

void conn_models_sink(struct conn_models *cs, const struct sink_status *sink)
{
    static const char *const words[] = {"STARTING", "RUNNING", "FAILED", "STOPPED"};
    struct conn next;
    heard_tell_sink(cs, sink);
    cs->sink = *sink;
    cs->has_sink = true;
    if (!conn_row_of(cs)->info.is_in_process || cs->n == 0)
        return;
    if (conn_of_embedded(cs->desk->set->connector, words[sink->state], sink->error, &next)) {
        cs->has_answer = true;
        cs->asked_ms = desk_real_ms(cs->desk);
        conn_take(cs, &cs->items[0], &next, cs->asked_ms, true);
    }
    conn_done(&next);
    cs->is_dirty = true;
}
