/* A change of a connector's settings is made against the configuration that was shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"
#include "fake_worker.h"

#define SETTINGS(more) "{\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\"" more "}"

static bool has_connector(const struct flow *flow, int64_t arg)
{
    (void)arg;
    return flow->snap->connectors->n_connectors == 1;
}

static void a_change_is_made_against_what_was_shown(void **state)
{
    (void)state;
    struct fake_worker worker;
    char url[80], seen[20];
    const char *configs[] = {"flush.size=9"};
    struct pt_command update = {.kind = PT_CMD_CONNECTOR_UPDATE,
                                .connector = "sink",
                                .configs = configs,
                                .n_configs = 1,
                                .is_plan = true};
    fake_worker_start(&worker, SETTINGS(""));
    snprintf(url, sizeof url, "pintop.connector.url=http://127.0.0.1:%d", worker.port);
    struct flow *flow = flow_start(FLOW_RUN(.has_connectors = true),
                                   FLOW_SET("bootstrap.servers=127.0.0.1:1", url));
    flow_wait(flow, has_connector, 0, "the connector");
    const struct pt_result *result = flow_ask(flow, &update);
    flow_check_result(result, PT_RESULT_DONE);
    snprintf(seen, sizeof seen, "%s", result->seen);
    assert_string_not_equal(seen, "");
    /* Somebody else is quicker: nothing is sent. */
    fake_worker_set(&worker, SETTINGS(",\"rotate.interval.ms\":\"60000\""));
    update.is_plan = false;
    update.seen = seen;
    result = flow_ask(flow, &update);
    flow_check_result(result, PT_RESULT_FAILED);
    assert_int_equal(result->error.code, PT_EBUSY);
    assert_non_null(strstr(result->error.what, "somebody else changed its configuration"));
    assert_int_equal(fake_worker_writes(&worker), 0);
    /* Looked at again, it is sent, with what the other one set. */
    update.is_plan = true;
    update.seen = NULL;
    result = flow_ask(flow, &update);
    flow_check_result(result, PT_RESULT_DONE);
    snprintf(seen, sizeof seen, "%s", result->seen);
    update.is_plan = false;
    update.seen = seen;
    result = flow_ask(flow, &update);
    flow_check_result(result, PT_RESULT_DONE);
    assert_int_equal(fake_worker_writes(&worker), 1);
    assert_non_null(strstr(worker.config, "\"rotate.interval.ms\":\"60000\""));
    assert_non_null(strstr(worker.config, "\"flush.size\":\"9\""));
    flow_close(flow);
    fake_worker_stop(&worker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_is_made_against_what_was_shown, flow_setup,
                                        flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
