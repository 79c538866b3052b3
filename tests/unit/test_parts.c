/* The parts of the engine, each alone on a desk of the test's: facts go in, sections and events
 * come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/section.h"
#include "parts/cluster.h"
#include "parts/series.h"
#include "parts/session.h"
#include "parts/topics.h"
#include "test_desk.h"

static struct test_desk desk;

static int start(void **state)
{
    (void)state;
    test_desk_init(&desk, test_desk_usual);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_desk_done(&desk);
    return 0;
}

static void report_drop(void *report)
{
    watch_report_free(report);
}

/* Two topics, "a" (watched, high) and "b"; one broker. */
static struct watch_report *report_new(int64_t high, int64_t lag)
{
    struct watch_report *r = calloc(1, sizeof *r);
    r->time_ms = test_desk_ms();
    r->mono_us = desk_mono_us(&desk.desk);
    r->since_ms = PT_UNKNOWN;
    r->has_metadata = r->has_answer = true;
    snprintf(r->cluster_id, sizeof r->cluster_id, "cluster-1");
    r->brokers = calloc(1, sizeof *r->brokers);
    r->n_brokers = 1;
    r->brokers[0] = (struct pt_broker){.id = 1, .port = 9092, .state = PT_BROKER_UP};
    r->topics = calloc(2, sizeof *r->topics);
    r->partitions = calloc(1, sizeof *r->partitions);
    r->n_topics = 2;
    r->n_partitions = 1;
    r->topics[0] = (struct pt_topic){.name = "a",
                                     .n_partitions = 1,
                                     .is_watched = true,
                                     .high = high,
                                     .messages = high,
                                     .committed = high - lag,
                                     .lag = lag,
                                     .asked_ms = r->time_ms};
    r->topics[1] = (struct pt_topic){
        .name = "b", .high = PT_UNKNOWN, .committed = PT_UNKNOWN, .lag = PT_UNKNOWN};
    r->partitions[0] =
        (struct pt_partition){.leader = 1, .high = high, .committed = high - lag, .lag = lag};
    return r;
}

static struct watch_report *report_failed(pt_code code, const char *what)
{
    struct watch_report *r = calloc(1, sizeof *r);
    r->time_ms = test_desk_ms();
    r->since_ms = r->time_ms;
    pt_error_set(&r->error, code, "Look into it.", "%s", what);
    return r;
}

static struct fact *reported(struct watch_report *report)
{
    return fact_with(FACT_REPORT, report, report_drop);
}

/* ---- cluster ---- */

static struct cluster_part cluster;

static const struct pt_cluster_section *cluster_now(void)
{
    test_desk_put(&desk, (const void **)&desk.now.cluster, cluster_part_section(&cluster));
    return desk.now.cluster;
}

static void a_cluster_comes_goes_and_comes_again(void **state)
{
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    assert_int_equal(cluster_now()->state, PT_CLUSTER_UNKNOWN);
    assert_string_equal(cluster_now()->bootstrap_servers, "127.0.0.1:1");
    assert_null(cluster_part_section(&cluster)); /* nothing changed */
    test_desk_take(&cluster_part, &cluster, reported(report_failed(PT_EIO, "refused")));
    assert_int_equal(cluster_now()->state, PT_CLUSTER_CONNECTING);
    assert_string_equal(cluster_now()->last_error, "refused");
    test_desk_wait_ms(4000);
    test_desk_take(&cluster_part, &cluster, reported(report_failed(PT_EIO, "refused")));
    assert_int_equal(cluster_now()->state, PT_CLUSTER_DOWN);
    assert_string_equal(test_desk_event(&desk), "no broker answers: refused");
    test_desk_take(&cluster_part, &cluster, reported(report_new(10, 0)));
    assert_int_equal(cluster_now()->state, PT_CLUSTER_UP);
    assert_string_equal(cluster_now()->id, "cluster-1");
    assert_int_equal(cluster_now()->n_brokers, 1);
    assert_int_equal(cluster_now()->since_ms, test_desk_ms());
    cluster_part_done(&cluster);
}

/* Brokers that are late may still answer: only a silence that is longer than anybody waits counts.
 */
static void a_late_cluster_is_not_down(void **state)
{
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    test_desk_take(&cluster_part, &cluster, reported(report_new(10, 0)));
    int64_t since_ms = test_desk_ms();
    test_desk_wait_ms(10000);
    struct watch_report *late = report_failed(PT_ETIMEOUT, "timed out");
    late->is_late = true;
    late->since_ms = since_ms;
    test_desk_take(&cluster_part, &cluster, reported(late));
    assert_int_equal(cluster_now()->state, PT_CLUSTER_UP);
    test_desk_wait_ms(21000);
    late = report_failed(PT_ETIMEOUT, "timed out");
    late->is_late = true;
    late->since_ms = since_ms;
    test_desk_take(&cluster_part, &cluster, reported(late));
    assert_int_equal(cluster_now()->state, PT_CLUSTER_DOWN);
    assert_int_equal(cluster_now()->brokers[0].state, PT_BROKER_DOWN);
    cluster_part_done(&cluster);
}

static void a_broker_that_statistics_know_to_be_down_makes_it_partial(void **state)
{
    struct stats *stats = calloc(1, sizeof *stats);
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    stats->n_brokers = 1;
    stats->retries = 4;
    stats->brokers[0] =
        (struct pt_broker){.id = 1, .state = PT_BROKER_DOWN, .rtt_ms = 2.5, .throttle_ms = 0};
    stats->ts_us = 1000000;
    struct stats *later = malloc(sizeof *later);
    assert_non_null(later);
    *later = *stats;
    later->ts_us = later->age_us = 2000000;
    later->sent_bytes[0] = 700;
    assert_false(test_desk_take(&cluster_part, &cluster, fact_with(FACT_STATS, stats, free)));
    test_desk_take(&cluster_part, &cluster, reported(report_new(10, 0)));
    assert_true(isnan(cluster_now()->brokers[0].sent_bytes_per_s));
    assert_false(test_desk_take(&cluster_part, &cluster, fact_with(FACT_STATS, later, free)));
    assert_true(cluster_now()->brokers[0].sent_bytes_per_s == 700);
    assert_int_equal(cluster_now()->state, PT_CLUSTER_PARTIAL);
    assert_int_equal(cluster_now()->retries, 4);
    assert_true(cluster_now()->brokers[0].rtt_ms == 2.5);
    cluster_part_done(&cluster);
}

/* Nothing is sent, so the producer knows nothing of the broker; the watcher's figures pass, too,
 * without any new fact. */
static void the_watcher_tells_of_the_brokers_while_nothing_is_sent(void **state)
{
    static const char json[] = "{\"ts\":1000000,\"brokers\":{\"b\":{\"name\":\"h:1/1\","
                               "\"nodeid\":1,\"state\":\"UP\",\"txbytes\":5,"
                               "\"rtt\":{\"cnt\":3,\"avg\":700,\"p99\":900}}}}";
    struct stats *stats = calloc(1, sizeof *stats);
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    test_desk_take(&cluster_part, &cluster, reported(report_new(10, 0)));
    assert_true(isnan(cluster_now()->brokers[0].rtt_ms));
    assert_int_equal(stats_parse(json, strlen(json), stats, NULL), PT_OK);
    assert_false(test_desk_take(&cluster_part, &cluster, fact_with(FACT_WATCH_STATS, stats, free)));
    assert_false(test_desk_take(&cluster_part, &cluster, fact_new(FACT_WATCH_STATS)));
    assert_true(cluster_now()->brokers[0].rtt_ms == 0.7);
    assert_int_equal(cluster_now()->brokers[0].rtt_of, PT_RTT_WATCH);
    assert_int_equal(cluster_now()->retries, PT_UNKNOWN); /* only the producer's count */
    test_desk_wait_ms(15001);
    assert_true(isnan(cluster_now()->brokers[0].rtt_ms));
    assert_int_equal(cluster_now()->brokers[0].rtt_of, PT_RTT_UNKNOWN);
    cluster_part_done(&cluster);
}

static void a_topic_without_a_leader_makes_it_partial(void **state)
{
    struct watch_report *report = report_new(10, 0);
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    report->topics[0].leaderless = 1;
    test_desk_take(&cluster_part, &cluster, reported(report));
    assert_int_equal(cluster_now()->state, PT_CLUSTER_PARTIAL);
    cluster_part_done(&cluster);
}

static void a_cluster_that_is_not_found_says_why_until_it_is(void **state)
{
    struct pt_error err;
    struct fact *fact = fact_new(FACT_TROUBLE);
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    pt_error_set(&err, PT_ENOTFOUND, "Name another.", "MSK cluster prod: not found");
    fact_fail(fact, &err);
    test_desk_take(&cluster_part, &cluster, fact);
    assert_string_equal(cluster_now()->last_error, "MSK cluster prod: not found");
    assert_string_equal(cluster_now()->last_fix, "Name another.");
    assert_int_equal(test_desk_events(&desk), 1);
    fact = fact_new(FACT_TROUBLE);
    fact_fail(fact, &err);
    test_desk_take(&cluster_part, &cluster, fact); /* the same again makes no second event */
    assert_int_equal(test_desk_events(&desk), 1);
    test_desk_take(&cluster_part, &cluster, fact_new(FACT_TROUBLE));
    assert_string_equal(cluster_now()->last_error, "");
    assert_string_equal(test_desk_event(&desk), "the cluster is found: 127.0.0.1:1");
    cluster_part_done(&cluster);
}

/* Who gives a run up asks in the same moment in which the broker refused the login, before any
 * section says so: the section has the general advice, the run what AWS said of these keys. */
static void a_refusal_is_explained_by_what_is_known_of_the_login_now(void **state)
{
    struct fact *fact = fact_new(FACT_KAFKA_ERROR);
    struct pt_auth auth = {.state = PT_AUTH_OK,
                           .broker_meaning = "AWS doesn't take these keys either: no such key"};
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    fact->number = RD_KAFKA_RESP_ERR__AUTHENTICATION;
    snprintf(fact->text, sizeof fact->text, "the broker denies the IAM login (Access denied)");
    test_desk_take(&cluster_part, &cluster, fact);
    assert_non_null(strstr(cluster_now()->last_fix, "page 4"));
    assert_string_equal(cluster_trouble(&cluster, &auth).fix, auth.broker_meaning);
    auth.broker_meaning[0] = '\0';
    assert_non_null(strstr(cluster_trouble(&cluster, &auth).fix, "page 4"));
    cluster_part_done(&cluster);
}

static void a_boot_that_fails_is_a_cluster_that_is_down(void **state)
{
    struct pt_error err;
    struct fact *fact = fact_new(FACT_BOOTED);
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    pt_error_set(&err, PT_EIO, "Free it.", "state directory: full");
    fact_fail(fact, &err);
    test_desk_take(&cluster_part, &cluster, fact);
    assert_int_equal(cluster_now()->state, PT_CLUSTER_DOWN);
    assert_string_equal(cluster_now()->last_error, "state directory: full");
    cluster_part_done(&cluster);
}

/* A login without a token stands before what the brokers said. */
static void without_a_token_that_is_the_trouble(void **state)
{
    struct pt_auth_section *auth = section_new(sizeof *auth);
    struct fact *fact = fact_new(FACT_KAFKA_ERROR);
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    snprintf(fact->text, sizeof fact->text, "127.0.0.1:1: Connection refused");
    fact->number = RD_KAFKA_RESP_ERR__TRANSPORT;
    test_desk_take(&cluster_part, &cluster, fact);
    assert_non_null(strstr(cluster_now()->last_error, "Connection refused"));
    assert_int_equal(cluster_now()->errors, 1);
    auth->auth.state = PT_AUTH_FAILED;
    snprintf(auth->auth.last_error, sizeof auth->auth.last_error, "no credentials");
    test_desk_put(&desk, (const void **)&desk.now.auth, auth);
    assert_string_equal(cluster_now()->last_error, "no credentials");
    cluster_part_done(&cluster);
}

static void a_clock_that_is_set_moves_the_clusters_time(void **state)
{
    (void)state;
    cluster_part_init(&cluster, &desk.desk, "");
    int64_t since_ms = cluster_now()->since_ms;
    cluster_part.clock_set(&cluster, -3600000);
    assert_int_equal(cluster_now()->since_ms, since_ms - 3600000);
    cluster_part_done(&cluster);
}

static const struct topics_hooks no_hooks;
static struct topics_part topics;
static struct series_part series;

static const struct pt_topics_section *topics_now(void)
{
    test_desk_put(&desk, (const void **)&desk.now.topics, topics_part_section(&topics));
    return desk.now.topics;
}

static void rates_come_from_looks_that_answered(void **state)
{
    (void)state;
    topics_part_init(&topics, &desk.desk, &no_hooks);
    assert_int_equal(topics_now()->n_topics, 0);
    assert_int_equal(topics_now()->asked_ms, PT_UNKNOWN);
    for (int i = 0; i < 3; i++) {
        assert_true(test_desk_take(&topics_part, &topics, reported(report_new(100 * i, 0))));
        test_desk_wait_ms(1000);
    }
    assert_int_equal(topics_now()->n_topics, 2);
    assert_true(fabs(topics_now()->topics[0].in_per_s - 100) < 0.01);
    assert_true(fabs(topics_now()->topics[0].out_per_s - 100) < 0.01);
    assert_true(isnan(topics_now()->topics[1].in_per_s)); /* it is not watched */
    assert_int_equal(topics_now()->topics[0].stream, -1);
    test_desk_take(&topics_part, &topics, reported(report_failed(PT_EIO, "no answer")));
    assert_string_equal(topics_now()->error, "no answer");
    assert_int_equal(topics_now()->n_topics, 2); /* the last good look stays */
    assert_true(isnan(topics_now()->topics[0].in_per_s));
    test_desk_take(&topics_part, &topics, reported(report_new(400, 10)));
    assert_string_equal(topics_now()->error, "");
    topics_part_done(&topics);
}

static void a_configuration_that_cannot_work_ends_the_errand(void **state)
{
    struct pt_error failure;
    (void)state;
    topics_part_init(&topics, &desk.desk, &no_hooks);
    test_desk_take(&topics_part, &topics, reported(report_failed(PT_ECONFIG, "no such setting")));
    assert_int_equal(inbox_failure(&desk.inbox, &failure), PT_ECONFIG);
    topics_part_done(&topics);
}

static void one_sample_a_second_of_what_is_shown(void **state)
{
    struct pt_streams_section *streams = section_new(sizeof *streams);
    (void)state;
    series_part_init(&series, &desk.desk);
    test_desk_put(&desk, (const void **)&desk.now.series, series_part.section(&series));
    assert_int_equal(desk.now.series->last_sample, -1);
    assert_null(series_part.section(&series)); /* no tick, no sample */
    for (int i = 0; i < PT_STREAMS; i++)
        streams->streams[i].delivered_per_s = i == 0 ? 10 : NAN;
    test_desk_put(&desk, (const void **)&desk.now.streams, streams);
    series_part.tick(&series, 0);
    test_desk_put(&desk, (const void **)&desk.now.series, series_part.section(&series));
    assert_int_equal(desk.now.series->last_sample, 0);
    assert_int_equal(desk.now.series->last_sample_ms, test_desk_ms());
    assert_true(desk.now.series->produced[0] == 10); /* unknown adds nothing */
    assert_true(isnan(desk.now.series->in[0]));
    assert_null(series_part.section(&series));
}

/* ---- session ---- */

static struct session_part session;
static struct session_stop session_stop;

static void on_stopping(void *arg, struct session_stop *stop)
{
    (void)arg;
    *stop = session_stop;
}

static int start_session(void **state)
{
    const struct session_hooks hooks = {NULL, on_stopping};
    start(state);
    session_stop = (struct session_stop){0};
    session_part_init(&session, &desk.desk, &hooks);
    return 0;
}

static const struct pt_session_section *session_now(void)
{
    test_desk_put(&desk, (const void **)&desk.now.session, session_part_section(&session));
    return desk.now.session;
}

static void the_session_says_who_we_are(void **state)
{
    (void)state;
    assert_string_equal(session_now()->version, PINTOP_VERSION);
    assert_string_equal(session_now()->user_id, "demo");
    assert_int_equal(session_now()->verdict, PT_V_UNKNOWN); /* nothing is known of anything */
    assert_true(session_now()->is_owner);
    assert_null(session_part_section(&session));
    atomic_store(&desk.owner.pid, 4711);
    assert_false(session_now()->is_owner);
    assert_int_equal(session_now()->owner_pid, 4711);
    assert_false(session_now()->is_stopping);
    assert_int_equal(session_now()->stop_timeout_ms, 5000);
    assert_int_equal(pt_session_stop_ms(session_now(), 7), 5000);
    struct pt_session_section other = {.stop_timeout_ms = PT_UNKNOWN};
    assert_int_equal(pt_session_stop_ms(&other, 7), 7);
    other.stop_timeout_ms = INT64_MAX;
    assert_int_equal(pt_session_stop_ms(&other, 7), PT_STOP_MAX_MS);
    for (int i = PT_STREAM_UNKNOWN; i <= PT_STREAM_ELSEWHERE; i++)
        assert_int_equal(pt_stream_is_going((enum pt_stream_state)i),
                         i >= PT_STREAM_STARTING && i <= PT_STREAM_STOPPING);
    session_stop = (struct session_stop){
        .is_stopping = true, .text = "draining 7 records", .why = "pintop 7: \x1b[31mstop"};
    assert_true(session_now()->is_stopping && !session_now()->is_stopped);
    assert_string_equal(session_now()->stopping_text, "draining 7 records");
    assert_string_equal(session_now()->stopping_why, "pintop 7: \\x1b[31mstop");
    session_stop.is_stopped = true;
    assert_true(session_now()->is_stopped);
}

static struct fact *written(int64_t slot, const char *what)
{
    struct pt_error err = {0};
    struct fact *fact = fact_new(FACT_WRITTEN);
    fact->number = slot;
    if (what != NULL)
        pt_error_set(&err, PT_EIO, "Free it.", "%s", what);
    fact_fail(fact, &err);
    return fact;
}

static void a_checkpoint_that_is_not_written_is_told_once(void **state)
{
    (void)state;
    test_desk_take(&session_part, &session, written(1, "disk full"));
    test_desk_take(&session_part, &session, written(1, "disk full"));
    assert_int_equal(test_desk_events(&desk), 1);
    assert_string_equal(session_disk_error(&session), "disk full");
    test_desk_take(&session_part, &session, written(1, NULL));
    assert_string_equal(test_desk_event(&desk), "the checkpoint reaches the disk again");
    assert_string_equal(session_disk_error(&session), "");
    test_desk_take(&session_part, &session, written(99, "no such slot"));
    assert_int_equal(test_desk_events(&desk), 2);
}

static void moves_are_seen_between_looks(void **state)
{
    struct fact *newest = fact_new(FACT_NEWEST);
    (void)state;
    newest->number = test_desk_ms() - 60000;
    test_desk_take(&session_part, &session, newest);
    assert_int_equal(session.moves.in_ms, test_desk_ms() - 60000);
    test_desk_take(&session_part, &session, reported(report_new(10, 5)));
    assert_int_equal(session.moves.watched_since_ms, test_desk_ms());
    test_desk_wait_ms(1000);
    test_desk_take(&session_part, &session, reported(report_new(12, 7)));
    assert_int_equal(session.moves.in_ms, test_desk_ms());
    int64_t arrived_ms = test_desk_ms();
    test_desk_wait_ms(1000);
    test_desk_take(&session_part, &session, reported(report_new(12, 0))); /* only the lag shrinks */
    assert_int_equal(session.moves.in_ms, arrived_ms);
    session_part.clock_set(&session, 3600000);
    assert_int_equal(session.moves.in_ms, arrived_ms + 3600000);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(a_cluster_comes_goes_and_comes_again),
        ON(a_late_cluster_is_not_down),
        ON(a_broker_that_statistics_know_to_be_down_makes_it_partial),
        ON(the_watcher_tells_of_the_brokers_while_nothing_is_sent),
        ON(a_topic_without_a_leader_makes_it_partial),
        ON(a_cluster_that_is_not_found_says_why_until_it_is),
        ON(a_refusal_is_explained_by_what_is_known_of_the_login_now),
        ON(a_boot_that_fails_is_a_cluster_that_is_down),
        ON(without_a_token_that_is_the_trouble),
        ON(a_clock_that_is_set_moves_the_clusters_time),
        ON(rates_come_from_looks_that_answered),
        ON(a_configuration_that_cannot_work_ends_the_errand),
        ON(one_sample_a_second_of_what_is_shown),
        cmocka_unit_test_setup_teardown(the_session_says_who_we_are, start_session, end),
        cmocka_unit_test_setup_teardown(a_checkpoint_that_is_not_written_is_told_once,
                                        start_session, end),
        cmocka_unit_test_setup_teardown(moves_are_seen_between_looks, start_session, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
