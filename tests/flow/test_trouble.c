/* Odd surroundings: directories that cannot be written, topics that are not there, names and values
 * with control bytes, foreign clusters. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine_fixture.h"
#include "kafka/topic_scan.h"
#include "mock_records.h"
#include "scratch.h"

#define PIN PT_STREAM_BIT(PT_PIN)

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* ---- the state directory ---- */

static void test_state_directory_is_a_file(void **state)
{
    (void)state;
    write_file(scratch_path("state"), "in the way");
    struct flow *flow = flow_start(FLOW_STREAM(10), FLOW_NONE);
    struct pt_error err = flow_failure(flow);
    assert_int_equal(err.code, PT_EIO);
    assert_non_null(strstr(err.what, scratch_path("state")));
    assert_true(err.fix[0] != 0);
    flow_wait_event(flow, "state");
    assert_in_range(flow_stop(flow, -2), 0, 2000);
    flow_close(flow);
}

/* On a real cluster pintop is still good for watching. */
static void test_no_state_directory_still_watches(void **state)
{
    (void)state;
    struct embedded *cluster =
        flow_cluster((const char *const[]){"demo.pin", "demo.geo", "demo.user", NULL}, 1);
    write_file(scratch_path("state"), "in the way");
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_SET(flow_servers(cluster)));
    flow_wait_up(flow);
    assert_non_null(flow_topic(flow, "demo.pin"));
    flow_start_streams(flow, PT_STREAM_ALL);
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_ERROR);
    assert_non_null(strstr(flow_stream(flow, PT_PIN)->reason, "state"));
    assert_true(flow_stream(flow, PT_PIN)->fix[0] != 0);
    assert_int_equal(flow_stream(flow, PT_PIN)->generated, 0);
    flow_close(flow);
}

static bool has_written(const struct flow *flow, int64_t arg)
{
    (void)flow;
    struct checkpoint *cp = flow_checkpoint("embedded", "demo.pin");
    bool is_so = (int64_t)cp->next_index >= arg;
    free(cp);
    return is_so;
}

static void test_checkpoints_cannot_be_written(void **state)
{
    (void)state;
    char dir[600], away[600];
    snprintf(dir, sizeof dir, "%s/accounts", scratch_path("state"));
    snprintf(away, sizeof away, "%s.away", dir);
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                                   FLOW_SET("pintop.stream.rate=500", "pintop.sink.rotate.ms=500"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 200);
    assert_int_equal(rename(dir, away), 0);
    write_file(dir, "in the way");
    flow_wait_event(flow, "checkpoint: ");
    /* The streams go on, and the verdict says it. */
    flow_wait_delivered(flow, PT_STREAM_ALL, flow_stream(flow, PT_PIN)->delivered + 500);
    assert_int_equal(flow_stream(flow, PT_PIN)->state, PT_STREAM_RUNNING);
    assert_true(flow->snap->session->verdict >= PT_V_DEGRADED);
    assert_int_equal(unlink(dir), 0);
    assert_int_equal(rename(away, dir), 0);
    flow_wait_event(flow, "the disk again");
    flow_wait(flow, has_written, 500, "a newer checkpoint");
    flow_stop(flow, -1);
    flow_check_drained(flow);
    flow_close(flow);
    flow_check_audit(FLOW_NONE, 0);
}

/* The stop does not wait for a disk that does not take the last checkpoint. */
static void test_stop_without_a_disk(void **state)
{
    (void)state;
    char dir[600], away[600];
    snprintf(dir, sizeof dir, "%s/accounts", scratch_path("state"));
    snprintf(away, sizeof away, "%s.away", dir);
    struct flow *flow =
        flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET("pintop.stream.rate=500"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 200);
    assert_int_equal(rename(dir, away), 0);
    write_file(dir, "in the way");
    assert_in_range(flow_stop(flow, 3000), 0, 8000);
    flow_check_drained(flow);
    flow_wait_event(flow, "checkpoint: ");
    flow_close(flow);
    /* The old one says too little: records are doubled, none is missing. */
    assert_int_equal(unlink(dir), 0);
    assert_int_equal(rename(away, dir), 0);
    flow_run_whole(1000, FLOW_SET("pintop.stream.rate=max"));
    struct pt_audit audit = flow_audit(FLOW_NONE, PT_AUDIT_AUTO);
    assert_int_equal(audit.streams[PT_PIN].missing, 0);
    assert_int_equal(audit.streams[PT_PIN].foreign, 0);
    assert_true(audit.streams[PT_PIN].doubled > 0);
}

/* ---- topics ---- */

static void test_topic_missing(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster((const char *const[]){"demo.geo", "orders", NULL}, 2);
    struct flow *flow =
        flow_start(FLOW_RUN(0), FLOW_SET(flow_servers(cluster), "pintop.stream.rate=100"));
    flow_start_streams(flow, PT_STREAM_ALL);
    flow_wait_state(flow, PIN | PT_STREAM_BIT(PT_USER), PT_STREAM_ERROR);
    assert_non_null(strstr(flow_stream(flow, PT_PIN)->reason, "demo.pin"));
    assert_non_null(strstr(flow_stream(flow, PT_PIN)->fix, "Create it"));
    flow_wait_delivered(flow, PT_STREAM_BIT(PT_GEO), 100);
    /* Asking did not make it. */
    assert_null(flow_topic(flow, "demo.pin"));
    assert_null(flow_topic(flow, "demo.user"));
    /* Made by someone, a start finds it. */
    assert_int_equal(embedded_add_topic(cluster->mock, "demo.pin", 2, 1, NULL), PT_OK);
    flow_submit(flow, &(struct pt_command){.kind = PT_CMD_REFRESH});
    while (flow_topic(flow, "demo.pin") == NULL)
        flow_watch(flow, 50);
    flow_start_streams(flow, PIN);
    flow_wait_delivered(flow, PIN, 100);
    flow_stop(flow, -1);
    flow_check_drained(flow);
    flow_close(flow);
}

static bool is_measured(const struct flow *flow, int64_t arg)
{
    (void)arg;
    const struct pt_topic *orders = flow_topic(flow, "orders");
    return orders && orders->messages >= 400 && orders->in_per_s > 0;
}

/* Quite other topics, without a user id: nothing streams here, and all is seen. */
static void test_foreign_topics(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster((const char *const[]){"orders", "payments", NULL}, 4);
    struct flow *flow = flow_start(
        FLOW_RUN(0), FLOW_SET(flow_servers(cluster), "pintop.user.id=", "pintop.topics=.*"));
    flow_wait_up(flow);
    rd_kafka_t *producer = mock_producer(cluster);
    for (int64_t i = 0; i < 4; i++) {
        mock_put(producer, "orders", (int32_t)i, i * 100, 100);
        flow_watch(flow, 600);
    }
    flow_wait(flow, is_measured, 0, "what arrives in a foreign topic");
    handle_free(producer);
    const struct pt_topic *orders = flow_topic(flow, "orders"),
                          *payments = flow_topic(flow, "payments");
    assert_true(orders->is_watched && payments && payments->is_watched);
    assert_int_equal(orders->messages, 400);
    assert_int_equal(orders->n_partitions, 4);
    assert_int_equal(orders->stream, -1);
    assert_int_equal(payments->messages, 0);
    assert_false(payments->in_per_s > 0);
    flow_close(flow);
}

/* ---- bytes from outside ---- */

static void test_control_bytes(void **state)
{
    (void)state;
    static const char value[] = "{\"a\":\"\033]0;owned\007\033[2J\xff\xc2\x9b\x01\"}";
    struct embedded *cluster =
        flow_cluster((const char *const[]){"demo.pin", "demo.geo", "demo.user", NULL}, 1);
    /* No Kafka makes such a topic, but whoever answers on that port may say so. */
    assert_int_equal(
        rd_kafka_mock_topic_create(cluster->mock, "demo.\033[31mred\007\n\xc2\x9b", 1, 1), 0);
    rd_kafka_t *producer = mock_producer(cluster);
    mock_put_bytes(producer, "demo.pin", 0, "\033[1mkey\r", value, sizeof value - 1);
    handle_free(producer);
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_SET(flow_servers(cluster)));
    /* It is left out of the list, as it is not a Kafka name; every snapshot is checked. */
    flow_wait_up(flow);
    assert_int_equal(flow->snap->topics->n_topics, 3);
    const struct pt_result *peeked = flow_ask(
        flow, &(struct pt_command){.kind = PT_CMD_TOPIC_PEEK, .topic = "demo.pin", .count = 5});
    flow_check_result(peeked, PT_RESULT_DONE);
    assert_int_equal(peeked->n_records, 1);
    assert_int_equal(peeked->records[0].value_bytes, sizeof value - 1);
    assert_non_null(strstr(peeked->records[0].key, "key"));
    assert_non_null(strstr(peeked->records[0].value, "owned"));
    assert_null(strchr(peeked->records[0].value, '\033'));
    /* The answer for scripts holds none either. */
    char *json = pt_snapshot_json(flow->snap);
    assert_non_null(json);
    for (const char *p = json; *p; p++)
        assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
    free(json);
    flow_close(flow);
}

/* ---- results ---- */

static void test_peek_and_its_limit(void **state)
{
    (void)state;
    static char big[60000];
    memset(big, 'x', sizeof big);
    struct embedded *cluster = flow_cluster((const char *const[]){"demo.pin", NULL}, 1);
    rd_kafka_t *producer = mock_producer(cluster);
    mock_put(producer, "demo.pin", 0, 0, 30);
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_SET(flow_servers(cluster)));
    flow_wait_up(flow);
    struct pt_command peek = {.kind = PT_CMD_TOPIC_PEEK, .topic = "demo.pin", .count = 10};
    const struct pt_result *result = flow_ask(flow, &peek);
    assert_int_equal(result->n_records, 10);
    assert_false(result->is_truncated);
    assert_string_equal(result->records[9].key, "29");
    assert_string_equal(result->records[9].value, "value 29");
    assert_int_equal(result->records[9].offset, 29);
    /* More than a result may hold. */
    for (int i = 0; i < 40; i++)
        mock_put_bytes(producer, "demo.pin", 0, "big", big, sizeof big);
    peek.count = 40;
    result = flow_ask(flow, &peek);
    assert_true(result->n_records > 0);
    assert_true(result->bytes <= 1024 * 1024);
    assert_true(result->is_truncated || result->records[0].is_cut);
    assert_int_equal(result->records[result->n_records - 1].value_bytes, sizeof big);
    /* What is not there is refused and not made. */
    peek.topic = "demo.nothing";
    result = flow_ask(flow, &peek);
    assert_int_equal(result->error.code, PT_ENOTFOUND);
    struct pt_command describe = {.kind = PT_CMD_TOPIC_DESCRIBE, .topic = "demo.pin"};
    result = flow_ask(flow, &describe);
    assert_int_equal(result->n_partitions, 1);
    assert_int_equal(result->partitions[0].high, 70);
    handle_free(producer);
    flow_close(flow);
}

static void test_completed_is_bounded(void **state)
{
    (void)state;
    struct flow *flow = flow_start(FLOW_RUN(0), FLOW_NONE);
    flow_wait_up(flow);
    uint64_t last = 0;
    for (int i = 0; i < 150; i++)
        last =
            flow_ask(flow, &(struct pt_command){.kind = PT_CMD_RATE, .streams = 1, .rate_per_s = 5})
                ->id;
    const struct pt_completed_section *completed = flow->snap->completed;
    assert_int_equal(completed->n_results, PT_COMPLETED_MAX);
    assert_true(completed->results[PT_COMPLETED_MAX - 1]->id == last);
    for (size_t i = 1; i < completed->n_results; i++)
        assert_true(completed->results[i]->id > completed->results[i - 1]->id);
    flow_close(flow);
}

/* ---- keys ---- */

struct keys {
    int64_t n, with_key, equal;
};

static void count_key(void *arg, int32_t partition, int64_t offset, const void *key, size_t key_len,
                      const void *value, size_t len)
{
    struct keys *keys = arg;
    char expected[40];
    (void)partition;
    (void)offset;
    keys->n++;
    keys->with_key += key != NULL;
    int n = snprintf(expected, sizeof expected, "{\"ind\":%.*s,", (int)key_len,
                     key ? (const char *)key : "");
    keys->equal += key && len > (size_t)n && memcmp(value, expected, (size_t)n) == 0;
}

static struct keys scan_keys(const struct embedded *cluster, const char *topic)
{
    struct scan_partition parts[3] = {{.partition = 0}, {.partition = 1}, {.partition = 2}};
    struct keys keys = {0};
    struct scan_opts opts = {.bootstrap = cluster->bootstrap,
                             .topic = topic,
                             .partitions = parts,
                             .n_partitions = 3,
                             .arg = &keys,
                             .record = count_key};
    struct pt_error err;
    if (topic_scan(&opts, &err) != PT_OK)
        fail_msg("scan: %s", err.what);
    return keys;
}

static void test_keys(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(
        (const char *const[]){"demo.pin", "demo.geo", "demo.user", "demo.nokey", NULL}, 3);
    const char *servers = flow_servers(cluster);
    flow_run_whole(2000, FLOW_SET(servers, "pintop.stream.rate=max"));
    struct keys keys = scan_keys(cluster, "demo.geo");
    assert_int_equal(keys.n, 2000);
    assert_int_equal(keys.equal, 2000);
    flow_check_audit(FLOW_SET(servers), 0);

    const char *const *settings =
        FLOW_SET(servers, "pintop.stream.rate=max", "pintop.stream.key=none",
                 "pintop.stream.geo.topic=demo.nokey");
    flow_run_whole(1000, settings);
    keys = scan_keys(cluster, "demo.nokey");
    assert_int_equal(keys.n, 1000);
    assert_int_equal(keys.with_key, 0);
    flow_check_audit(settings, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_state_directory_is_a_file, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_no_state_directory_still_watches, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(test_checkpoints_cannot_be_written, flow_setup,
                                        flow_teardown),
        cmocka_unit_test_setup_teardown(test_stop_without_a_disk, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_topic_missing, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_foreign_topics, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_control_bytes, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_peek_and_its_limit, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_completed_is_bounded, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_keys, flow_setup, flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
