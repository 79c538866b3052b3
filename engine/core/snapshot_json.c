/* The snapshot as the JSON of `status --json`. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "pintop/engine.h"
#include "pintop/snapshot.h"

static void add_int(cJSON *o, const char *name, int64_t value)
{
    char digits[24];
    if (value == PT_UNKNOWN) {
        cJSON_AddNullToObject(o, name);
        return;
    }
    snprintf(digits, sizeof digits, "%" PRId64, value);
    cJSON_AddRawToObject(o, name, digits);
}

/* Rounded to three decimals: nobody reads more of a rate. */
static void add_double(cJSON *o, const char *name, double value)
{
    if (!isfinite(value))
        cJSON_AddNullToObject(o, name);
    else
        cJSON_AddNumberToObject(o, name, round(value * 1000) / 1000);
}

/* The seconds between two times, of which each may be unknown. */
static void add_seconds(cJSON *o, const char *name, int64_t from_ms, int64_t to_ms)
{
    bool is_known = from_ms != PT_UNKNOWN && to_ms != PT_UNKNOWN;
    add_double(o, name, is_known ? (double)(to_ms - from_ms) / 1000 : NAN);
}

static void add_text(cJSON *o, const char *name, const char *value)
{
    if (value[0])
        cJSON_AddStringToObject(o, name, value);
    else
        cJSON_AddNullToObject(o, name);
}

static void add_time(cJSON *o, const char *name, int64_t time_ms)
{
    char text[32];
    if (time_ms == PT_UNKNOWN || time_ms == 0) {
        cJSON_AddNullToObject(o, name);
        return;
    }
    clock_format_ms(time_ms, text, sizeof text);
    cJSON_AddStringToObject(o, name, text);
}

/* A count of which -1, or any other negative number, says that it isn't known. */
static void add_some(cJSON *o, const char *name, int32_t count)
{
    add_int(o, name, count < 0 ? PT_UNKNOWN : count);
}

static void add_cluster(cJSON *root, const struct pt_snapshot *snap)
{
    const struct pt_cluster_section *c = snap->cluster;
    cJSON *o = cJSON_AddObjectToObject(root, "cluster"), *list;
    cJSON_AddStringToObject(o, "kind", snap->session->is_embedded ? "embedded" : "kafka");
    add_text(o, "bootstrap_servers", c->bootstrap_servers);
    cJSON_AddStringToObject(o, "state", pt_cluster_state_word(c->state));
    add_time(o, "since", c->since_ms);
    add_text(o, "id", c->id);
    add_text(o, "last_error", c->last_error);
    add_text(o, "last_fix", c->last_fix);
    list = cJSON_AddArrayToObject(o, "brokers");
    for (size_t i = 0; i < c->n_brokers; i++) {
        cJSON *b = cJSON_CreateObject();
        cJSON_AddItemToArray(list, b);
        add_int(b, "id", c->brokers[i].id);
        add_text(b, "host", c->brokers[i].host);
        add_some(b, "port", c->brokers[i].port);
        cJSON_AddStringToObject(b, "state", pt_broker_state_word(c->brokers[i].state));
        add_double(b, "rtt_ms", c->brokers[i].rtt_ms);
        add_double(b, "throttle_ms", c->brokers[i].throttle_ms);
    }
    add_some(o, "controller_id", c->controller_id);
}

static void add_target(cJSON *o, double per_s)
{
    char text[32];
    pt_rate_format(per_s, text, sizeof text);
    if (per_s >= PT_RATE_MAX || per_s < 0)
        cJSON_AddStringToObject(o, "target_per_s", text);
    else
        cJSON_AddNumberToObject(o, "target_per_s", per_s);
}

/* What another pintop's streams do can't be seen from here: null, never 0. */
static void add_figures(cJSON *o, const struct pt_stream *s)
{
    bool is_known = s->state != PT_STREAM_ELSEWHERE && s->state != PT_STREAM_UNKNOWN;
#define KNOWN(value) (is_known ? (value) : PT_UNKNOWN)
    add_int(o, "generated", KNOWN(s->generated));
    add_int(o, "delivered", KNOWN(s->delivered));
    add_int(o, "failed", KNOWN(s->failed));
    add_int(o, "in_flight", KNOWN(s->in_flight));
    add_int(o, "unresolved", KNOWN(s->unresolved));
    add_int(o, "bytes", KNOWN(s->bytes));
    add_double(o, "records_per_s", s->delivered_per_s);
    cJSON *ack = cJSON_AddObjectToObject(o, "ack_ms");
    add_double(ack, "p50", s->ack_p50_ms);
    add_double(ack, "p99", s->ack_p99_ms);
    add_double(ack, "max", s->ack_max_ms);
    add_int(o, "first_index", KNOWN(s->first_index));
    add_int(o, "next_index", KNOWN(s->next_index));
    cJSON_AddStringToObject(o, "state", pt_stream_state_word(s->state));
    add_text(o, "reason", s->reason);
    add_text(o, "fix", s->fix);
    if (is_known)
        add_target(o, s->target_per_s);
    else
        cJSON_AddNullToObject(o, "target_per_s");
    add_int(o, "queued", KNOWN(s->queued));
    add_int(o, "uncommitted", KNOWN(s->uncommitted));
    add_int(o, "oldest_unresolved_ms", KNOWN(s->oldest_unresolved_ms));
    add_int(o, "doubles_possible", KNOWN(s->doubles_possible));
    add_int(o, "bad_rows", KNOWN(s->bad_rows));
#undef KNOWN
    add_int(o, "owner_pid", s->owner_pid);
    add_text(o, "blocked_by", s->blocked_by);
    add_text(o, "blocked_fix", s->blocked_fix);
}

static void add_streams(cJSON *root, const struct pt_snapshot *snap)
{
    cJSON *list = cJSON_AddArrayToObject(root, "streams");
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *s = &snap->streams->streams[i];
        cJSON *o = cJSON_CreateObject();
        cJSON_AddItemToArray(list, o);
        cJSON_AddStringToObject(o, "name", s->name);
        add_text(o, "topic", s->topic);
        add_figures(o, s);
    }
}

static void add_topics(cJSON *root, const struct pt_snapshot *snap)
{
    cJSON *list = cJSON_AddArrayToObject(root, "topics");
    for (size_t i = 0; i < snap->topics->n_topics; i++) {
        const struct pt_topic *t = &snap->topics->topics[i];
        if (!t->is_watched)
            continue;
        cJSON *o = cJSON_CreateObject();
        cJSON_AddItemToArray(list, o);
        cJSON_AddStringToObject(o, "name", t->name);
        add_some(o, "partitions", t->n_partitions);
        add_int(o, "messages", t->messages);
        add_double(o, "in_per_s", t->in_per_s);
        add_double(o, "out_per_s", t->out_per_s);
        add_int(o, "lag", t->lag);
        add_some(o, "leaderless", t->leaderless);
        add_int(o, "asked_ms", t->asked_ms > 0 ? t->asked_ms : PT_UNKNOWN);
    }
}

/* null: the cluster takes no IAM token. */
static void add_token(cJSON *root, const struct pt_snapshot *snap)
{
    const struct pt_auth *auth = &snap->auth->auth;
    if (auth->state == PT_AUTH_NOT_NEEDED) {
        cJSON_AddNullToObject(root, "token");
        return;
    }
    cJSON *o = cJSON_AddObjectToObject(root, "token");
    cJSON_AddStringToObject(o, "state", pt_auth_state_word(auth->state));
    add_text(o, "principal", auth->principal);
    add_time(o, "expires_at", auth->token_expires_ms);
    add_seconds(o, "remaining_s", snap->time_ms, auth->token_expires_ms);
    add_time(o, "refresh_at", auth->token_refresh_ms);
    add_time(o, "credentials_expire_at", auth->keys_end_ms);
    cJSON_AddBoolToObject(o, "credentials_expiry_unknown", auth->is_end_unknown);
    add_time(o, "login_ends_at", auth->login_end_ms);
    cJSON_AddBoolToObject(o, "login_renewable", auth->is_login_renewed);
    add_text(o, "source", auth->source);
    add_text(o, "chain", auth->chain);
    add_text(o, "access_key_id", auth->key_id);
    add_text(o, "region", auth->region);
    add_text(o, "caller_arn", auth->caller_arn);
    add_text(o, "last_error", auth->last_error);
    add_text(o, "broker_said", auth->broker_said);
    add_time(o, "broker_refused_at", auth->broker_refused_ms);
    add_time(o, "broker_answered_at", auth->broker_ok_ms);
    add_int(o, "clock_offset_ms", auth->has_offset ? auth->offset_ms : PT_UNKNOWN);
}

static void add_lag(cJSON *o, const struct pt_connector *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "lag");
    for (size_t i = 0; i < c->n_lags; i++) {
        const struct pt_lag *lag = &c->lags[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(list, row);
        cJSON_AddStringToObject(row, "topic", lag->topic);
        add_int(row, "partition", lag->partition);
        add_int(row, "committed", lag->committed);
        add_int(row, "high_watermark", lag->high);
        add_int(row, "lag", lag->lag);
    }
}

static void add_tasks(cJSON *o, const struct pt_connector *c)
{
    cJSON *tasks = cJSON_AddArrayToObject(o, "tasks");
    for (size_t i = 0; i < c->n_listed; i++) {
        const struct pt_task *task = &c->tasks[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(tasks, row);
        add_int(row, "id", task->id);
        add_text(row, "state", task->state);
        add_text(row, "worker", task->worker);
        add_text(row, "trace", task->trace != NULL ? task->trace : "");
    }
    add_some(o, "running_tasks", c->running_tasks);
    add_some(o, "failed_tasks", c->failed_tasks);
    add_int(o, "tasks_max", c->tasks_max);
}

static void add_operation(cJSON *o, const struct pt_connector *c)
{
    if (c->last_operation[0] == '\0') {
        cJSON_AddNullToObject(o, "last_operation");
        return;
    }
    cJSON *last = cJSON_AddObjectToObject(o, "last_operation");
    cJSON_AddStringToObject(last, "type", c->last_operation);
    add_text(last, "state", c->operation_state);
    add_time(last, "at", c->operation_ms);
}

static void add_evidence(cJSON *o, const struct pt_connector *c, int64_t now_ms)
{
    cJSON *list = cJSON_AddArrayToObject(o, "evidence");
    for (size_t i = 0; i < c->n_evidence; i++) {
        const struct pt_evidence *e = &c->evidence[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(list, row);
        cJSON_AddStringToObject(row, "witness", e->witness);
        cJSON_AddStringToObject(row, "says", e->says);
        add_time(row, "since", e->since_ms);
        add_seconds(row, "age_s", e->asked_ms, now_ms);
        cJSON_AddStringToObject(row, "source", e->source);
        cJSON_AddBoolToObject(row, "is_bad", e->is_bad);
        cJSON_AddBoolToObject(row, "is_stale", e->is_stale);
    }
}

/* null: no write probe was made by this pintop. */
static void add_probe(cJSON *o, const struct pt_connector *c, int64_t now_ms)
{
    const struct pt_probe *probe = &c->probe;
    if (probe->asked_ms == PT_UNKNOWN) {
        cJSON_AddNullToObject(o, "probe");
        return;
    }
    cJSON *row = cJSON_AddObjectToObject(o, "probe");
    add_time(row, "asked_at", probe->asked_ms);
    add_seconds(row, "age_s", probe->asked_ms > 0 ? probe->asked_ms : PT_UNKNOWN, now_ms);
    cJSON_AddBoolToObject(row, "takes_writes", probe->does_take);
    cJSON_AddBoolToObject(row, "is_slow", probe->is_slow);
    cJSON_AddBoolToObject(row, "as_connector", probe->is_as_connector);
    add_text(row, "with", probe->with);
    add_double(row, "slowest_write_s", probe->slowest_write_s);
    add_text(row, "code", probe->code);
    add_int(row, "not_deleted", probe->n_left);
    add_text(row, "says", probe->says);
}

static cJSON *connector_json(const struct pt_snapshot *snap, const struct pt_connector *c)
{
    cJSON *o = cJSON_CreateObject();
    add_text(o, "backend", c->backend);
    add_text(o, "name", c->name);
    add_text(o, "id", c->id);
    add_text(o, "kind", c->kind);
    cJSON_AddBoolToObject(o, "is_ours", c->is_ours);
    add_text(o, "class", c->class_name);
    add_text(o, "connect_version", c->version);
    add_text(o, "group", c->group);
    add_text(o, "state", c->state);
    add_text(o, "state_description", c->state_description != NULL ? c->state_description : "");
    cJSON_AddStringToObject(o, "verdict", pt_verdict_word(c->verdict));
    add_time(o, "since", c->verdict_since_ms);
    cJSON_AddBoolToObject(o, "since_or_before", c->is_since_found);
    add_tasks(o, c);
    add_operation(o, c);
    add_lag(o, c);
    add_int(o, "lag_total", c->lag_total);
    add_double(o, "lag_per_s", c->lag_per_s);
    add_double(o, "catch_up_s", c->catch_up_s);
    add_text(o, "newest_object", c->newest_object);
    add_time(o, "newest_object_at", c->newest_object_ms);
    add_int(o, "objects", c->objects);
    add_int(o, "objects_bytes", c->bytes);
    add_int(o, "expired_objects", c->expired_objects);
    add_int(o, "lost_records", c->lost_records);
    add_int(o, "flush_size", c->flush_size > 0 ? c->flush_size : PT_UNKNOWN);
    add_double(o, "objects_per_hour", c->objects_per_hour);
    add_double(o, "usd_per_hour", c->usd_per_hour);
    add_time(o, "safe_until", c->safe_until_ms);
    add_text(o, "safe", c->safe);
    add_evidence(o, c, snap->time_ms);
    add_probe(o, c, snap->time_ms);
    add_text(o, "cause", c->cause);
    add_text(o, "rule", c->rule);
    add_text(o, "fix", c->fix);
    add_text(o, "note", c->note);
    /* The whole text that the cause was read out of. */
    add_text(o, "last_error", c->last_error != NULL ? c->last_error : "");
    add_time(o, "last_error_time", c->last_error != NULL ? c->last_error_ms : PT_UNKNOWN);
    return o;
}

char *pt_connector_json(const struct pt_snapshot *snap, const struct pt_connector *connector)
{
    cJSON *json = connector_json(snap, connector);
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return text;
}

static void add_events(cJSON *root, const struct pt_snapshot *snap)
{
    cJSON *list = cJSON_AddArrayToObject(root, "events");
    for (size_t i = 0; i < snap->events->n_events; i++) {
        const struct pt_event *e = snap->events->events[i];
        cJSON *o = cJSON_CreateObject();
        cJSON_AddItemToArray(list, o);
        add_time(o, "time", e->time_ms);
        cJSON_AddStringToObject(o, "severity", pt_severity_word(e->severity));
        cJSON_AddStringToObject(o, "area", e->area);
        cJSON_AddStringToObject(o, "text", e->text);
    }
}

char *pt_snapshot_json(const struct pt_snapshot *snap)
{
    cJSON *root = cJSON_CreateObject();
    if (root == NULL)
        return NULL;
    add_time(root, "time", snap->time_ms);
    cJSON_AddStringToObject(root, "version", PINTOP_VERSION);
    add_text(root, "context", snap->session->context);
    cJSON_AddStringToObject(root, "verdict", pt_verdict_word(snap->session->verdict));
    add_time(root, "verdict_since", snap->session->verdict_since_ms);
    cJSON_AddBoolToObject(root, "verdict_since_or_before", snap->session->is_since_found);
    add_text(root, "verdict_text", snap->session->verdict_text);
    add_text(root, "verdict_detail", snap->session->verdict_detail);
    cJSON_AddBoolToObject(root, "verdict_awaited", snap->session->is_verdict_awaited);
    add_cluster(root, snap);
    add_streams(root, snap);
    add_topics(root, snap);
    add_token(root, snap);
    cJSON *list = cJSON_AddArrayToObject(root, "connectors");
    for (size_t i = 0; i < snap->connectors->n_connectors; i++)
        cJSON_AddItemToArray(list, connector_json(snap, &snap->connectors->connectors[i]));
    add_events(root, snap);
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}
