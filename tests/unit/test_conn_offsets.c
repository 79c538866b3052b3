/* The verdict on a connector by its group's offsets, members and objects: a table, one row a
 * situation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "connector/judge/judge.h"
#include "situations.h"

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
static void silent_and_stuck(struct witnesses *w)
{
    silent(w);
    stuck(w);
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
static void embedded_stuck(struct witnesses *w)
{
    w->is_embedded = true;
    stuck(w);
}
static void old_offsets(struct witnesses *w)
{
    w->lag_fresh_ms = 20000;
    w->lag_asked_ms = NOW - 60000;
}
static void nothing_seen_and_the_log_names_it(struct witnesses *w)
{
    nothing_seen_to_be_taken(w);
    w->log_rule = rules_by_id("kafka-iam-library");
}
static void first_object_fills(struct witnesses *w)
{
    waiting_for_flush(w);
    w->has_committed = false;
    w->out_ms = PT_UNKNOWN;
    w->fill_s = 240;
}
static void first_object_never_fills(struct witnesses *w)
{
    first_object_fills(w);
    w->in_ms = NOW - 6 * MINUTE;
}
static void first_object_at_an_unknown_rate(struct witnesses *w)
{
    first_object_fills(w);
    w->fill_s = NAN;
}
static void nothing_committed_yet(struct witnesses *w)
{
    w->has_committed = false;
    w->out_ms = PT_UNKNOWN;
}
static void nothing_committed_and_nothing_waits(struct witnesses *w)
{
    nothing_committed_yet(w);
    w->lag = 0;
}
static void less_than_an_object_since_a_restart(struct witnesses *w)
{
    waiting_for_flush(w);
    w->restarted_ms = NOW - 12000;
    w->out_ms = NOW - 20000;
}
static void less_than_an_object_since_a_commit(struct witnesses *w)
{
    less_than_an_object_since_a_restart(w);
    w->out_ms = NOW - 4000;
}
static void nothing_taken_since_a_restart(struct witnesses *w)
{
    nothing_seen_to_be_taken(w);
    w->restarted_ms = NOW - 12000;
}
static void never_committed(struct witnesses *w)
{
    nothing_seen_to_be_taken(w);
    w->is_reset_unknown = true;
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
static void restart_of_late(struct witnesses *w)
{
    restart_for_hours(w);
    w->operation_ms = NOW - MINUTE;
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
/* They wait for longer than a group is empty between two of its members. */
static void stuck_and_no_member_of_late(struct witnesses *w)
{
    stuck(w);
    no_member_of_late(w);
}
static void only_a_group(struct witnesses *w)
{
    w->backend = w->state = "";
    w->has_tasks = false;
}

static const struct situation rows[] = {
    ROW(stuck, PT_V_STALLED, "", "29078 records wait and none is read"),
    ROW(stuck_and_s3_refuses, PT_V_STALLED, "s3-no-bucket", "NoSuchBucket"),
    ROW(stuck_and_s3_is_away, PT_V_STALLED, "", "connection refused"),
    ROW(s3_is_away_and_nothing_waits, PT_V_DEGRADED, "", "connection refused"),
    ROW(silent_and_stuck, PT_V_STALLED, "", "does not answer"),
    ROW(late, PT_V_TRANSITION, "", "has not answered for 1 s"),
    ROW(hung, PT_V_UNKNOWN, "", "has not answered for 12 s"),
    ROW(hung_and_stuck, PT_V_STALLED, "", "has not answered"),
    ROW(lag_of_one_look, PT_V_UNKNOWN, "", "were read only once"),
    ROW(lag_unknown, PT_V_UNKNOWN, "", "not authorized"),
    ROW(growing, PT_V_DEGRADED, "lag-grows", "reads 2.4/s of the 12.0/s"),
    ROW(as_slow_as_it_can_be, PT_V_DEGRADED, "lag-grows", "reads 2.4/s"),
    ROW(growing_of_late, PT_V_OK, "", ""),
    ROW(waiting_for_flush, PT_V_OK, "", "412 records wait for the flush"),
    ROW(flush_size_too_high, PT_V_DEGRADED, "records-read-none-written", "takes 9 h"),
    ROW(idle_with_a_rest, PT_V_IDLE, "", "412 records wait for the flush"),
    ROW(matches_nothing, PT_V_DEGRADED, "no-records-matched", "reads none"),
    ROW(a_topic_is_gone, PT_V_DEGRADED, "kafka-topic-unknown", "demo.pin"),
    ROW(no_tasks_of_late, PT_V_TRANSITION, "", "no task yet"),
    ROW(rebalancing, PT_V_TRANSITION, "", "rebalance"),
    ROW(unassigned, PT_V_DEGRADED, "", "no worker"),
    ROW(wrong_region_but_flowing, PT_V_OK, "", ""),
    ROW(wrong_region_and_quiet, PT_V_DEGRADED, "region-mismatch", "region"),
    ROW(reads_none_while_records_come, PT_V_DEGRADED, "no-records-matched", "0/s read"),
    ROW(reads_none_yet, PT_V_OK, "", ""),
    ROW(reads_none_of_nothing, PT_V_OK, "", ""),
    ROW(embedded_stuck, PT_V_STALLED, "", "records wait"),
    ROW(only_a_group, PT_V_OK, "", ""),
    ROW(no_member, PT_V_DEGRADED, "", "the topics are not read"),
    ROW(no_member_of_late, PT_V_OK, "", ""),
    ROW(a_partition_without_an_owner, PT_V_DEGRADED, "", "demo.pin-2"),
    ROW(a_partition_of_late, PT_V_OK, "", ""),
    ROW(members_come_and_go, PT_V_DEGRADED, "", "at least 32 times"),
    ROW(members_came_and_went_before, PT_V_OK, "", ""),
    ROW(stuck_and_somebody_else_reads, PT_V_STALLED, "", "console-consumer at 10.0.0.9"),
    ROW(no_leader, PT_V_DEGRADED, "", "partition 2 of demo.pin has no leader"),
    ROW(stuck_and_no_leader, PT_V_STALLED, "", "partition 2 of demo.pin has no leader"),
    ROW(somebody_else_has_partitions, PT_V_DEGRADED, "", "rdkafka at 10.0.0.9 has 2 of its 9"),
    ROW(somebody_else_only_waits, PT_V_OK, "", ""),
    ROW(stuck_and_no_member, PT_V_STALLED, "", "the topics are not read"),
    ROW(stuck_and_no_member_of_late, PT_V_STALLED, "", "the topics are not read"),
    ROW(stuck_and_no_member_for_a_moment, PT_V_STALLED, "", "none is read"),
    ROW(old_offsets, PT_V_UNKNOWN, "", "the offsets of the consumer group are 60 s old"),
    ROW(nothing_seen_to_be_taken, PT_V_UNKNOWN, "", "8871 records wait, and no commit"),
    ROW(stuck_after_a_change, PT_V_STALLED, "",
        "none is read. Shortly before, at 14:11:30Z, a setting was changed: tasks.max 3 -> 2"),
    ROW(stuck_long_before_the_change, PT_V_STALLED, "", "none is read"),
    ROW(nothing_seen_and_the_log_names_it, PT_V_UNKNOWN, "kafka-iam-library", "in the worker log"),
    ROW(nothing_taken_since_a_restart, PT_V_TRANSITION, "", "the connector restarted 12 s ago"),
    ROW(less_than_an_object_since_a_restart, PT_V_TRANSITION, "", "none has been committed since"),
    ROW(less_than_an_object_since_a_commit, PT_V_OK, "", "412 records wait for the flush"),
    ROW(nothing_committed_yet, PT_V_TRANSITION, "", "12 records wait for the first commit"),
    ROW(nothing_committed_and_nothing_waits, PT_V_OK, "", ""),
    ROW(first_object_fills, PT_V_TRANSITION, "", "At the present rate that takes 4 min"),
    ROW(first_object_never_fills, PT_V_UNKNOWN, "", "and no more come"),
    ROW(first_object_at_an_unknown_rate, PT_V_UNKNOWN, "", "412 records wait for the first object"),
    ROW(never_committed, PT_V_UNKNOWN, "", "never committed"),
    ROW(rebalance_expected, PT_V_TRANSITION, "", "rebalance is expected"),
    ROW(rebalance_for_ever, PT_V_UNKNOWN, "", "rebalance is expected"),
    ROW(restart_of_late, PT_V_TRANSITION, "", "RESTART_IN_PROGRESS"),
    ROW(one_partition_stands, PT_V_STALLED, "", "5367 records wait; in 2 of 9 partitions"),
};

static void each_movement_has_its_verdict(void **state)
{
    (void)state;
    judge_all(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_movement_has_its_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
