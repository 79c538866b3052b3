/* The engine while brokers fail: no record fails without need, none is lost, and the fault is
 * reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine_fixture.h"

enum { PRODUCE = 0, METADATA = 3, INIT_PRODUCER_ID = 22 }; /* Kafka's API keys */

#define PIN PT_STREAM_BIT(PT_PIN)
#define GEO PT_STREAM_BIT(PT_GEO)
#define USER PT_STREAM_BIT(PT_USER)

/* For tests that refuse produce requests. The mock cluster accepts a batch that follows a
 * refused one, which no broker does because its sequence number is wrong, and the
 * acknowledgement would then count for both. */
#define ONE_AT_A_TIME "max.in.flight.requests.per.connection=1"

static const char *const three[] = {"demo.pin", "demo.geo", "demo.user", NULL};

/* The mock cluster inside the engine; waits until it is up. */
static rd_kafka_mock_cluster_t *mock_of(struct flow *flow)
{
    flow_wait_up(flow);
    assert_non_null(flow->eng->embedded.mock);
    return flow->eng->embedded.mock;
}

static void stop_drained(struct flow *flow)
{
    flow_stop(flow, -1);
    flow_check_drained(flow);
    flow_close(flow);
}

/* ---- why records wait ---- */

static const char *wanted_reason;

static bool is_blocked_by(const struct flow *flow, int64_t id)
{
    return strstr(flow_stream(flow, (enum pt_stream_id)id)->blocked_by, wanted_reason) != NULL;
}

static void wait_blocked(struct flow *flow, enum pt_stream_id id, const char *reason)
{
    wanted_reason = reason;
    flow_wait(flow, is_blocked_by, id, reason);
}

static bool is_free(const struct flow *flow, int64_t id)
{
    return flow_stream(flow, (enum pt_stream_id)id)->blocked_by[0] == '\0';
}

/* librdkafka retries a refused batch and does not report this to the application. */
static void test_refused_again_and_again(void **state)
{
    enum { MANY = 20000 };
    static rd_kafka_resp_err_t errors[MANY];
    (void)state;
    for (int i = 0; i < MANY; i++)
        errors[i] = RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS;
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PIN), FLOW_SET("pintop.stream.rate=20", ONE_AT_A_TIME));
    rd_kafka_mock_cluster_t *mock = mock_of(flow);
    flow_wait_delivered(flow, PIN, 20);
    assert_string_equal(flow_stream(flow, PT_PIN)->blocked_by, "");
    rd_kafka_mock_push_request_errors_array(mock, PRODUCE, MANY, errors);
    wait_blocked(flow, PT_PIN, "NOT_ENOUGH_REPLICAS");
    assert_non_null(strstr(flow_stream(flow, PT_PIN)->blocked_by, "demo.pin-"));
    assert_true(strlen(flow_stream(flow, PT_PIN)->blocked_fix) > 0);
    rd_kafka_mock_clear_request_errors(mock, PRODUCE);
    flow_wait_delivered(flow, PIN, flow_stream(flow, PT_PIN)->generated);
    flow_wait(flow, is_free, PT_PIN, "nothing blocks it any more");
    stop_drained(flow);
}

/* ---- outages ---- */

static void test_broker_dies_and_comes_back(void **state)
{
    (void)state;
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.stream.rate=3000"));
    rd_kafka_mock_cluster_t *mock = mock_of(flow);
    for (int32_t id = 1; id <= EMBEDDED_BROKERS; id++) {
        flow_wait_delivered(flow, PT_STREAM_ALL, flow_stream(flow, PT_PIN)->delivered + 1000);
        rd_kafka_mock_broker_set_down(mock, id);
        flow_watch(flow, 700);
        rd_kafka_mock_broker_set_up(mock, id);
    }
    int64_t generated = flow_stream(flow, PT_PIN)->generated;
    flow_wait_delivered(flow, PT_STREAM_ALL, generated);
    assert_int_equal(flow_stream(flow, PT_PIN)->failed, 0);
    stop_drained(flow);
    flow_check_audit(FLOW_NONE, 5000);
}

/* No broker answers for 10 s. PT_LONG=1 makes it a minute, which is beyond every default
 * timeout. */
static void test_outage_fails_nothing(void **state)
{
    (void)state;
    const char *is_long = getenv("PT_LONG");
    int64_t outage_ms = is_long && *is_long == '1' ? 60000 : 10000;
    char timeout[24] = "";
    size_t len = sizeof timeout;
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                   FLOW_SET("pintop.stream.rate=2000", "pintop.stream.window=4096"));
    rd_kafka_mock_cluster_t *mock = mock_of(flow);
    flow_wait_delivered(flow, PT_STREAM_ALL, 1000);
    assert_int_equal(rd_kafka_conf_get(rd_kafka_conf(flow->eng->producer.rk), "message.timeout.ms",
                                       timeout, &len),
                     RD_KAFKA_CONF_OK);
    assert_string_equal(timeout, "0");

    flow_set_down(mock, true);
    int64_t begin_us = clock_mono_us();
    /* The window fills up: this is the back-pressure, and it is shown. */
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_WAITING);
    const struct pt_stream *pin = flow_stream(flow, PT_PIN);
    assert_true(strstr(pin->reason, "no acknowledgement") != NULL);
    flow_watch(flow, outage_ms - (clock_mono_us() - begin_us) / 1000);
    pin = flow_stream(flow, PT_PIN);
    /* The whole window: an acknowledged record keeps its slot until the sink has committed it. */
    assert_int_equal(pin->next_index - pin->lowest_unresolved, 4096);
    assert_true(pin->in_flight > 1000);
    assert_true(pin->oldest_unresolved_ms > outage_ms / 2);
    assert_int_equal(flow->snap->cluster->state, PT_CLUSTER_DOWN);
    assert_true(flow->snap->cluster->last_error[0] != 0);
    assert_true(flow->snap->session->verdict >= PT_V_DEGRADED);

    flow_set_down(mock, false);
    flow_wait_delivered(flow, PT_STREAM_ALL, pin->generated + 2000);
    for (int i = 0; i < PT_STREAMS; i++)
        assert_int_equal(flow_stream(flow, i)->failed, 0);
    flow_wait_up(flow);
    stop_drained(flow);
    flow_check_audit(FLOW_NONE, 4096);
}

/* Three topics with one partition each, led by three brokers; one of the brokers goes down. */
static void test_one_leader_down(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(three, 1);
    for (int32_t i = 0; i < PT_STREAMS; i++)
        rd_kafka_mock_partition_set_leader(cluster->mock, three[i], 0, i + 1);
    const char *const *settings =
        FLOW_SET(flow_servers(cluster), "pintop.stream.rate=1000", "pintop.stream.window=1024");
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), settings);
    flow_wait_delivered(flow, PT_STREAM_ALL, 500);
    rd_kafka_mock_broker_set_down(cluster->mock, 1);
    flow_wait_state(flow, PIN, PT_STREAM_WAITING);
    int64_t pin = flow_stream(flow, PT_PIN)->delivered, begin_ms = flow->snap->time_ms;
    int64_t geo = flow_stream(flow, PT_GEO)->delivered,
            user = flow_stream(flow, PT_USER)->delivered;
    flow_watch(flow, 3000);
    double seconds = (double)(flow->snap->time_ms - begin_ms) / 1000;
    assert_int_equal(flow_stream(flow, PT_PIN)->delivered, pin);
    assert_int_equal(flow_stream(flow, PT_PIN)->state, PT_STREAM_WAITING);
    assert_int_equal(flow_stream(flow, PT_GEO)->state, PT_STREAM_RUNNING);
    assert_true((double)(flow_stream(flow, PT_GEO)->delivered - geo) > 800 * seconds);
    assert_true((double)(flow_stream(flow, PT_USER)->delivered - user) > 800 * seconds);
    wait_blocked(flow, PT_PIN, "cannot be reached");
    assert_non_null(strstr(flow_stream(flow, PT_PIN)->blocked_by, "broker 1 "));
    rd_kafka_mock_broker_set_up(cluster->mock, 1);
    flow_wait_delivered(flow, PIN, pin + 1024);
    stop_drained(flow);
    flow_check_audit(settings, 1024);
}

/* The mock cluster of librdkafka 2.5.0 and later (seen in 2.5.0, 2.6.1, 2.8.0 and 2.16.0, not in
 * 2.4.0) follows the null pointer of the missing leader when it answers with KIP-951's current
 * leader. */
static bool does_mock_survive_without_leader(void)
{
    if (rd_kafka_version() < 0x02050000)
        return true;
    print_message("SKIPPED test_leaderless: the mock cluster of librdkafka %s crashes when a "
                  "partition has no leader\n",
                  rd_kafka_version_str());
    return false;
}

/* Partitions without a leader, as during an election. */
static void test_leaderless(void **state)
{
    (void)state;
    if (!does_mock_survive_without_leader())
        skip();
    struct embedded *cluster = flow_cluster(three, 1);
    const char *const *settings =
        FLOW_SET(flow_servers(cluster), "pintop.stream.rate=500", "pintop.stream.window=512");
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), settings);
    flow_wait_delivered(flow, PT_STREAM_ALL, 100);
    rd_kafka_mock_partition_set_leader(cluster->mock, "demo.geo", 0, -1);
    flow_wait_state(flow, GEO, PT_STREAM_WAITING);
    int64_t pin = flow_stream(flow, PT_PIN)->delivered;
    flow_wait_delivered(flow, PIN | USER, pin + 500);
    wait_blocked(flow, PT_GEO, "partition 0 of demo.geo has no leader");
    assert_string_equal(flow_stream(flow, PT_PIN)->blocked_by, "");
    assert_int_equal(flow_stream(flow, PT_GEO)->state, PT_STREAM_WAITING);
    rd_kafka_mock_partition_set_leader(cluster->mock, "demo.geo", 0, 2);
    flow_wait_delivered(flow, GEO, flow_stream(flow, PT_GEO)->generated + 100);
    assert_int_equal(flow_stream(flow, PT_GEO)->failed, 0);
    stop_drained(flow);
    flow_check_audit(settings, 512);
}

/* ---- refusals ---- */

static void test_retriable_errors(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                                   FLOW_SET("pintop.stream.rate=500", ONE_AT_A_TIME));
    rd_kafka_mock_cluster_t *mock = mock_of(flow);
    flow_wait_delivered(flow, PT_STREAM_ALL, 100);
    rd_kafka_mock_push_request_errors(
        mock, PRODUCE, 6, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__TRANSPORT,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    flow_wait_delivered(flow, PT_STREAM_ALL, flow_stream(flow, PT_PIN)->generated + 500);
    for (int i = 0; i < PT_STREAMS; i++) {
        assert_int_equal(flow_stream(flow, i)->failed, 0);
        assert_int_equal(flow_stream(flow, i)->doubles_possible, 0);
    }
    stop_drained(flow);
    flow_check_audit(FLOW_NONE, 500);
}

static bool has_no_failed(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return flow_stream(flow, PT_PIN)->failed == 0;
}

/* The wish is gone, and so are the reports of the records of before: a start is not undone by them.
 */
static bool have_stopped(const struct flow *flow, int64_t streams)
{
    bool have = true;
    for (int i = 0; i < PT_STREAMS; i++)
        if (streams & PT_STREAM_BIT(i))
            have &= !flow_stream(flow, i)->is_wanted && flow_stream(flow, i)->in_flight == 0;
    return have;
}

/* After one permanent refusal the stream stops and gives the reason; a start generates the
 * record again. */
static void check_permanent(rd_kafka_resp_err_t code, const char *reason, const char *fix)
{
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PIN), FLOW_SET("pintop.stream.rate=200", ONE_AT_A_TIME));
    rd_kafka_mock_cluster_t *mock = mock_of(flow);
    flow_wait_delivered(flow, PIN, 50);
    rd_kafka_mock_push_request_errors(mock, PRODUCE, 1, code);
    flow_wait_state(flow, PIN, PT_STREAM_ERROR);
    const struct pt_stream *pin = flow_stream(flow, PT_PIN);
    if (!strstr(pin->reason, reason) || !strstr(pin->fix, fix))
        fail_msg("reason '%s', fix '%s'", pin->reason, pin->fix);
    assert_null(strchr(pin->reason, '{')); /* the reason does not contain the record */
    assert_false(pin->is_wanted);
    assert_true(pin->failed > 0);
    /* A failed record keeps its slot, and the account does not advance past it. */
    assert_true(pin->lowest_unresolved < pin->next_index);
    assert_true(flow_has_event(flow, reason));

    flow_wait(flow, have_stopped, PIN, "the stream has stopped");
    flow_start_streams(flow, PIN);
    flow_wait(flow, has_no_failed, 0, "the failed records are generated again");
    flow_wait_delivered(flow, PIN, flow_stream(flow, PT_PIN)->generated);
    assert_int_equal(flow_stream(flow, PT_PIN)->state, PT_STREAM_RUNNING);
    assert_string_equal(flow_stream(flow, PT_PIN)->reason, "");
    stop_drained(flow);
    struct pt_audit audit = flow_audit(FLOW_NONE, PT_AUDIT_AUTO);
    assert_int_equal(audit.streams[PT_PIN].missing, 0);
    assert_int_equal(audit.streams[PT_PIN].doubled, 0);
    assert_int_equal(audit.streams[PT_PIN].foreign, 0);
}

static void test_not_authorized(void **state)
{
    (void)state;
    check_permanent(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "permission denied", "topic");
}

static void test_too_large(void **state)
{
    (void)state;
    check_permanent(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "large", "");
}

/* Failed records are not lost with the process: the next run generates them. */
static void test_failed_at_the_end(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_RUN(.start = PIN, .count = 2000, .has_sink_drain = true),
                                   FLOW_SET("pintop.stream.rate=500", ONE_AT_A_TIME));
    rd_kafka_mock_cluster_t *mock = mock_of(flow);
    flow_wait_delivered(flow, PIN, 50);
    rd_kafka_mock_push_request_errors(mock, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_string_equal(flow_run_out(flow), "error");
    const struct pt_stream *pin = flow_stream(flow, PT_PIN);
    int64_t lowest = pin->lowest_unresolved;
    assert_int_equal(pin->state, PT_STREAM_ERROR);
    assert_true(pin->failed > 0);
    assert_int_equal(pin->in_flight, 0);
    flow_close(flow);
    struct checkpoint *cp = flow_checkpoint("embedded", "demo.pin");
    assert_int_equal(cp->next_index, lowest);
    free(cp);

    flow = flow_start(FLOW_RUN(.start = PIN, .count = 100, .has_sink_drain = true),
                      FLOW_SET("pintop.stream.rate=max"));
    assert_string_equal(flow_run_out(flow), "count");
    assert_int_equal(flow_stream(flow, PT_PIN)->first_index, lowest);
    flow_close(flow);
    struct pt_audit audit = flow_audit(FLOW_NONE, PT_AUDIT_AUTO);
    assert_int_equal(audit.streams[PT_PIN].missing, 0);
    assert_int_equal(audit.streams[PT_PIN].foreign, 0);
}

/* ---- the producer fails ---- */

static void test_fatal_error(void **state)
{
    (void)state;
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.stream.rate=2000"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 1000);
    rd_kafka_test_fatal_error(flow->eng->producer.rk,
                              RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "on purpose");
    flow_wait_event(flow, "may double");
    flow_wait_delivered(flow, PT_STREAM_ALL, flow_stream(flow, PT_PIN)->generated + 1000);
    int64_t doubles = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        assert_int_equal(flow_stream(flow, i)->failed, 0);
        doubles += flow_stream(flow, i)->doubles_possible;
    }
    char text[64];
    snprintf(text, sizeof text, "may double %lld", (long long)doubles);
    assert_true(flow_has_event(flow, text));

    /* A second fatal error within a minute stops the streams. */
    rd_kafka_test_fatal_error(flow->eng->producer.rk, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
                              "once more");
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_ERROR);
    assert_true(flow_stream(flow, PT_PIN)->reason[0] != 0);
    assert_true(flow_stream(flow, PT_PIN)->fix[0] != 0);
    assert_int_equal(flow_stream(flow, PT_PIN)->in_flight, 0);

    /* A start creates a new producer and sends again what was in flight. */
    flow_start_streams(flow, PT_STREAM_ALL);
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_RUNNING);
    flow_wait_delivered(flow, PT_STREAM_ALL, flow_stream(flow, PT_PIN)->generated + 1000);
    stop_drained(flow);
    flow_check_audit(FLOW_NONE, 4000);
}

/* The same error from a broker, with a window full of records. */
static void test_fatal_error_by_the_broker(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(three, 3);
    const char *const *settings = FLOW_SET(flow_servers(cluster), "pintop.stream.rate=3000",
                                           "pintop.stream.window=4096", ONE_AT_A_TIME);
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), settings);
    flow_wait_delivered(flow, PT_STREAM_ALL, 1000);
    rd_kafka_mock_push_request_errors(cluster->mock, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    flow_wait_event(flow, "may double");
    flow_wait_delivered(flow, PT_STREAM_ALL, flow_stream(flow, PT_PIN)->generated + 3000);
    for (int i = 0; i < PT_STREAMS; i++)
        assert_int_equal(flow_stream(flow, i)->failed, 0);
    stop_drained(flow);
    flow_check_audit(settings, 4096);
}

/* A stop does not hang, even when the producer has failed for good. */
static void test_stop_with_a_dead_producer(void **state)
{
    (void)state;
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.stream.rate=1000"));
    rd_kafka_mock_cluster_t *mock = mock_of(flow);
    flow_wait_delivered(flow, PT_STREAM_ALL, 500);
    flow_set_down(mock, true);
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_RUNNING);
    flow_watch(flow, 300);
    rd_kafka_test_fatal_error(flow->eng->producer.rk, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
                              "on purpose");
    assert_in_range(flow_stop(flow, 300), 0, 5000);
    for (int i = 0; i < PT_STREAMS; i++)
        assert_int_equal(flow_stream(flow, i)->in_flight, 0);
    assert_true(flow_stream(flow, PT_PIN)->unresolved > 0);
    flow_close(flow);
    flow_run_whole(100, FLOW_SET("pintop.stream.rate=max"));
    flow_check_audit(FLOW_NONE, 2000);
}

static void test_right_to_write_idempotently(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(three, 1);
    rd_kafka_mock_push_request_errors(cluster->mock, INIT_PRODUCER_ID, 4,
                                      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                                      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                                      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                                      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED);
    const char *const *settings =
        FLOW_SET(flow_servers(cluster), "pintop.stream.rate=100", "pintop.stream.window=128");
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), settings);
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_ERROR);
    const struct pt_stream *pin = flow_stream(flow, PT_PIN);
    assert_non_null(strstr(pin->reason, "permission denied"));
    assert_non_null(strstr(pin->fix, "WriteDataIdempotently"));
    assert_non_null(strstr(pin->fix, "enable.idempotence=false"));
    assert_int_equal(pin->delivered, 0);
    rd_kafka_mock_clear_request_errors(cluster->mock, INIT_PRODUCER_ID);
    /* When the permission is granted, a start continues, and no record was lost. */
    flow_wait(flow, have_stopped, PT_STREAM_ALL, "the streams have stopped");
    flow_start_streams(flow, PT_STREAM_ALL);
    flow_wait_delivered(flow, PT_STREAM_ALL, 100);
    stop_drained(flow);
    flow_check_audit(settings, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_broker_dies_and_comes_back, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_outage_fails_nothing, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_refused_again_and_again, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_one_leader_down, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_leaderless, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_retriable_errors, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_not_authorized, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_too_large, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_failed_at_the_end, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_fatal_error, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_fatal_error_by_the_broker, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_stop_with_a_dead_producer, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_right_to_write_idempotently, flow_setup,
                                        flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
