/* The embedded sink against librdkafka's mock cluster in this process, on a directory of its own.
 */
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
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "base/file.h"
#include "sink/manifest.h"
#include "sink/sink.h"
#include "sink_cluster.h"

/* ---- tests ---- */

static void objects_by_count_and_drain(void **state)
{
    struct cluster cluster;
    (void)state;
    cluster_start(&cluster, &topic, 1);
    struct sink_opts opts = default_opts();
    opts.flush_size = 100;
    struct embedded_sink *sink = start(&cluster, opts);
    produce(&cluster, topic, 250);
    wait_until(has_records, 600); /* by count alone */
    wait_until(has_taken, 750);
    assert_int_equal(last_status().records, 600);
    sink_drain(sink);
    wait_until(has_records, 750);
    wait_until(has_told, 750);
    for (int32_t p = 0; p < PARTITIONS; p++) {
        expect_object(p, 0, 0, 100);
        expect_object(p, 100, 100, 100);
        expect_object(p, 200, 200, 50);
        assert_int_equal(group_offset(&cluster, p), 250);
    }
    assert_int_equal(count_files(), 10);
    /* A drained sink goes on closing. */
    produce(&cluster, topic, 1);
    wait_until(has_records, 753);
    sink_free(sink);
    assert_int_equal(heard.status.state, SINK_STOPPED);
    assert_int_equal(heard.status.records, 753);
    assert_int_equal(heard.status.open_records, 0);
    assert_int_equal(heard.status.objects, 12);
    assert_int_equal(heard.status.kept_objects, 12);
    assert_int_equal(heard.status.bytes, heard.status.kept_bytes);
    assert_int_equal(heard.status.lost_records, 0);
    assert_true(heard.status.newest_object_ms > 0);
    expect_object(2, 250, 250, 1);
    struct manifest manifest = load_manifest();
    assert_int_equal(manifest.n_partitions, 3);
    for (int32_t p = 0; p < PARTITIONS; p++) {
        const struct manifest_partition *part = manifest_find(&manifest, topic, p);
        assert_non_null(part);
        assert_int_equal(part->next_offset, 251);
        assert_int_equal(part->first_offset, 0);
        assert_int_equal(part->n_objects, 4);
    }
    manifest_done(&manifest);
    cluster_stop(&cluster);
}

static void objects_by_size(void **state)
{
    struct cluster cluster;
    (void)state;
    cluster_start(&cluster, &topic, 1);
    struct sink_opts opts = default_opts();
    opts.max_object_bytes = 1000;
    struct embedded_sink *sink = start(&cluster, opts);
    char value[3000];
    memset(value, 'x', sizeof(value));
    for (int i = 0; i < 7; i++)
        produce_raw(&cluster, topic, 0, NULL, value, 300);
    produce_raw(&cluster, topic, 0, NULL, value, sizeof(value)); /* longer than an object */
    produce_raw(&cluster, topic, 0, NULL, value, 300);
    wait_until(has_records, 8); /* 3 + 3 + 1 + the long one */
    sink_free(sink);
    struct manifest manifest = load_manifest();
    const struct manifest_partition *part = manifest_find(&manifest, topic, 0);
    static const int64_t records[] = {3, 3, 1, 1, 1}, bytes[] = {903, 903, 301, 3001, 301};
    assert_int_equal(part->n_objects, 5);
    for (size_t i = 0; i < part->n_objects; i++) {
        assert_int_equal(part->objects[i].records, records[i]);
        assert_int_equal(part->objects[i].bytes, bytes[i]);
    }
    manifest_done(&manifest);
    cluster_stop(&cluster);
}

static void objects_by_time(void **state)
{
    struct cluster cluster;
    (void)state;
    cluster_start(&cluster, &topic, 1);
    struct sink_opts opts = default_opts();
    opts.rotate_ms = 150;
    struct embedded_sink *sink = start(&cluster, opts);
    int64_t start_us = clock_mono_us();
    produce(&cluster, topic, 5);
    wait_until(has_records, 15);
    assert_true(clock_mono_us() - start_us >= 100000); /* four fifths of it may be enough */
    expect_object(1, 0, 0, 5);
    sink_free(sink);
    cluster_stop(&cluster);
}

static void free_commits_what_is_open_and_is_prompt(void **state)
{
    struct cluster cluster;
    (void)state;
    cluster_start(&cluster, &topic, 1);
    struct embedded_sink *sink = start(&cluster, default_opts());
    produce(&cluster, topic, 20);
    wait_until(has_taken, 60);
    int64_t start_us = clock_mono_us();
    sink_free(sink);
    assert_true(clock_mono_us() - start_us < prompt_us);
    assert_int_equal(heard.status.state, SINK_STOPPED);
    assert_int_equal(heard.status.records, 60);
    assert_true(has_told(&heard, 60));
    for (int32_t p = 0; p < PARTITIONS; p++)
        expect_object(p, 0, 0, 20);
    /* One that has nothing to do ends as promptly. */
    forget_status();
    sink = start(&cluster, default_opts());
    wait_until(has_state, SINK_RUNNING);
    start_us = clock_mono_us();
    sink_free(sink);
    assert_true(clock_mono_us() - start_us < prompt_us);
    cluster_stop(&cluster);
}

static void a_second_run_numbers_on(void **state)
{
    struct cluster cluster;
    (void)state;
    struct sink_opts opts = default_opts();
    opts.flush_size = 10;
    for (int run = 0; run < 3; run++) {
        cluster_start(&cluster, &topic, 1);
        forget_status();
        struct embedded_sink *sink = start(&cluster, opts);
        produce(&cluster, topic, 15);
        wait_until(has_taken, 45);
        sink_free(sink);
        cluster_stop(&cluster);
        assert_int_equal(heard.status.kept_objects, (run + 1) * 6);
    }
    for (int64_t run = 0; run < 3; run++)
        for (int32_t p = 0; p < PARTITIONS; p++) {
            expect_object(p, run * 15, 0, 10);
            expect_object(p, run * 15 + 10, 10, 5);
        }
    assert_int_equal(count_files(), 19);
}

/* What a kill leaves: temporary files and objects that no manifest names. */
static void leftovers_of_a_kill_are_replaced(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    char below[MANIFEST_PATH_MAX], path[PATH_MAX];
    (void)state;
    opts.flush_size = 10;
    cluster_start(&cluster, &topic, 1);
    struct embedded_sink *sink = start(&cluster, opts);
    produce(&cluster, topic, 10);
    wait_until(has_records, 30);
    sink_free(sink);
    cluster_stop(&cluster);
    static const char *const names[] = {".tmp-0000000020.json", "demo.pin+1+0000000010.json"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/topics/demo.pin/partition=1/%s", dir, names[i]);
        FILE *f = fopen(path, "we");
        assert_non_null(f);
        fputs("half an obj", f);
        fclose(f);
    }
    cluster_start(&cluster, &topic, 1);
    forget_status();
    sink = start(&cluster, opts);
    produce(&cluster, topic, 10);
    wait_until(has_records, 30);
    sink_free(sink);
    cluster_stop(&cluster);
    expect_object(1, 0, 0, 10);
    expect_object(1, 10, 0, 10);
    manifest_object_path(below, sizeof(below), topic, 1, 20, ".json");
    snprintf(path, sizeof(path), "%s/%s", dir, below);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(count_files(), 7);
}

static void keys_go_to_their_own_file(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    (void)state;
    opts.has_keys = true;
    cluster_start(&cluster, &topic, 1);
    struct embedded_sink *sink = start(&cluster, opts);
    produce_raw(&cluster, topic, 2, "7", "{\"a\":1}", 7);
    produce_raw(&cluster, topic, 2, NULL, "two\nlines", 9);
    produce_raw(&cluster, topic, 2, "\"q\"", NULL, 0);
    wait_until(has_taken, 3);
    sink_free(sink);
    char *values = read_below("topics/demo.pin/partition=2/demo.pin+2+0000000000.json", NULL);
    char *keys = read_below("topics/demo.pin/partition=2/demo.pin+2+0000000000.keys.json", NULL);
    assert_string_equal(values, "{\"a\":1}\ntwo lines\nnull\n");
    assert_string_equal(keys, "\"7\"\nnull\n\"\\\"q\\\"\"\n");
    assert_int_equal(heard.status.flattened_records, 1);
    assert_int_equal(heard.status.kept_bytes, (int64_t)(strlen(values) + strlen(keys)));
    free(values);
    free(keys);
    cluster_stop(&cluster);
}

static void topics_come_later(void **state)
{
    struct cluster cluster;
    const char *const topics[] = {"demo.pin", "demo.geo"};
    const struct rd_kafka_metadata *answer;
    struct sink_opts opts = default_opts();
    (void)state;
    opts.flush_size = 10;
    cluster_start(&cluster, topics, 2);
    struct embedded_sink *sink = start(&cluster, opts);
    produce(&cluster, topic, 15);
    wait_until(has_records, 30);
    wait_until(has_taken, 45);
    sink_add_topic(sink, "demo.geo");
    sink_add_topic(sink, "demo.geo");
    sink_add_topic(sink, "demo.absent");
    sink_add_topic(sink, "../evil");
    produce(&cluster, "demo.geo", 10);
    wait_until(has_records, 60);
    produce(&cluster, topic, 0);
    sink_free(sink);
    assert_int_equal(heard.status.records, 75);
    assert_int_equal(heard.status.lost_records, 0);
    for (int32_t p = 0; p < PARTITIONS; p++) {
        expect_object(p, 0, 0, 10);
        expect_object(p, 10, 10, 5);
    }
    /* Looking for a topic has not made it. */
    assert_int_equal(rd_kafka_metadata(cluster.producer, 1, NULL, &answer, WAIT_S * 1000), 0);
    for (int i = 0; i < answer->topic_cnt; i++)
        assert_string_not_equal(answer->topics[i].topic, "demo.absent");
    rd_kafka_metadata_destroy(answer);
    cluster_stop(&cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(objects_by_count_and_drain, setup, teardown),
        cmocka_unit_test_setup_teardown(objects_by_size, setup, teardown),
        cmocka_unit_test_setup_teardown(objects_by_time, setup, teardown),
        cmocka_unit_test_setup_teardown(free_commits_what_is_open_and_is_prompt, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_run_numbers_on, setup, teardown),
        cmocka_unit_test_setup_teardown(leftovers_of_a_kill_are_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_go_to_their_own_file, setup, teardown),
        cmocka_unit_test_setup_teardown(topics_come_later, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, end_clusters);
}
