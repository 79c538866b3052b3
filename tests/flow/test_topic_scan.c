/* Reading a topic back, as the audit does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kafka/handle.h"
#include "kafka/topic_scan.h"
#include "mock_records.h"

#define TOPIC "demo.pin"

static struct embedded cluster;
static rd_kafka_t *producer;

static int start(void **state)
{
    static const char *const topics[] = {TOPIC};
    (void)state;
    if (embedded_start(NULL, topics, 1, &cluster, NULL) != PT_OK) {
        return -1;
    }
    producer = mock_producer(&cluster);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    handle_free(producer);
    embedded_stop(&cluster);
    return 0;
}

struct seen {
    int64_t n, n_wrong, n_ticks, last[3];
    int64_t cancel_after; /* ticks; 0 never */
    int64_t put_more;     /* in the first record: produce so many */
};

static void on_record(void *arg, int32_t partition, int64_t offset, const void *key, size_t key_len,
                      const void *value, size_t value_len)
{
    struct seen *seen = arg;
    char expected[64], expected_key[24];
    if (seen->put_more > 0) {
        mock_put(producer, TOPIC, 0, 1000000, seen->put_more);
        seen->put_more = 0;
    }
    snprintf(expected_key, sizeof(expected_key), "%lld", (long long)offset);
    snprintf(expected, sizeof(expected), "value %lld", (long long)offset);
    bool is_right = key_len == strlen(expected_key) && memcmp(key, expected_key, key_len) == 0 &&
                    value_len == strlen(expected) && memcmp(value, expected, value_len) == 0;
    seen->n_wrong += !is_right || offset <= seen->last[partition];
    seen->last[partition] = offset;
    seen->n++;
}

static bool on_progress(void *arg, int64_t done, int64_t total)
{
    struct seen *seen = arg;
    assert_true(done <= total);
    seen->n_ticks++;
    return seen->cancel_after > 0 && seen->n_ticks >= seen->cancel_after;
}

static pt_code scan(struct seen *seen, struct scan_partition *partitions, size_t n,
                    struct pt_error *err)
{
    const struct scan_opts opts = {.bootstrap = cluster.bootstrap,
                                   .topic = TOPIC,
                                   .partitions = partitions,
                                   .n_partitions = n,
                                   .stall_ms = 5000,
                                   .arg = seen,
                                   .record = on_record,
                                   .progress = on_progress};
    for (int i = 0; i < 3; i++) {
        seen->last[i] = -1;
    }
    memset(err, 0, sizeof(*err));
    return topic_scan(&opts, err);
}

static void test_reads_all_once_in_order(void **state)
{
    struct seen seen = {0};
    struct pt_error err;
    struct scan_partition partitions[] = {{.partition = 0}, {.partition = 1}, {.partition = 2}};
    (void)state;
    mock_put(producer, TOPIC, 0, 0, 3000);
    mock_put(producer, TOPIC, 2, 0, 500);
    if (scan(&seen, partitions, 3, &err) != PT_OK) {
        fail_msg("%s", err.what);
    }
    assert_int_equal(seen.n, 3500);
    assert_int_equal(seen.n_wrong, 0);
    assert_int_equal(partitions[0].end, 3000);
    assert_int_equal(partitions[0].next, 3000);
    assert_int_equal(partitions[0].records, 3000);
    assert_int_equal(partitions[1].end, 0); /* empty: ends at once */
    assert_int_equal(partitions[2].records, 500);
    assert_int_equal(partitions[0].expired, 0);
}

static void test_begins_at_the_given_offsets(void **state)
{
    struct seen seen = {0};
    struct pt_error err;
    struct scan_partition partitions[] = {
        {.partition = 2, .start = 7 },
        {.partition = 0, .start = 99}
    };
    (void)state;
    mock_put(producer, TOPIC, 0, 0, 50);
    mock_put(producer, TOPIC, 2, 0, 20);
    assert_int_equal(scan(&seen, partitions, 2, &err), PT_OK);
    assert_int_equal(seen.n, 13);
    assert_int_equal(seen.n_wrong, 0);
    assert_int_equal(partitions[1].end, 50); /* the start lies behind it: nothing to read */
    assert_int_equal(partitions[1].records, 0);
}

static void test_ends_where_the_topic_ended_at_the_start(void **state)
{
    struct seen seen = {.put_more = 200};
    struct pt_error err;
    struct scan_partition partitions[] = {{.partition = 0}};
    (void)state;
    mock_put(producer, TOPIC, 0, 0, 100);
    assert_int_equal(scan(&seen, partitions, 1, &err), PT_OK);
    assert_int_equal(seen.n, 100);
    assert_int_equal(partitions[0].end, 100);
}

/* The mock keeps the newest 5 MiB of a partition. */
static void test_expired_records_are_counted(void **state)
{
    static char big[100000];
    struct pt_error err;
    struct scan_partition partitions[] = {
        {.partition = 1, .start = 3}
    };
    const struct scan_opts opts = {.bootstrap = cluster.bootstrap,
                                   .topic = TOPIC,
                                   .partitions = partitions,
                                   .n_partitions = 1};
    (void)state;
    srand(1);
    for (size_t i = 0; i < sizeof(big); i++) {
        big[i] = (char)rand(); /* nothing to compress */
    }
    for (int i = 0; i < 80; i++) {
        mock_put_bytes(producer, TOPIC, 1, "k", big, sizeof(big));
    }
    assert_int_equal(topic_scan(&opts, &err), PT_OK);
    assert_int_equal(partitions[0].end, 80);
    assert_true(partitions[0].expired > 10 && partitions[0].expired < 77);
    assert_int_equal(partitions[0].expired + partitions[0].records, 80 - 3);
    /* The oldest there is: nothing was wanted that is gone. */
    partitions[0].start = -1;
    assert_int_equal(topic_scan(&opts, &err), PT_OK);
    assert_int_equal(partitions[0].expired, 0);
    assert_true(partitions[0].records > 10);
}

static void test_unknown_topic_and_partition(void **state)
{
    struct pt_error err;
    int32_t n;
    struct scan_partition partitions[] = {{.partition = 3}};
    struct scan_opts opts = {.bootstrap = cluster.bootstrap,
                             .topic = TOPIC,
                             .partitions = partitions,
                             .n_partitions = 1};
    (void)state;
    assert_int_equal(topic_scan(&opts, &err), PT_ENOTFOUND);
    assert_non_null(strstr(err.what, "partition 3"));
    opts.topic = "demo.nope";
    assert_int_equal(topic_scan(&opts, &err), PT_ENOTFOUND);
    assert_int_equal(topic_partitions(NULL, cluster.bootstrap, "demo.nope", &n, &err), PT_OK);
    assert_int_equal(n, -1); /* asking did not make it */
    assert_int_equal(topic_partitions(NULL, cluster.bootstrap, TOPIC, &n, &err), PT_OK);
    assert_int_equal(n, 3);
}

static void test_cancel_and_stall(void **state)
{
    struct seen seen = {.cancel_after = 1};
    struct pt_error err;
    struct scan_partition partitions[] = {{.partition = 0}};
    (void)state;
    mock_put(producer, TOPIC, 0, 0, 100);
    /* Fetches answer nothing but an error that is tried again. */
    rd_kafka_resp_err_t errors[500];
    for (size_t i = 0; i < 500; i++) {
        errors[i] = RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE;
    }
    rd_kafka_mock_push_request_errors_array(cluster.mock, 1 /* Fetch */, 500, errors);
    assert_int_equal(scan(&seen, partitions, 1, &err), PT_ECANCELLED);
    assert_int_equal(seen.n, 0);
    const struct scan_opts opts = {.bootstrap = cluster.bootstrap,
                                   .topic = TOPIC,
                                   .partitions = partitions,
                                   .n_partitions = 1,
                                   .stall_ms = 700};
    int64_t begun_us = clock_mono_us();
    assert_int_equal(topic_scan(&opts, &err), PT_ETIMEOUT);
    assert_true(clock_mono_us() - begun_us < 3000000);
    assert_true(partitions[0].next == 0 && partitions[0].end == 100);
}

static void test_unreachable(void **state)
{
    struct pt_error err;
    struct scan_partition partitions[] = {{.partition = 0}};
    static const char *const settings[] = {"bootstrap.servers=127.0.0.1:1"};
    const struct pt_config_args args = {.settings = settings, .n_settings = 1};
    struct pt_config *cfg = NULL;
    (void)state;
    assert_int_equal(pt_config_load(&args, &cfg, &err), PT_OK);
    const struct scan_opts opts = {
        .cfg = cfg, .topic = TOPIC, .partitions = partitions, .n_partitions = 1, .stall_ms = 700};
    pt_code code = topic_scan(&opts, &err);
    pt_config_free(cfg);
    assert_true(code == PT_EKAFKA || code == PT_ETIMEOUT);
    assert_non_null(strstr(err.what, "refused"));
}

#define FLOW_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(test_reads_all_once_in_order),
        FLOW_TEST(test_begins_at_the_given_offsets),
        FLOW_TEST(test_ends_where_the_topic_ended_at_the_start),
        FLOW_TEST(test_expired_records_are_counted),
        FLOW_TEST(test_unknown_topic_and_partition),
        FLOW_TEST(test_cancel_and_stall),
        cmocka_unit_test(test_unreachable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
