/* From what is remembered to the judge's witnesses. */
#include <string.h>

#include "core/conn_model_private.h"

static bool is_silent(const struct conn_models *cs)
{
    return cs->error.code != PT_OK && cs->error.code != PT_EAUTH;
}

static bool is_throttle(const struct pt_error *err)
{
    return strstr(err->what, "TooManyRequests") != NULL || strstr(err->what, "Throttl") != NULL ||
           err->code == PT_EBUSY;
}

static void state_witness(const struct conn_models *cs, const struct conn_model *cm,
                          struct witnesses *w)
{
    const struct conn *conn = &cm->conn;
    w->backend = cs->ops != NULL ? cs->ops->title : "";
    w->state = conn->state;
    w->state_since_ms = cm->state_since_ms;
    w->state_asked_ms = cm->asked_ms;
    w->is_gone = cm->is_gone;
    w->code = conn->code;
    w->message = conn->message;
    w->state_rule = conn->state_rule;
    /* A throttled or rebalancing back end is one that lives. */
    if (cs->error.code != PT_OK &&
        !(is_throttle(&cs->error) && w->now_ms - cs->error_since_ms < 60000)) {
        w->state_error = cs->error.what;
        w->state_fix = cs->error.fix;
        w->state_error_since_ms = cs->error_since_ms;
        w->is_state_denied = cs->error.code == PT_EAUTH || is_throttle(&cs->error);
    }
    if (cs->is_asked)
        w->late_ms = w->now_ms - cs->asking_since_ms;
}

static void task_witness(const struct conn_model *cm, struct witnesses *w)
{
    const struct conn *conn = &cm->conn;
    w->has_tasks = conn->has_tasks;
    w->n_tasks = (int32_t)conn->n_tasks;
    w->running = cm->running;
    w->failed = cm->failed;
    w->unassigned = cm->unassigned;
    w->failed_since_ms = cm->failed_since_ms;
    w->tasks_since_ms = cm->tasks_since_ms;
    w->tasks_max = conn_get_int(conn, "tasks.max", 1);
    w->task_rule = conn->task_rule;
    w->task_said = conn->task_said;
}

static void store_witness(const struct conn_model *cm, struct witnesses *w)
{
    w->s3_asked_ms = cm->objects_error.code == PT_OK ? cm->objects_asked_ms : PT_UNKNOWN;
    w->newest_object_ms = cm->objects.newest_ms;
    w->is_s3_asked_as_connector = cm->objects.is_as_connector;
    if (cm->objects_error.code == PT_OK || !cm->objects.is_telling)
        return;
    w->s3_error = cm->objects_error.what;
    w->s3_fix = cm->objects_error.fix;
    w->s3_rule = cm->objects.rule;
}

static void metrics_witness(const struct conn_model *cm, struct witnesses *w)
{
    enum { FRESH_MS = 10 * 60000 };
    const struct conn_metrics *m = cm->metrics;
    if (m == NULL || m->newest_ms == PT_UNKNOWN || w->now_ms - m->newest_ms > FRESH_MS)
        return;
    w->has_metrics = true;
    w->metrics_ms = m->newest_ms;
    w->metric_running = m->running;
    w->metric_errored = m->errored;
    w->metric_workers = m->workers;
    w->read_per_s = m->read_per_s;
    w->send_per_s = m->send_per_s;
    w->rebalances_per_h = m->rebalances_per_h;
    w->workers_wanted = cm->conn.workers;
    if (!cm->conn.has_tasks)
        w->failed_since_ms = m->failed_since_ms;
}

void conn_witnesses(const struct pt_engine *eng, const struct conn_model *cm, int64_t now_ms,
                    struct witnesses *w)
{
    const struct conn_models *cs = &eng->model.connectors;
    struct sink sink;
    sink_read(&cm->conn, &sink);
    witnesses_init(w);
    w->now_ms = now_ms;
    w->is_embedded = cs->ops == &conn_embedded;
    w->is_sink = strcmp(cm->conn.kind, "source") != 0;
    w->is_s3 = sink.is_s3;
    state_witness(cs, cm, w);
    if (w->is_embedded && !eng->model.has_sink)
        w->backend = ""; /* another pintop's: only its offsets are seen */
    if (!is_silent(cs) || is_throttle(&cs->error))
        task_witness(cm, w);
    const struct conn_operation *last = &cm->conn.operation;
    w->operation = last->type;
    w->operation_state = last->state;
    w->operation_code = last->code;
    w->operation_message = last->message;
    w->operation_ms = last->ended_ms != PT_UNKNOWN ? last->ended_ms : last->created_ms;
    store_witness(cm, w);
    /* With a fault in sight there is less to wait for. */
    bool has_fault = w->s3_error[0] != '\0' || cm->objects.moved[0] != '\0' ||
                     (w->state_error[0] != '\0' && !w->is_state_denied);
    w->patience_ms = w->is_embedded ? conn_embedded_patience_ms(eng)
                     : has_fault    ? conn_lag_least_patience_ms(&sink)
                                    : conn_lag_patience_ms(cm, &sink);
    conn_lag_witness(cm, &sink, w);
    metrics_witness(cm, w);
    /* An old error that was got over says nothing of today. */
    if (cm->log.rule != NULL && (cm->out_ms == PT_UNKNOWN || cm->log.time_ms > cm->out_ms)) {
        w->log_rule = cm->log.rule;
        w->log_said = cm->log.said;
        w->log_ms = cm->log.time_ms;
    }
    if (cm->checks_asked_ms != PT_UNKNOWN) {
        w->check_rule = cm->checks.rule;
        w->check_says = cm->checks.says;
    }
    bool has_check = w->check_rule != NULL && w->check_rule->weight != RULE_WARNING;
    if (cm->objects.moved[0] != '\0' && !has_check) {
        w->check_rule = rules_by_id("region-mismatch");
        w->check_says = cm->objects.moved;
    }
}
