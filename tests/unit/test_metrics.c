/* The metrics: what a snapshot says as OpenMetrics text, held against the rules of the format as
 * promtool checks them. tests/lab/test_metrics holds the same text against Prometheus's own parser.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../screens/fixture.h"
#include "base/file.h"
#include "base/hist.h"
#include "metrics_rules.h"
#include "pintop/metrics.h"

static struct fixture fixture;
static char *text;

static char *read_whole(const char *path)
{
    char *bytes;
    size_t len;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &len, NULL), PT_OK);
    return bytes;
}

static int metrics_open(void **state)
{
    (void)state;
    memset(&fixture, 0, sizeof fixture);
    fixture_flowing(&fixture);
    snprintf(fixture.session.version, sizeof fixture.session.version, "1.0");
    return 0;
}

static int metrics_close(void **state)
{
    (void)state;
    free(text);
    text = NULL;
    return 0;
}

/* Makes the text, and holds it against the rules. */
static void make(void)
{
    free(text);
    text = pt_snapshot_openmetrics(&fixture.snap, NULL);
    assert_non_null(text);
    metrics_check(text);
}

static void has(const char *line)
{
    char whole[400];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (strstr(text, whole) == NULL)
        fail_msg("no line %s in\n%s", line, text);
}

static void lacks(const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("%s is in\n%s", part, text);
}

/* ---- figures ---- */

static void test_streams(void **state)
{
    struct pt_stream *pin = &fixture.streams.streams[PT_PIN];
    (void)state;
    pin->totals = (struct pt_stream_totals){.generated = 63917, .delivered = 63915, .failed = 7};
    pin->bytes = 1234567890123;
    pin->oldest_unresolved_ms = 1500;
    make();
    has("pintop_records_generated_total{stream=\"pin\",topic=\"demo.pin\"} 63917");
    has("pintop_records_delivered_total{stream=\"pin\",topic=\"demo.pin\"} 63915");
    has("pintop_records_failed_total{stream=\"pin\",topic=\"demo.pin\"} 7");
    has("pintop_delivered_bytes_total{stream=\"pin\",topic=\"demo.pin\"} 1234567890123");
    has("pintop_records_in_flight{stream=\"pin\",topic=\"demo.pin\"} 2");
    has("pintop_oldest_record_age_seconds{stream=\"pin\",topic=\"demo.pin\"} 1.5");
    has("pintop_stream_state{stream=\"pin\",pintop_stream_state=\"running\"} 1");
    has("pintop_stream_state{stream=\"pin\",pintop_stream_state=\"stopped\"} 0");
    has("# UNIT pintop_delivered_bytes bytes");
}

/* Unknown is absent, never 0. */
static void test_what_is_unknown_is_absent(void **state)
{
    (void)state;
    fixture.streams.streams[PT_PIN].state = PT_STREAM_ELSEWHERE;
    fixture.streams.streams[PT_GEO].queued = PT_UNKNOWN;
    fixture.cluster.retries = PT_UNKNOWN;
    fixture.cluster.n_brokers = 0;
    for (size_t i = 0; i < fixture.topics_section.n_topics; i++)
        fixture.topics[i].lag = fixture.topics[i].messages = PT_UNKNOWN;
    fixture.sinks[0].lag_total = fixture.sinks[0].newest_object_ms = PT_UNKNOWN;
    fixture.sinks[0].safe_until_ms = PT_UNKNOWN;
    fixture.sinks[0].n_tasks = fixture.sinks[0].running_tasks = fixture.sinks[0].failed_tasks = -1;
    make();
    lacks("_total{stream=\"pin\"");
    lacks("pintop_ack_latency_seconds_count{stream=\"pin\"");
    lacks("pintop_records_queued{stream=\"geo\"");
    lacks("pintop_produce_retries_total ");
    lacks("\npintop_brokers ");
    lacks("pintop_topic_lag_records{");
    lacks("pintop_connector_lag_records{");
    lacks("pintop_connector_tasks{");
    lacks("pintop_connector_newest_object_age_seconds{");
    lacks("pintop_connector_safe_seconds{");
    has("pintop_stream_state{stream=\"pin\",pintop_stream_state=\"elsewhere\"} 1");
}

/* The very first snapshot of an engine and an empty one have only what is known. */
static void test_nothing_is_known(void **state)
{
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].state = PT_STREAM_UNKNOWN;
    fixture.session.verdict = PT_V_UNKNOWN;
    fixture.topics_section.n_topics = 0;
    fixture.connectors.n_connectors = 0;
    make();
    has("pintop_pipeline_verdict{pintop_pipeline_verdict=\"UNKNOWN\"} 1");
    has("pintop_pipeline_verdict{pintop_pipeline_verdict=\"OK\"} 0");
    lacks("pintop_records_generated_total{");
    lacks("pintop_connector_verdict{");
}

static void test_histogram(void **state)
{
    static struct hist hist;
    uint64_t counts[PT_ACK_BUCKETS];
    struct pt_stream_totals *totals = &fixture.streams.streams[PT_GEO].totals;
    (void)state;
    hist_init(&hist);
    /* On the edges: 255 µs are below 256, 256 are not. */
    const uint64_t values[] = {0, 1, 255, 256, 511, 512, 1000000, 40000000};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        hist_add(&hist, values[i]);
    totals->acks = (int64_t)hist_powers(&hist, PT_ACK_FIRST_BIT, counts, PT_ACK_BUCKETS);
    totals->acks_us = (int64_t)hist.sum;
    for (int i = 0; i < PT_ACK_BUCKETS; i++)
        totals->ack_counts[i] = (int64_t)counts[i];
    make();
#define GEO "{stream=\"geo\",topic=\"demo.geo\""
    has("pintop_ack_latency_seconds_bucket" GEO ",le=\"0.000256\"} 3");
    has("pintop_ack_latency_seconds_bucket" GEO ",le=\"0.000512\"} 5");
    has("pintop_ack_latency_seconds_bucket" GEO ",le=\"0.001024\"} 6");
    has("pintop_ack_latency_seconds_bucket" GEO ",le=\"0.524288\"} 6");
    has("pintop_ack_latency_seconds_bucket" GEO ",le=\"1.048576\"} 7");
    has("pintop_ack_latency_seconds_bucket" GEO ",le=\"33.554432\"} 7");
    has("pintop_ack_latency_seconds_bucket" GEO ",le=\"+Inf\"} 8");
    has("pintop_ack_latency_seconds_count" GEO "} 8");
    has("pintop_ack_latency_seconds_sum" GEO "} 41.001535");
}

static void test_login(void **state)
{
    struct pt_auth *auth = &fixture.auth.auth;
    (void)state;
    make();
    lacks("\npintop_token_remaining_seconds ");
    auth->state = PT_AUTH_OK;
    auth->token_expires_ms = fixture.snap.time_ms + 600500;
    auth->keys_end_ms = fixture.snap.time_ms - 1;
    snprintf(auth->key_id, sizeof auth->key_id, "AKIAIOSFODNN7EXAMPLE");
    snprintf(auth->caller_arn, sizeof auth->caller_arn, "arn:aws:iam::123456789012:user/mara");
    make();
    has("pintop_token_remaining_seconds 600.5");
    has("pintop_credentials_remaining_seconds 0");
    lacks("AKIA");
    lacks("arn:aws");
    auth->keys_end_ms = PT_UNKNOWN;
    make();
    lacks("\npintop_credentials_remaining_seconds ");
}

static void test_connectors(void **state)
{
    struct pt_connector *sink = &fixture.sinks[0];
    (void)state;
    snprintf(sink->backend, sizeof sink->backend, "connect");
    sink->verdict = PT_V_DEGRADED;
    sink->lag_total = 29078;
    sink->n_tasks = 3, sink->running_tasks = 1, sink->failed_tasks = 2;
    sink->newest_object_ms = fixture.snap.time_ms - 42000;
    sink->safe_until_ms = fixture.snap.time_ms + 3600000;
    make();
#define SINK "{connector=\"demo-connector\",backend=\"connect\""
    has("pintop_connector_verdict" SINK ",pintop_connector_verdict=\"DEGRADED\"} 1");
    has("pintop_connector_verdict" SINK ",pintop_connector_verdict=\"FAILED\"} 0");
    has("pintop_connector_lag_records" SINK "} 29078");
    has("pintop_connector_tasks_failed" SINK "} 2");
    has("pintop_connector_newest_object_age_seconds" SINK "} 42");
    has("pintop_connector_safe_seconds" SINK "} 3600");
}

/* Only these two say nothing of a stream: figures of another pintop's would be zeros. */
static void test_seen_streams(void **state)
{
    (void)state;
    for (int i = PT_STREAM_UNKNOWN; i <= PT_STREAM_ELSEWHERE; i++) {
        fixture.streams.streams[PT_PIN].state = (enum pt_stream_state)i;
        make();
        bool is_there = strstr(text, "pintop_records_delivered_total{stream=\"pin\"") != NULL;
        assert_int_equal(is_there, i != PT_STREAM_UNKNOWN && i != PT_STREAM_ELSEWHERE);
        assert_int_equal(pt_stream_is_seen((enum pt_stream_state)i), is_there);
    }
}

/* ---- labels ---- */

static void test_labels_are_escaped(void **state)
{
    (void)state;
    snprintf(fixture.session.context, sizeof fixture.session.context, "a\"b\\c\nd{}=,é#");
    snprintf(fixture.sinks[0].name, sizeof fixture.sinks[0].name, "\"},x=\"");
    make();
    assert_non_null(strstr(text, "context=\"a\\\"b\\\\c\\nd{}=,é#\""));
    assert_non_null(strstr(text, "connector=\"\\\"},x=\\\"\""));
}

/* ---- many ---- */

static struct pt_partition partitions[4 * PT_METRICS_PARTITIONS];

static void put_partitions(size_t n_topics, int32_t each)
{
    fixture.topics_section.n_topics = 0;
    fixture.topics_section.n_partitions = n_topics * (size_t)each;
    fixture.topics_section.partitions = partitions;
    for (size_t i = 0; i < n_topics; i++) {
        char name[32];
        snprintf(name, sizeof name, "many.%03zu", i);
        struct pt_topic *topic = fixture_topic(&fixture, name, -1);
        topic->n_partitions = each;
        topic->is_watched = true;
        topic->first_partition = i * (size_t)each;
        for (int32_t p = 0; p < each; p++)
            partitions[topic->first_partition + (size_t)p] =
                (struct pt_partition){.partition = p, .low = 5, .high = 20, .lag = 10 - p};
    }
}

static void test_lag_of_partitions(void **state)
{
    (void)state;
    put_partitions(2, 4);
    partitions[1].lag = PT_UNKNOWN;
    partitions[2].lag = 15;
    partitions[3].lag = 0;
    make();
    has("pintop_partition_lag_records{topic=\"many.000\",partition=\"0\"} 10");
    lacks("{topic=\"many.000\",partition=\"1\"}");
    has("pintop_partition_lag_records{topic=\"many.000\",partition=\"2\"} 15");
    has("pintop_partition_lag_records{topic=\"many.000\",partition=\"3\"} 0");
    has("pintop_partition_lag_records{topic=\"many.001\",partition=\"3\"} 7");
    has("pintop_lag_left_out{what=\"partitions\"} 0");
    fixture.topics[1].is_watched = false;
    make();
    lacks("many.001");
}

/* With too many of them only topics have a lag, and that is said. */
static void test_too_many_partitions(void **state)
{
    (void)state;
    put_partitions(50, 4);
    make();
    has("pintop_partition_lag_records{topic=\"many.049\",partition=\"3\"} 7");
    has("pintop_lag_left_out{what=\"partitions\"} 0");
    put_partitions(51, 4);
    make();
    lacks("pintop_partition_lag_records{");
    has("pintop_lag_left_out{what=\"partitions\"} 204");
    assert_non_null(strstr(text, "pintop_topic_lag_records{topic=\"many.050\"}"));
}

static void test_too_many_topics(void **state)
{
    (void)state;
    put_partitions(PT_METRICS_PARTITIONS + 3, 1);
    make();
    assert_non_null(strstr(text, "pintop_topic_lag_records{topic=\"many.199\"}"));
    lacks("many.200");
    has("pintop_lag_left_out{what=\"topics\"} 3");
}

/* What is too large is refused by its reason, and nothing is cut off. */
static void test_too_many_connectors(void **state)
{
    enum { MANY = 5000 };
    struct pt_connector *all = calloc(MANY, sizeof *all);
    struct pt_error err = {0};
    (void)state;
    assert_non_null(all);
    for (int i = 0; i < MANY; i++) {
        all[i] = fixture.sinks[0];
        snprintf(all[i].name, sizeof all[i].name, "a-connector-of-a-large-fleet-%d", i);
    }
    fixture.connectors.connectors = all;
    fixture.connectors.n_connectors = MANY;
    assert_null(pt_snapshot_openmetrics(&fixture.snap, &err));
    assert_int_equal(err.code, PT_EFULL);
    assert_string_equal(err.what, "metrics: the figures of 5000 connectors need more than 4 MiB");
    assert_non_null(strstr(err.fix, "pintop.connector.name"));
    free(all);
}

/* A topic whose partitions AWS alone told, or a damaged count, is passed over. */
static void test_topics_without_rows(void **state)
{
    (void)state;
    put_partitions(2, 4);
    fixture.topics_section.n_partitions = 4;
    make();
    lacks("{topic=\"many.001\",partition");
}

/* ---- what is installed beside the program ---- */

/* A snapshot in which every figure is known. */
static void know_everything(void)
{
    struct pt_connector *sink = &fixture.sinks[0];
    struct pt_auth *auth = &fixture.auth.auth;
    put_partitions(1, 2);
    fixture.session.is_embedded = true;
    for (int i = 0; i < PT_STREAMS; i++)
        fixture.streams.streams[i].uncommitted = 3;
    auth->state = PT_AUTH_OK;
    auth->token_expires_ms = auth->keys_end_ms = fixture.snap.time_ms + 1000;
    sink->lag_total = 5;
    sink->n_tasks = sink->running_tasks = sink->failed_tasks = 1;
    sink->newest_object_ms = fixture.snap.time_ms - 1000;
    sink->safe_until_ms = fixture.snap.time_ms + 1000;
}

static bool is_written(const char *name)
{
    char sample[RULES_NAME + 2];
    snprintf(sample, sizeof sample, "\n%s{", name);
    bool is_labelled = strstr(text, sample) != NULL;
    snprintf(sample, sizeof sample, "\n%s ", name);
    return is_labelled || strstr(text, sample) != NULL;
}

/* Checks each metric that a file names; returns how many it names. */
static int check_names(const char *path)
{
    char *file = read_whole(path), name[RULES_NAME];
    int n = 0;
    for (const char *at = file; (at = strstr(at, "pintop_")) != NULL;) {
        size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
        snprintf(name, sizeof name, "%.*s", (int)len, at);
        if (!is_written(name))
            fail_msg("%s names %s, which is not written", path, name);
        at += len;
        n++;
    }
    free(file);
    return n;
}

static int count(const char *in, const char *what)
{
    int n = 0;
    for (const char *at = in; (at = strstr(at, what)) != NULL; at += strlen(what))
        n++;
    return n;
}

static void test_shared_files_name_what_is_written(void **state)
{
    (void)state;
    know_everything();
    make();
    assert_true(check_names("tui/share/pintop.dashboard.json") > 20);
    assert_true(check_names("tui/share/pintop.rules.yml") >= 5);
    assert_false(is_written("pintop_nothing")); /* the check can fail */
    char *rules = read_whole("tui/share/pintop.rules.yml");
    static const char *const parts[] = {"- alert: Pintop", "\n        expr: ", "\n        for: ",
                                        "severity: ",      "summary: \"",      "description: \""};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_int_equal(count(rules, parts[i]), 5);
    free(rules);
    char *json = read_whole("tui/share/pintop.dashboard.json");
    cJSON *dashboard = cJSON_Parse(json);
    assert_non_null(dashboard);
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(dashboard, "panels")) >= 10);
    cJSON_Delete(dashboard);
    free(json);
}

/* ---- counters ---- */

static void test_hist_powers(void **state)
{
    static struct hist hist;
    uint64_t counts[4], total = 0;
    (void)state;
    hist_init(&hist);
    assert_int_equal(hist_powers(&hist, 4, counts, 4), 0);
    for (uint64_t v = 0; v < 1000; v++)
        hist_add(&hist, v);
    assert_int_equal(hist_powers(&hist, 4, counts, 4), 1000);
    for (int i = 0; i < 4; i++) {
        total += counts[i];
        assert_int_equal(total, UINT64_C(1) << (4 + i));
    }
    assert_int_equal(hist.sum, 999 * 500);
    hist_add(&hist, UINT64_MAX / 2); /* above all buckets */
    assert_int_equal(hist_powers(&hist, 4, counts, 4), 1001);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, metrics_open, metrics_close)
    const struct CMUnitTest tests[] = {
        TEST(test_streams),
        TEST(test_what_is_unknown_is_absent),
        TEST(test_nothing_is_known),
        TEST(test_histogram),
        TEST(test_login),
        TEST(test_connectors),
        TEST(test_seen_streams),
        TEST(test_labels_are_escaped),
        TEST(test_lag_of_partitions),
        TEST(test_too_many_partitions),
        TEST(test_too_many_topics),
        TEST(test_too_many_connectors),
        TEST(test_topics_without_rows),
        TEST(test_shared_files_name_what_is_written),
        TEST(test_hist_powers),
        TEST(metrics_rules_can_fail),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
