/* An operator acknowledges a loss: the alarm ends, also in the next run and in another pintop
 * that watches. A later loss is an alarm again. A connector with another group starts without
 * losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "engine_fixture.h"
#include "fake_worker.h"
#include "kafka/handle.h"
#include "mock_records.h"
#include "scratch.h"

#define SINK "\"name\":\"sink\",\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\""
#define WITH_LETTERS                                                                               \
    "{" SINK ",\"errors.tolerance\":\"all\",\"errors.deadletterqueue.topic.name\":\"letters\"}"

static struct fake_worker worker;
static struct embedded *cluster;
static rd_kafka_t *producer;

static void begin(const char *config)
{
    cluster = flow_cluster((const char *const[]){"demo.pin", "letters", NULL}, 1);
    producer = mock_producer(cluster);
    fake_worker_start(&worker, config);
}

static void finish(void)
{
    handle_free(producer);
    fake_worker_stop(&worker);
}

static struct flow *open_engine(void)
{
    char url[80];
    snprintf(url, sizeof url, "pintop.connector.url=http://127.0.0.1:%d", worker.port);
    struct flow *flow = flow_start(FLOW_RUN(.has_connectors = true),
                                   FLOW_SET(flow_servers(cluster), url, "pintop.user.id=demo",
                                            "pintop.connector.poll.ms=1000"));
    flow_wait_up(flow);
    return flow;
}

static const struct pt_connector *sink_of(const struct flow *flow)
{
    const struct pt_connectors_section *all = flow->snap->connectors;
    return all->n_connectors > 0 ? &all->connectors[0] : NULL;
}

/* The evidence about lost records that contains these words; NULL: none. */
static const struct pt_evidence *told(const struct flow *flow, const char *words)
{
    const struct pt_connector *c = sink_of(flow);
    for (size_t i = 0; c != NULL && i < c->n_evidence; i++)
        if (strcmp(c->evidence[i].witness, "records lost") == 0 &&
            strstr(c->evidence[i].says, words) != NULL)
            return &c->evidence[i];
    return NULL;
}

static bool is_degraded(const struct flow *flow, int64_t n_letters)
{
    const struct pt_connector *c = sink_of(flow);
    char words[40];
    snprintf(words, sizeof words, "holds %d", (int)n_letters);
    return c != NULL && c->verdict == PT_V_DEGRADED && strcmp(c->rule, "dead-letters") == 0 &&
           strstr(c->cause, words) != NULL;
}

/* The same, for a command that waits for the verdict: there is no final OK before the dead
 * letters were counted. */
static bool is_degraded_at_once(const struct flow *flow, int64_t n_letters)
{
    const struct pt_connector *c = sink_of(flow);
    if (c != NULL && c->verdict == PT_V_OK && !c->is_awaited)
        fail_msg("the verdict is OK before the dead letters were counted");
    return is_degraded(flow, n_letters);
}

static bool is_well(const struct flow *flow, int64_t arg)
{
    const struct pt_connector *c = sink_of(flow);
    (void)arg;
    return c != NULL && c->verdict == PT_V_OK;
}

static bool is_well_and_acknowledged(const struct flow *flow, int64_t arg)
{
    const struct pt_evidence *e = told(flow, ": acknowledged ");
    return is_well(flow, arg) && e != NULL && !e->is_bad && strstr(e->says, " by ") != NULL;
}

static struct pt_command acknowledge(const char *seen, bool is_plan)
{
    return (struct pt_command){.kind = PT_CMD_CONNECTOR_ACKNOWLEDGE,
                               .connector = "sink",
                               .seen = seen,
                               .is_plan = is_plan};
}

/* Check what would be acknowledged. seen: out, the plan's fingerprint. */
static void plan(struct flow *flow, const char *line, char seen[20])
{
    const struct pt_command cmd = acknowledge(NULL, true);
    const struct pt_result *result = flow_ask(flow, &cmd);
    flow_check_lines(result, (const char *const[]){line, NULL});
    snprintf(seen, 20, "%s", result->seen);
}

static void put_letters(int64_t first, int64_t n)
{
    mock_put(producer, "letters", 0, first, n);
}

static void refresh(struct flow *flow)
{
    const struct pt_command cmd = {.kind = PT_CMD_REFRESH};
    flow_submit(flow, &cmd);
}

static void an_acknowledged_loss_is_no_alarm(void **state)
{
    (void)state;
    char seen[20];
    struct stat file;
    begin(WITH_LETTERS);
    mock_commit(cluster, "connect-sink", "demo.pin", 0, 0);
    put_letters(0, 3);
    struct flow *flow = open_engine();
    struct flow *other = NULL;
    flow_wait(flow, is_degraded_at_once, 3, "three dead letters");
    plan(flow, "3 records in the dead letter queue topic letters, up to those there now", seen);
    assert_int_not_equal(stat(scratch_path("state/losses.json"), &file), 0);

    /* A fourth dead letter arrives while three are shown: a loss that the operator has not seen
     * is not acknowledged. */
    put_letters(3, 1);
    refresh(flow);
    flow_wait(flow, is_degraded, 4, "a fourth dead letter");
    struct pt_command cmd = acknowledge(seen, false);
    const struct pt_result *result = flow_ask(flow, &cmd);
    flow_check_result(result, PT_RESULT_FAILED);
    assert_int_equal(result->error.code, PT_EBUSY);
    assert_int_not_equal(stat(scratch_path("state/losses.json"), &file), 0);

    other = open_engine(); /* another pintop that watches the same connector */
    flow_wait(other, is_degraded, 4, "the same in the other pintop");
    plan(flow, "4 records in the dead letter queue topic letters, up to those there now", seen);
    cmd = acknowledge(seen, false);
    result = flow_ask(flow, &cmd);
    flow_check_result(result, PT_RESULT_DONE);
    assert_non_null(strstr(result->text, "acknowledged by "));
    flow_wait(flow, is_well_and_acknowledged, 0, "acknowledged");
    flow_wait(other, is_well_and_acknowledged, 0, "acknowledged in the other pintop");
    assert_int_equal(stat(scratch_path("state/losses.json"), &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(fake_worker_writes(&worker), 0);
    flow_close(other);
    flow_close(flow);

    /* The next run knows the acknowledgement, and reports only what is lost after it. */
    flow = open_engine();
    flow_wait(flow, is_well_and_acknowledged, 0, "acknowledged in the next run");
    assert_false(flow_has_event(flow, "DEGRADED"));
    put_letters(4, 2);
    refresh(flow);
    flow_wait(flow, is_degraded, 6, "new dead letters");
    assert_non_null(strstr(sink_of(flow)->cause,
                           "2 records went to the dead letter queue topic letters "
                           "instead of the bucket since the last "
                           "acknowledgement"));
    flow_close(flow);
    finish();
}

/* The group's offsets may not be read, and will not become known. */
static void deny_offsets(void)
{
    enum { OFFSET_FETCH = 9, MANY = 1000 };
    static rd_kafka_resp_err_t denied[MANY];
    for (size_t i = 0; i < MANY; i++)
        denied[i] = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    rd_kafka_mock_push_request_errors_array(cluster->mock, OFFSET_FETCH, MANY, denied);
}

static bool is_lag_denied(const struct flow *flow, int64_t arg)
{
    const struct pt_connector *c = sink_of(flow);
    (void)arg;
    for (size_t i = 0; c != NULL && i < c->n_evidence; i++)
        if (strcmp(c->evidence[i].witness, "group lag") == 0 && c->evidence[i].is_refused)
            return true;
    return false;
}

static bool is_no_alarm(const struct flow *flow, int64_t arg)
{
    const struct pt_evidence *e = told(flow, ": acknowledged ");
    (void)arg;
    return e != NULL && !e->is_bad && sink_of(flow)->verdict == PT_V_UNKNOWN;
}

/* Dead letters are counted without the group's offsets, and can be acknowledged without them. */
static void dead_letters_are_acknowledged_without_offsets(void **state)
{
    (void)state;
    char seen[20];
    begin(WITH_LETTERS);
    deny_offsets();
    put_letters(0, 3);
    struct flow *flow = open_engine();
    flow_wait(flow, is_degraded_at_once, 3, "three dead letters");
    plan(flow, "3 records in the dead letter queue topic letters, up to those there now", seen);
    struct pt_command cmd = acknowledge(seen, false);
    flow_check_result(flow_ask(flow, &cmd), PT_RESULT_DONE);
    flow_wait(flow, is_no_alarm, 0, "acknowledged");
    flow_close(flow);
    finish();
}

/* Nothing is known to be lost, and the offsets, which may show a loss, cannot be read: that is not
 * said to be no loss. */
static void without_offsets_no_loss_is_certain(void **state)
{
    (void)state;
    begin("{" SINK "}");
    deny_offsets();
    struct flow *flow = open_engine();
    flow_wait(flow, is_lag_denied, 0, "the offsets are denied");
    const struct pt_command cmd = acknowledge(NULL, true);
    const struct pt_result *result = flow_ask(flow, &cmd);
    flow_check_result(result, PT_RESULT_FAILED);
    assert_int_equal(result->error.code, PT_EUNHEALTHY);
    if (strstr(result->error.what, "its committed offsets are unknown") == NULL ||
        strstr(result->error.what, "permission denied on this consumer group") == NULL)
        fail_msg("%s", result->error.what);
    assert_string_not_equal(result->error.fix, "");
    flow_close(flow);
    finish();
}

static bool is_beyond(const struct flow *flow, int64_t arg)
{
    const struct pt_connector *c = sink_of(flow);
    (void)arg;
    return c != NULL && c->verdict == PT_V_DEGRADED && strcmp(c->rule, "offset-beyond-end") == 0;
}

static bool is_of_new_group(const struct flow *flow, int64_t arg)
{
    const struct pt_connector *c = sink_of(flow);
    return is_well(flow, arg) && strcmp(c->group, "another") == 0;
}

/* A group whose committed offset is beyond the end of the log skips new records, until the
 * connector has another group. */
static void another_group_begins_anew(void **state)
{
    (void)state;
    begin("{" SINK "}");
    mock_put(producer, "demo.pin", 0, 0, 10);
    mock_commit(cluster, "connect-sink", "demo.pin", 0, 40);
    mock_commit(cluster, "another", "demo.pin", 0, 10);
    struct flow *flow = open_engine();
    flow_wait(flow, is_beyond, 0, "a committed offset beyond the end");
    const struct pt_command cmd = acknowledge(NULL, true);
    const struct pt_result *result = flow_ask(flow, &cmd);
    assert_string_equal(result->text, "connector sink: there is no loss to acknowledge");
    assert_int_equal(result->n_lines, 0); /* it continues, and can only be repaired */
    fake_worker_set(&worker, "{" SINK ",\"consumer.override.group.id\":\"another\"}");
    flow_wait(flow, is_of_new_group, 0, "OK with the new group");
    const struct pt_evidence *e =
        told(flow, "under the former group connect-sink, which the connector had until ");
    assert_non_null(e);
    assert_false(e->is_bad);
    assert_non_null(strstr(e->says, "is 30 beyond the end of demo.pin-0"));
    flow_close(flow);
    finish();
}

#define T(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_acknowledged_loss_is_no_alarm),
        T(dead_letters_are_acknowledged_without_offsets),
        T(without_offsets_no_loss_is_certain),
        T(another_group_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
