/* The verdict on a connector from its witnesses: a table, one row a situation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "connector/judge.h"

#define NOW INT64_C(1790000000000)
#define MINUTE INT64_C(60000)

/* A sink that runs and flows. */
static struct witnesses well(void)
{
    struct witnesses w;
    witnesses_init(&w);
    w.now_ms = NOW;
    w.is_sink = w.is_s3 = true;
    w.backend = "Kafka Connect";
    w.state = "RUNNING";
    w.state_since_ms = NOW - 60 * MINUTE;
    w.state_asked_ms = NOW - 2000;
    w.has_tasks = true;
    w.n_tasks = w.running = 3;
    w.tasks_since_ms = NOW - 60 * MINUTE;
    w.n_lag_samples = 10;
    w.lag = 12;
    w.lag_per_s = 0;
    w.in_ms = w.out_ms = NOW - 1000;
    w.patience_ms = 30000;
    return w;
}

static void are_failed(struct witnesses *w, int32_t failed)
{
    w->failed = failed;
    w->running = 3 - failed;
    w->failed_since_ms = NOW - 5 * MINUTE;
}

static void all_well(struct witnesses *w)
{
    (void)w;
}
static void idle(struct witnesses *w)
{
    w->lag = 0;
    w->in_ms = NOW - 6 * MINUTE;
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
static void running_with_all_failed(struct witnesses *w)
{
    are_failed(w, 3);
}
static void failed_by_a_bad_record(struct witnesses *w)
{
    are_failed(w, 3);
    w->task_rule = rules_by_id("json-broken");
    w->task_said = "com.fasterxml.jackson.core.JsonParseException";
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
static void update_failed(struct witnesses *w)
{
    w->operation = "UPDATE_CONNECTOR_CONFIGURATION";
    w->operation_state = "UPDATE_FAILED";
    w->operation_message = "Invalid value 0 for configuration flush.size";
    w->operation_ms = NOW - 10 * MINUTE;
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
static void stuck(struct witnesses *w)
{
    w->lag = w->stuck = 29078;
    w->stuck_since_ms = NOW - 2 * MINUTE;
    w->oldest_ms = NOW - 80 * MINUTE;
    w->out_ms = NOW - 80 * MINUTE;
}
static void stuck_and_s3_refuses(struct witnesses *w)
{
    stuck(w);
    w->s3_error = "S3 ListObjectsV2: NoSuchBucket";
    w->s3_rule = rules_by_id("s3-no-bucket");
}
static void stuck_and_s3_is_away(struct witnesses *w)
{
    stuck(w);
    w->s3_error = "127.0.0.1:9000: connection refused";
    w->s3_fix = "Start it";
}
static void s3_is_away_and_nothing_waits(struct witnesses *w)
{
    w->lag = 0;
    w->s3_error = "127.0.0.1:9000: connection refused";
    w->s3_fix = "Start it";
}
static void silent(struct witnesses *w)
{
    w->state_error = "Kafka Connect doesn't answer";
    w->state_fix = "Start it";
    w->state_error_since_ms = NOW - 8000;
}
static void silent_and_failed_before(struct witnesses *w)
{
    silent(w);
    are_failed(w, 3);
    w->state = "FAILED";
}
static void silent_and_stuck(struct witnesses *w)
{
    silent(w);
    stuck(w);
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
static void late(struct witnesses *w)
{
    w->late_ms = 1500;
}
static void hung(struct witnesses *w)
{
    w->late_ms = 12000;
}
static void hung_and_stuck(struct witnesses *w)
{
    stuck(w);
    w->late_ms = 12000;
}
static void gone(struct witnesses *w)
{
    w->is_gone = true;
    w->gone_since_ms = NOW - MINUTE;
}
static void lag_of_one_look(struct witnesses *w)
{
    w->n_lag_samples = 1;
}
static void lag_unknown(struct witnesses *w)
{
    w->lag = PT_UNKNOWN;
    w->lag_error = "group: not authorized";
}
static void growing(struct witnesses *w)
{
    w->lag = 100000;
    w->lag_per_s = 40;
    w->behind_since_ms = NOW - 16 * MINUTE;
    w->comes_per_s = 12;
    w->takes_per_s = 2.4;
    w->n_partitions = 9;
}
static void growing_of_late(struct witnesses *w)
{
    growing(w);
    w->behind_since_ms = NOW - MINUTE;
}
static void as_slow_as_it_can_be(struct witnesses *w)
{
    growing(w);
    w->n_partitions = 3;
}
static void waiting_for_flush(struct witnesses *w)
{
    w->lag = w->waiting_for_flush = 412;
    w->flush_size = 1000;
    w->fill_s = 300;
}
static void flush_size_too_high(struct witnesses *w)
{
    waiting_for_flush(w);
    w->flush_size = 100000;
    w->fill_s = 33000;
}
static void idle_with_a_rest(struct witnesses *w)
{
    waiting_for_flush(w);
    w->fill_s = NAN;
    w->in_ms = NOW - 9 * MINUTE;
}
static void matches_nothing(struct witnesses *w)
{
    w->does_match_nothing = true;
    w->lag = PT_UNKNOWN;
}
static void a_topic_is_gone(struct witnesses *w)
{
    w->missing_topic = "demo.pin";
}
static void no_tasks_of_late(struct witnesses *w)
{
    w->n_tasks = w->running = 0;
    w->tasks_since_ms = NOW - 5000;
}
static void no_tasks(struct witnesses *w)
{
    w->n_tasks = w->running = 0;
    w->tasks_since_ms = NOW - 2 * MINUTE;
}
static void rebalancing(struct witnesses *w)
{
    w->unassigned = 3;
    w->running = 0;
    w->tasks_since_ms = NOW - 3000;
}
static void unassigned(struct witnesses *w)
{
    rebalancing(w);
    w->tasks_since_ms = NOW - 2 * MINUTE;
}
static void wrong_region_but_flowing(struct witnesses *w)
{
    w->check_rule = rules_by_id("region-mismatch");
}
static void wrong_region_and_quiet(struct witnesses *w)
{
    w->check_rule = rules_by_id("region-mismatch");
    w->out_ms = PT_UNKNOWN;
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
static void reads_none_while_records_come(struct witnesses *w)
{
    w->has_metrics = true;
    w->read_per_s = 0;
    w->in_per_s = 12;
    w->oldest_ms = NOW - 20 * MINUTE;
    w->out_ms = PT_UNKNOWN;
}
static void reads_none_yet(struct witnesses *w)
{
    reads_none_while_records_come(w);
    w->oldest_ms = NOW - 2 * MINUTE;
}
static void reads_none_of_nothing(struct witnesses *w)
{
    reads_none_while_records_come(w);
    w->in_per_s = 0;
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
static void embedded_stuck(struct witnesses *w)
{
    w->is_embedded = true;
    stuck(w);
}
static void old_answer(struct witnesses *w)
{
    w->state_fresh_ms = 15000;
    w->state_asked_ms = NOW - 53000;
}
static void old_offsets(struct witnesses *w)
{
    w->lag_fresh_ms = 20000;
    w->lag_asked_ms = NOW - 60000;
}
static void nothing_seen_to_be_taken(struct witnesses *w)
{
    w->lag = w->unproven = 8871;
    w->looked_ms = 2000;
}
static void stuck_after_a_change(struct witnesses *w)
{
    stuck(w);
    w->oldest_ms = w->stuck_since_ms = NOW - 100000;
    w->changed = "tasks.max 3 -> 2";
    w->changed_ms = NOW - 110000;
}
static void stuck_long_before_the_change(struct witnesses *w)
{
    stuck_after_a_change(w);
    w->oldest_ms = NOW - 80 * MINUTE;
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
static void nothing_seen_and_the_log_names_it(struct witnesses *w)
{
    nothing_seen_to_be_taken(w);
    w->log_rule = rules_by_id("kafka-iam-library");
}
static void nothing_taken_since_a_restart(struct witnesses *w)
{
    nothing_seen_to_be_taken(w);
    w->restarted_ms = NOW - 12000;
}
static void a_restart_long_ago(struct witnesses *w)
{
    nothing_seen_to_be_taken(w);
    w->restarted_ms = NOW - 60000;
}
static void never_committed(struct witnesses *w)
{
    nothing_seen_to_be_taken(w);
    w->is_reset_unknown = true;
}
static void tasks_of_msk_unknown(struct witnesses *w)
{
    w->has_tasks = false;
    w->backend = "MSK Connect";
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
static void rebalance_expected(struct witnesses *w)
{
    silent(w);
    w->state_error = "Kafka Connect: 500, a rebalance is expected";
    w->is_state_passing = true;
}
static void rebalance_for_ever(struct witnesses *w)
{
    rebalance_expected(w);
    w->state_error_since_ms = NOW - 2 * MINUTE;
}
static void just_gone(struct witnesses *w)
{
    w->is_gone = true;
    w->gone_since_ms = NOW - 4000;
}
static void restart_for_hours(struct witnesses *w)
{
    w->operation = "RESTART_CONNECTOR";
    w->operation_state = "RESTART_IN_PROGRESS";
    w->operation_ms = NOW - 120 * MINUTE;
}
static void restart_of_late(struct witnesses *w)
{
    restart_for_hours(w);
    w->operation_ms = NOW - MINUTE;
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
static void one_partition_stands(struct witnesses *w)
{
    w->lag = 5367;
    w->stuck = 3587;
    w->n_stuck = 2;
    w->n_partitions = 9;
    w->stuck_topic = "demo.pin";
    w->stuck_partition = 0;
    w->stuck_since_ms = NOW - MINUTE;
}
static void no_member(struct witnesses *w)
{
    w->has_group = true;
    w->no_members_since_ms = NOW - 2 * MINUTE;
}
static void no_member_of_late(struct witnesses *w)
{
    w->has_group = true;
    w->no_members_since_ms = NOW - 20000;
}
static void a_partition_without_an_owner(struct witnesses *w)
{
    w->has_group = true;
    w->members = 3;
    w->unowned = 1;
    w->unowned_topic = "demo.pin";
    w->unowned_partition = 2;
    w->unowned_since_ms = NOW - 7 * MINUTE;
}
/* Consumers look for new partitions each 5 min. */
static void a_partition_of_late(struct witnesses *w)
{
    a_partition_without_an_owner(w);
    w->unowned_since_ms = NOW - 4 * MINUTE;
}
static void members_come_and_go(struct witnesses *w)
{
    w->has_group = true;
    w->members = 3;
    w->member_changes_per_h = 32;
    w->member_changes_of_late = 6;
}
static void members_came_and_went_before(struct witnesses *w)
{
    members_come_and_go(w);
    w->member_changes_of_late = 2;
}
static void stuck_and_somebody_else_reads(struct witnesses *w)
{
    stuck(w);
    w->has_group = true;
    w->members = 2;
    w->foreign = "console-consumer at 10.0.0.9";
}
/* It commits what it takes, so that no lag shows it. */
static void somebody_else_has_partitions(struct witnesses *w)
{
    w->has_group = true;
    w->members = 4;
    w->foreign = "rdkafka at 10.0.0.9";
    w->n_foreign = 2;
    w->n_partitions = 9;
}
static void somebody_else_only_waits(struct witnesses *w)
{
    somebody_else_has_partitions(w);
    w->n_foreign = 0;
}
/* Its end is not seen any more, so that no lag shows it. */
static void no_leader(struct witnesses *w)
{
    w->n_partitions = 9;
    w->n_leaderless = 1;
    w->leaderless_topic = "demo.pin";
    w->leaderless_partition = 2;
    w->leaderless_since_ms = NOW - 20000;
}
static void stuck_and_no_leader(struct witnesses *w)
{
    stuck(w);
    no_leader(w);
}
static void stuck_and_no_member(struct witnesses *w)
{
    stuck(w);
    no_member(w);
}
/* They wait for longer than a group is empty between two of its members. */
static void stuck_and_no_member_of_late(struct witnesses *w)
{
    stuck(w);
    no_member_of_late(w);
}
static void stuck_and_no_member_for_a_moment(struct witnesses *w)
{
    stuck(w);
    no_member_of_late(w);
    w->no_members_since_ms = NOW - 4000;
}
static void stuck_with_servers_of_its_own(struct witnesses *w)
{
    stuck_and_no_member(w);
    w->own_servers = "10.0.0.7:9092";
    w->own_protocol = "SSL";
}
static void only_a_group(struct witnesses *w)
{
    w->backend = w->state = "";
    w->has_tasks = false;
}

#define ROW(change, verdict, rule, says)                                                           \
    {                                                                                              \
#change, change, verdict, rule, says                                                       \
    }
static const struct {
    const char *name;
    void (*change)(struct witnesses *w);
    enum pt_verdict verdict;
    const char *rule, *says; /* part of the cause, or of the note */
} rows[] = {
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
    ROW(paused, PT_V_PAUSED, "", "records wait"),
    ROW(stopped, PT_V_PAUSED, "", "STOPPED"),
    ROW(creating, PT_V_TRANSITION, "", "5 to 15 min"),
    ROW(creating_for_ever, PT_V_DEGRADED, "", "31 min"),
    ROW(a_new_word, PT_V_UNKNOWN, "", "HIBERNATING, which pintop does not know"),
    ROW(a_new_word_and_nothing_moves, PT_V_STALLED, "", "12 records wait"),
    ROW(update_failed, PT_V_DEGRADED, "config-bad-value", "UPDATE_FAILED"),
    ROW(rolled_back, PT_V_DEGRADED, "config-bad-value", "ROLLBACK_COMPLETE"),
    ROW(update_done, PT_V_OK, "", ""),
    ROW(stuck, PT_V_STALLED, "", "29078 records wait and none is taken"),
    ROW(stuck_and_s3_refuses, PT_V_STALLED, "s3-no-bucket", "NoSuchBucket"),
    ROW(stuck_and_s3_is_away, PT_V_STALLED, "", "connection refused"),
    ROW(s3_is_away_and_nothing_waits, PT_V_DEGRADED, "", "connection refused"),
    ROW(silent, PT_V_UNKNOWN, "", "doesn't answer"),
    ROW(silent_and_failed_before, PT_V_UNKNOWN, "", "doesn't answer"),
    ROW(silent_and_stuck, PT_V_STALLED, "", "doesn't answer"),
    ROW(denied_but_flowing, PT_V_UNKNOWN, "", "doesn't answer"),
    ROW(never_answered, PT_V_UNKNOWN, "", "has not said yet"),
    ROW(late, PT_V_TRANSITION, "", "has not answered for 1 s"),
    ROW(hung, PT_V_UNKNOWN, "", "has not answered for 12 s"),
    ROW(hung_and_stuck, PT_V_STALLED, "", "has not answered"),
    ROW(gone, PT_V_UNKNOWN, "", "has no connector named"),
    ROW(just_gone, PT_V_TRANSITION, "", "A worker that is starting"),
    ROW(lag_of_one_look, PT_V_UNKNOWN, "", "is not known yet"),
    ROW(lag_unknown, PT_V_UNKNOWN, "", "not authorized"),
    ROW(growing, PT_V_DEGRADED, "lag-grows", "takes 2.4/s of the 12.0/s"),
    ROW(as_slow_as_it_can_be, PT_V_DEGRADED, "lag-grows", "takes 2.4/s"),
    ROW(growing_of_late, PT_V_OK, "", ""),
    ROW(waiting_for_flush, PT_V_OK, "", "412 records wait for the flush"),
    ROW(flush_size_too_high, PT_V_DEGRADED, "records-read-none-written", "takes 9 h"),
    ROW(idle_with_a_rest, PT_V_IDLE, "", "412 records wait for the flush"),
    ROW(matches_nothing, PT_V_DEGRADED, "no-records-matched", "reads none"),
    ROW(a_topic_is_gone, PT_V_DEGRADED, "kafka-topic-unknown", "demo.pin"),
    ROW(no_tasks_of_late, PT_V_TRANSITION, "", "no task yet"),
    ROW(no_tasks, PT_V_DEGRADED, "", "no task"),
    ROW(rebalancing, PT_V_TRANSITION, "", "rebalance"),
    ROW(unassigned, PT_V_DEGRADED, "", "no worker"),
    ROW(wrong_region_but_flowing, PT_V_OK, "", ""),
    ROW(wrong_region_and_quiet, PT_V_DEGRADED, "region-mismatch", "region"),
    ROW(too_few_workers, PT_V_DEGRADED, "subnet-full", "1 of 2"),
    ROW(storm, PT_V_DEGRADED, "rebalance-storm", "45"),
    ROW(reads_none_while_records_come, PT_V_DEGRADED, "no-records-matched", "0/s read"),
    ROW(reads_none_yet, PT_V_OK, "", ""),
    ROW(reads_none_of_nothing, PT_V_OK, "", ""),
    ROW(fewer_tasks_than_asked_for, PT_V_OK, "fewer-tasks", "fewer tasks run"),
    ROW(no_worker_log, PT_V_OK, "no-logs", "no worker log"),
    ROW(plugin_failed, PT_V_FAILED, "plugin-not-active", "ACTIVE"),
    ROW(source, PT_V_OK, "", ""),
    ROW(embedded_stuck, PT_V_STALLED, "", "records wait"),
    ROW(only_a_group, PT_V_OK, "", ""),
    ROW(no_member, PT_V_DEGRADED, "", "nobody reads the topics"),
    ROW(no_member_of_late, PT_V_OK, "", ""),
    ROW(a_partition_without_an_owner, PT_V_DEGRADED, "", "demo.pin-2"),
    ROW(a_partition_of_late, PT_V_OK, "", ""),
    ROW(members_come_and_go, PT_V_DEGRADED, "", "came or went 32 times"),
    ROW(members_came_and_went_before, PT_V_OK, "", ""),
    ROW(stuck_and_somebody_else_reads, PT_V_STALLED, "", "console-consumer at 10.0.0.9"),
    ROW(no_leader, PT_V_DEGRADED, "", "partition 2 of demo.pin has no leader"),
    ROW(stuck_and_no_leader, PT_V_STALLED, "", "partition 2 of demo.pin has no leader"),
    ROW(somebody_else_has_partitions, PT_V_DEGRADED, "", "rdkafka at 10.0.0.9 has 2 of its 9"),
    ROW(somebody_else_only_waits, PT_V_OK, "", ""),
    ROW(stuck_and_no_member, PT_V_STALLED, "", "nobody reads the topics"),
    ROW(stuck_and_no_member_of_late, PT_V_STALLED, "", "nobody reads the topics"),
    ROW(stuck_and_no_member_for_a_moment, PT_V_STALLED, "", "none is taken"),
    ROW(old_answer, PT_V_UNKNOWN, "", "is 53 s old"),
    ROW(old_offsets, PT_V_UNKNOWN, "", "its offsets are 60 s old"),
    ROW(nothing_seen_to_be_taken, PT_V_UNKNOWN, "", "8871 records wait, and no commit"),
    ROW(stuck_after_a_change, PT_V_STALLED, "",
        "none is taken. Shortly before, at 14:11:30Z, a setting was changed: tasks.max 3 -> 2"),
    ROW(stuck_long_before_the_change, PT_V_STALLED, "", "none is taken"),
    ROW(well_after_a_change, PT_V_OK, "", ""),
    ROW(never_described, PT_V_UNKNOWN, "", "settings were not read yet"),
    ROW(describing_is_denied, PT_V_UNKNOWN, "", "DescribeConnector: AccessDenied"),
    ROW(nothing_seen_and_the_log_names_it, PT_V_UNKNOWN, "kafka-iam-library",
        "in its worker's log"),
    ROW(nothing_taken_since_a_restart, PT_V_TRANSITION, "", "began anew 12 s ago"),
    ROW(a_restart_long_ago, PT_V_UNKNOWN, "", "no commit was seen"),
    ROW(never_committed, PT_V_UNKNOWN, "", "never committed"),
    ROW(tasks_unknown, PT_V_UNKNOWN, "", "Kafka Connect has not said"),
    ROW(tasks_of_msk_unknown, PT_V_UNKNOWN, "", "CloudWatch has not said"),
    ROW(tasks_denied, PT_V_UNKNOWN, "", "cloudwatch:GetMetricData is denied"),
    ROW(tasks_in_a_new_word, PT_V_UNKNOWN, "", "2 of its 3 tasks run"),
    ROW(tasks_run_by_metric, PT_V_OK, "", ""),
    ROW(metrics_without_a_number, PT_V_UNKNOWN, "", "no task counts"),
    ROW(rebalance_expected, PT_V_TRANSITION, "", "rebalance is expected"),
    ROW(rebalance_for_ever, PT_V_UNKNOWN, "", "rebalance is expected"),
    ROW(restart_for_hours, PT_V_DEGRADED, "", "has been RESTART_IN_PROGRESS for"),
    ROW(restart_of_late, PT_V_TRANSITION, "", "RESTART_IN_PROGRESS"),
    ROW(pause_failed_a_month_ago, PT_V_OK, "", "more than a day ago"),
    ROW(rollback_failed, PT_V_DEGRADED, "", "which configuration runs is not known"),
    ROW(one_partition_stands, PT_V_STALLED, "", "5367 records wait; in 2 of 9 partitions"),
};

static void each_situation_has_its_verdict(void **state)
{
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct witnesses w = well();
        struct judgement j;
        rows[i].change(&w);
        conn_judge(&w, &j);
        const char *text = j.cause[0] != '\0' ? j.cause : j.note;
        bool is_good = j.verdict == rows[i].verdict && strcmp(j.rule, rows[i].rule) == 0 &&
                       strstr(text, rows[i].says) != NULL;
        /* Whatever is wrong has a next step, and whatever is well has no cause. */
        bool is_wrong = j.verdict > PT_V_PAUSED;
        is_good = is_good && (!is_wrong || (j.cause[0] != '\0' && j.fix[0] != '\0'));
        is_good =
            is_good && (j.verdict > PT_V_IDLE || j.verdict == PT_V_UNKNOWN || j.cause[0] == '\0');
        if (!is_good) {
            print_error("%s: %s, rule '%s', '%s', fix '%s'\n", rows[i].name,
                        pt_verdict_word(j.verdict), j.rule, text, j.fix);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* What went wrong before a setting was changed is not that change's. */
static void a_change_accuses_what_came_after_it(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    stuck_long_before_the_change(&w);
    conn_judge(&w, &j);
    assert_null(strstr(j.cause, "tasks.max"));
    w = well();
    failed_by_a_bad_record(&w); /* a cause of its own stays the first */
    w.failed_since_ms = NOW - 5000;
    w.changed = "value.converter a -> b";
    w.changed_ms = NOW - 12000;
    conn_judge(&w, &j);
    assert_string_equal(j.rule, "json-broken");
    assert_non_null(strstr(j.cause, "JsonParseException"));
    assert_non_null(strstr(j.cause, "value.converter a -> b"));
    w.changed_ms = NOW - 20 * MINUTE;
    conn_judge(&w, &j);
    assert_null(strstr(j.cause, "value.converter"));
}

/* A cause that was named stays while its own evidence does. */
static void a_cause_is_not_forgotten(void **state)
{
    struct witnesses w = well();
    struct judgement first, next;
    (void)state;
    stuck(&w);
    w.task_rule = rules_by_id("json-broken");
    conn_judge(&w, &first);
    judge_remember(&(struct judgement){.verdict = PT_V_OK}, &w, &first);
    assert_string_equal(first.rule, "json-broken");
    w.task_rule = NULL;
    w.now_ms += 40000;
    conn_judge(&w, &next);
    assert_string_equal(next.rule, "");
    judge_remember(&first, &w, &next);
    assert_string_equal(next.rule, "json-broken");
    assert_string_equal(next.cause, first.cause);
    /* Another that is as specific takes its place. */
    w.s3_error = "S3 ListObjectsV2: NoSuchBucket";
    w.s3_rule = rules_by_id("s3-no-bucket");
    struct judgement other;
    conn_judge(&w, &other);
    judge_remember(&next, &w, &other);
    assert_string_equal(other.rule, "s3-no-bucket");
    /* The store says that it is well again: what stands still then is of unknown cause. */
    w.s3_error = "";
    w.s3_rule = NULL;
    w.now_ms += 10000;
    w.s3_asked_ms = w.now_ms;
    conn_judge(&w, &next);
    judge_remember(&other, &w, &next);
    assert_string_equal(next.rule, "");
    assert_non_null(strstr(next.cause, "none is taken"));
}

/* What a write probe found names the cause of a sink that stands; one that was taken makes nothing
 * OK, and a store that only hung once makes nothing bad that moves. */
static void a_probe_is_a_witness_of_the_store(void **state)
{
    struct witnesses w = well();
    struct judgement refused, j;
    (void)state;
    stuck(&w);
    w.name = "sink";
    w.s3_asked_ms = NOW - MINUTE;
    conn_judge(&w, &j);
    assert_non_null(strstr(j.fix, "`pintop connector diagnose sink --probe`"));
    w.probed_ms = NOW - MINUTE;
    w.probe_cause = "S3 refuses (403) the sink the call s3:PutObject";
    w.probe_fix = "Allow s3:PutObject";
    w.probe_rule = rules_by_id("s3-denied");
    conn_judge(&w, &refused);
    judge_remember(&(struct judgement){.verdict = PT_V_OK}, &w, &refused);
    assert_int_equal(refused.verdict, PT_V_STALLED);
    assert_string_equal(refused.rule, "s3-denied");
    assert_string_equal(refused.fix, "Allow s3:PutObject");
    /* It stays the cause while nothing is taken, until another probe is taken. */
    w.probe_cause = w.probe_fix = "";
    w.probe_rule = NULL;
    w.probed_ms = PT_UNKNOWN;
    conn_judge(&w, &j);
    judge_remember(&refused, &w, &j);
    assert_string_equal(j.rule, "s3-denied");
    w.probed_ms = NOW;
    w.does_probe_take = true;
    w.probe_s = 0.04;
    conn_judge(&w, &j);
    judge_remember(&refused, &w, &j);
    assert_int_equal(j.verdict, PT_V_STALLED);
    assert_string_equal(j.rule, "");
    assert_non_null(strstr(j.fix, "The store takes writes (the probe's slowest took 0.04 s)"));
    w = well();
    w.probed_ms = NOW - MINUTE;
    w.probe_cause = "a write to the sink's store is not answered within 15 s";
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_OK);
    w.unproven = 12; /* nothing shows yet that they are taken */
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
    assert_non_null(strstr(j.cause, "not answered within 15 s"));
    w.unproven = 0;
    w.is_probe_denied = true;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
}

static void since_is_when_it_began(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    stuck(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.since_ms, NOW - 80 * MINUTE); /* before anybody looked */
    w = well();
    running_with_all_failed(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.since_ms, NOW - 5 * MINUTE);
    w = well();
    idle(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.since_ms, NOW - 6 * MINUTE);
}

/* Texts from outside, as long as they come. */
static void long_texts_are_cut(void **state)
{
    static char longest[5000];
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    w.state = "FAILED";
    w.message = w.code = w.log_said = w.task_said = w.check_says = w.operation_message = longest;
    conn_judge(&w, &j);
    assert_true(strlen(j.cause) < sizeof j.cause);
    w.task_rule = rules_by_id("memory");
    conn_judge(&w, &j);
    assert_true(strlen(j.cause) < sizeof j.cause);
    w.state = "RUNNING";
    w.task_rule = NULL;
    update_failed(&w);
    w.operation_message = longest;
    conn_judge(&w, &j);
    assert_true(strlen(j.cause) < sizeof j.cause);
}

/* A stranger in the group shows nowhere else. */
static void the_group_is_awaited(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    w.is_group_awaited = true;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_OK);
    assert_true(j.is_awaited);
    w.is_group_awaited = false;
    w.are_letters_awaited = true;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
    w.are_letters_awaited = false;
    conn_judge(&w, &j);
    assert_false(j.is_awaited);
}

/* Records stand, and the group had no member in the only look: a second one names that. */
static void whether_anybody_reads_is_awaited(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    stuck_and_no_member_for_a_moment(&w);
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_STALLED);
    assert_true(j.is_awaited);
    w.no_members_since_ms = w.now_ms - 10000;
    conn_judge(&w, &j);
    assert_non_null(strstr(j.cause, "nobody reads the topics"));
    assert_false(j.is_awaited);
    w.members = 3;
    conn_judge(&w, &j);
    assert_non_null(strstr(j.cause, "none is taken"));
    assert_false(j.is_awaited);
    w.has_group = false;
    w.is_group_awaited = true;
    conn_judge(&w, &j);
    assert_true(j.is_awaited);
}

/* Whether records wait belongs to the sentence: one look stays for it. */
static void what_waits_for_a_paused_one_is_awaited(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    w.state = "STOPPED";
    w.lag = PT_UNKNOWN;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_PAUSED);
    assert_true(j.is_awaited);
    w.lag = 12;
    conn_judge(&w, &j);
    assert_false(j.is_awaited);
    assert_non_null(strstr(j.cause, "records wait"));
}

static void a_consumer_with_servers_of_its_own_is_told_of_them(void **state)
{
    struct witnesses w = well();
    struct judgement j;
    (void)state;
    stuck_with_servers_of_its_own(&w);
    conn_judge(&w, &j);
    assert_non_null(strstr(j.cause, "nobody reads the topics"));
    assert_non_null(strstr(j.fix, "consumer.override.bootstrap.servers is 10.0.0.7:9092"));
    assert_non_null(strstr(j.fix, "security.protocol is SSL"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_situation_has_its_verdict),
        cmocka_unit_test(a_change_accuses_what_came_after_it),
        cmocka_unit_test(a_cause_is_not_forgotten),
        cmocka_unit_test(a_probe_is_a_witness_of_the_store),
        cmocka_unit_test(since_is_when_it_began),
        cmocka_unit_test(the_group_is_awaited),
        cmocka_unit_test(whether_anybody_reads_is_awaited),
        cmocka_unit_test(what_waits_for_a_paused_one_is_awaited),
        cmocka_unit_test(a_consumer_with_servers_of_its_own_is_told_of_them),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
