/* An S3 sink's offsets over time: when the sink is stuck, and what only looks like it. Its speed
 * is tested in test_conn_pace.c, its configuration in test_sink_config.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn_sink.h"
#include "connector/sink.h"
#include "connector/watch/group.h"
#include "connector/watch/internal.h"
#include "connector/watch/lag.h"
#include "connector/watch/safe.h"
#include "connector/witness/ask.h"
#include "sink_config.h"

static void commits_teach_patience(void **state)
{
    (void)state;
    assert_int_equal(conn_lag_patience_ms(&model, &sink), 180000);
    for (int i = 0; i < 20; i++) /* a commit every 2 s while records arrive */
        look(1000000 + i * 1000, i / 2 * 10, 5000 + i * 5);
    assert_int_equal(conn_lag_patience_ms(&model, &sink), 10000);
    struct witnesses w = says(1019000 + 9000);
    assert_int_equal(w.stuck, 0);
    w = says(1019000 + 11000);
    assert_true(w.stuck > 4000);
    assert_int_equal(w.stuck_partition, 0);
}

/* The consumers of a sink notice a new partition only minutes after it was added. */
static void added_partitions_have_their_time(void **state)
{
    struct lag_row rows[2] = {row_of(100, 100), row_of(PT_UNKNOWN, 0)};
    struct witnesses w;
    struct judgement j;
    (void)state;
    rows[1].partition = 1;
    for (int i = 0; i < 60; i++) {
        rows[0].committed = rows[0].high = 100 + 10 * i;
        rows[1].high = i == 2 ? PT_UNKNOWN : 5 * i; /* a new end is known one poll later */
        assert_true(conn_lag_update(&model, &sink, rows, i < 2 ? 1 : 2, 10000000 * i, 10000 * i));
        w = says_unlooked(10000 * i);
        bool is_late = 10 * i > 20 + 300 + 180; /* 5 min, and the usual patience */
        assert_int_equal(w.stuck > 0, is_late);
        assert_int_equal(w.lag, i <= 2 ? 0 : 5 * i);
        assert_int_equal(w.newborn, i <= 2 || is_late ? 0 : 5 * i);
        if (!is_late)
            assert_int_equal(w.behind_since_ms, PT_UNKNOWN);
        if (i != 39)
            continue;
        w.is_sink = true;
        w.lag_fresh_ms = 60000;
        w.state = "RUNNING";
        w.state_asked_ms = w.now_ms;
        w.has_tasks = true;
        w.n_tasks = w.running = 1;
        conn_judge(&w, &j);
        assert_int_equal(j.verdict, PT_V_TRANSITION);
        assert_non_null(strstr(j.cause, "195 records wait in 1 new partition"));
        assert_int_equal(j.since_ms, 20000);
    }
    /* Once its records were read, the partition is like the others. */
    rows[1].committed = rows[1].high;
    assert_true(conn_lag_update(&model, &sink, rows, 2, 600000000, 600000));
    w = says_unlooked(600000);
    assert_int_equal(w.newborn + w.stuck + w.unproven, 0);
}

/* A connector that nobody looks at is polled every minute. A record that was waiting at one poll
 * is not stuck only because the next poll has not come. */
static void time_alone_makes_nothing_stuck(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        look(1000 * i, 100 * i, 100 * i + 50);
    look(20000, 2000, 2100);
    struct witnesses w = says_unlooked(20000 + 50000);
    assert_int_equal(w.stuck, 0);
    assert_int_equal(w.unproven, 0);
    assert_int_equal(w.lag_asked_ms, 20000); /* its age is shown elsewhere */
    look(80000, 2000, 2100);
    look(120000, 2000, 2100);
    assert_int_equal(says_unlooked(120000).stuck, 100);
}

/* A transaction marker at the end of the log is an offset without a record. When a sink is
 * polled rarely, the record at its committed offset is read before the sink is called stuck. */
static void what_stands_is_read_before_it_is_stuck(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        look(1000 * i, 100 * i, 100 * i + 50);
    look(60000, 2000, 2001);
    assert_false(conn_lag_is_standing(&model));
    look(140000, 2000, 2001);
    assert_true(conn_lag_is_standing(&model));
    assert_int_equal(says_unlooked(140000).stuck, 0);
    struct record_time time = {.offset = 2000,
                               .first_offset = PT_UNKNOWN,
                               .time_ms = PT_UNKNOWN,
                               .is_empty = true,
                               .end_offset = 2001};
    struct lag_row *row = &model.rows[0];
    snprintf(time.topic, sizeof time.topic, "%s", row->topic);
    time.partition = row->partition;
    const struct lag_row before = *row;
    conn_lag_times(&model, &time, 1, 200000);
    look(200000, 2000, 2001);
    assert_int_equal(says_unlooked(200000).stuck, 0);
    assert_int_equal(says_unlooked(200000).lag, 0);
    /* With a record there, or without an answer for long, the sink is stuck. */
    time.is_empty = false;
    time.end_offset = PT_UNKNOWN;
    time.first_offset = 2000;
    time.time_ms = 60000;
    model.rows[0] = before;
    conn_lag_times(&model, &time, 1, 200000);
    assert_int_equal(says_unlooked(200000).stuck, 1);
    model.rows[0] = before;
    look(220000, 2000, 2001);
    assert_int_equal(says_unlooked(220000).stuck, 1);
}

static void nothing_that_waits_is_not_stuck(void **state)
{
    (void)state;
    look(1000, 10, 10);
    look(900000, 10, 10);
    assert_int_equal(says(900000).stuck, 0);
    /* A record that has just arrived has not waited since the last commit. */
    look(901000, 10, 12);
    assert_int_equal(says(901000).stuck, 0);
    assert_int_equal(says(901000 + 181000).stuck, 2);
}

static void a_rest_below_flush_size_waits_for_it(void **state)
{
    (void)state;
    sink.flush_size = 1000;
    look(1000, 3000, 3412);
    look(2000, 3000, 3412);
    struct witnesses w = says(10000000);
    assert_int_equal(w.stuck, 0);
    assert_int_equal(w.waiting_for_flush, 412);
    assert_int_equal(w.flush_partition, 0);
    look(3000, 3000, 4100); /* enough for an object, and still not committed */
    w = says(3000 + 10000000);
    assert_int_equal(w.stuck, 1100);
    sink.schedule_ms = 60000; /* then objects are closed on a schedule */
    look(4000, 4100, 4200);
    assert_int_equal(says(4000 + 239000).waiting_for_flush, 0);
    assert_int_equal(says(4000 + 239000).stuck, 0);
    assert_int_equal(says(4000 + 241000).stuck, 100);
}

/* The sink is polled for the first time long after it stopped: the time of the first waiting
 * record shows it, and that no object is recent. */
static void what_stopped_before_we_looked_is_seen_at_once(void **state)
{
    struct record_time time = {.partition = 0, .offset = 100, .time_ms = 10000000 - 3600000};
    (void)state;
    snprintf(time.topic, sizeof time.topic, "t");
    look(10000000, 100, 500);
    look(10002000, 100, 510);
    assert_int_equal(says(10002000).stuck, 0);
    conn_lag_times(&model, &time, 1, 10002000);
    assert_int_equal(says(10002000).stuck, 0); /* it may be working off a backlog */
    model.objects_asked_ms = 10001000;
    model.objects.newest_ms = 10000000 - 3600000;
    struct witnesses w = says(10002000);
    assert_int_equal(w.stuck, 410);
    assert_int_equal(w.oldest_ms, 10000000 - 3600000);
    model.objects.newest_ms = 10000000 - 5000; /* it writes objects */
    assert_int_equal(says(10002000).stuck, 0);
}

/* A slow task has two partitions: it reads from one for a while, then from the other. */
static void partitions_in_turn_are_slow_not_stuck(void **state)
{
    struct lag_row rows[2] = {row_of(0, 0), row_of(0, 0)};
    (void)state;
    rows[1].partition = 1;
    for (int s = 0; s <= 300; s++) {
        rows[0].high = rows[1].high = 20 * s;
        rows[0].committed = s % 2 ? rows[0].committed : 10 * s; /* a commit every 2 s */
        rows[1].committed = s < 40 ? rows[0].committed : rows[1].committed;
        assert_true(
            conn_lag_update(&model, &sink, rows, 2, INT64_C(1000000) * s, 1000000 + s * 1000));
        if (s == 120)
            assert_int_equal(says(1120000).n_stuck, 0);
    }
    assert_true(conn_lag_patience_ms(&model, &sink) < 30000);
    /* The 3,000 records of the other partition take 300 s at 10/s; this one's turn comes after
     * them. */
    assert_int_equal(says(1300000).n_stuck, 0);
    assert_int_equal(says(1300000).behind_since_ms, model.pace.behind_since_ms);
    assert_true(model.pace.behind_since_ms != PT_UNKNOWN);
    /* The other partition has caught up and this one still makes no progress: it is stuck. */
    rows[0].committed = rows[0].high;
    assert_true(conn_lag_update(&model, &sink, rows, 2, 301000000, 1301000));
    assert_int_equal(says(1301000).n_stuck, 1);
}

/* By the last known end nothing waits, but that end is not updated any more. */
static void a_partition_without_a_leader_is_told(void **state)
{
    struct lag_row row = row_of(10, 10);
    (void)state;
    assert_true(conn_lag_update(&model, &sink, &row, 1, 1000, 1000));
    assert_int_equal(says(9000).n_leaderless, 0);
    row.leader = -1;
    assert_true(conn_lag_update(&model, &sink, &row, 1, 10000, 10000));
    assert_int_equal(says(11000).n_leaderless, 0); /* an election may be in progress */
    assert_true(conn_lag_update(&model, &sink, &row, 1, 14000, 14000));
    struct witnesses w = says(14000);
    assert_int_equal(w.n_leaderless, 1);
    assert_string_equal(w.leaderless_topic, "t");
    assert_int_equal(w.leaderless_since_ms, 10000);
    row.leader = 1;
    assert_true(conn_lag_update(&model, &sink, &row, 1, 15000, 15000));
    assert_int_equal(says(30000).n_leaderless, 0);
}

/* The settings name a topic that was created a moment ago: the list of topics is older than it. */
static void a_topic_is_missing_only_by_a_list_that_is_newer(void **state)
{
    static struct conn_models models;
    static struct watch_report report;
    struct pt_topic topics[2] = {{.name = "a"}, {.name = "b"}};
    struct lag_row *rows;
    bool is_watched;
    (void)state;
    report = (struct watch_report){.topics = topics, .n_topics = 1};
    memset(&models, 0, sizeof models);
    models.report = &report;
    models.n_lists = 1;
    conn_init(&model.conn);
    conn_set(&model.conn, "connector.class", "io.confluent.connect.s3.S3SinkConnector");
    conn_set(&model.conn, "topics", "a");
    conn_item_read(&model);
    conn_rows_of_report(&models, &model, &rows, &is_watched);
    free(rows);
    conn_done(&model.conn);
    conn_init(&model.conn);
    conn_set(&model.conn, "connector.class", "io.confluent.connect.s3.S3SinkConnector");
    conn_set(&model.conn, "topics", "a,b");
    conn_item_read(&model);
    conn_rows_of_report(&models, &model, &rows, &is_watched);
    free(rows);
    assert_string_equal(model.missing_topic, "");
    models.n_lists = 2;
    conn_item_read(&model);
    conn_rows_of_report(&models, &model, &rows, &is_watched);
    free(rows);
    assert_string_equal(model.missing_topic, "b");
    report.n_topics = 2;
    conn_item_read(&model);
    conn_rows_of_report(&models, &model, &rows, &is_watched);
    free(rows);
    assert_string_equal(model.missing_topic, "");
    conn_done(&model.conn);
}

/* Returns how many records are skipped when the offset of a stopped connector moves. Its group
 * was seen empty at 10000 s and its tasks at seen_ms; tasks can still be seen while they stop. */
static int64_t skipped_when_tasks_were_seen_at(int64_t seen_ms)
{
    model.n_rows = 0;
    conn_group_init(&model.members);
    model.members.is_there = true;
    model.members.n_members = 0;
    model.members.asked_ms = model.members.empty_since_ms = 10000000;
    model.tasks_seen_ms = seen_ms;
    model.tasks_since_ms = seen_ms + 1000;
    model.restarted_ms = PT_UNKNOWN;
    look(10000000, 100, 200);
    look(10025000, 200, 200);
    model.members.asked_ms = 10030000;
    look(10031000, 200, 200);
    return model.rows[0].loss.skipped;
}
static void tasks_that_stop_have_not_run_since(void **state)
{
    (void)state;
    assert_int_equal(skipped_when_tasks_were_seen_at(9999000), 100);
    assert_int_equal(skipped_when_tasks_were_seen_at(10001000), 100);
    assert_int_equal(skipped_when_tasks_were_seen_at(10015000), 0); /* the tasks ran in between */
}

/* Commits become rarer, and the window grows with them: what is known of the pace is kept. */
static void a_sink_that_becomes_slower_is_not_looked_at_anew(void **state)
{
    struct conn_pace pace;
    int64_t s = 0;
    (void)state;
    pace_init(&pace);
    for (; s <= 130; s++)
        pace_add(&pace, 30000, 10000000 + s * 1000, 60.0 * (double)s, 50 * s);
    assert_true(pace.behind_since_ms != PT_UNKNOWN);
    const int64_t since_ms = pace.behind_since_ms;
    for (; s <= 140; s++)
        pace_add(&pace, 60000, 10000000 + s * 1000, 60.0 * (double)s, 50 * s);
    assert_int_equal(pace.half_ms, 60000);
    assert_int_equal(pace.behind_since_ms, since_ms);
    assert_true(fabs(pace.out_per_s - 10) < 1);
    for (; s <= 260; s++) /* then the sink keeps up again */
        pace_add(&pace, 60000, 10000000 + s * 1000, 60.0 * (double)s, 50 * 140);
    assert_true(pace.behind_since_ms == PT_UNKNOWN);
}

/* The sink reads old records. As long as pintop has watched it only for a short time, it is
 * unknown whether the sink catches up. */
static void an_old_backlog_is_told_as_long_as_rates_are_not_known(void **state)
{
    struct record_time time = {.partition = 0, .offset = 100, .time_ms = 10000000 - 120000};
    (void)state;
    snprintf(time.topic, sizeof time.topic, "t");
    look(10000000, 100, 5000);
    look(10002000, 100, 5010);
    conn_lag_times(&model, &time, 1, 10002000);
    look(10004000, 200, 5120);
    assert_int_equal(says(10004000).unproven, 0);
    assert_int_equal(says(10004000).backlog_ms, 10000000 - 120000);
    model.watched_ms = 10004000 - 300000;
    assert_true(says(10004000).backlog_ms == PT_UNKNOWN);
    model.watched_ms = 10000000;
    look(10006000, 5120, 5120);
    look(10008000, 5120, 5130);
    assert_true(says(10008000).backlog_ms == PT_UNKNOWN); /* the whole backlog was read */
    time.time_ms = 10008000 - 60000;                      /* as with a commit a minute */
    time.offset = 5120;
    conn_lag_times(&model, &time, 1, 10008000);
    assert_true(says(10008000).backlog_ms == PT_UNKNOWN);
}

/* An expression that cannot be decided does not count as one that matches no topic. */
static void an_expression_that_is_not_decided_matches_not_nothing(void **state)
{
    static const struct {
        const char *regex;
        bool does_match_nothing;
    } rows_of[] = {
        {"b.*",               true },
        {"a.*",               false},
        {"(a+)+\\d?(a+)+\\d", false}, /* exceeds the limit of steps */
        {"[a-z&&[^x]]+",      false}, /* only in Java */
        {"(?<!x)a(?=a).*",    false},
    };
    static struct conn_models models;
    static struct watch_report report;
    struct pt_topic topic = {
        .name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    (void)state;
    report = (struct watch_report){.topics = &topic, .n_topics = 1};
    memset(&models, 0, sizeof models);
    models.report = &report;
    for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
        struct lag_row *rows;
        bool is_watched;
        model.does_match_nothing = false;
        conn_init(&model.conn);
        conn_set(&model.conn, "connector.class", "io.confluent.connect.s3.S3SinkConnector");
        conn_set(&model.conn, "topics.regex", rows_of[i].regex);
        conn_item_read(&model);
        conn_rows_of_report(&models, &model, &rows, &is_watched);
        free(rows);
        if (model.does_match_nothing != rows_of[i].does_match_nothing)
            fail_msg("%s: %d", rows_of[i].regex, model.does_match_nothing);
        conn_done(&model.conn);
    }
}

/* The sink is polled for the first time 20 s after the record arrived. Only an object that was
 * written since then proves that the record will be read. */
static void an_object_from_before_proves_nothing(void **state)
{
    struct record_time time = {.partition = 0, .offset = 100, .time_ms = 10000000 - 20000};
    (void)state;
    snprintf(time.topic, sizeof time.topic, "t");
    look(10000000, 100, 110);
    look(10002000, 100, 110);
    conn_lag_times(&model, &time, 1, 10002000);
    model.objects_asked_ms = 10001000;
    model.objects.newest_ms = 10000000 - 25000;
    assert_int_equal(says(10002000).unproven, 10);
    assert_int_equal(says(10002000).stuck, 0);
    model.objects.newest_ms = 10000000 - 5000;
    assert_int_equal(says(10002000).unproven, 0);
    model.rows[0].newest_ms = 10000000 - 25000; /* the other one is another task's */
    assert_int_equal(says(10002000).unproven, 10);
}

static void a_dead_leader_leaves_the_last_known(void **state)
{
    (void)state;
    look(1000, 10, 30);
    look(2000, 10, PT_UNKNOWN);
    assert_int_equal(model.lag, 20);
}

int main(void)
{
#define OVER_TIME(test) cmocka_unit_test_setup_teardown(test, fresh, clear)
    const struct CMUnitTest tests[] = {
        OVER_TIME(commits_teach_patience),
        OVER_TIME(nothing_that_waits_is_not_stuck),
        OVER_TIME(time_alone_makes_nothing_stuck),
        OVER_TIME(what_stands_is_read_before_it_is_stuck),
        OVER_TIME(added_partitions_have_their_time),
        OVER_TIME(a_rest_below_flush_size_waits_for_it),
        OVER_TIME(what_stopped_before_we_looked_is_seen_at_once),
        OVER_TIME(partitions_in_turn_are_slow_not_stuck),
        OVER_TIME(a_partition_without_a_leader_is_told),
        OVER_TIME(a_topic_is_missing_only_by_a_list_that_is_newer),
        OVER_TIME(tasks_that_stop_have_not_run_since),
        OVER_TIME(a_sink_that_becomes_slower_is_not_looked_at_anew),
        OVER_TIME(an_old_backlog_is_told_as_long_as_rates_are_not_known),
        OVER_TIME(an_expression_that_is_not_decided_matches_not_nothing),
        OVER_TIME(an_object_from_before_proves_nothing),
        OVER_TIME(a_dead_leader_leaves_the_last_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
