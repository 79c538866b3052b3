/* The first record that waits in each partition: where it is, when it was written, or that there is
 * none. On a mock cluster, which has neither transactions nor retention: those are the lab's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "connector/watch/lag.h"
#include "kafka/handle.h"
#include "kafka/record_count.h"
#include "kafka/record_times.h"
#include "mock_records.h"

static struct embedded cluster;
static rd_kafka_t *producer;
static atomic_bool is_cancelled;

static int setup(void **state)
{
    static const char *const topics[] = {"demo.a", "demo.b"};
    (void)state;
    if (embedded_start(NULL, topics, 2, &cluster, NULL) != PT_OK)
        return -1;
    producer = mock_producer(&cluster);
    atomic_store(&is_cancelled, false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    handle_free(producer);
    embedded_stop(&cluster);
    return 0;
}

static pt_code look(struct record_time *rows, size_t n, int timeout_ms)
{
    struct pt_error err;
    const struct record_times_opts opts = {.cfg = NULL,
                                           .bootstrap = cluster.bootstrap,
                                           .timeout_ms = timeout_ms,
                                           .is_cancelled = &is_cancelled};
    return record_times(&opts, rows, n, &err);
}

static struct record_time row(const char *topic, int32_t partition, int64_t offset)
{
    struct record_time r = {.partition = partition, .offset = offset};
    snprintf(r.topic, sizeof r.topic, "%s", topic);
    return r;
}

static void first_records(void **state)
{
    (void)state;
    int64_t before_ms = clock_real_ms();
    mock_put(producer, "demo.a", 0, 0, 50);
    mock_put(producer, "demo.b", 1, 0, 7);
    struct record_time rows[] = {row("demo.a", 0, 20), row("demo.a", 1, 0), row("demo.b", 1, 0),
                                 row("demo.b", 1, 7)};
    rows[3].partition = 0;
    rows[3].offset = 0;
    assert_int_equal(look(rows, 4, 10000), PT_OK);
    assert_int_equal(rows[0].first_offset, 20);
    assert_true(rows[0].time_ms >= before_ms && rows[0].time_ms <= clock_real_ms());
    assert_false(rows[0].is_empty);
    assert_true(rows[1].is_empty);
    assert_int_equal(rows[1].end_offset, 0);
    assert_int_equal(rows[2].first_offset, 0);
    assert_true(rows[3].is_empty);
}

/* Nothing after the last record: answered, not waited for until the deadline. */
static void the_end_is_an_answer(void **state)
{
    (void)state;
    mock_put(producer, "demo.a", 0, 0, 50);
    struct record_time rows[] = {row("demo.a", 0, 50)};
    int64_t begun_us = clock_mono_us();
    assert_int_equal(look(rows, 1, 20000), PT_OK);
    assert_true(rows[0].is_empty);
    assert_int_equal(rows[0].end_offset, 50);
    assert_true(rows[0].first_offset == PT_UNKNOWN);
    assert_true(clock_mono_us() - begun_us < 10000000);
}

static void cancelled(void **state)
{
    (void)state;
    struct record_time rows[] = {row("demo.a", 0, 0)};
    atomic_store(&is_cancelled, true);
    assert_int_equal(look(rows, 1, 20000), PT_ECANCELLED);
    assert_true(rows[0].first_offset == PT_UNKNOWN && !rows[0].is_empty);
}

/* Up to the range's end, to the log's, or until it is enough. */
static void records_are_counted(void **state)
{
    static const struct {
        int64_t from, to, enough, records;
    } cases[] = {
        {0,   50,  1000, 50        },
        {10,  20,  1000, 10        },
        {10,  20,  4,    4         },
        {40,  900, 1000, 10        },
        {50,  60,  1000, 0         },
        {900, 999, 1000, PT_UNKNOWN}, /* it is not in the log */
    };
    struct pt_error err;
    const struct record_times_opts opts = {
        .bootstrap = cluster.bootstrap, .timeout_ms = 10000, .is_cancelled = &is_cancelled};
    (void)state;
    mock_put(producer, "demo.a", 0, 0, 50);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record_range range = {
            .topic = "demo.a", .from = cases[i].from, .to = cases[i].to, .enough = cases[i].enough};
        assert_int_equal(record_count(&opts, &range, &err), PT_OK);
        assert_int_equal(range.records, cases[i].records);
    }
    struct record_range range = {.topic = "demo.a", .to = 50, .enough = 1000};
    atomic_store(&is_cancelled, true);
    assert_int_equal(record_count(&opts, &range, &err), PT_ECANCELLED);
    assert_true(range.records == PT_UNKNOWN);
}

/* What the answers mean to a group's lag: offsets without a record are none. */
static void offsets_without_records_are_no_lag(void **state)
{
    (void)state;
    struct lag_row own[3];
    struct conn_model cm;
    memset(&cm, 0, sizeof cm);
    memset(own, 0, sizeof own);
    for (int i = 0; i < 3; i++) {
        snprintf(own[i].topic, sizeof own[i].topic, "t");
        own[i].partition = i;
        own[i].committed = 10;
        own[i].high = 12;
        own[i].low = 0;
        own[i].waits_since_ms = 1;
        own[i].empty_from = own[i].empty_to = PT_UNKNOWN;
        own[i].first_ms = PT_UNKNOWN;
    }
    cm.rows = own;
    cm.n_rows = 3;
    struct record_time times[] = {row("t", 0, 10), row("t", 1, 10), row("t", 2, 10)};
    times[0].is_empty = true; /* markers up to the end */
    times[0].end_offset = 12;
    times[0].first_offset = times[0].time_ms = PT_UNKNOWN;
    times[1].first_offset = 11; /* a marker, then a record */
    times[1].time_ms = 5000;
    times[1].end_offset = PT_UNKNOWN;
    times[2].first_offset = times[2].time_ms = times[2].end_offset = PT_UNKNOWN; /* no answer */
    conn_lag_times(&cm, times, 3, 6000);
    assert_int_equal(conn_lag_of(&own[0]), 0);
    assert_true(own[0].waits_since_ms == PT_UNKNOWN);
    assert_int_equal(conn_lag_of(&own[1]), 1);
    assert_int_equal(own[1].first_ms, 5000);
    assert_int_equal(conn_lag_of(&own[2]), 2);
    /* One more comes behind the markers. */
    own[0].high = 13;
    assert_int_equal(conn_lag_of(&own[0]), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(first_records, setup, teardown),
        cmocka_unit_test_setup_teardown(the_end_is_an_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(cancelled, setup, teardown),
        cmocka_unit_test_setup_teardown(records_are_counted, setup, teardown),
        cmocka_unit_test(offsets_without_records_are_no_lag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
