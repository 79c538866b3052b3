/* The verdict on a connector by what its API says of it and its tasks: a table, one row a
 * situation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "connector/judge/judge.h"
#include "situations.h"

static void all_well(struct witnesses *w)
{
    (void)w;
}
static void just_quiet(struct witnesses *w)
{
    w->lag = 0;
    w->in_ms = NOW - 4 * MINUTE;
}
static void running_with_one_failed(struct witnesses *w)
{
    are_failed(w, 1);
}
static void a_task_that_no_rule_knows_but_the_log_does(struct witnesses *w)
{
    are_failed(w, 3);
    w->task_rule = rules_by_id("task-killed");
    w->log_rule = rules_by_id("s3-denied");
}
static void failed_state(struct witnesses *w)
{
    w->state = "FAILED";
    w->code = "InvalidInput.InvalidConnectorConfiguration";
    w->message = "Failed to find any class";
    w->state_rule = rules_by_id("plugin-class-missing");
}
static void failed_without_a_reason(struct witnesses *w)
{
    w->state = "FAILED";
    w->has_tasks = false;
    w->code = "UnknownError.Unknown";
    w->message = "The last operation failed.";
    w->state_rule = rules_by_id("unknown");
}
static void failed_without_a_reason_but_with_a_log(struct witnesses *w)
{
    failed_without_a_reason(w);
    w->log_rule = rules_by_id("kafka-unreachable");
}
static void failed_and_the_port_is_wrong(struct witnesses *w)
{
    failed_without_a_reason_but_with_a_log(w);
    w->check_rule = rules_by_id("auth-port-mismatch");
    w->check_says = "port 9094 with IAM and TLS";
}
static void failed_and_no_log(struct witnesses *w)
{
    failed_without_a_reason(w);
    w->check_rule = rules_by_id("no-logs");
}
static void errored_by_metric(struct witnesses *w)
{
    w->has_tasks = false;
    w->has_metrics = true;
    w->metric_errored = 3;
    w->metric_running = 0;
}
static void some_errored_by_metric(struct witnesses *w)
{
    errored_by_metric(w);
    w->metric_running = 1;
}
static void paused(struct witnesses *w)
{
    w->state = "PAUSED";
    w->lag = 500;
    w->stuck = 500;
}
static void stopped(struct witnesses *w)
{
    w->state = "STOPPED";
    w->n_tasks = w->running = 0;
}
static void creating(struct witnesses *w)
{
    w->state = "CREATING";
    w->state_since_ms = NOW - 7 * MINUTE;
    w->lag = PT_UNKNOWN;
}
static void creating_for_ever(struct witnesses *w)
{
    creating(w);
    w->state_since_ms = NOW - 31 * MINUTE;
}
static void a_new_word(struct witnesses *w)
{
    w->state = "HIBERNATING";
}
static void a_new_word_and_nothing_moves(struct witnesses *w)
{
    w->state = "HIBERNATING";
    w->stuck = 10;
    w->stuck_since_ms = NOW - MINUTE;
}
static void rolled_back(struct witnesses *w)
{
    update_failed(w);
    w->operation_state = "ROLLBACK_COMPLETE";
}
static void update_done(struct witnesses *w)
{
    update_failed(w);
    w->operation_state = "UPDATE_COMPLETE";
}
static void silent_and_failed_before(struct witnesses *w)
{
    silent(w);
    are_failed(w, 3);
    w->state = "FAILED";
}
static void denied_but_flowing(struct witnesses *w)
{
    silent(w);
    w->is_state_denied = true;
}
static void never_answered(struct witnesses *w)
{
    w->state = "";
}
static void gone(struct witnesses *w)
{
    w->is_gone = true;
    w->gone_since_ms = NOW - MINUTE;
}
static void no_tasks(struct witnesses *w)
{
    w->n_tasks = w->running = 0;
    w->tasks_since_ms = NOW - 2 * MINUTE;
}
static void too_few_workers(struct witnesses *w)
{
    w->has_metrics = true;
    w->metric_workers = 1;
    w->workers_wanted = 2;
}
static void storm(struct witnesses *w)
{
    w->has_metrics = true;
    w->rebalances_per_h = 45;
}
static void fewer_tasks_than_asked_for(struct witnesses *w)
{
    w->tasks_max = 9;
}
static void no_worker_log(struct witnesses *w)
{
    w->check_rule = rules_by_id("no-logs");
}
static void plugin_failed(struct witnesses *w)
{
    failed_without_a_reason(w);
    w->check_rule = rules_by_id("plugin-not-active");
}
static void source(struct witnesses *w)
{
    w->is_sink = w->is_s3 = false;
    w->lag = PT_UNKNOWN;
}
static void old_answer(struct witnesses *w)
{
    w->state_fresh_ms = 15000;
    w->state_asked_ms = NOW - 53000;
}
static void well_after_a_change(struct witnesses *w)
{
    w->changed = "tasks.max 3 -> 2";
    w->changed_ms = NOW - 1000;
}
static void never_described(struct witnesses *w)
{
    w->is_unread = true;
    w->is_sink = w->is_s3 = false;
}
static void describing_is_denied(struct witnesses *w)
{
    never_described(w);
    w->unread_error = "MSK Connect DescribeConnector: AccessDeniedException";
}
static void a_restart_long_ago(struct witnesses *w)
{
    nothing_seen_to_be_taken(w);
    w->restarted_ms = NOW - 60000;
}
static void tasks_of_msk_unknown(struct witnesses *w)
{
    w->has_tasks = false;
    w->backend = "MSK Connect";
    w->tasks_from = "CloudWatch";
}

static void tasks_unknown(struct witnesses *w)
{
    w->has_tasks = false;
}
static void tasks_denied(struct witnesses *w)
{
    w->has_tasks = false;
    w->tasks_error = "cloudwatch:GetMetricData is denied";
}
static void tasks_in_a_new_word(struct witnesses *w)
{
    w->running = 2;
}
static void tasks_run_by_metric(struct witnesses *w)
{
    w->has_tasks = false;
    w->has_metrics = true;
    w->metric_running = 3;
    w->metric_errored = 0;
}
static void metrics_without_a_number(struct witnesses *w)
{
    w->has_tasks = false;
    w->has_metrics = true;
    w->tasks_error = "CloudWatch has no task counts of this connector";
}
static void just_gone(struct witnesses *w)
{
    w->is_gone = true;
    w->gone_since_ms = NOW - 4000;
}
static void pause_failed_a_month_ago(struct witnesses *w)
{
    w->operation = "PAUSE_CONNECTOR";
    w->operation_state = "PAUSE_FAILED";
    w->operation_ms = NOW - 30 * 24 * 60 * MINUTE;
}
static void rollback_failed(struct witnesses *w)
{
    w->operation = "UPDATE_CONNECTOR_CONFIGURATION";
    w->operation_state = "ROLLBACK_FAILED";
    w->operation_ms = NOW - 40 * 24 * 60 * MINUTE;
}

static const struct situation rows[] = {
    ROW(all_well, PT_V_OK, "", ""),
    ROW(idle, PT_V_IDLE, "", ""),
    ROW(just_quiet, PT_V_OK, "", ""),
    ROW(running_with_one_failed, PT_V_DEGRADED, "errored-tasks", "1 of 3 tasks failed, though"),
    ROW(running_with_all_failed, PT_V_FAILED, "errored-tasks", "3 of 3 tasks failed"),
    ROW(failed_by_a_bad_record, PT_V_FAILED, "json-broken", "JsonParseException"),
    ROW(a_task_that_no_rule_knows_but_the_log_does, PT_V_FAILED, "s3-denied", "403"),
    ROW(failed_state, PT_V_FAILED, "plugin-class-missing", "no plugin"),
    ROW(failed_without_a_reason, PT_V_FAILED, "unknown", "no reason"),
    ROW(failed_without_a_reason_but_with_a_log, PT_V_FAILED, "kafka-unreachable", "brokers"),
    ROW(failed_and_the_port_is_wrong, PT_V_FAILED, "auth-port-mismatch", "9094"),
    ROW(failed_and_no_log, PT_V_FAILED, "unknown", "no reason"),
    ROW(errored_by_metric, PT_V_FAILED, "errored-tasks", "3 of 3"),
    ROW(some_errored_by_metric, PT_V_DEGRADED, "errored-tasks", "3 of 4"),
    ROW(paused, PT_V_PAUSED, "", "they wait in Kafka"),
    ROW(stopped, PT_V_PAUSED, "", "STOPPED"),
    ROW(creating, PT_V_TRANSITION, "", "5 to 15 min"),
    ROW(creating_for_ever, PT_V_DEGRADED, "", "31 min"),
    ROW(a_new_word, PT_V_UNKNOWN, "", "HIBERNATING, which pintop does not know"),
    ROW(a_new_word_and_nothing_moves, PT_V_STALLED, "", "12 records wait"),
    ROW(update_failed, PT_V_DEGRADED, "config-bad-value", "UPDATE_FAILED"),
    ROW(rolled_back, PT_V_DEGRADED, "config-bad-value", "ROLLBACK_COMPLETE"),
    ROW(update_done, PT_V_OK, "", ""),
    ROW(silent, PT_V_UNKNOWN, "", "does not answer"),
    ROW(silent_and_failed_before, PT_V_UNKNOWN, "", "does not answer"),
    ROW(denied_but_flowing, PT_V_UNKNOWN, "", "does not answer"),
    ROW(never_answered, PT_V_UNKNOWN, "", "has not reported the state"),
    ROW(gone, PT_V_UNKNOWN, "", "has no connector named"),
    ROW(just_gone, PT_V_TRANSITION, "", "A starting worker"),
    ROW(no_tasks, PT_V_DEGRADED, "", "no task"),
    ROW(too_few_workers, PT_V_DEGRADED, "subnet-full", "1 of 2"),
    ROW(storm, PT_V_DEGRADED, "rebalance-storm", "45"),
    ROW(fewer_tasks_than_asked_for, PT_V_OK, "fewer-tasks", "fewer tasks run"),
    ROW(no_worker_log, PT_V_OK, "no-logs", "no worker log"),
    ROW(plugin_failed, PT_V_FAILED, "plugin-not-active", "ACTIVE"),
    ROW(source, PT_V_OK, "", ""),
    ROW(old_answer, PT_V_UNKNOWN, "", "is 53 s old"),
    ROW(well_after_a_change, PT_V_OK, "", ""),
    ROW(never_described, PT_V_UNKNOWN, "", "settings of the connector were not read yet"),
    ROW(describing_is_denied, PT_V_UNKNOWN, "", "DescribeConnector: AccessDenied"),
    ROW(a_restart_long_ago, PT_V_UNKNOWN, "", "no commit was seen"),
    ROW(tasks_unknown, PT_V_UNKNOWN, "", "Kafka Connect has not answered"),
    ROW(tasks_of_msk_unknown, PT_V_UNKNOWN, "", "CloudWatch has not answered"),
    ROW(tasks_denied, PT_V_UNKNOWN, "", "cloudwatch:GetMetricData is denied"),
    ROW(tasks_in_a_new_word, PT_V_UNKNOWN, "", "2 of 3 tasks run"),
    ROW(tasks_run_by_metric, PT_V_OK, "", ""),
    ROW(metrics_without_a_number, PT_V_UNKNOWN, "", "no task counts"),
    ROW(restart_for_hours, PT_V_DEGRADED, "", "has been RESTART_IN_PROGRESS for"),
    ROW(pause_failed_a_month_ago, PT_V_OK, "", "more than a day ago"),
    ROW(rollback_failed, PT_V_DEGRADED, "", "it is unknown which configuration runs"),
};

static void each_state_has_its_verdict(void **state)
{
    (void)state;
    judge_all(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
