/* What an engine does from its start on, without a stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

/* A command that comes before the engine has started is done once it has; one whose start fails is
 * told why. */
static void an_early_command_waits(void **state)
{
    (void)state;
    struct pt_command create = {
        .kind = PT_CMD_TOPIC_CREATE, .topic = "demo.early", .partitions = -1, .replication = -1};
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_NONE);
    flow_check_result(flow_ask(flow, &create), PT_RESULT_DONE);
    flow_close(flow);
    flow = flow_start(FLOW_RUN(0), FLOW_SET("pintop.state.dir=/dev/null/state"));
    const struct pt_result *failed = flow_ask(flow, &create);
    flow_check_result(failed, PT_RESULT_FAILED);
    assert_non_null(strstr(failed->error.what, "/dev/null/state"));
    flow_close(flow);
}

static bool knows_round_trips(const struct flow *flow, int64_t n)
{
    const struct pt_cluster_section *cluster = flow->snap->cluster;
    int64_t known = 0;
    for (size_t i = 0; i < cluster->n_brokers; i++) {
        const struct pt_broker *broker = &cluster->brokers[i];
        known += broker->rtt_ms > 0 && broker->rtt_p99_ms > 0 && broker->rtt_of == PT_RTT_WATCH &&
                 broker->throttle_ms == 0 && broker->sent_bytes_per_s > 0;
    }
    return known == n;
}

/* No stream runs: the figures of the brokers come from the requests that watch the cluster. */
static void brokers_are_known_while_nothing_is_sent(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_NONE);
    flow_wait(flow, knows_round_trips, EMBEDDED_BROKERS, "the round trips of all brokers");
    assert_int_equal(flow_stream(flow, PT_PIN)->generated, 0);
    flow_close(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_early_command_waits, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(brokers_are_known_while_nothing_is_sent, flow_setup,
                                        flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
