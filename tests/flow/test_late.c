/* Brokers that answer late do not count as unreachable: pintop waits for their answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

/* Longer than a request to the brokers may take when no command waits for it. */
enum { LATE_MS = 2500, LATER_MS = 4500, BROKERS = 3 };

static void answer_after(struct embedded *cluster, int ms)
{
    rd_kafka_mock_cluster_t *mock = cluster->mock;
    for (int32_t id = 1; id <= BROKERS; id++)
        assert_int_equal(rd_kafka_mock_broker_set_rtt(mock, id, ms), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static bool is_up(const struct flow *flow, int64_t arg)
{
    (void)arg;
    if (flow->snap->session->verdict == PT_V_FAILED)
        fail_msg("FAILED: %s: %s", flow->snap->session->verdict_text,
                 flow->snap->cluster->last_error);
    return flow->snap->cluster->state == PT_CLUSTER_UP && flow->snap->topics->n_topics > 0 &&
           flow->snap->topics->topics[0].messages != PT_UNKNOWN;
}

static void late_from_the_start(const struct pt_run *run, int late_ms)
{
    struct embedded *cluster = flow_cluster((const char *const[]){"demo.pin", NULL}, 1);
    answer_after(cluster, late_ms);
    struct flow *flow = flow_start(run, FLOW_SET(flow_servers(cluster), "pintop.user.id=demo"));
    flow_wait(flow, is_up, 0, "the late brokers' answers");
    assert_false(flow_has_event(flow, "no broker answers"));
    flow_close(flow);
}

/* The dashboard allows its requests more time after they have timed out. */
static void a_dashboard_learns_to_wait(void **state)
{
    (void)state;
    late_from_the_start(FLOW_RUN(.start = 0), LATE_MS);
}

/* No broker is connected when the first request ends; the refused connection of a dead one would be
 * known by then. */
static void connections_may_take_longer_than_a_request(void **state)
{
    (void)state;
    late_from_the_start(FLOW_RUN(.start = 0), LATER_MS);
}

static void a_command_that_waits_gets_its_answer(void **state)
{
    (void)state;
    late_from_the_start(FLOW_RUN(.is_oneshot = true, .wait_ms = 40000), LATE_MS);
}

/* Brokers that become late while the cluster is up are not reported as down, and the cluster is
 * still up when they answer quickly again. */
static void late_in_between(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster((const char *const[]){"demo.pin", NULL}, 1);
    struct flow *flow =
        flow_start(FLOW_RUN(.start = 0), FLOW_SET(flow_servers(cluster), "pintop.user.id=demo"));
    flow_wait_up(flow);
    answer_after(cluster, LATE_MS);
    int64_t asked_ms = flow->snap->topics->asked_ms;
    while (flow->snap->topics->asked_ms < asked_ms + 4000) { /* at least two late answers */
        flow_watch(flow, 200);
        if (flow->snap->cluster->state == PT_CLUSTER_DOWN ||
            flow->snap->session->verdict == PT_V_FAILED)
            fail_msg("down: %s; topics: %s", flow->snap->cluster->last_error,
                     flow->snap->topics->error);
    }
    assert_false(flow_has_event(flow, "no broker answers"));
    answer_after(cluster, 0);
    flow_wait(flow, is_up, 0, "up");
    flow_close(flow);
}

#define T(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_dashboard_learns_to_wait),
        T(connections_may_take_longer_than_a_request),
        T(a_command_that_waits_gets_its_answer),
        T(late_in_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
