/* Fills the judge's witnesses from what is remembered. */
#include <string.h>

#include "connector/watch/commits.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/losses.h"
#include "connector/watch/probe.h"
#include "connector/watch/workers.h"

enum {
    FRESH_MIN_MS = 15000,
    THROTTLED_FRESH_MS = 75000, /* a throttled back end is asked every minute */
    LAG_FRESH_MS = 20000,
    LAG_SLOW_FRESH_MS = 150000 /* of connectors that nobody looks at */
};

static bool witnesses_is_silent(const struct conn_models *cs)
{
    return cs->error.code != PT_OK && cs->error.code != PT_EAUTH && cs->error.code != PT_ELOGIN;
}

/* How long an answer of the back end counts as current. */
static int64_t fresh_ms(const struct conn_models *cs)
{
    int64_t period_ms = conn_list_usual_ms(cs);
    return 3 * period_ms > FRESH_MIN_MS ? 3 * period_ms : FRESH_MIN_MS;
}

static void state_witness(const struct conn_models *cs, const struct conn_model *cm,
                          struct witnesses *w)
{
    const struct conn *conn = &cm->conn;
    const struct pt_error *err = &cs->error;
    w->name = conn->name;
    w->backend = cs->ops != NULL ? cs->ops->info.title : "";
    w->tasks_from = conn_row_of(cs)->tasks_from;
    w->state = conn->state;
    w->state_since_ms = cm->state_since_ms;
    w->state_asked_ms = cm->asked_ms;
    /* The embedded sink reports each change from within this process. */
    w->state_fresh_ms = w->is_embedded ? INT64_MAX : fresh_ms(cs);
    w->restarted_ms = cm->restarted_ms;
    w->is_gone = cm->is_gone;
    w->gone_since_ms = cm->gone_since_ms;
    w->code = conn->code;
    w->message = conn->message;
    w->state_rule = conn->state_rule;
    w->state_words = &conn->state_words;
    /* A list of several pages takes its time. */
    if (cs->is_asked && w->now_ms - cs->asking_since_ms > 2 * cs->took_ms)
        w->late_ms = w->now_ms - cs->asking_since_ms;
    if (conn_is_throttle(err)) /* it works, and is asked less often */
        w->state_fresh_ms = THROTTLED_FRESH_MS;
    bool is_short = conn_is_throttle(err) && w->now_ms - cs->error_since_ms < THROTTLED_FRESH_MS &&
                    cm->asked_ms != PT_UNKNOWN;
    if (err->code == PT_OK || is_short)
        return;
    w->state_error = err->what;
    w->state_fix = err->fix;
    w->state_error_since_ms = cs->error_since_ms;
    w->is_state_denied = err->code == PT_EAUTH || err->code == PT_ELOGIN || conn_is_throttle(err);
    w->is_state_passing = err->code == PT_EBUSY;
}

static void task_witness(const struct conn_model *cm, struct witnesses *w)
{
    const struct conn *conn = &cm->conn;
    if (!conn->has_tasks && cm->metrics_asked_ms != PT_UNKNOWN)
        w->tasks_error = cm->metrics_error.code != PT_OK
                             ? cm->metrics_error.what
                             : "CloudWatch has no task counts of this connector";
    w->has_tasks = conn->has_tasks;
    w->n_tasks = (int32_t)conn->n_tasks;
    w->running = cm->running;
    w->failed = cm->failed;
    w->unassigned = cm->unassigned;
    w->failed_since_ms = cm->failed_since_ms;
    w->tasks_since_ms = cm->tasks_since_ms;
    w->tasks_max = conn_get_int(conn, "tasks.max", 1);
    w->task_rule = conn->task_rule;
    w->task_words = &conn->task_words;
    w->task_said = conn->task_said;
    if (conn->task_other >= 0 && (size_t)conn->task_other < conn->n_tasks) {
        w->task_other = conn->tasks[conn->task_other].id;
        w->other_words = conn->other_words;
    }
}

/* What the list lacks. */
static void details_witness(const struct conn_models *cs, const struct conn_model *cm,
                            struct witnesses *w)
{
    if (cs->ops == NULL || !cs->ops->is_list_brief || cm->asked_ms == PT_UNKNOWN)
        return;
    w->is_reason_awaited = cm->is_detail_old;
    w->is_change_awaited = cm->changes_asked_ms == PT_UNKNOWN;
    w->are_others_awaited = conn_models_not_asked(cs) > 0;
    if (cm->details_error.code != PT_OK)
        w->unread_error = cm->details_error.what;
    else if (cm->details_asked_ms != PT_UNKNOWN)
        w->unread_error = "MSK Connect describes it without any";
}

static void store_witness(const struct conn_model *cm, struct witnesses *w)
{
    w->s3_asked_ms = cm->objects_error.code == PT_OK ? cm->objects_asked_ms : PT_UNKNOWN;
    w->newest_object_ms = cm->objects.newest_ms;
    w->is_store_awaited =
        w->is_s3 && !w->is_embedded && cm->conn.has_settings && cm->objects_asked_ms == PT_UNKNOWN;
    if (cm->objects_error.code == PT_OK || !cm->objects.is_telling)
        return;
    w->s3_error = cm->objects_error.what;
    w->s3_fix = cm->objects_error.fix;
    w->s3_rule = cm->objects.rule;
    w->s3_words = cm->objects.rule != NULL ? &cm->objects.words : NULL;
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

static void group_witness(const struct conn_models *cs, const struct conn_model *cm,
                          struct witnesses *w)
{
    enum { GROUP_FRESH_MS = 180000, OF_LATE_MS = 600000 };
    const struct conn_group *g = &cm->members;
    w->own_servers = conn_get(&cm->conn, "consumer.override.bootstrap.servers");
    w->own_protocol = conn_get(&cm->conn, "consumer.override.security.protocol");
    /* Which partitions a foreign member owns is known only when the connector's partitions are. */
    bool is_blind = g->foreign[0] != '\0' && cm->n_lag_samples > 0 && g->asked_ms < cm->watched_ms;
    w->is_group_awaited = (g->asked_ms == PT_UNKNOWN || is_blind) && g->error.code == PT_OK &&
                          cm->lag != PT_UNKNOWN && conn_group_is_asked(cs, cm);
    if (g->asked_ms == PT_UNKNOWN || g->error.code != PT_OK || !g->is_there || g->n_members < 0 ||
        w->now_ms - g->asked_ms > GROUP_FRESH_MS)
        return;
    w->has_group = true;
    w->members = g->n_members;
    /* Only when two polls saw it: a single one may have fallen between two members. */
    w->no_members_since_ms = g->asked_ms > g->empty_since_ms ? g->empty_since_ms : PT_UNKNOWN;
    w->unowned = g->n_unowned;
    w->unowned_topic = g->unowned_topic;
    w->unowned_partition = g->unowned_partition;
    w->unowned_since_ms = g->unowned_since_ms;
    w->foreign = g->foreign;
    w->n_foreign = g->n_foreign;
    w->member_changes_per_h = conn_group_changes_per_h(g, w->now_ms);
    w->member_changes_of_late = conn_group_changes_since(g, w->now_ms - OF_LATE_MS);
    w->twice_task = g->twice_task;
    w->twice_host = g->twice_host;
    if (strstr(g->state, "Rebalance") != NULL)
        w->rebalance_since_ms = g->state_since_ms;
    w->max_poll_ms = conn_get_int(&cm->conn, "consumer.override.max.poll.interval.ms", PT_UNKNOWN);
}

/* Beside the state and the store: who runs its tasks, and who stores its commits. */
static void carrying_witness(const struct conn_models *cs, const struct conn_model *cm,
                             struct witnesses *w)
{
    if (w->is_embedded || !judge_is_running(w->state))
        return;
    group_witness(cs, cm, w);
    conn_workers_witness(cm, w);
    conn_commits_witness(cm, w);
}

/* With a fault in sight there is less to wait for. */
static bool is_fault_in_sight(const struct conn_model *cm, const struct witnesses *w)
{
    enum { EMPTY_MS = 60000, REBALANCE_MS = 10000 };
    bool is_empty = w->has_group && w->members == 0 && w->no_members_since_ms != PT_UNKNOWN &&
                    w->now_ms - w->no_members_since_ms > EMPTY_MS;
    return w->s3_error[0] != '\0' || cm->objects.moved[0] != '\0' ||
           (w->state_error[0] != '\0' && !w->is_state_denied) || w->away_worker[0] != '\0' ||
           w->commits_since_ms != PT_UNKNOWN || is_empty ||
           (w->twice_task >= 0 && w->rebalance_since_ms != PT_UNKNOWN &&
            w->now_ms - w->rebalance_since_ms >= REBALANCE_MS);
}

/* When what is stuck or failed last worked; progress of another task or partition does not clear
 * it. */
static int64_t last_good_ms(const struct conn_model *cm, const struct witnesses *w)
{
    int64_t good_ms = cm->out_ms;
    if (cm->failed > 0 || strcmp(cm->conn.state, "FAILED") == 0)
        return PT_UNKNOWN;
    if (w->stuck > 0 && w->stuck_since_ms != PT_UNKNOWN && good_ms != PT_UNKNOWN &&
        w->stuck_since_ms < good_ms)
        good_ms = w->stuck_since_ms;
    return good_ms;
}

void conn_witnesses(const struct conn_models *cs, const struct conn_model *cm, int64_t now_ms,
                    struct witnesses *w)
{
    const struct conn *conn = &cm->conn;
    witnesses_init(w);
    w->now_ms = now_ms;
    w->is_embedded = conn_row_of(cs)->info.is_in_process;
    w->is_sink = conn_is_sink(&cm->conn);
    w->is_s3 = cm->sink.is_s3;
    state_witness(cs, cm, w);
    w->is_unread = !w->is_embedded && conn->kind[0] == '\0' && !conn->has_settings;
    w->changed = cm->changed;
    w->changed_ms = cm->changed_ms;
    if (w->is_embedded && !cs->has_sink)
        w->backend = ""; /* another pintop's: only its offsets are seen */
    if (!witnesses_is_silent(cs) || conn_is_throttle(&cs->error))
        task_witness(cm, w);
    const struct conn_operation *last = &cm->conn.operation;
    w->operation = last->type;
    w->operation_state = last->state;
    w->operation_code = last->code;
    w->operation_message = last->message;
    w->operation_ms = last->ended_ms != PT_UNKNOWN ? last->ended_ms : last->created_ms;
    details_witness(cs, cm, w);
    store_witness(cm, w);
    carrying_witness(cs, cm, w);
    w->patience_ms = w->is_embedded             ? conn_embedded_patience_ms(cs)
                     : is_fault_in_sight(cm, w) ? conn_lag_least_patience_ms(&cm->sink)
                                                : conn_lag_patience_ms(cm, &cm->sink);
    conn_lag_witness(cm, &cm->sink, w);
    if (w->stuck > 0 && w->stuck_since_ms != PT_UNKNOWN && w->has_group)
        w->member_changes_stuck = conn_group_changes_since(&cm->members, w->stuck_since_ms);
    w->lag_fresh_ms = conn_is_looked_at(cs, cm, now_ms) ? LAG_FRESH_MS : LAG_SLOW_FRESH_MS;
    metrics_witness(cm, w);
    /* An error from before the connector last worked says nothing about now. */
    int64_t good_ms = last_good_ms(cm, w);
    bool has_log = cm->log.rule != NULL || cm->log.said[0] != '\0';
    if (has_log && (good_ms == PT_UNKNOWN || cm->log.time_ms > good_ms)) {
        w->log_rule = cm->log.rule;
        w->log_words = &cm->log.words;
        w->log_said = cm->log.said;
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
    conn_losses_witness(cm, w);
    conn_probe_witness(cm, w);
}
