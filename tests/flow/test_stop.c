/* Stopping in bad times: in time, honest about what is open, and the next run makes it good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

enum { FROZEN_MS = 100000 };

static void set_frozen(rd_kafka_mock_cluster_t *mock, bool is_frozen)
{
    for (int32_t id = 1; id <= EMBEDDED_BROKERS; id++)
        rd_kafka_mock_broker_set_rtt(mock, id, is_frozen ? FROZEN_MS : 0);
}

/* Of a stopped engine: nothing is in flight, and the checkpoints say what the streams say. */
static int64_t check_unresolved(const struct flow *flow, const char *cluster_id)
{
    int64_t unresolved = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *s = flow_stream(flow, i);
        assert_int_equal(s->in_flight, 0);
        assert_int_equal(s->failed, 0);
        unresolved += s->unresolved;
        struct checkpoint *cp = flow_checkpoint(cluster_id, s->topic);
        assert_int_equal(cp->next_index, s->lowest_unresolved);
        assert_int_equal(cp->taken_index, s->next_index);
        assert_string_equal(cp->ended_why, "the test's end");
        free(cp);
    }
    return unresolved;
}

/* The next run begins at the lowest unresolved, says so, and leaves nothing missing. */
static void check_next_run(const char *const *settings, const int64_t *lowest, int64_t max_doubled)
{
    struct flow *flow = flow_start(FLOW_STREAM(5000), settings);
    flow_wait_event(flow, "may be doubled");
    assert_string_equal(flow_run_out(flow), "count");
    flow_check_drained(flow);
    for (int i = 0; i < PT_STREAMS; i++) {
        assert_int_equal(flow_stream(flow, i)->first_index, lowest[i]);
        assert_true(flow_stream(flow, i)->doubles_possible > 0);
    }
    flow_close(flow);
    flow_check_audit(settings, max_doubled);
}

/* The embedded brokers take everything and answer nothing. */
static void test_frozen_embedded(void **state)
{
    (void)state;
    const char *const *settings = FLOW_SET("pintop.stream.rate=2000", "pintop.stream.window=8192");
    int64_t lowest[PT_STREAMS];
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), settings);
    flow_wait_delivered(flow, PT_STREAM_ALL, 1000);
    set_frozen(flow->eng->embedded.mock, true);
    flow_watch(flow, 500);
    int64_t took_ms = flow_stop(flow, 400);
    assert_in_range(took_ms, 300, 4000);
    assert_true(check_unresolved(flow, "embedded") > 100);
    assert_true(flow_has_event(flow, "records unresolved"));
    for (int i = 0; i < PT_STREAMS; i++)
        lowest[i] = flow_stream(flow, i)->lowest_unresolved;
    flow_close(flow);
    /* The cluster is gone with its records: what the sink had not committed is made again. */
    settings = FLOW_SET("pintop.stream.rate=max", "pintop.stream.window=8192");
    check_next_run(settings, lowest, 8192);
}

/* The same on a cluster that outlives the run, where some of what was open arrived. */
static void check_outside(bool is_down)
{
    struct embedded *cluster =
        flow_cluster((const char *const[]){"demo.pin", "demo.geo", "demo.user", NULL}, 3);
    char servers[300];
    snprintf(servers, sizeof servers, "%s", flow_servers(cluster));
    const char *const *settings =
        FLOW_SET(servers, "pintop.stream.rate=2000", "pintop.stream.window=8192");
    int64_t lowest[PT_STREAMS];
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), settings);
    flow_wait_delivered(flow, PT_STREAM_ALL, 1000);
    char id[64];
    snprintf(id, sizeof id, "%s", flow->snap->cluster->id);
    assert_true(id[0] != 0);
    if (is_down)
        flow_set_down(cluster->mock, true);
    else
        set_frozen(cluster->mock, true);
    flow_watch(flow, 500);
    int64_t took_ms = flow_stop(flow, 400);
    assert_in_range(took_ms, 300, 4000);
    assert_true(check_unresolved(flow, id) > 100);
    for (int i = 0; i < PT_STREAMS; i++)
        lowest[i] = flow_stream(flow, i)->lowest_unresolved;
    flow_close(flow);
    if (is_down)
        flow_set_down(cluster->mock, false);
    else
        set_frozen(cluster->mock, false);
    settings = FLOW_SET(servers, "pintop.stream.rate=max", "pintop.stream.window=8192");
    check_next_run(settings, lowest, 8192);
}

static void test_frozen(void **state)
{
    (void)state;
    check_outside(false);
}

static void test_down(void **state)
{
    (void)state;
    check_outside(true);
}

static bool is_stopping_with(const struct flow *flow, int64_t words)
{
    const struct pt_session_section *session = flow->snap->session;
    return session->is_stopping &&
           strstr(session->stopping_text, (const char *)(intptr_t)words) != NULL;
}

static void wait_stopping(struct flow *flow, const char *words)
{
    flow_wait(flow, is_stopping_with, (int64_t)(intptr_t)words, words);
}

static bool stop_is_over(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return pt_engine_is_stopped(flow->eng);
}

/* A second call gives a wait without limit one; the next ends it, unless it has no limit itself. */
static void test_second_stop(void **state)
{
    (void)state;
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.stream.rate=1000"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 200);
    set_frozen(flow->eng->embedded.mock, true);
    flow_watch(flow, 200);
    pt_engine_stop(flow->eng, "SIGTERM", -1);
    wait_stopping(flow, "draining");
    flow_watch(flow, 300);
    assert_false(pt_engine_is_stopped(flow->eng));
    pt_engine_stop(flow->eng, "SIGTERM", 60000);
    wait_stopping(flow, "s left");
    flow_watch(flow, 300);
    assert_false(pt_engine_is_stopped(flow->eng));
    pt_engine_stop(flow->eng, "count", PT_STOP_UNLIMITED);
    flow_watch(flow, 300);
    assert_false(pt_engine_is_stopped(flow->eng));
    assert_in_range(flow_stop(flow, PT_STOP_CONFIGURED), 0, 4000);
    flow_close(flow);
    struct checkpoint *cp = flow_checkpoint("embedded", "demo.pin");
    assert_string_equal(cp->ended_why, "SIGTERM");
    free(cp);
    /* Why and where it ended is the next one's first word. */
    flow = flow_start(FLOW_RUN(0), FLOW_NONE);
    flow_wait_event(flow, "SIGTERM; s goes on at");
    flow_close(flow);
}

/* Streams that somebody else has stopped have reached no bound: who follows them must not take them
 * for done, and end their drain. */
static void test_stopped_is_not_done(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_STREAM(1000000), FLOW_SET("pintop.stream.rate=1000"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 200);
    set_frozen(flow->eng->embedded.mock, true);
    pt_engine_stop(flow->eng, "pintop 7: engine --stop", 60000);
    wait_stopping(flow, "s left");
    flow_watch(flow, 300);
    assert_null(pt_engine_ended_by(flow->eng));
    assert_string_equal(flow->snap->session->stopping_why, "pintop 7: engine --stop");
    assert_false(flow->snap->session->is_stopped);
    set_frozen(flow->eng->embedded.mock, false);
    flow_wait(flow, stop_is_over, 0, "the end of the stop");
    flow_look(flow);
    assert_true(flow->snap->session->is_stopped);
    assert_null(pt_engine_ended_by(flow->eng));
    flow_check_drained(flow);
    flow_close(flow);
}

/* Stopped in every phase of its start, with the wish to stream. */
static void test_stop_at_once(void **state)
{
    (void)state;
    for (int64_t wait_ms = 0; wait_ms <= 60; wait_ms += 10) {
        struct flow *flow =
            flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.stream.rate=max"));
        flow_watch(flow, wait_ms);
        assert_in_range(flow_stop(flow, -1), 0, 15000);
        flow_check_drained(flow);
        flow_close(flow);
    }
    flow_run_whole(100, FLOW_SET("pintop.stream.rate=max"));
    flow_check_audit(FLOW_NONE, 0);
}

/* ---- no cluster ---- */

static bool has_error(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return flow->snap->cluster->last_error[0] != 0 &&
           flow_stream(flow, PT_PIN)->state == PT_STREAM_STARTING;
}

static bool is_down(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return flow->snap->cluster->state == PT_CLUSTER_DOWN;
}

static void test_unreachable(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_SET("bootstrap.servers=127.0.0.1:1"));
    /* The first snapshot is available at once, and all of its figures are unknown. */
    assert_int_equal(flow->snap->cluster->state, PT_CLUSTER_UNKNOWN);
    assert_int_equal(flow_stream(flow, PT_PIN)->account_first_index, PT_UNKNOWN);
    flow_start_streams(flow, PT_STREAM_ALL);
    flow_wait(flow, has_error, 0, "the brokers' refusal");
    assert_non_null(strstr(flow->snap->cluster->last_error, "refused"));
    assert_true(flow_stream(flow, PT_PIN)->reason[0] != 0);
    flow_wait(flow, is_down, 0, "the cluster is down");
    assert_true(flow->snap->cluster->since_ms > 0);
    assert_true(flow->snap->cluster->since_ms <= flow->snap->time_ms);
    assert_true(flow_has_event(flow, "no broker answers"));
    assert_true(flow->snap->session->verdict >= PT_V_DEGRADED);
    /* Commands are answered, if only by a refusal. */
    assert_int_equal(flow_ask(flow, &(struct pt_command){.kind = PT_CMD_REFRESH})->state,
                     PT_RESULT_DONE);
    flow_stop_streams(flow, PT_STREAM_ALL);
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_STOPPED);
    assert_in_range(flow_stop(flow, -2), 0, 1000);
    flow_close(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_frozen_embedded, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_frozen, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_down, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_second_stop, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_stopped_is_not_done, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_stop_at_once, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_unreachable, flow_setup, flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
