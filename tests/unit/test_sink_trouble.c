/* The embedded sink when the disk is full, its directory blocked, its group's commit refused, or
 * records are missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "base/file.h"
#include "scratch.h"
#include "sink/manifest.h"
#include "sink/sink.h"
#include "sink_cluster.h"

static bool has_expired(const struct heard *h, int64_t n)
{
    return h->status.expired_objects >= n;
}

static bool has_lost(const struct heard *h, int64_t n)
{
    return h->status.lost_records >= n;
}

static void the_limit_lets_the_oldest_go(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    char value[101];
    (void)state;
    memset(value, 'v', sizeof(value));
    opts.flush_size = 10;
    opts.has_keys = true;
    opts.limit_bytes = 5 * 1050; /* an object: 10 x (101 + 4) */
    cluster_start(&cluster, &topic, 1);
    struct embedded_sink *sink = start(&cluster, opts);
    for (int i = 0; i < 80; i++)
        produce_raw(&cluster, topic, 0, "k", value, 100);
    wait_until(has_expired, 3);
    sink_free(sink);
    assert_int_equal(heard.status.expired_objects, 3);
    assert_int_equal(heard.status.expired_records, 30);
    assert_int_equal(heard.status.kept_objects, 5);
    assert_int_equal(heard.status.kept_bytes, 5 * 1050);
    assert_int_equal(heard.status.records, 80);
    struct manifest manifest = load_manifest();
    const struct manifest_partition *part = manifest_find(&manifest, topic, 0);
    assert_int_equal(part->first_offset, 30);
    assert_int_equal(part->next_offset, 80);
    assert_int_equal(part->expired_records, 30);
    assert_int_equal(part->expired_objects, 3);
    manifest_done(&manifest);
    assert_int_equal(count_files(), 11); /* 5 objects, 5 keys files, the manifest */
    /* A run later the count goes on, and what is newest stays. */
    opts.limit_bytes = 1;
    cluster_stop(&cluster);
    cluster_start(&cluster, &topic, 1);
    forget_status();
    sink = start(&cluster, opts);
    produce_raw(&cluster, topic, 0, "k", value, 100);
    wait_until(has_taken, 1);
    sink_free(sink);
    assert_int_equal(heard.status.kept_objects, 1);
    assert_int_equal(heard.status.expired_records, 80);
    assert_int_equal(count_files(), 3);
    cluster_stop(&cluster);
}

/* The mock keeps 5 MiB of a partition: what it dropped before the sink came is a loss, said so. */
static void gaps_are_losses(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    char *value = malloc(100000);
    int64_t low, high;
    (void)state;
    memset(value, 'g', 100000);
    cluster_start(&cluster, &topic, 1);
    for (int i = 0; i < 100; i++) {
        produce_raw(&cluster, topic, 1, NULL, value, 100000);
        assert_int_equal(rd_kafka_flush(cluster.producer, WAIT_S * 1000), 0);
    }
    assert_int_equal(
        rd_kafka_query_watermark_offsets(cluster.producer, topic, 1, &low, &high, WAIT_S * 1000),
        0);
    assert_int_equal(high, 100);
    assert_true(low > 0 && low < 100);
    struct embedded_sink *sink = start(&cluster, opts);
    sink_drain(sink);
    wait_until(has_lost, low);
    wait_until(has_records, high - low);
    wait_until(has_told, high);
    sink_free(sink);
    assert_int_equal(heard.status.lost_records, low);
    assert_int_equal(heard.status.records, high - low);
    struct manifest manifest = load_manifest();
    const struct manifest_partition *part = manifest_find(&manifest, topic, 1);
    assert_int_equal(part->lost_records, low);
    assert_int_equal(part->first_offset, low);
    assert_int_equal(part->next_offset, high);
    assert_int_equal(part->objects[0].first_offset, low);
    manifest_done(&manifest);
    assert_int_equal(group_offset(&cluster, 1), high);
    free(value);
    cluster_stop(&cluster);
}

static void a_blocked_directory_loses_nothing(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    char path[PATH_MAX];
    (void)state;
    opts.flush_size = 10;
    /* A file where the directory should be: refuses root too. */
    FILE *f = fopen(dir, "we");
    assert_non_null(f);
    fclose(f);
    cluster_start(&cluster, &topic, 1);
    struct embedded_sink *sink = start(&cluster, opts);
    produce(&cluster, topic, 10);
    wait_until(has_state, SINK_FAILED);
    struct sink_status status = last_status();
    assert_true(status.error[0] != 0 && status.fix[0] != 0);
    assert_int_equal(unlink(dir), 0);
    wait_until(has_records, 30);
    wait_until(has_state, SINK_RUNNING);
    assert_string_equal(last_status().error, "");
    /* And while it runs: no room for the objects of a partition. */
    snprintf(path, sizeof(path), "%s/topics/demo.pin/partition=1/.tmp-0000000010.json", dir);
    assert_int_equal(mkdir(path, 0755), 0);
    produce(&cluster, topic, 10);
    wait_until(has_state, SINK_FAILED);
    status = last_status();
    assert_non_null(strstr(status.error, "partition=1"));
    assert_int_equal(rmdir(path), 0);
    wait_until(has_records, 60);
    wait_until(has_told, 60);
    sink_free(sink);
    for (int32_t p = 0; p < PARTITIONS; p++) {
        expect_object(p, 0, 0, 10);
        expect_object(p, 10, 10, 10);
    }
    assert_int_equal(count_files(), 7);
    cluster_stop(&cluster);
}

static void a_full_disk_loses_nothing(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    struct rlimit was, small;
    (void)state;
    opts.flush_size = 100;
    cluster_start(&cluster, &topic, 1);
    struct embedded_sink *sink = start(&cluster, opts);
    wait_until(has_state, SINK_RUNNING);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = was;
    small.rlim_cur = 1000; /* less than an object */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    produce(&cluster, topic, 100);
    wait_until(has_state, SINK_FAILED);
    struct sink_status failed = last_status();
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_non_null(strstr(failed.fix, "disk space"));
    assert_int_equal(failed.records, 0);
    pthread_mutex_lock(&heard.lock);
    assert_int_equal(heard.n_parts, 0);
    pthread_mutex_unlock(&heard.lock);
    wait_until(has_records, 300);
    sink_free(sink);
    for (int32_t p = 0; p < PARTITIONS; p++)
        expect_object(p, 0, 0, 100);
    assert_int_equal(count_files(), 4);
    cluster_stop(&cluster);
}

/* A stop while nothing can be written is prompt too; the next run takes the records' offsets. */
static void free_while_failed(void **state)
{
    struct cluster cluster;
    (void)state;
    FILE *f = fopen(dir, "we");
    assert_non_null(f);
    fclose(f);
    cluster_start(&cluster, &topic, 1);
    struct embedded_sink *sink = start(&cluster, default_opts());
    wait_until(has_state, SINK_FAILED);
    int64_t start_us = clock_mono_us();
    sink_free(sink);
    assert_true(clock_mono_us() - start_us < prompt_us);
    assert_int_equal(heard.status.state, SINK_STOPPED);
    assert_non_null(strstr(heard.status.error, "sink"));
    cluster_stop(&cluster);
}

/* A refused group commit keeps neither the objects nor the hooks, and is repeated. */
static void a_refused_group_commit_is_repeated(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    (void)state;
    opts.flush_size = 10;
    cluster_start(&cluster, &topic, 1);
    struct embedded_sink *sink = start(&cluster, opts);
    wait_until(has_state, SINK_RUNNING);
    rd_kafka_mock_push_request_errors(cluster.mock, 8 /* OffsetCommit */, 1,
                                      RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE);
    produce(&cluster, topic, 10);
    wait_until(has_told, 30);
    produce(&cluster, topic, 10);
    wait_until(has_told, 60);
    sink_free(sink);
    for (int32_t p = 0; p < PARTITIONS; p++)
        assert_int_equal(group_offset(&cluster, p), 20);
    cluster_stop(&cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_limit_lets_the_oldest_go, setup, teardown),
        cmocka_unit_test_setup_teardown(gaps_are_losses, setup, teardown),
        cmocka_unit_test_setup_teardown(a_blocked_directory_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(free_while_failed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_group_commit_is_repeated, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, end_clusters);
}
