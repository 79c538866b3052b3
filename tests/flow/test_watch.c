/* The watcher: what it finds, and that a failure affects only its own part of the report. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kafka/handle.h"
#include "kafka/watch.h"
#include "kafka/watch_look.h"
#include "mock_records.h"
#include "watch.h"

static int start(void **state)
{
    static const char *const topics[] = {"demo.pin", "demo.geo", "other"};
    struct fixture *f = calloc(1, sizeof(*f));
    if (!f || embedded_start(NULL, topics, 3, &f->cluster, NULL) != PT_OK) {
        return -1;
    }
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    f->producer = mock_producer(&f->cluster);
    *state = f;
    return 0;
}

static bool is_good(const struct watch_report *report, int64_t arg)
{
    (void)arg;
    return report->error.code == PT_OK;
}
static bool is_bad(const struct watch_report *report, int64_t arg)
{
    (void)arg;
    return report->error.code != PT_OK;
}
static bool has_high(const struct watch_report *report, int64_t high)
{
    const struct pt_topic *topic = find_topic(report, "demo.pin");
    return topic && topic->high == high;
}
static bool has_lag(const struct watch_report *report, int64_t lag)
{
    const struct pt_topic *topic = find_topic(report, "demo.pin");
    return topic && topic->lag == lag;
}
static bool has_topics(const struct watch_report *report, int64_t n)
{
    return report->n_topics == (size_t)n;
}

static void test_first_report(void **state)
{
    struct fixture *f = *state;
    mock_put(f->producer, "demo.pin", 0, 0, 30);
    mock_put(f->producer, "demo.pin", 1, 0, 10);
    mock_put(f->producer, "other", 1, 0, 10);
    mock_commit(&f->cluster, "connect-demo", "demo.pin", 0, 12);
    watch_cluster(f, f->cluster.bootstrap, "demo\\..*", "connect-demo", 100);
    struct watch_report *report = wait_report(f, has_lag, 28);
    assert_int_equal(report->n_topics, 3);
    assert_string_equal(report->topics[0].name, "demo.geo"); /* sorted */
    assert_string_equal(report->topics[2].name, "other");
    const struct pt_topic *pin = find_topic(report, "demo.pin");
    assert_true(pin->is_watched);
    assert_int_equal(pin->n_partitions, 3);
    assert_int_equal(pin->replication, 3);
    assert_int_equal(pin->high, 40);
    assert_int_equal(pin->messages, 40);
    assert_true(isnan(pin->in_per_s));
    const struct pt_partition *p = report->partitions + pin->first_partition;
    assert_int_equal(p[0].high, 30);
    assert_int_equal(p[0].committed, 12);
    assert_int_equal(p[1].committed, PT_UNKNOWN);
    assert_int_equal(p[2].high, 0);
    const struct pt_topic *other = find_topic(report, "other");
    assert_false(other->is_watched);
    assert_int_equal(other->high, PT_UNKNOWN);
    const struct pt_topic *geo = find_topic(report, "demo.geo");
    assert_int_equal(geo->high, 0);
    assert_int_equal(geo->lag, 0); /* the topic is empty and nothing was committed */
    assert_int_equal(report->since_ms, PT_UNKNOWN);
    watch_report_free(report);
}

static void test_cluster_and_brokers_come_with_the_metadata(void **state)
{
    struct fixture *f = *state;
    watch_cluster(f, f->cluster.bootstrap, NULL, NULL, 60000);
    struct watch_report *report = wait_report(f, is_good, 0);
    assert_true(report->has_metadata);
    assert_true(report->has_low);
    assert_int_equal(report->n_brokers, EMBEDDED_BROKERS);
    assert_int_equal(report->brokers[0].state, PT_BROKER_UP);
    assert_true(report->brokers[0].port > 0);
    int32_t led = 0, all = 0;
    for (size_t i = 0; i < report->n_brokers; i++) {
        led += report->brokers[i].leads;
        assert_int_equal(report->brokers[i].behind, 0);
        assert_true(report->brokers[i].is_rack_known); /* the embedded cluster has none */
        assert_string_equal(report->brokers[i].rack, "");
    }
    for (size_t i = 0; i < report->n_topics; i++)
        all += report->topics[i].n_partitions;
    assert_int_equal(led, all);
    assert_int_equal(report->racks_error.code, PT_OK);
    assert_true(report->cluster_id[0]);
    assert_true(find_topic(report, "other")->is_watched); /* no expression: all topics */
    watch_report_free(report);
}

static bool has_rtts(const struct stats *stats)
{
    size_t n = 0;
    for (size_t i = 0; i < stats->n_brokers; i++)
        n += stats->brokers[i].state == PT_BROKER_UP && stats->brokers[i].rtt_ms > 0 &&
             stats->brokers[i].rtt_p99_ms >= stats->brokers[i].rtt_ms / 2;
    return n == EMBEDDED_BROKERS;
}

/* The handle of a group is a consumer, and the other one is a producer: both tell. */
static void test_statistics_tell_the_round_trips(void **state)
{
    static const char *const groups[] = {NULL, "connect-demo"};
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        struct timespec until;
        bool has_all = false;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += WAIT_S;
        f->n_stats = 0;
        watch_cluster(f, f->cluster.bootstrap, NULL, groups[i], 50);
        pthread_mutex_lock(&f->lock);
        while (!(has_all = f->n_stats > 0 && has_rtts(&f->stats)) &&
               pthread_cond_timedwait(&f->changed, &f->lock, &until) == 0)
            ;
        pthread_mutex_unlock(&f->lock);
        assert_true(has_all);
        watch_free(f->watch);
        f->watch = NULL;
    }
}

static void test_growth_is_seen_and_refresh_does_not_wait(void **state)
{
    struct fixture *f = *state;
    watch_cluster(f, f->cluster.bootstrap, "demo\\.pin", NULL, 60000); /* no poll in this test */
    watch_report_free(wait_report(f, has_high, 0));
    mock_put(f->producer, "demo.pin", 2, 0, 25);
    watch_refresh(f->watch);
    struct watch_report *report = wait_report(f, has_high, 25);
    assert_true(report->has_metadata); /* the metadata is requested at once, too */
    watch_report_free(report);
    struct pt_error err;
    assert_int_equal(embedded_add_topic(f->cluster.mock, "demo.new", 2, 3, &err), PT_OK);
    watch_refresh(f->watch);
    report = wait_report(f, has_topics, 4);
    assert_true(report->has_metadata);
    watch_report_free(report);
}

static void test_another_group(void **state)
{
    struct fixture *f = *state;
    mock_put(f->producer, "demo.pin", 0, 0, 30);
    mock_commit(&f->cluster, "one", "demo.pin", 0, 10);
    mock_commit(&f->cluster, "two", "demo.pin", 0, 25);
    watch_cluster(f, f->cluster.bootstrap, "demo\\.pin", "one", 60000);
    watch_report_free(wait_report(f, has_lag, 20));
    watch_set_group(f->watch, "two");
    watch_report_free(wait_report(f, has_lag, 5));
    watch_set_group(f->watch, NULL);
    watch_report_free(wait_report(f, has_lag, PT_UNKNOWN));
}

/* A sink that never committed must not look like no sink: all records in the topic wait for it. */
static void test_a_group_that_never_committed_lags_by_all(void **state)
{
    struct fixture *f = *state;
    mock_put(f->producer, "demo.pin", 0, 0, 30);
    mock_put(f->producer, "demo.pin", 2, 0, 4);
    watch_cluster(f, f->cluster.bootstrap, "demo\\.pin", "connect-dead", 100);
    struct watch_report *report = wait_report(f, has_lag, 34);
    assert_int_equal(report->group_error.code, PT_OK);
    const struct pt_topic *pin = find_topic(report, "demo.pin");
    const struct pt_partition *p = report->partitions + pin->first_partition;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(p[i].committed, PT_UNKNOWN);
    }
    assert_int_equal(p[0].lag, 30);
    assert_int_equal(p[1].lag, 0);
    assert_int_equal(p[2].lag, 4);
    assert_int_equal(pin->committed, 0);
    watch_report_free(report);
    mock_commit(&f->cluster, "connect-dead", "demo.pin", 0, 29); /* the sink commits */
    watch_report_free(wait_report(f, has_lag, 5));
}

static bool has_group_error(const struct watch_report *report, int64_t arg)
{
    (void)arg;
    return report->group_error.code != PT_OK;
}

static void test_a_group_that_is_not_answered_has_no_lag(void **state)
{
    struct fixture *f = *state;
    mock_put(f->producer, "demo.pin", 0, 0, 30);
    rd_kafka_resp_err_t denied[20];
    for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
        denied[i] = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    }
    rd_kafka_mock_push_request_errors_array(f->cluster.mock, 9 /* OffsetFetch */,
                                            sizeof(denied) / sizeof(denied[0]), denied);
    watch_cluster(f, f->cluster.bootstrap, "demo\\.pin", "connect-demo", 100);
    struct watch_report *report = wait_report(f, has_group_error, 0);
    assert_int_equal(report->error.code, PT_OK);
    assert_int_equal(find_topic(report, "demo.pin")->high, 30);
    assert_int_equal(find_topic(report, "demo.pin")->lag, PT_UNKNOWN);
    watch_report_free(report);
}

static void test_one_leader_down_hides_only_its_partitions(void **state)
{
    struct fixture *f = *state;
    watch_cluster(f, f->cluster.bootstrap, "demo\\..*", NULL, 100);
    watch_report_free(wait_report(f, has_high, 0));
    /* Partition p is led by broker p + 1. */
    rd_kafka_mock_broker_set_down(f->cluster.mock, 3);
    mock_put(f->producer, "demo.pin", 0, 0, 40);
    struct watch_report *report = wait_report(f, has_high, 40); /* partition 2 stays at 0 */
    assert_int_equal(report->error.code, PT_OK);
    watch_report_free(report);
    rd_kafka_mock_broker_set_up(f->cluster.mock, 3);
    mock_put(f->producer, "demo.pin", 2, 0, 2);
    watch_report_free(wait_report(f, has_high, 42));
}

static void test_leaderless_partitions_are_left_out(void **state)
{
    struct fixture *f = *state;
    rd_kafka_mock_partition_set_leader(f->cluster.mock, "demo.pin", 1, -1);
    mock_put(f->producer, "demo.pin", 0, 0, 5);
    watch_cluster(f, f->cluster.bootstrap, "demo\\..*", NULL, 100);
    struct watch_report *report = wait_report(f, is_good, 0);
    const struct pt_topic *pin = find_topic(report, "demo.pin");
    assert_int_equal(pin->leaderless, 1);
    const struct pt_partition *p = report->partitions + pin->first_partition;
    assert_int_equal(p[0].high, 5);
    assert_int_equal(p[1].high, PT_UNKNOWN);
    assert_int_equal(pin->high, PT_UNKNOWN); /* a sum needs all partitions */
    assert_int_equal(find_topic(report, "demo.geo")->high, 0);
    watch_report_free(report);
}

static void test_one_refused_topic_does_not_hide_the_others(void **state)
{
    struct fixture *f = *state;
    mock_put(f->producer, "demo.pin", 0, 0, 5);
    rd_kafka_mock_topic_set_error(f->cluster.mock, "demo.geo",
                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    watch_cluster(f, f->cluster.bootstrap, "demo\\..*", NULL, 100);
    struct watch_report *report = wait_report(f, has_high, 5);
    assert_int_equal(report->error.code, PT_OK);
    watch_report_free(report);
}

static void test_down_and_back_with_since(void **state)
{
    struct fixture *f = *state;
    int64_t before_ms = clock_real_ms();
    for (int32_t id = 1; id <= EMBEDDED_BROKERS; id++) {
        rd_kafka_mock_broker_set_down(f->cluster.mock, id);
    }
    watch_cluster(f, f->cluster.bootstrap, "demo\\..*", NULL, 100);
    struct watch_report *report = wait_report(f, is_bad, 0);
    int64_t since_ms = report->since_ms;
    assert_true(since_ms >= before_ms && since_ms <= clock_real_ms());
    assert_true(report->error.what[0] && report->error.fix[0]);
    assert_int_equal(report->n_topics, 0);
    watch_report_free(report);
    report = wait_report(f, is_bad, 0);
    assert_int_equal(report->since_ms, since_ms); /* the time of the first failure */
    watch_report_free(report);
    for (int32_t id = 1; id <= EMBEDDED_BROKERS; id++) {
        rd_kafka_mock_broker_set_up(f->cluster.mock, id);
    }
    report = wait_report(f, is_good, 0);
    assert_int_equal(report->since_ms, PT_UNKNOWN);
    watch_report_free(report);
}

static void test_unreachable_says_why_and_ends_in_time(void **state)
{
    struct fixture *f = *state;
    watch_cluster(f, "127.0.0.1:1", NULL, NULL, 1000);
    struct watch_report *report = wait_report(f, is_bad, 0);
    assert_non_null(strstr(report->error.what, "refused"));
    watch_report_free(report);
    int64_t begun_us = clock_mono_us();
    watch_free(f->watch);
    f->watch = NULL;
    assert_true(clock_mono_us() - begun_us < 2500000);
    assert_true(f->n_errors > 0);
}

static void test_nothing_comes_after_free(void **state)
{
    struct fixture *f = *state;
    watch_cluster(f, f->cluster.bootstrap, NULL, NULL, 1);
    watch_report_free(wait_report(f, is_good, 0));
    watch_free(f->watch);
    f->watch = NULL;
    int n = f->n_reports;
    mock_put(f->producer, "demo.pin", 0, 0, 100); /* time for a report that must not come */
    assert_int_equal(f->n_reports, n);
}

static void test_refused_configuration_is_a_report(void **state)
{
    struct fixture *f = *state;
    struct pt_error err;
    struct watch *watch;
    const struct watch_opts opts = {.topics_regex = "demo(", .report = on_report, .arg = f};
    assert_int_equal(watch_start(&opts, &watch, &err), PT_ECONFIG);
    assert_non_null(strstr(err.what, "pintop.topics"));
    assert_null(watch);
    watch_want(watch, WATCH_NEEDED, NULL, 0); /* watch is NULL: does nothing */
    watch_set_group(watch, "g");
    watch_cluster(f, NULL, NULL, NULL, 1000); /* without servers the watcher gets no handle */
    struct watch_report *report = wait_report(f, is_bad, 0);
    assert_int_equal(report->error.code, PT_ECONFIG);
    watch_report_free(report);
}

#define FLOW_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(test_first_report),
        FLOW_TEST(test_cluster_and_brokers_come_with_the_metadata),
        FLOW_TEST(test_statistics_tell_the_round_trips),
        FLOW_TEST(test_growth_is_seen_and_refresh_does_not_wait),
        FLOW_TEST(test_another_group),
        FLOW_TEST(test_a_group_that_never_committed_lags_by_all),
        FLOW_TEST(test_a_group_that_is_not_answered_has_no_lag),
        FLOW_TEST(test_one_leader_down_hides_only_its_partitions),
        FLOW_TEST(test_leaderless_partitions_are_left_out),
        FLOW_TEST(test_one_refused_topic_does_not_hide_the_others),
        FLOW_TEST(test_down_and_back_with_since),
        FLOW_TEST(test_unreachable_says_why_and_ends_in_time),
        FLOW_TEST(test_nothing_comes_after_free),
        FLOW_TEST(test_refused_configuration_is_a_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
