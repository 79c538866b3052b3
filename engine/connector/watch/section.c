/* The connectors' section of the snapshot: verdicts with their evidence, abnormal ones first. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mask.h"
#include "base/shown.h"
#include "base/text.h"
#include "connector/watch/connectors.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/safe.h"
#include "desk/section.h"

enum { TRACE_SHOWN = PT_TEXT_MAX + 64 };

/* ------------------------------------------------------------------ figures */

static void fill_embedded(const struct conn_models *cs, struct pt_connector *c)
{
    const struct sink_status *s = &cs->sink;
    text_copy(c->where, sizeof c->where, cs->desk->set->sink_dir);
    if (!cs->has_sink)
        return;
    c->objects = s->kept_objects;
    c->bytes = s->kept_bytes;
    c->expired_objects = s->expired_objects;
    c->lost_records = s->lost_records;
    text_copy(c->newest_object, sizeof c->newest_object, s->newest_object);
    c->newest_object_ms = s->newest_object_ms;
}

static void fill_sums(const struct conn_model *cm, const struct sink *sink, struct pt_connector *c)
{
    c->lag_total = cm->lag;
    /* The trend over several commits: between two of them the lag can only grow. */
    c->lag_per_s = cm->pace.lag_per_s;
    c->out_per_s = mean_per_s(&cm->out_mean);
    c->catch_up_s = cm->lag > 0 && c->lag_per_s < -0.05 ? (double)cm->lag / -c->lag_per_s : NAN;
    c->is_s3 = sink->is_s3;
    c->flush_size = sink->flush_size;
    c->turn_ms = sink_turn_ms(sink);
    text_copy(c->bucket, sizeof c->bucket, sink->bucket);
    double rate = mean_per_s(&cm->in_mean);
    c->objects_per_hour =
        sink->is_s3 ? pt_objects_per_hour(sink->flush_size, c->turn_ms, rate, (int64_t)cm->n_rows)
                    : NAN;
    c->usd_per_hour = c->objects_per_hour * PT_USD_PER_PUT;
}

static void fill_texts(const struct conn_models *cs, const struct conn_model *cm,
                       struct pt_connector *c)
{
    const struct conn *conn = &cm->conn;
    text_copy(c->name, sizeof c->name, conn->name);
    text_copy(c->id, sizeof c->id, conn->id);
    text_copy(c->backend, sizeof c->backend, conn_row_of(cs)->info.name);
    text_copy(c->backend_title, sizeof c->backend_title, conn_row_of(cs)->info.title);
    text_copy(c->version, sizeof c->version,
              conn->connect_version[0] != '\0' ? conn->connect_version : cs->version);
    text_copy(c->kind, sizeof c->kind, conn->kind);
    text_copy(c->class_name, sizeof c->class_name, conn->class_name);
    text_copy(c->group, sizeof c->group, cm->group);
    text_copy(c->state, sizeof c->state, conn->state);
    text_copy(c->last_operation, sizeof c->last_operation, conn->operation.type);
    text_copy(c->operation_state, sizeof c->operation_state, conn->operation.state);
    text_copy(c->log_group, sizeof c->log_group, conn->log_group);
    text_copy(c->role, sizeof c->role, conn->role_arn);
    c->is_ours = cm->is_ours;
    c->can = cm->is_gone ? 0 : cs->can;
    if (conn->connect_version[0] != '\0' && strtol(conn->connect_version, NULL, 10) < 3)
        c->can &= ~(unsigned)PT_CONN_CAN_RESTART_FAILED;
}

static void fill_verdict(const struct conn_model *cm, bool is_embedded, struct pt_connector *c)
{
    c->verdict = cm->has_verdict ? cm->verdict.verdict : PT_V_UNKNOWN;
    c->verdict_since_ms = cm->since.ms;
    c->is_since_found = cm->since.is_found && !is_embedded;
    c->is_awaited = !cm->has_verdict || cm->verdict.is_awaited;
    text_copy(c->cause, sizeof c->cause, cm->verdict.cause);
    text_copy(c->fix, sizeof c->fix, cm->verdict.fix);
    text_copy(c->rule, sizeof c->rule, cm->verdict.rule);
    text_copy(c->note, sizeof c->note, cm->verdict.note);
}

static void section_fill(struct conn_models *cs, struct conn_model *cm, struct pt_connector *c)
{
    struct witnesses w;
    conn_witnesses(cs, cm, desk_real_ms(cs->desk), &w);
    fill_texts(cs, cm, c);
    fill_verdict(cm, cs->desk->set->is_embedded, c);
    c->state_asked_ms = cm->asked_ms;
    c->is_state_stale = cs->ops != NULL && conn_is_stale(cs, cm, &w);
    c->operation_ms = w.operation_ms;
    c->n_tasks = cm->conn.has_tasks ? (int32_t)cm->conn.n_tasks
                                    : conn_count(w.metric_running + w.metric_errored);
    c->running_tasks = cm->conn.has_tasks ? cm->running : conn_count(w.metric_running);
    c->failed_tasks = cm->conn.has_tasks ? cm->failed : conn_count(w.metric_errored);
    c->tasks_max = conn_get_int(&cm->conn, "tasks.max", cm->conn.has_settings ? 1 : PT_UNKNOWN);
    c->mcu = cm->conn.mcu;
    c->workers = cm->conn.workers;
    c->objects = c->bytes = c->newest_object_ms = c->last_error_ms = PT_UNKNOWN;
    fill_sums(cm, &cm->sink, c);
    if (w.is_embedded) {
        fill_embedded(cs, c);
    } else {
        text_copy(c->newest_object, sizeof c->newest_object, cm->objects.newest);
        c->newest_object_ms = cm->objects.newest_ms;
        if (cm->sink.is_s3)
            snprintf(c->where, sizeof c->where, "s3://%s", cm->sink.bucket);
    }
    conn_evidence(cs, cm, &w, c);
    conn_safe_fill(cm, &w, c);
}

/* Masks the texts that came from outside, and makes them printable. */
static void section_show(struct pt_connector *c)
{
    const struct {
        char *text;
        size_t cap;
    } texts[] = {
        {c->name,            sizeof c->name           },
        {c->id,              sizeof c->id             },
        {c->version,         sizeof c->version        },
        {c->kind,            sizeof c->kind           },
        {c->class_name,      sizeof c->class_name     },
        {c->group,           sizeof c->group          },
        {c->state,           sizeof c->state          },
        {c->cause,           sizeof c->cause          },
        {c->fix,             sizeof c->fix            },
        {c->note,            sizeof c->note           },
        {c->last_operation,  sizeof c->last_operation },
        {c->operation_state, sizeof c->operation_state},
        {c->bucket,          sizeof c->bucket         },
        {c->newest_object,   sizeof c->newest_object  },
        {c->where,           sizeof c->where          },
        {c->log_group,       sizeof c->log_group      },
        {c->role,            sizeof c->role           },
        {c->safe,            sizeof c->safe           },
        {c->probe.says,      sizeof c->probe.says     },
        {c->probe.with,      sizeof c->probe.with     },
        {c->probe.code,      sizeof c->probe.code     },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        show_in_place(texts[i].text, texts[i].cap);
}

/* ------------------------------------------------------------------ one allocation */

struct room {
    char *at, *end;
};

enum { SHOWN_WHOLE = TRACE_SHOWN - 64 };

/* The last "Caused by" is at the end, what was being done is at the beginning. Masked before it is
 * cut, because the tail may begin within a secret. */
static char *both_ends(const char *text)
{
    char *whole = mask_copy(text), *ends = NULL;
    size_t len = whole != NULL ? strlen(whole) : 0, half = SHOWN_WHOLE / 2;
    if (len <= SHOWN_WHOLE)
        return whole;
    if (asprintf(&ends, "%.*s\n[…]\n%s", SHOWN_WHOLE / 2 - 64, whole, whole + len - half) < 0)
        ends = NULL;
    free(whole);
    return ends;
}

static const char *keep_text(struct room *room, const char *text, bool has_lines)
{
    size_t left = (size_t)(room->end - room->at);
    size_t cap = left < TRACE_SHOWN ? left : TRACE_SHOWN;
    char *start = room->at;
    char *ends = NULL;
    if (text == NULL || cap < 2)
        return NULL;
    if (strlen(text) > SHOWN_WHOLE) {
        ends = both_ends(text);
        text = ends != NULL ? ends : "";
    }
    room->at += (has_lines ? shown_lines(start, cap, text) : shown_str(start, cap, text)) + 1;
    free(ends);
    return start;
}

static size_t shown_size(const char *text)
{
    size_t size = text != NULL ? strlen(text) * 6 + 32 : 0;
    return size < TRACE_SHOWN ? size : TRACE_SHOWN;
}

/* The whole text from which the cause was read. */
static const char *last_error_of(const struct conn_model *cm)
{
    const struct conn *conn = &cm->conn;
    bool is_by_state = cm->has_verdict && cm->verdict.source == JUDGE_STATE;
    if (cm->log.text != NULL && !is_by_state)
        return cm->log.text;
    if (conn->task_cause >= 0 && (size_t)conn->task_cause < conn->n_tasks)
        return conn->tasks[conn->task_cause].trace;
    if (conn->trace != NULL)
        return conn->trace;
    if (is_by_state && conn->message[0] != '\0')
        return conn->message;
    return cm->log.text;
}

/* "code: message" */
static const char *keep_description(struct room *room, const struct conn *conn)
{
    char *text = NULL;
    const char *kept = NULL;
    const char *colon = conn->code[0] != '\0' && conn->message[0] != '\0' ? ": " : "";
    if (asprintf(&text, "%s%s%s", conn->code, colon, conn->message) >= 0) {
        kept = keep_text(room, text, false);
        free(text);
    }
    return kept != NULL ? kept : "";
}

static int section_rank_of(const struct conn_model *cm)
{
    return verdict_rank(cm->has_verdict ? cm->verdict.verdict : PT_V_UNKNOWN);
}

static int by_rank(const void *a, const void *b)
{
    const struct conn_model *left = *(const struct conn_model *const *)a;
    const struct conn_model *right = *(const struct conn_model *const *)b;
    /* In an AWS account with many connectors, those that are not ours come last. */
    int by = (int)right->is_ours - (int)left->is_ours;
    if (by == 0)
        by = section_rank_of(right) - section_rank_of(left);
    if (by == 0)
        by = strcmp(left->conn.name, right->conn.name);
    return by != 0 ? by : strcmp(left->conn.id, right->conn.id);
}

struct arrays {
    int64_t now_ms;
    struct pt_connector *connectors;
    struct pt_task *tasks;
    struct pt_lag *lags;
    float *minutes;
    struct room room;
};

static void keep_tasks(const struct conn_model *cm, struct pt_connector *c, struct arrays *to)
{
    c->tasks = to->tasks;
    c->n_listed = cm->conn.n_tasks;
    for (size_t i = 0; i < cm->conn.n_tasks; i++) {
        const struct conn_task *from = &cm->conn.tasks[i];
        struct pt_task *task = to->tasks++;
        task->id = from->id;
        text_copy(task->state, sizeof task->state, from->state);
        text_copy(task->worker, sizeof task->worker, from->worker);
        task->trace = keep_text(&to->room, from->trace, true);
    }
}

static void keep_lags(const struct conn_model *cm, struct pt_connector *c, struct arrays *to)
{
    const char *topic = NULL;
    int64_t patience_ms = conn_lag_patience_ms(cm, &cm->sink);
    c->lags = to->lags;
    c->n_lags = cm->n_rows;
    for (size_t i = 0; i < cm->n_rows; i++) {
        const struct lag_row *row = &cm->rows[i];
        struct pt_lag *lag = to->lags++;
        if (topic == NULL || strcmp(topic, row->topic) != 0)
            topic = keep_text(&to->room, row->topic, false);
        *lag = (struct pt_lag){.topic = topic != NULL ? topic : "",
                               .partition = row->partition,
                               .committed = row->committed,
                               .high = row->high,
                               .lag = row->high != PT_UNKNOWN ? conn_lag_of(row) : PT_UNKNOWN,
                               .moved_ms = row->moved_ms,
                               .is_stuck =
                                   conn_lag_is_stuck(cm, row, &cm->sink, patience_ms, to->now_ms)};
    }
}

/* Moves the witnesses' texts from their own allocations into the section's. */
static void keep_says(struct pt_connector *c, struct room *room)
{
    for (size_t i = 0; i < c->n_evidence; i++) {
        char *says = (char *)(uintptr_t)c->evidence[i].says;
        size_t size = says != NULL ? strlen(says) + 1 : 0;
        bool has_room = size > 0 && size <= (size_t)(room->end - room->at);
        c->evidence[i].says = has_room ? memcpy(room->at, says, size) : "";
        room->at += has_room ? size : 0;
        free(says);
    }
}

static size_t says_size(const struct pt_connector *c)
{
    size_t size = 0;
    for (size_t i = 0; i < c->n_evidence; i++)
        size += c->evidence[i].says != NULL ? strlen(c->evidence[i].says) + 1 : 0;
    return size;
}

static void keep_item(const struct conn_model *cm, const struct pt_connector *made,
                      struct arrays *to)
{
    struct pt_connector *c = to->connectors++;
    *c = *made;
    keep_says(c, &to->room);
    keep_tasks(cm, c, to);
    keep_lags(cm, c, to);
    if (cm->metrics != NULL) {
        c->read_per_s = memcpy(to->minutes, cm->metrics->read, sizeof cm->metrics->read);
        c->n_minutes = CONN_SERIES;
        c->minutes_from_ms = cm->metrics->first_ms;
        to->minutes += CONN_SERIES;
    }
    c->state_description = keep_description(&to->room, &cm->conn);
    c->last_error = keep_text(&to->room, last_error_of(cm), true);
    if (cm->log.text != NULL && last_error_of(cm) == cm->log.text) {
        c->n_errors = cm->log.count;
        c->last_error_ms = cm->log.time_ms;
    } else if (c->last_error != NULL) {
        c->n_errors = cm->failed;
        c->last_error_ms = conn_as_seen(cm, cm->failed_since_ms);
    }
}

static size_t room_of(const struct conn_models *cs, size_t *n_tasks, size_t *n_lags,
                      size_t *n_minutes)
{
    size_t text = 64;
    *n_tasks = *n_lags = *n_minutes = 0;
    for (size_t i = 0; i < cs->n; i++) {
        const struct conn_model *cm = &cs->items[i];
        *n_tasks += cm->conn.n_tasks;
        *n_lags += cm->n_rows;
        *n_minutes += cm->metrics != NULL ? CONN_SERIES : 0;
        for (size_t k = 0; k < cm->conn.n_tasks; k++)
            text += shown_size(cm->conn.tasks[k].trace);
        for (size_t k = 0; k < cm->n_rows; k++)
            if (k == 0 || strcmp(cm->rows[k].topic, cm->rows[k - 1].topic) != 0)
                text += strlen(cm->rows[k].topic) + 2;
        text +=
            shown_size(last_error_of(cm)) + shown_size(cm->conn.message) + sizeof cm->conn.code * 6;
    }
    return text;
}

/* Since when the back end lists no connector that reads our topics. */
static int64_t note_sinkless(struct conn_models *cs)
{
    bool has_one = cs->asked_ms == PT_UNKNOWN;
    for (size_t i = 0; i < cs->n; i++)
        has_one = has_one || cs->items[i].is_ours;
    if (has_one)
        cs->sinkless_ms = PT_UNKNOWN;
    else if (cs->sinkless_ms == PT_UNKNOWN)
        cs->sinkless_ms = desk_real_ms(cs->desk);
    return cs->sinkless_ms;
}

/* A connector as it is shown, and its model. The texts of its witnesses are allocations of their
 * own. */
struct made {
    const struct conn_model *cm;
    struct pt_connector shown;
};

/* All connectors, abnormal ones first; NULL when out of memory. */
static struct made *make_items(struct conn_models *cs, size_t *says)
{
    struct conn_model **order = malloc((cs->n + 1) * sizeof *order);
    struct made *items = order != NULL ? calloc(cs->n + 1, sizeof *items) : NULL;
    *says = 0;
    for (size_t i = 0; i < cs->n && items != NULL; i++)
        order[i] = &cs->items[i];
    if (items != NULL)
        qsort(order, cs->n, sizeof *order, by_rank);
    for (size_t i = 0; i < cs->n && items != NULL; i++) {
        items[i].cm = order[i];
        section_fill(cs, order[i], &items[i].shown);
        section_show(&items[i].shown);
        *says += says_size(&items[i].shown);
    }
    free(order);
    return items;
}

static void drop_says(struct made *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t e = 0; e < items[i].shown.n_evidence; e++)
            free((char *)(uintptr_t)items[i].shown.evidence[e].says);
}

static void fill_head(struct conn_models *cs, struct pt_connectors_section *s)
{
    s->is_expected = cs->ops != NULL || cs->n > 0;
    text_copy(s->backend, sizeof s->backend, cs->ops != NULL ? cs->ops->info.name : "");
    if (cs->error.code != PT_OK) {
        text_copy(s->error, sizeof s->error, cs->error.what);
        text_copy(s->fix, sizeof s->fix, cs->error.fix);
    }
    s->error_since_ms = cs->error.code != PT_OK ? cs->error_since_ms : PT_UNKNOWN;
    s->is_error_passing = cs->error.code == PT_EBUSY;
    text_copy(s->backend_title, sizeof s->backend_title,
              cs->ops != NULL ? cs->ops->info.title : "");
    s->n_unknown_readers = conn_models_unknown_readers(cs);
    s->n_not_asked = conn_models_not_asked(cs);
    s->sinkless_ms = note_sinkless(cs);
    s->asked_ms = cs->asked_ms;
    s->is_truncated = cs->is_truncated;
}

const void *conn_models_section(struct conn_models *cs)
{
    size_t n_tasks, n_lags, n_minutes, says;
    if (!cs->is_dirty)
        return NULL;
    struct made *items = make_items(cs, &says);
    size_t text = room_of(cs, &n_tasks, &n_lags, &n_minutes) + says;
    size_t size = sizeof(struct pt_connectors_section) + cs->n * sizeof(struct pt_connector) +
                  n_tasks * sizeof(struct pt_task) + n_lags * sizeof(struct pt_lag) +
                  n_minutes * sizeof(float) + text;
    struct pt_connectors_section *s = items != NULL ? section_new(size) : NULL;
    if (s != NULL) {
        struct arrays to = {.now_ms = desk_real_ms(cs->desk)};
        to.connectors = (struct pt_connector *)(s + 1);
        to.lags = (struct pt_lag *)(to.connectors + cs->n);
        to.tasks = (struct pt_task *)(to.lags + n_lags);
        to.minutes = (float *)(to.tasks + n_tasks);
        to.room.at = (char *)(to.minutes + n_minutes);
        to.room.end = (char *)s + size;
        fill_head(cs, s);
        s->n_connectors = cs->n;
        s->connectors = to.connectors;
        for (size_t i = 0; i < cs->n; i++)
            keep_item(items[i].cm, &items[i].shown, &to);
        cs->is_dirty = false;
    }
    if (s == NULL && items != NULL)
        drop_says(items, cs->n);
    free(items);
    return s;
}
