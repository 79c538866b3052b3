#include "connector/watch/losses.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "connector/watch/internal.h"
#include "connector/watch/worker.h"
#include "kafka/offsets.h"

enum {
    DEAD_MS = 30000,
    DEAD_SLOW_MS = 60000, /* two requests to Kafka: a dead letter is reported within a minute */
    COMPARE_MS = 10000,   /* between two comparisons of unchanged settings with the cluster */
    SAY_MS = 1000,        /* sentences are made at most this often */
    DEAD_PARTITIONS_MAX = 64,
    TIMES_MAX = 8,
    OFFSETS_MS = 2000,
    TIMES_MS = 4000,
    STOPPING_MS = 5000, /* a task that stops leaves the group before the back end reports it */
    EMPTY_MS = 10000    /* a group without a member for this long had none when its offset moved */
};

void conn_losses_init(struct conn_losses *losses)
{
    memset(losses, 0, sizeof *losses);
    dead_letters_init(&losses->dead);
    losses->group_since_ms = PT_UNKNOWN;
}

void conn_losses_done(struct conn_losses *losses)
{
    loss_marks_done(&losses->marks);
    loss_marks_done(&losses->seen);
}

void conn_losses_new_group(struct conn_model *cm, const char *before, int64_t now_ms)
{
    struct conn_losses *own = &cm->losses;
    struct losses former = {0};
    losses_of_former(&own->found, before, now_ms, &former);
    if (former.n > 0)
        own->former = former;
    own->found.n = 0;
    own->dead.first_end = own->dead.end;
    own->group_since_ms = now_ms;
    own->marks_version = own->said_ms = 0;
    loss_marks_done(&own->marks);
    loss_marks_done(&own->seen);
}

/* ------------------------------------------------------------------ partitions */

/* True when no consumer can have committed: the group had no member when it was last polled. */
static bool is_nobody_there(const struct conn_model *cm, int64_t now_ms)
{
    const struct conn_group *group = &cm->members;
    return group->asked_ms != PT_UNKNOWN && group->error.code == PT_OK && group->is_there &&
           group->n_members == 0 && group->empty_since_ms != PT_UNKNOWN &&
           now_ms - group->empty_since_ms >= EMPTY_MS;
}

static struct loss_look look_of(const struct lag_row *row, const struct sink *sink, bool is_nobody)
{
    bool has_order = sink->is_s3 && sink->partitioner == SINK_BY_PARTITION;
    return (struct loss_look){.committed = row->committed,
                              .low = row->low,
                              .high = row->high,
                              .first_ms = row->first_ms,
                              .is_nobody_there = is_nobody,
                              .newest_offset = has_order ? row->newest_offset : -1,
                              .is_newest_sure = has_order && row->is_newest_sure,
                              .newest_committed = row->newest_committed,
                              .gaps = has_order ? &row->gaps : NULL};
}

/* Returns whether somebody set the committed offset by hand; *from is what it was before. When an
 * offset moves although the group had no member at its last poll, a consumer may have joined since
 * and committed it. Only a poll of the group that began later, and still finds no member, proves
 * that it was set by hand. */
static bool is_set_by_hand(const struct conn_model *cm, struct lag_row *row,
                           const struct lag_row *before, int64_t now_ms, int64_t *from)
{
    bool is_nobody = is_nobody_there(cm, now_ms);
    bool is_moved = row->committed != PT_UNKNOWN && before->committed != PT_UNKNOWN &&
                    row->committed != before->committed;
    row->leapt_from = before->leapt_from;
    row->leapt_ms = before->leapt_ms;
    if (row->leapt_ms == PT_UNKNOWN && is_moved && is_nobody) {
        row->leapt_from = before->committed;
        row->leapt_ms = now_ms;
    }
    if (row->leapt_ms == PT_UNKNOWN || cm->members.asked_ms == PT_UNKNOWN ||
        cm->members.asked_ms <= row->leapt_ms)
        return false;
    int64_t empty_ms = cm->members.empty_since_ms;
    /* The connector ran in between, or wrote these records to its objects. */
    bool has_run =
        (cm->restarted_ms != PT_UNKNOWN && cm->restarted_ms >= empty_ms) ||
        (cm->tasks_seen_ms != PT_UNKNOWN && cm->tasks_seen_ms > empty_ms + STOPPING_MS) ||
        row->newest_offset >= row->leapt_from;
    bool is_sure = is_nobody && !has_run && empty_ms < row->leapt_ms;
    row->leapt_ms = PT_UNKNOWN;
    *from = row->leapt_from;
    return is_sure;
}

void conn_losses_look(const struct conn_model *cm, struct lag_row *row,
                      const struct lag_row *before, const struct sink *sink, int64_t now_ms)
{
    bool is_nobody = false;
    int64_t from = PT_UNKNOWN;
    if (before == NULL) {
        losses_begin(&row->loss);
        row->leapt_from = row->leapt_ms = PT_UNKNOWN;
        row->newest_bytes = row->newest_committed = PT_UNKNOWN;
        row->is_newest_sure = false;
        memset(&row->gaps, 0, sizeof row->gaps);
    } else {
        row->loss = before->loss;
        row->newest_bytes = before->newest_bytes;
        row->newest_committed = before->newest_committed;
        row->is_newest_sure = before->is_newest_sure;
        row->gaps = before->gaps;
        is_nobody = is_set_by_hand(cm, row, before, now_ms, &from);
    }
    int64_t deleted = row->loss.deleted;
    struct loss_look then = {0}, now = look_of(row, sink, is_nobody);
    if (before != NULL)
        then = look_of(before, sink, is_nobody);
    if (is_nobody)
        then.committed = from;
    losses_look(&row->loss, before != NULL ? &then : NULL, &now, sink->flush_size, now_ms);
    if (row->loss.deleted > deleted)
        row->first_offset = -1; /* another record is the first one now: its time is asked for */
}

void conn_losses_objects(struct lag_row *row, const struct conn_row *from)
{
    row->newest_bytes = from->newest_bytes;
    row->newest_committed = from->committed;
    row->is_newest_sure = from->is_newest_sure;
    row->gaps = from->gaps;
}

void conn_losses_to_ask(const struct lag_row *row, struct conn_row *to)
{
    to->newest_bytes = row->newest_bytes;
    to->is_newest_sure = false; /* until this search has found it */
    to->gaps = row->gaps;
    to->first_committed = row->loss.first_committed;
}

/* ------------------------------------------------------------------ dead letters */

static const struct pt_topic *losses_find_topic(const struct watch_report *r, const char *name)
{
    for (size_t i = 0; i < r->n_topics; i++)
        if (strcmp(r->topics[i].name, name) == 0)
            return &r->topics[i];
    return NULL;
}

bool conn_losses_is_asked(const struct conn_models *cs, struct conn_model *cm)
{
    const struct watch_report *r = cs->report;
    const char *name = conn_get(&cm->conn, "errors.deadletterqueue.topic.name");
    if (!conn_is_sink(&cm->conn))
        return false;
    if (strcmp(cm->losses.dead.topic, name) != 0)
        cm->losses.are_letters_told = false;
    dead_letters_name(&cm->losses.dead, name);
    cm->losses.is_dead_there = r != NULL && *name != '\0' && losses_find_topic(r, name) != NULL;
    return cm->losses.is_dead_there;
}

bool conn_losses_fill(const struct conn_models *cs, struct conn_job *job)
{
    const struct watch_report *r = cs->report;
    const char *name = conn_get(&job->conn, "errors.deadletterqueue.topic.name");
    const struct pt_topic *topic = losses_find_topic(r, name);
    if (topic == NULL)
        return false;
    int32_t n =
        topic->n_partitions < DEAD_PARTITIONS_MAX ? topic->n_partitions : DEAD_PARTITIONS_MAX;
    job->rows.rows = calloc((size_t)n + 1, sizeof *job->rows.rows);
    for (int32_t i = 0; job->rows.rows != NULL && i < n; i++) {
        const struct pt_partition *part = &r->partitions[topic->first_partition + (size_t)i];
        struct conn_row *row = &job->rows.rows[job->rows.n++];
        text_copy(row->topic, sizeof row->topic, name);
        row->partition = part->partition;
        row->leader = part->leader;
        row->low = row->high = PT_UNKNOWN;
    }
    return job->rows.n > 0;
}

int64_t conn_losses_period_ms(bool is_looked_at)
{
    return is_looked_at ? DEAD_MS : DEAD_SLOW_MS;
}

static pt_code ask_ends(const struct offsets_ask *ask, struct conn_rows *rows, int64_t which,
                        struct pt_error *err)
{
    struct offsets_item *items = calloc(rows->n + 1, sizeof *items);
    if (items == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "dead letters: out of memory");
    for (size_t i = 0; i < rows->n; i++)
        items[i] = (struct offsets_item){.topic = rows->rows[i].topic,
                                         .partition = rows->rows[i].partition,
                                         .leader = rows->rows[i].leader,
                                         .offset = -1};
    pt_code code = offsets_watermarks(ask, items, rows->n, which, "ask for the dead letters", err);
    for (size_t i = 0; code == PT_OK && i < rows->n; i++) {
        bool is_good = items[i].err == RD_KAFKA_RESP_ERR_NO_ERROR && items[i].offset >= 0;
        int64_t *to = which == RD_KAFKA_OFFSET_END ? &rows->rows[i].high : &rows->rows[i].low;
        *to = is_good ? items[i].offset : PT_UNKNOWN;
    }
    free(items);
    return code;
}

/* Asks for the time of the last record in each partition. No verdict depends on it, so a failure is
 * ignored. */
static void losses_ask_newest(struct conn_worker *worker, const struct conn_rows *rows,
                              struct conn_news *news)
{
    struct pt_error why;
    struct record_time *times = calloc(TIMES_MAX, sizeof *times);
    const struct record_times_opts opts = {.cfg = worker->connectors->opts.cfg,
                                           .bootstrap = worker->connectors->opts.bootstrap,
                                           .timeout_ms = conn_worker_patience_ms(worker, TIMES_MS),
                                           .is_cancelled = &worker->connectors->is_ending};
    for (size_t i = 0; times != NULL && i < rows->n && news->n_times < TIMES_MAX; i++) {
        const struct conn_row *row = &rows->rows[i];
        if (row->high == PT_UNKNOWN || row->low == PT_UNKNOWN || row->high <= row->low)
            continue;
        struct record_time *time = &times[news->n_times++];
        text_copy(time->topic, sizeof time->topic, row->topic);
        time->partition = row->partition;
        time->offset = row->high - 1;
    }
    if (news->n_times > 0)
        record_times(&opts, times, news->n_times, &why);
    news->times = times;
}

void conn_losses_do(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    rd_kafka_t *rk = conn_kafka_handle(worker, job->group, &news->error);
    const struct offsets_ask ask = {.rk = rk,
                                    .timeout_ms = conn_worker_patience_ms(worker, OFFSETS_MS),
                                    .is_cancelled = &worker->connectors->is_ending};
    if (rk == NULL || ask_ends(&ask, &job->rows, RD_KAFKA_OFFSET_END, &news->error) != PT_OK ||
        ask_ends(&ask, &job->rows, RD_KAFKA_OFFSET_BEGINNING, &news->error) != PT_OK)
        return;
    losses_ask_newest(worker, &job->rows, news);
    news->rows = job->rows;
    job->rows = (struct conn_rows){0};
}

void conn_losses_take(struct conn_model *cm, const struct conn_news *news)
{
    int64_t low = 0, high = 0, newest_ms = PT_UNKNOWN;
    cm->losses.are_letters_told = true;
    if (news->error.code != PT_OK || news->rows.n == 0 ||
        strcmp(news->rows.rows[0].topic, cm->losses.dead.topic) != 0)
        return;
    for (size_t i = 0; i < news->rows.n; i++) {
        const struct conn_row *row = &news->rows.rows[i];
        if (row->low == PT_UNKNOWN || row->high == PT_UNKNOWN)
            return; /* without this partition the sum would jump */
        low += row->low;
        high += row->high;
    }
    for (size_t i = 0; i < news->n_times; i++)
        if (news->times[i].time_ms != PT_UNKNOWN && news->times[i].time_ms > newest_ms)
            newest_ms = news->times[i].time_ms;
    dead_letters_look(&cm->losses.dead, low, high, newest_ms, news->asked_ms);
    cm->losses.said_ms = 0;
}

/* ------------------------------------------------------------------ in words */

static void say_lost(const struct conn_model *cm, int64_t now_ms, struct losses *found,
                     struct loss_marks *open)
{
    struct loss_partition *rows = calloc(cm->n_rows + 1, sizeof *rows);
    if (rows == NULL)
        return;
    for (size_t i = 0; i < cm->n_rows; i++)
        rows[i] = (struct loss_partition){cm->rows[i].topic, cm->rows[i].partition,
                                          &cm->rows[i].loss, cm->rows[i].high};
    const struct losses_ask ask = {.conn = &cm->conn,
                                   .group = cm->group,
                                   .rows = rows,
                                   .n = cm->n_rows,
                                   .dead = &cm->losses.dead,
                                   .marks = &cm->losses.marks,
                                   .group_since_ms = cm->losses.group_since_ms,
                                   .now_ms = now_ms,
                                   .open = open};
    losses_say(&ask, found);
    free(rows);
}

/* Those that share its group come first: what is lost then is lost by the group, and of many
 * findings of one weight only some are kept. */
static void losses_say_others(const struct conn_models *cs, struct conn_model *cm,
                              const struct compare_cluster *cluster)
{
    char group[sizeof cm->group], theirs[sizeof cm->group];
    conn_group(&cm->conn, group, sizeof group); /* cm->group may be a setting of pintop's */
    for (int is_first = 1; is_first >= 0; is_first--)
        for (size_t i = 0; i < cs->n; i++) {
            const struct conn_model *other = &cs->items[i];
            if (other == cm || other->is_gone)
                continue;
            conn_group(&other->conn, theirs, sizeof theirs);
            if ((strcmp(group, theirs) == 0) == (is_first == 1))
                compare_others(&cm->conn, group, &other->conn, theirs, cluster, &cm->losses.harm);
        }
}

static void losses_say_settings(const struct conn_models *cs, struct conn_model *cm)
{
    const struct watch_report *r = cs->report;
    struct compare_cluster cluster = {0};
    if (r != NULL && r->error.code == PT_OK)
        cluster = (struct compare_cluster){r->n_brokers, r->n_topics, r->topics};
    cm->losses.settings.n = cm->losses.harm.n = 0;
    compare_settings(&cm->conn, &cluster, &cm->losses.settings);
    losses_say_others(cs, cm, &cluster);
    losses_sort(&cm->losses.settings);
    losses_sort(&cm->losses.harm);
    if (cm->losses.settings.n == 0)
        return;
    text_copy(cm->losses.words.cause, sizeof cm->losses.words.cause,
              cm->losses.settings.items[0].says);
    text_copy(cm->losses.words.fix, sizeof cm->losses.words.fix, cm->losses.settings.items[0].fix);
}

/* Copies the marks of this connector, when the marks of all connectors have changed. */
static void take_marks(const struct conn_models *cs, struct conn_model *cm)
{
    const struct watch_report *r = cs->report;
    struct conn_losses *own = &cm->losses;
    struct loss_marks marks, seen;
    if (r == NULL || own->marks_version == cs->marks_version ||
        !loss_marks_of(&cs->marks, r->cluster_id, cm->conn.id, cm->group, &marks))
        return;
    if (!loss_marks_of(&cs->seen, r->cluster_id, cm->conn.id, cm->group, &seen)) {
        loss_marks_done(&marks);
        return;
    }
    loss_marks_done(&own->marks);
    loss_marks_done(&own->seen);
    own->marks = marks;
    own->seen = seen;
    own->marks_version = cs->marks_version;
}

/* True when another connector has the same dead letter queue topic: it is then unknown whose
 * records are in it. */
static bool is_dead_topic_shared(const struct conn_models *cs, const struct conn_model *cm)
{
    bool is_shared = false;
    for (size_t i = 0; i < cs->n && cm->losses.dead.topic[0] != '\0'; i++) {
        const char *name = conn_get(&cs->items[i].conn, "errors.deadletterqueue.topic.name");
        is_shared = is_shared || (&cs->items[i] != cm && strcmp(name, cm->losses.dead.topic) == 0);
    }
    return is_shared;
}

void conn_losses_say(const struct conn_models *cs, struct conn_model *cm, int64_t now_ms)
{
    struct conn_losses *own = &cm->losses;
    bool is_due = own->said_ms == 0 || now_ms - own->said_ms >= SAY_MS || now_ms < own->said_ms;
    if (conn_row_of(cs)->info.is_in_process || !is_due)
        return;
    own->said_ms = now_ms;
    conn_losses_is_asked(cs, cm);
    own->dead.is_shared = is_dead_topic_shared(cs, cm);
    take_marks(cs, cm);
    conn_losses_recall(cm, now_ms);
    say_lost(cm, now_ms, &own->found, NULL);
    /* Every connector is compared with every other one, which is expensive when there are many. */
    uint64_t turn = cs->settings_turn + cs->n_lists;
    if (own->compared_turn == turn && now_ms - own->compared_ms < COMPARE_MS &&
        now_ms >= own->compared_ms)
        return;
    own->compared_turn = turn;
    own->compared_ms = now_ms;
    losses_say_settings(cs, cm);
}

void conn_losses_clock(struct conn_model *cm, int64_t by_ms)
{
    clock_shift(&cm->losses.said_ms, by_ms);
    clock_shift(&cm->losses.compared_ms, by_ms);
    clock_shift(&cm->losses.dead.asked_ms, by_ms);
    clock_shift(&cm->losses.dead.grown_ms, by_ms);
    clock_shift(&cm->losses.group_since_ms, by_ms);
    clock_shift(&cm->losses.hurried_ms, by_ms);
    for (size_t i = 0; i < cm->n_rows; i++) {
        struct loss_row *row = &cm->rows[i].loss;
        int64_t *const times[] = {
            &row->deleted_seen_ms,    &row->skipped_ms,      &row->repeated_ms,
            &row->beyond_since_ms,    &row->uncovered_ms,    &row->reborn_ms,
            &row->uncovered_grown_ms, &row->deleted_born_ms, &row->skipped_born_ms};
        clock_shift(&cm->rows[i].leapt_ms, by_ms);
        for (size_t k = 0; k < sizeof times / sizeof *times; k++)
            clock_shift(times[k], by_ms);
    }
}

/* ------------------------------------------------------------------ acknowledged */

/* Without the offsets it is unknown that nothing was lost. */
static pt_code losses_unknown(const struct conn_model *cm, struct pt_error *err)
{
    const struct pt_error *why = &cm->lag_error;
    if (why->code != PT_OK)
        return pt_error_set(err, PT_EUNHEALTHY, why->fix,
                            "connector %s: its committed offsets are unknown, so what it lost is "
                            "unknown too: %s",
                            cm->conn.name, why->what);
    return pt_error_set(err, PT_EUNHEALTHY, "Try again when its lag is shown.",
                        "connector %s: its committed offsets are not known yet, so what it lost is "
                        "not known either",
                        cm->conn.name);
}

/* What is known to be lost can be acknowledged while the offsets are unknown, which may be so for
 * good: the mark covers only that, and a loss that the offsets show later is told. */
pt_code conn_losses_fill_marks(const struct conn_models *cs, const struct conn_model *cm,
                               struct conn_job *job, struct pt_error *err)
{
    const struct watch_report *r = cs->report;
    struct losses found;
    say_lost(cm, desk_real_ms(cs->desk), &found, &job->marks);
    if (r == NULL || (job->marks.n == 0 && cm->n_lag_samples == 0))
        return losses_unknown(cm, err);
    for (size_t i = 0; i < job->marks.n; i++) {
        struct loss_mark *mark = &job->marks.items[i];
        text_copy(mark->cluster, sizeof mark->cluster, r->cluster_id);
        text_copy(mark->connector, sizeof mark->connector, cm->conn.id);
        text_copy(mark->group, sizeof mark->group, cm->group);
    }
    return PT_OK;
}
