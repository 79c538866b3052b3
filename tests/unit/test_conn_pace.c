/* An S3 sink's offsets over time: how fast it is, and whether it falls behind or catches up. */
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
#include "connector/watch/lag.h"
#include "connector/watch/safe.h"
#include "sink_config.h"

/* 10 records/s arrive, and the sink reads 2.4/s with a commit every 20 s. After 600 s it keeps
 * up. */
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
    assert_true(fabs(w.lag_per_s) < 0.5); /* the lag is constant, without the commits' sawtooth */
}

/* Three partitions, each with a commit every 90 s, in turn; two windows of several commits would
 * take minutes longer. waiting: records at the beginning. comes, takes: records per second and
 * partition. */
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

/* A lag that varies by the size of one commit does not mean that the sink falls behind. */
static void lumps_are_no_direction(void **state)
{
    (void)state;
    for (int s = 10; s <= 400; s += 10) {
        struct witnesses w = seldom_committed(s, 0, 20, 20);
        if (w.behind_since_ms != PT_UNKNOWN)
            fail_msg("the sink keeps up, and falls behind after %d s", s);
        clear(NULL);
        fresh(NULL);
    }
}

/* The partitions of an S3 sink that keeps up. Each has commits of whole objects at its own
 * times, and the rate changes. */
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
                fail_msg("world %d, second %d: commits every %d s, objects of %d records", world, s,
                         every, object);
        }
        clear(NULL);
        fresh(NULL);
    }
}

/* 10 records/s arrive and 20/s are read, with a commit every 20 s. The trend, from which the
 * time to catch up is calculated, is known and right at nearly every poll, whatever the lag does
 * between two commits. */
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
            fail_msg("second %d: %.2f/s instead of -10/s", s, w.lag_per_s);
    }
    assert_true(known > looks * 9 / 10);
}

/* The lag grows between two commits. That does not mean that the sink falls behind. */
static void a_sawtooth_is_no_growth(void **state)
{
    int64_t at_ms = 1000000;
    (void)state;
    for (int s = 0; s <= 1200; s++, at_ms += 1000) {
        look(at_ms, s / 60 * 600, 10 * s);
        assert_int_equal(says(at_ms).behind_since_ms, PT_UNKNOWN);
    }
}

/* Offsets without a record that can be read do not count: transaction markers, and what
 * retention deleted. */
static void lag_is_counted_in_records(void **state)
{
    (void)state;
    look(1000, 10, 13);
    model.rows[0].empty_from = 10; /* only markers up to 13 */
    model.rows[0].empty_to = 13;
    look(2000, 10, 13);
    assert_int_equal(model.lag, 0);
    look(3000, 10, 15);
    assert_int_equal(model.lag, 2);
    struct lag_row row = row_of(10, 100);
    row.low = 40;
    assert_int_equal(conn_lag_of(&row), 60);
}

/* A group that begins at the end of the log is not expected to read the records before it. */
static void a_group_may_begin_at_the_end(void **state)
{
    (void)state;
    look(1000, PT_UNKNOWN, 5000);
    look(2000, PT_UNKNOWN, 5000);
    struct witnesses w = says(500000);
    assert_int_equal(w.stuck, 0);
    assert_true(w.is_reset_unknown && w.unproven == 5000);
    look(3000, PT_UNKNOWN, 5001); /* a new record must be read */
    assert_int_equal(says(3000 + 181000).n_stuck, 1);
    free(model.rows);
    model.rows = NULL;
    model.n_rows = 0;
    model.is_latest = true; /* the configuration says that it begins at the end */
    look(1000, PT_UNKNOWN, 5000);
    look(2000, PT_UNKNOWN, 5000);
    assert_int_equal(model.lag, 0);
    look(3000, PT_UNKNOWN, 5002);
    assert_int_equal(model.lag, 2);
}

/* Only a commit proves that the waiting records are read, and after a restart another commit has
 * to prove it again. */
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
    /* Records that came into an empty partition have just arrived. */
    look(6000, 8990, 8990);
    conn_lag_restarted(&model, 6500);
    look(7000, 8990, 8995);
    assert_int_equal(says(7000).unproven, 0);
}

/* Each topic has its own retention: the earliest deletion decides, and its topic is named. */
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
    model.rows[1].first_ms = 1790000000000 - 7200000; /* 2 h ago; its topic keeps 7 days */
    struct conn_keeps keeps;
    assert_true(conn_keeps_ask(&model, &keeps));
    assert_int_equal(keeps.n, 2); /* no record waits in a.user */
    keeps.topics[0].ms = 3600000;
    keeps.topics[1].ms = 7 * 86400000LL;
    keeps.topics[0].bytes = keeps.topics[1].bytes = -1;
    model.keeps = keeps;
    struct witnesses w = says(1790000000000);
    conn_safe_fill(&model, &w, &c);
    assert_int_equal(c.safe_until_ms, 1790000000000 - 600000 + 3600000);
    assert_non_null(strstr(c.safe, "the first of a.geo, which keeps 60 min, is deleted"));
    /* The retention of one topic is unknown. */
    model.keeps.topics[0].ms = PT_UNKNOWN;
    conn_safe_fill(&model, &w, &c);
    assert_non_null(strstr(c.safe, "the first of a.pin, which keeps 7 days"));
    assert_non_null(strstr(c.safe, "of other topics that is not known"));
    assert_null(strstr(c.safe, "by size"));
    /* A topic with a limit in bytes deletes when the limit is reached, whatever the time. */
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

int main(void)
{
#define OVER_TIME(test) cmocka_unit_test_setup_teardown(test, fresh, clear)
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
