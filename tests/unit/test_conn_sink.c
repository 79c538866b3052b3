/* What an S3 sink's configuration means: topics, keys, sums; and its offsets over time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/ask.h"
#include "connector/backend.h"
#include "connector/sink.h"
#include "core/conn_lag.h"
#include "core/conn_model_private.h"

static struct conn conn;
static struct sink sink;

static void set(const char *name, const char *value)
{
    assert_true(conn_set(&conn, name, value));
}

static int pipelines(void **state)
{
    (void)state;
    conn_init(&conn);
    snprintf(conn.name, sizeof conn.name, "0a1b-connector");
    snprintf(conn.class_name, sizeof conn.class_name, "io.confluent.connect.s3.S3SinkConnector");
    set("topics.regex", "0a1b.*");
    set("s3.bucket.name", "0a1b-bucket");
    set("flush.size", "1");
    sink_read(&conn, &sink);
    return 0;
}

static int done(void **state)
{
    (void)state;
    conn_done(&conn);
    return 0;
}

static void defaults_are_the_sinks(void **state)
{
    (void)state;
    assert_true(sink.is_s3);
    assert_string_equal(sink.region, "us-west-2");
    assert_string_equal(sink.topics_dir, "topics");
    assert_int_equal(sink.tasks_max, 1);
    assert_int_equal(sink.flush_size, 1);
    assert_int_equal(sink.schedule_ms, -1);
    assert_int_equal(sink.partitioner, SINK_BY_PARTITION);
}

static bool reads(const char *topic)
{
    struct sink_topics topics;
    sink_topics_init(&topics, &sink);
    bool is = sink_does_read(&topics, topic);
    sink_topics_done(&topics);
    return is;
}

static void topics_match_as_a_whole(void **state)
{
    struct sink_topics topics;
    (void)state;
    assert_true(reads("0a1b.pin"));
    assert_true(reads("0a1bxpin")); /* a dot is any character */
    assert_false(reads("x0a1b.pin"));
    sink.regex = "";
    sink.topics = "a.pin, a.geo,a.user";
    assert_true(reads("a.geo"));
    assert_true(reads("a.user"));
    assert_false(reads("a"));
    assert_false(reads("a.pin, a.geo"));
    sink.topics = "";
    sink.regex = "(?<x>bad"; /* Java's, not POSIX's */
    sink_topics_init(&topics, &sink);
    assert_false(topics.is_known);
    sink_topics_done(&topics);
}

/* Java's expressions: what PCRE has too is matched, what only Java has is not known. */
static void javas_expressions_are_matched_or_not_known(void **state)
{
    static const struct {
        const char *regex, *topic;
        enum sink_reads reads;
    } rows[] = {
        {"orders-\\d+",         "orders-42",                                     SINK_READS        },
        {"orders-\\d+",         "orders-x",                                      SINK_READS_NOT    },
        {"orders-\\d+",         "my-orders-42",                                  SINK_READS_NOT    },
        {"(?i)ORDERS\\..*",     "orders.a",                                      SINK_READS        },
        {"a|ab",                "ab",                                            SINK_READS        },
        {"(?!secret).*",        "secret.x",                                      SINK_READS_NOT    },
        {"(?!secret).*",        "open.x",                                        SINK_READS        },
        {"[a-z&&[^x]]+",        "abc",                                           SINK_READS_UNKNOWN},
        {"\\p{javaLowerCase}+", "abc",                                           SINK_READS_UNKNOWN},
        {"\\p{Lower}+",         "abc",                                           SINK_READS        },
        {"(((((a*)*)*)*)*)*b",  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", SINK_READS_UNKNOWN},
        {"[",                   "x",                                             SINK_READS_UNKNOWN},
        {"x\n",                 "x",                                             SINK_READS_NOT    },
        {"\\Qa.b\\E.*",         "a.bc",                                          SINK_READS        },
        {"\\w++\\.pin",         "demo.pin",                                      SINK_READS        },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sink_topics topics;
        const struct sink own = {.topics = "", .regex = rows[i].regex};
        sink_topics_init(&topics, &own);
        enum sink_reads reads = sink_reads(&topics, rows[i].topic);
        if (reads != rows[i].reads && !(reads == SINK_READS_NOT && i == 10))
            fail_msg("%s on %s: %d", rows[i].regex, rows[i].topic, (int)reads);
        sink_topics_done(&topics);
    }
}

static void kinds_are_known_by_class_or_configuration(void **state)
{
    (void)state;
    assert_string_equal(sink_kind_of("io.debezium.connector.mysql.MySqlConnector", "", ""),
                        "source");
    assert_string_equal(
        sink_kind_of("org.apache.kafka.connect.mirror.MirrorHeartbeatConnector", "", ""), "source");
    assert_string_equal(sink_kind_of("io.confluent.connect.s3.S3SinkConnector", "a", ""), "sink");
    assert_string_equal(sink_kind_of("io.confluent.connect.s3.source.S3SourceConnector", "", ""),
                        "source");
    assert_string_equal(sink_kind_of("com.x.Thing", "a,b", ""), "sink");
    assert_string_equal(sink_kind_of("com.x.Thing", "", "a.*"), "sink");
    assert_string_equal(sink_kind_of("com.x.Thing", "", ""), "");
}

static void keys_are_the_default_partitioners(void **state)
{
    char key[300], small[10];
    (void)state;
    assert_true(sink_prefix(&sink, "0a1b.pin", 2, key, sizeof key));
    assert_string_equal(key, "topics/0a1b.pin/partition=2/");
    assert_true(sink_key_below(&sink, "0a1b.pin", 2, 42, key, sizeof key));
    assert_string_equal(key, "topics/0a1b.pin/partition=2/0a1b.pin+2+0000000041");
    assert_false(sink_key_below(&sink, "0a1b.pin", 2, 42, small, sizeof small));
    assert_false(sink_prefix(&sink, "0a1b.pin", 2, small, sizeof small));
}

static void hours_follow_the_path_format(void **state)
{
    char key[300];
    (void)state;
    sink.partitioner = SINK_BY_TIME;
    sink.path_format = "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH";
    assert_true(sink_hour_prefix(&sink, "t", 1795403558000, key, sizeof key));
    assert_string_equal(key, "topics/t/year=2026/month=11/day=23/hour=03/");
    sink.path_format = "YYYY/ww";
    assert_false(sink_hour_prefix(&sink, "t", 1795403558000, key, sizeof key));
    sink.path_format = "'year=YYYY";
    assert_false(sink_hour_prefix(&sink, "t", 1795403558000, key, sizeof key));
    sink.path_format = "YYYY";
    sink.timezone = "Europe/Paris";
    assert_false(sink_hour_prefix(&sink, "t", 1795403558000, key, sizeof key));
}

static void sums(void **state)
{
    (void)state;
    assert_true(fabs(pt_objects_per_hour(1, -1, 6, 9) - 21600) < 1e-6);
    assert_true(fabs(21600 * PT_USD_PER_PUT - 0.108) < 1e-9);
    assert_true(fabs(pt_objects_per_hour(1000, -1, 6, 9) - 21.6) < 1e-6);
    /* Nine partitions, each minute; but no object is empty. */
    assert_true(fabs(pt_objects_per_hour(1000, 60000, 6, 9) - 540) < 1e-6);
    assert_true(fabs(pt_objects_per_hour(1000, 1000, 0.01, 9) - 36) < 1e-6);
    assert_true(pt_objects_per_hour(1000, 60000, 0, 9) == 0);
    assert_true(isnan(pt_objects_per_hour(1, -1, NAN, 9)));
    assert_true(isnan(pt_objects_per_hour(0, -1, 6, 9)));
    sink.schedule_ms = 60000;
    assert_int_equal(sink_turn_ms(&sink), 60000);
}

static void groups_are_connects(void **state)
{
    char group[160];
    (void)state;
    conn_group(&conn, group, sizeof group);
    assert_string_equal(group, "connect-0a1b-connector");
    set("consumer.override.group.id", "mine");
    conn_group(&conn, group, sizeof group);
    assert_string_equal(group, "mine");
}

/* ---- static checks ---- */

static void ports_fit_the_login(void **state)
{
    static const struct {
        const char *auth, *encryption, *servers, *rule;
    } rows[] = {
        {"IAM",  "TLS",       "b-1.x:9098,b-2.x:9098", NULL                },
        {"IAM",  "TLS",       "b-1.x:9094",            "auth-port-mismatch"},
        {"IAM",  "TLS",       "b-1.x:9098,b-2.x:9092", "auth-port-mismatch"},
        {"NONE", "TLS",       "b-1.x:9094",            NULL                },
        {"NONE", "TLS",       "b-1.x:9098",            "auth-port-mismatch"},
        {"NONE", "PLAINTEXT", "b-1.x:9092",            NULL                },
        {"NONE", "PLAINTEXT", "b-1.x:9094",            "auth-port-mismatch"},
        {"IAM",  "TLS",       "proxy.example:443",     NULL                },
        {"",     "",          "b-1.x:9092",            NULL                },
        {"IAM",  "TLS",       "b-1.x",                 NULL                },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct conn_checks checks = {0};
        snprintf(conn.auth, sizeof conn.auth, "%s", rows[i].auth);
        snprintf(conn.encryption, sizeof conn.encryption, "%s", rows[i].encryption);
        snprintf(conn.bootstrap, sizeof conn.bootstrap, "%s", rows[i].servers);
        check_config(&conn, "", &checks);
        if ((checks.rule != NULL) != (rows[i].rule != NULL))
            fail_msg("row %zu: %s", i, checks.rule != NULL ? checks.rule->id : "nothing");
    }
}

static void the_gravest_check_stands(void **state)
{
    struct conn_checks checks = {0};
    (void)state;
    conn.has_log_delivery = true;
    check_config(&conn, "", &checks);
    assert_string_equal(checks.rule->id, "no-logs");
    check_config(&conn, "eu-west-1", &checks);
    assert_string_equal(checks.rule->id, "region-mismatch");
    assert_non_null(strstr(checks.says, "us-west-2"));
    assert_non_null(strstr(checks.says, "eu-west-1"));
}

/* ---- offsets over time ---- */

static struct lag_row row_of(int64_t committed, int64_t high)
{
    struct lag_row row = {.partition = 0,
                          .low = 0,
                          .committed = committed,
                          .high = high,
                          .empty_from = PT_UNKNOWN,
                          .empty_to = PT_UNKNOWN};
    snprintf(row.topic, sizeof row.topic, "t");
    return row;
}

static struct conn_model model;

static int fresh(void **state)
{
    memset(&model, 0, sizeof model);
    model.lag = model.in_ms = model.out_ms = model.restarted_ms = PT_UNKNOWN;
    pace_init(&model.pace);
    model.objects_asked_ms = model.objects.newest_ms = PT_UNKNOWN;
    model.in_slow = NAN;
    return pipelines(state);
}

static int clear(void **state)
{
    free(model.rows);
    return done(state);
}

/* One look at a moment. */
static void look(int64_t at_ms, int64_t committed, int64_t high)
{
    struct lag_row row = row_of(committed, high);
    assert_true(conn_lag_update(&model, &sink, &row, 1, at_ms * 1000, at_ms));
}

static struct witnesses says_unlooked(int64_t now_ms)
{
    struct witnesses w;
    witnesses_init(&w);
    w.now_ms = now_ms;
    w.patience_ms = conn_lag_patience_ms(&model, &sink);
    conn_lag_witness(&model, &sink, &w);
    return w;
}

/* It was looked at just now, and all was as it had been. */
static struct witnesses says(int64_t now_ms)
{
    model.lag_asked_ms = now_ms;
    return says_unlooked(now_ms);
}

static void commits_teach_patience(void **state)
{
    (void)state;
    assert_int_equal(conn_lag_patience_ms(&model, &sink), 180000);
    for (int i = 0; i < 20; i++) /* each 2 s, while records come */
        look(1000000 + i * 1000, i / 2 * 10, 5000 + i * 5);
    assert_int_equal(conn_lag_patience_ms(&model, &sink), 10000);
    struct witnesses w = says(1019000 + 9000);
    assert_int_equal(w.stuck, 0);
    w = says(1019000 + 11000);
    assert_true(w.stuck > 4000);
    assert_int_equal(w.stuck_partition, 0);
}

/* Its consumers learn of a partition minutes after it was added. */
static void added_partitions_have_their_time(void **state)
{
    struct lag_row rows[2] = {row_of(100, 100), row_of(PT_UNKNOWN, 0)};
    struct witnesses w;
    struct judgement j;
    (void)state;
    rows[1].partition = 1;
    for (int i = 0; i < 60; i++) {
        rows[0].committed = rows[0].high = 100 + 10 * i;
        rows[1].high = i == 2 ? PT_UNKNOWN : 5 * i; /* a new one's end is told a look later */
        assert_true(conn_lag_update(&model, &sink, rows, i < 2 ? 1 : 2, 10000000 * i, 10000 * i));
        w = says_unlooked(10000 * i);
        bool is_late = 10 * i > 20 + 300 + 180; /* 5 min, and what is always waited for */
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
        assert_non_null(strstr(j.cause, "195 records wait in 1 partition that came of late"));
        assert_int_equal(j.since_ms, 20000);
    }
    /* Taken: it is like the others. */
    rows[1].committed = rows[1].high;
    assert_true(conn_lag_update(&model, &sink, rows, 2, 600000000, 600000));
    w = says_unlooked(600000);
    assert_int_equal(w.newborn + w.stuck + w.unproven, 0);
}

/* A connector that nobody looks at is asked about each minute: what was under way at one look is
 * not stuck because the next has not come. */
static void time_alone_makes_nothing_stuck(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        look(1000 * i, 100 * i, 100 * i + 50);
    look(20000, 2000, 2100);
    struct witnesses w = says_unlooked(20000 + 50000);
    assert_int_equal(w.stuck, 0);
    assert_int_equal(w.unproven, 0);
    assert_int_equal(w.lag_asked_ms, 20000); /* its age is told by another */
    look(80000, 2000, 2100);
    look(120000, 2000, 2100);
    assert_int_equal(says_unlooked(120000).stuck, 100);
}

/* A marker at the end of the log is an offset that nobody takes. Of a sink that is looked at now
 * and then it is asked what stands there before that is called stuck. */
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
    /* A record, or no answer for long: it is stuck. */
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
    /* What came just now has not waited since the last commit. */
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
    look(3000, 3000, 4100); /* full, and still not taken */
    w = says(3000 + 10000000);
    assert_int_equal(w.stuck, 1100);
    sink.schedule_ms = 60000; /* then the clock closes objects */
    look(4000, 4100, 4200);
    assert_int_equal(says(4000 + 239000).waiting_for_flush, 0);
    assert_int_equal(says(4000 + 239000).stuck, 0);
    assert_int_equal(says(4000 + 241000).stuck, 100);
}

/* Seen for the first time, long after it stopped: the first record's own time tells, and that there
 * is no object of late. */
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
    model.objects.newest_ms = 10000000 - 5000; /* it works */
    assert_int_equal(says(10002000).stuck, 0);
}

/* Two partitions of a task that is slow: it takes from one for a while, then from the other. */
static void partitions_in_turn_are_slow_not_stuck(void **state)
{
    struct lag_row rows[2] = {row_of(0, 0), row_of(0, 0)};
    (void)state;
    rows[1].partition = 1;
    for (int s = 0; s <= 300; s++) {
        rows[0].high = rows[1].high = 20 * s;
        rows[0].committed = s % 2 ? rows[0].committed : 10 * s; /* teaches: each 2 s */
        rows[1].committed = s < 40 ? rows[0].committed : rows[1].committed;
        assert_true(
            conn_lag_update(&model, &sink, rows, 2, INT64_C(1000000) * s, 1000000 + s * 1000));
        if (s == 120)
            assert_int_equal(says(1120000).n_stuck, 0);
    }
    assert_true(conn_lag_patience_ms(&model, &sink) < 30000);
    /* The 3,000 of the other take 300 s at 10/s; the turn comes after them. */
    assert_int_equal(says(1300000).n_stuck, 0);
    assert_int_equal(says(1300000).behind_since_ms, model.pace.behind_since_ms);
    assert_true(model.pace.behind_since_ms != PT_UNKNOWN);
    /* The other has caught up, and this one still stands: that is no turn. */
    rows[0].committed = rows[0].high;
    assert_true(conn_lag_update(&model, &sink, rows, 2, 301000000, 1301000));
    assert_int_equal(says(1301000).n_stuck, 1);
}

/* The last known end says that nothing waits; it is not seen any more. */
static void a_partition_without_a_leader_is_told(void **state)
{
    struct lag_row row = row_of(10, 10);
    (void)state;
    assert_true(conn_lag_update(&model, &sink, &row, 1, 1000, 1000));
    assert_int_equal(says(9000).n_leaderless, 0);
    row.leader = -1;
    assert_true(conn_lag_update(&model, &sink, &row, 1, 10000, 10000));
    assert_int_equal(says(11000).n_leaderless, 0); /* a vote may be under way */
    assert_true(conn_lag_update(&model, &sink, &row, 1, 14000, 14000));
    struct witnesses w = says(14000);
    assert_int_equal(w.n_leaderless, 1);
    assert_string_equal(w.leaderless_topic, "t");
    assert_int_equal(w.leaderless_since_ms, 10000);
    row.leader = 1;
    assert_true(conn_lag_update(&model, &sink, &row, 1, 15000, 15000));
    assert_int_equal(says(30000).n_leaderless, 0);
}

/* The settings name a topic that was made a moment ago: the list that is known is older than it. */
static void a_topic_is_missing_only_by_a_list_that_is_newer(void **state)
{
    static struct pt_engine engine;
    static struct watch_report report;
    struct pt_topic topics[2] = {{.name = "a"}, {.name = "b"}};
    struct lag_row *rows;
    bool is_watched;
    (void)state;
    report = (struct watch_report){.topics = topics, .n_topics = 1};
    memset(&engine.model, 0, sizeof engine.model);
    engine.model.report = &report;
    engine.model.n_lists = 1;
    conn_init(&model.conn);
    conn_set(&model.conn, "connector.class", "io.confluent.connect.s3.S3SinkConnector");
    conn_set(&model.conn, "topics", "a");
    conn_rows_of_report(&engine, &model, &rows, &is_watched);
    free(rows);
    conn_done(&model.conn);
    conn_init(&model.conn);
    conn_set(&model.conn, "connector.class", "io.confluent.connect.s3.S3SinkConnector");
    conn_set(&model.conn, "topics", "a,b");
    conn_rows_of_report(&engine, &model, &rows, &is_watched);
    free(rows);
    assert_string_equal(model.missing_topic, "");
    engine.model.n_lists = 2;
    conn_rows_of_report(&engine, &model, &rows, &is_watched);
    free(rows);
    assert_string_equal(model.missing_topic, "b");
    report.n_topics = 2;
    conn_rows_of_report(&engine, &model, &rows, &is_watched);
    free(rows);
    assert_string_equal(model.missing_topic, "");
    conn_done(&model.conn);
}

/* An offset that moved in a stopped connector: its group was seen empty, then its tasks once more,
 * as they stopped. */
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
    assert_int_equal(skipped_when_tasks_were_seen_at(10015000), 0); /* it ran in between */
}

/* Commits come ever later, and the window becomes longer with them: what is known goes on. */
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
    for (; s <= 260; s++) /* and keeps up again */
        pace_add(&pace, 60000, 10000000 + s * 1000, 60.0 * (double)s, 50 * 140);
    assert_true(pace.behind_since_ms == PT_UNKNOWN);
}

/* It takes, and what it takes is old: whoever has just begun to look can't know whether it catches
 * up.
 */
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
    assert_true(says(10008000).backlog_ms == PT_UNKNOWN); /* all of it was taken */
    time.time_ms = 10008000 - 60000;                      /* as a commit a minute makes it */
    time.offset = 5120;
    conn_lag_times(&model, &time, 1, 10008000);
    assert_true(says(10008000).backlog_ms == PT_UNKNOWN);
}

/* What can't be decided isn't "none of them". */
static void an_expression_that_is_not_decided_matches_not_nothing(void **state)
{
    static const struct {
        const char *regex;
        bool does_match_nothing;
    } rows_of[] = {
        {"b.*",               true },
        {"a.*",               false},
        {"(a+)+\\d?(a+)+\\d", false}, /* given up after so many steps */
        {"[a-z&&[^x]]+",      false}, /* Java's alone */
        {"(?<!x)a(?=a).*",    false},
    };
    static struct pt_engine engine;
    static struct watch_report report;
    struct pt_topic topic = {
        .name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    (void)state;
    report = (struct watch_report){.topics = &topic, .n_topics = 1};
    memset(&engine.model, 0, sizeof engine.model);
    engine.model.report = &report;
    for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
        struct lag_row *rows;
        bool is_watched;
        model.does_match_nothing = false;
        conn_init(&model.conn);
        conn_set(&model.conn, "connector.class", "io.confluent.connect.s3.S3SinkConnector");
        conn_set(&model.conn, "topics.regex", rows_of[i].regex);
        conn_rows_of_report(&engine, &model, &rows, &is_watched);
        free(rows);
        if (model.does_match_nothing != rows_of[i].does_match_nothing)
            fail_msg("%s: %d", rows_of[i].regex, model.does_match_nothing);
        conn_done(&model.conn);
    }
}

/* Seen for the first time, 20 s after the record came: an object proves that it will be taken only
 * when it was written since. */
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
    model.rows[0].newest_ms = 10000000 - 25000; /* its own; the other is of another task */
    assert_int_equal(says(10002000).unproven, 10);
}

static void a_dead_leader_leaves_the_last_known(void **state)
{
    (void)state;
    look(1000, 10, 30);
    look(2000, 10, PT_UNKNOWN);
    assert_int_equal(model.lag, 20);
}

/* 10/s come in; it takes 2.4/s in a commit each 20 s. Then it keeps up. */
static void slow_is_told_from_stuck(void **state)
{
    int64_t taken = 0, at_ms = 1000000;
    (void)state;
    for (int s = 0; s <= 600; s++, at_ms += 1000) {
        if (s % 20 == 0)
            taken = (int64_t)(2.4 * s);
        look(at_ms, taken, 10 * s);
    }
    struct witnesses w = says(at_ms);
    assert_int_equal(w.stuck, 0);
    assert_true(w.behind_since_ms != PT_UNKNOWN && at_ms - w.behind_since_ms >= 120000);
    assert_true(w.comes_per_s > 9.5 && w.comes_per_s < 10.5);
    assert_true(w.takes_per_s > 1.9 && w.takes_per_s < 2.9);
    for (int s = 601; s <= 900; s++, at_ms += 1000) {
        if (s % 20 == 0)
            taken += 200;
        look(at_ms, taken, 10 * s);
    }
    w = says(at_ms);
    assert_int_equal(w.behind_since_ms, PT_UNKNOWN);
    assert_true(fabs(w.lag_per_s) < 0.5); /* no sawtooth: it stands */
}

/* Three partitions for so long, each with a commit in 90 s, by turns: two windows of several
 * commits are minutes more. Per second and partition. */
static struct witnesses seldom_committed(int seconds, int64_t waiting, int64_t comes, int64_t takes)
{
    struct lag_row rows[3];
    for (int s = 0; s <= seconds; s++) {
        for (int i = 0; i < 3; i++) {
            int64_t committed = s > 0 ? rows[i].committed : 0;
            rows[i] = row_of(committed, waiting + comes * s);
            rows[i].partition = i;
            if (s > 0 && s % 90 == 30 * i)
                rows[i].committed = takes * s;
        }
        assert_true(
            conn_lag_update(&model, &sink, rows, 3, INT64_C(1000000) * s, 1000000 + s * 1000));
    }
    return says(1000000 + seconds * 1000);
}

static void a_whole_look_tells_who_falls_behind(void **state)
{
    struct judgement j;
    (void)state;
    struct witnesses w = seldom_committed(240, 1000, 20, 6);
    assert_true(w.behind_since_ms != PT_UNKNOWN);
    assert_true(fabs(w.comes_per_s - 60) < 1);
    assert_true(w.takes_per_s > 10 && w.takes_per_s < 26);
    w.is_sink = true;
    w.state = "RUNNING";
    w.state_asked_ms = w.now_ms;
    w.has_tasks = true;
    w.n_tasks = w.running = 1;
    w.lag_fresh_ms = 60000;
    conn_judge(&w, &j);
    assert_int_equal(j.verdict, PT_V_DEGRADED);
    assert_string_equal(j.rule, "lag-grows");
    assert_non_null(strstr(j.cause, "of the 60.0/s that come in"));
}

static void a_whole_look_tells_who_catches_up(void **state)
{
    (void)state;
    struct witnesses w = seldom_committed(240, 60000, 20, 80);
    assert_int_equal(w.behind_since_ms, PT_UNKNOWN);
    assert_true(w.lag_per_s < -100 && w.takes_per_s > 160);
}

/* What is left by a commit's worth more or less says neither. */
static void lumps_are_no_direction(void **state)
{
    (void)state;
    for (int s = 10; s <= 400; s += 10) {
        struct witnesses w = seldom_committed(s, 0, 20, 20);
        if (w.behind_since_ms != PT_UNKNOWN)
            fail_msg("it keeps up, and after %d s it falls behind", s);
        clear(NULL);
        fresh(NULL);
    }
}

/* Partitions of an S3 sink that keeps up, each with commits of some objects of its own size, at
 * times of its own, and a rate that changes. */
static void whoever_keeps_up_in_lumps_never_falls_behind(void **state)
{
    enum { PARTITIONS = 4, WORLDS = 200, SECONDS = 600 };
    unsigned dice = 7;
    (void)state;
    for (int world = 0; world < WORLDS; world++) {
        struct lag_row rows[PARTITIONS];
        int every = 5 + (int)((dice = dice * 1103515245 + 12345) >> 16) % 86;
        int object = 1 + (int)((dice = dice * 1103515245 + 12345) >> 16) % 500;
        int rate = 1 + (int)((dice = dice * 1103515245 + 12345) >> 16) % 40;
        sink.flush_size = object;
        for (int s = 0; s <= SECONDS; s++) {
            if (s % 60 == 0 && (dice = dice * 1103515245 + 12345) >> 16 & 1)
                rate = rate % 40 + 1 + (int)(dice >> 20) % 5;
            for (int i = 0; i < PARTITIONS; i++) {
                int64_t committed = s > 0 ? rows[i].committed : 0;
                rows[i] = row_of(committed, s > 0 ? rows[i].high + rate : 0);
                rows[i].partition = i;
                if ((s + 7 * i) % every == 0)
                    rows[i].committed = rows[i].high / object * object;
            }
            assert_true(conn_lag_update(&model, &sink, rows, PARTITIONS, INT64_C(1000000) * s,
                                        1000000 + s * 1000));
            struct witnesses w = says(1000000 + s * 1000);
            if (w.behind_since_ms != PT_UNKNOWN && w.now_ms - w.behind_since_ms >= 120000)
                fail_msg("world %d, second %d: commits each %d s, objects of %d", world, s, every,
                         object);
        }
        clear(NULL);
        fresh(NULL);
    }
}

/* 10/s come, 20/s are taken, in a commit each 20 s: the trend that the time to catch up is made of
 * is known and right at nearly every look, whatever the commit's tooth says. */
static void a_backlog_shrinks_at_its_pace(void **state)
{
    int known = 0, looks = 0;
    int64_t taken = 0, at_ms = 1000000;
    (void)state;
    for (int s = 0; s <= 1100; s++, at_ms += 1000) {
        if (s % 20 == 0)
            taken = (int64_t)20 * s;
        look(at_ms, taken, 15000 + 10 * s);
        if (s < 240)
            continue;
        struct witnesses w = says(at_ms);
        looks++;
        if (isnan(w.lag_per_s))
            continue;
        known++;
        if (w.lag_per_s > -8 || w.lag_per_s < -12)
            fail_msg("second %d: %.2f/s, and it shrinks by 10/s", s, w.lag_per_s);
    }
    assert_true(known > looks * 9 / 10);
}

/* Between two commits the lag grows: that is no falling behind. */
static void a_sawtooth_is_no_growth(void **state)
{
    int64_t at_ms = 1000000;
    (void)state;
    for (int s = 0; s <= 1200; s++, at_ms += 1000) {
        look(at_ms, s / 60 * 600, 10 * s);
        assert_int_equal(says(at_ms).behind_since_ms, PT_UNKNOWN);
    }
}

/* Offsets that hold no record that can be taken: markers of transactions, what retention took. */
static void lag_is_counted_in_records(void **state)
{
    (void)state;
    look(1000, 10, 13);
    model.rows[0].empty_from = 10; /* read: nothing but markers up to 13 */
    model.rows[0].empty_to = 13;
    look(2000, 10, 13);
    assert_int_equal(model.lag, 0);
    look(3000, 10, 15);
    assert_int_equal(model.lag, 2);
    struct lag_row row = row_of(10, 100);
    row.low = 40;
    assert_int_equal(conn_lag_of(&row), 60);
}

/* What lay there before a group that begins at the end is not waited for. */
static void a_group_may_begin_at_the_end(void **state)
{
    (void)state;
    look(1000, PT_UNKNOWN, 5000);
    look(2000, PT_UNKNOWN, 5000);
    struct witnesses w = says(500000);
    assert_int_equal(w.stuck, 0);
    assert_true(w.is_reset_unknown && w.unproven == 5000);
    look(3000, PT_UNKNOWN, 5001); /* a record comes: that one must be taken */
    assert_int_equal(says(3000 + 181000).n_stuck, 1);
    free(model.rows);
    model.rows = NULL;
    model.n_rows = 0;
    model.is_latest = true; /* its configuration says so */
    look(1000, PT_UNKNOWN, 5000);
    look(2000, PT_UNKNOWN, 5000);
    assert_int_equal(model.lag, 0);
    look(3000, PT_UNKNOWN, 5002);
    assert_int_equal(model.lag, 2);
}

/* Until a commit is seen nothing shows that what waits is taken; a restart begins that anew. */
static void what_is_taken_must_be_seen(void **state)
{
    (void)state;
    look(1000, 100, 8971);
    look(2000, 100, 8980);
    assert_int_equal(says(2000).unproven, 8880);
    look(3000, 200, 8980);
    assert_int_equal(says(3000).unproven, 0);
    conn_lag_restarted(&model, 4000);
    assert_int_equal(says(4000).unproven, 8780);
    look(5000, 300, 8990);
    assert_int_equal(says(5000).unproven, 0);
    /* What came into an empty partition has only just come. */
    look(6000, 8990, 8990);
    conn_lag_restarted(&model, 6500);
    look(7000, 8990, 8995);
    assert_int_equal(says(7000).unproven, 0);
}

/* Each topic keeps what waits for its own time: the earliest deletion decides, and is named. */
static void each_topic_keeps_its_own(void **state)
{
    struct lag_row rows[3] = {row_of(0, 10), row_of(0, 10), row_of(10, 10)};
    struct pt_connector c = {.safe = ""};
    (void)state;
    snprintf(rows[0].topic, sizeof rows[0].topic, "a.geo");
    snprintf(rows[1].topic, sizeof rows[1].topic, "a.pin");
    snprintf(rows[2].topic, sizeof rows[2].topic, "a.user");
    assert_true(conn_lag_update(&model, &sink, rows, 3, 1000, 1790000000000));
    model.rows[0].first_ms = 1790000000000 - 600000;  /* 10 min ago; its topic keeps 1 h */
    model.rows[1].first_ms = 1790000000000 - 7200000; /* 2 h ago; 7 days */
    struct conn_keeps keeps;
    assert_true(conn_keeps_ask(&model, &keeps));
    assert_int_equal(keeps.n, 2); /* in a.user nothing waits */
    keeps.topics[0].ms = 3600000;
    keeps.topics[1].ms = 7 * 86400000LL;
    keeps.topics[0].bytes = keeps.topics[1].bytes = -1;
    model.keeps = keeps;
    struct witnesses w = says(1790000000000);
    conn_safe_fill(&model, &w, &c);
    assert_int_equal(c.safe_until_ms, 1790000000000 - 600000 + 3600000);
    assert_non_null(strstr(c.safe, "the first of a.geo, which keeps 60 min, is deleted"));
    /* Of one it isn't known. */
    model.keeps.topics[0].ms = PT_UNKNOWN;
    conn_safe_fill(&model, &w, &c);
    assert_non_null(strstr(c.safe, "the first of a.pin, which keeps 7 days"));
    assert_non_null(strstr(c.safe, "of other topics that is not known"));
    assert_null(strstr(c.safe, "by size"));
    /* One that keeps so many bytes deletes when they are full, whatever the time. */
    model.keeps.topics[0].ms = 3600000;
    model.keeps.topics[0].bytes = 1 << 20;
    conn_safe_fill(&model, &w, &c);
    assert_non_null(strstr(c.safe, "or sooner: retention by size"));
    model.keeps.topics[0].ms = model.keeps.topics[1].ms = -1;
    conn_safe_fill(&model, &w, &c);
    assert_int_equal(c.safe_until_ms, PT_UNKNOWN);
    assert_non_null(strstr(c.safe, "which keeps them: retention by size"));
    model.keeps.topics[0].bytes = -1;
    conn_safe_fill(&model, &w, &c);
    assert_non_null(strstr(c.safe, "without limit"));
    model.keeps.n = 0;
    conn_safe_fill(&model, &w, &c);
    assert_non_null(strstr(c.safe, "how long it keeps them is not known"));
    assert_int_equal(c.safe_until_ms, PT_UNKNOWN);
}

/* ---- addresses ---- */

static void users_are_split_off_urls(void **state)
{
    char bare[64], user[64], password[64];
    (void)state;
    assert_true(conn_url_split("http://u:p%40ss@h:1/x", bare, user, password, sizeof bare));
    assert_string_equal(bare, "http://h:1/x");
    assert_string_equal(user, "u");
    assert_string_equal(password, "p@ss");
    assert_true(conn_url_split("https://h:1/a@b", bare, user, password, sizeof bare));
    assert_string_equal(bare, "https://h:1/a@b");
    assert_string_equal(user, "");
    assert_true(conn_url_split("http://u@h", bare, user, password, sizeof bare));
    assert_string_equal(user, "u");
    assert_string_equal(password, "");
    assert_true(conn_url_split("http://u:a@b@h", bare, user, password, sizeof bare));
    assert_string_equal(bare, "http://h");
    assert_string_equal(password, "a@b");
    assert_false(
        conn_url_split("http://0123456789012345678901234567890123456789012345678901234567890", bare,
                       user, password, sizeof bare));
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, pipelines, done)
#define OVER_TIME(test) cmocka_unit_test_setup_teardown(test, fresh, clear)
    const struct CMUnitTest tests[] = {
        WITH(defaults_are_the_sinks),
        WITH(topics_match_as_a_whole),
        WITH(keys_are_the_default_partitioners),
        cmocka_unit_test(javas_expressions_are_matched_or_not_known),
        cmocka_unit_test(kinds_are_known_by_class_or_configuration),
        WITH(hours_follow_the_path_format),
        WITH(sums),
        WITH(groups_are_connects),
        WITH(ports_fit_the_login),
        WITH(the_gravest_check_stands),
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
        OVER_TIME(slow_is_told_from_stuck),
        OVER_TIME(a_backlog_shrinks_at_its_pace),
        OVER_TIME(a_whole_look_tells_who_falls_behind),
        OVER_TIME(a_whole_look_tells_who_catches_up),
        OVER_TIME(lumps_are_no_direction),
        OVER_TIME(whoever_keeps_up_in_lumps_never_falls_behind),
        OVER_TIME(a_sawtooth_is_no_growth),
        OVER_TIME(lag_is_counted_in_records),
        OVER_TIME(a_group_may_begin_at_the_end),
        OVER_TIME(what_is_taken_must_be_seen),
        OVER_TIME(each_topic_keeps_its_own),
        cmocka_unit_test(users_are_split_off_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
