/* An operator acknowledges a loss: the alarm ends, also in the next run and for another pintop that
 * looks on; what is lost later is an alarm again. With another group all begins anew. */
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

/* A witness of lost records that says so. */
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

/* As a command that waits for the verdict would see it: OK is no answer before they are counted. */
static bool is_degraded_at_once(const struct flow *flow, int64_t n_letters)
{
    const struct pt_connector *c = sink_of(flow);
    if (c != NULL && c->verdict == PT_V_OK && !c->is_awaited)
        fail_msg("OK, before the dead letters were asked for");
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

/* What would be acknowledged; the plan's fingerprint into seen. */
static void plan(struct flow *flow, const char *line, char seen[20])
{
    const struct pt_command cmd = acknowledge(NULL, true);
    const struct pt_result *result = flow_ask(flow, &cmd);
    assert_int_equal(result->state, PT_RESULT_DONE);
    assert_int_equal(result->n_lines, 1);
    assert_string_equal(result->lines[0].text, line);
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
    flow_wait(flow, is_degraded_at_once, 3, "three letters");
    plan(flow, "3 records in the dead letter topic letters, up to those there now", seen);
    assert_int_not_equal(stat(flow_path("state/losses.json"), &file), 0);

    /* A fourth comes while the three are shown: nothing that wasn't seen is acknowledged. */
    put_letters(3, 1);
    refresh(flow);
    flow_wait(flow, is_degraded, 4, "a fourth");
    struct pt_command cmd = acknowledge(seen, false);
    const struct pt_result *result = flow_ask(flow, &cmd);
    assert_int_equal(result->state, PT_RESULT_FAILED);
    assert_int_equal(result->error.code, PT_EBUSY);
    assert_int_not_equal(stat(flow_path("state/losses.json"), &file), 0);

    other = open_engine(); /* another pintop that looks on */
    flow_wait(other, is_degraded, 4, "the other one sees it");
    plan(flow, "4 records in the dead letter topic letters, up to those there now", seen);
    cmd = acknowledge(seen, false);
    result = flow_ask(flow, &cmd);
    assert_int_equal(result->state, PT_RESULT_DONE);
    assert_non_null(strstr(result->text, "acknowledged by "));
    flow_wait(flow, is_well_and_acknowledged, 0, "acknowledged");
    flow_wait(other, is_well_and_acknowledged, 0, "acknowledged by the other one");
    assert_int_equal(stat(flow_path("state/losses.json"), &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(fake_worker_writes(&worker), 0);
    flow_close(other);
    flow_close(flow);

    /* The next run knows it; what comes then is told, and only that. */
    flow = open_engine();
    flow_wait(flow, is_well_and_acknowledged, 0, "known in the next run");
    assert_false(flow_has_event(flow, "DEGRADED"));
    put_letters(4, 2);
    refresh(flow);
    flow_wait(flow, is_degraded, 6, "new letters");
    assert_non_null(strstr(sink_of(flow)->cause, "2 records went to the dead letter topic letters "
                                                 "instead of the bucket since those before were "
                                                 "acknowledged"));
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

/* A group that stands beyond the end of the log passes over what comes: until it is another one. */
static void another_group_begins_anew(void **state)
{
    (void)state;
    begin("{" SINK "}");
    mock_put(producer, "demo.pin", 0, 0, 10);
    mock_commit(cluster, "connect-sink", "demo.pin", 0, 40);
    mock_commit(cluster, "another", "demo.pin", 0, 10);
    struct flow *flow = open_engine();
    flow_wait(flow, is_beyond, 0, "it stands beyond the end");
    const struct pt_command cmd = acknowledge(NULL, true);
    const struct pt_result *result = flow_ask(flow, &cmd);
    assert_string_equal(result->text, "connector sink: there is no loss to acknowledge");
    assert_int_equal(result->n_lines, 0); /* that isn't over: it can only be mended */
    fake_worker_set(&worker, "{" SINK ",\"consumer.override.group.id\":\"another\"}");
    flow_wait(flow, is_of_new_group, 0, "well, with its new group");
    const struct pt_evidence *e = told(flow, "as of group connect-sink, which it had until ");
    assert_non_null(e);
    assert_false(e->is_bad);
    assert_non_null(strstr(e->says, "stands 30 offsets beyond the end of demo.pin-0"));
    flow_close(flow);
    finish();
}

#define T(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_acknowledged_loss_is_no_alarm),
        T(another_group_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
