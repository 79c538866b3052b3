/* Replay of files through the engine: every good row once, in its place, whatever happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "engine_fixture.h"
#include "kafka/topic_scan.h"
#include "scratch.h"

enum { ROWS = 600, EVERY_BAD = 50, PARTITIONS = 3, KEYS_MAX = 4000 };

static const char *const topics[] = {"demo.pin", "demo.geo", "demo.user", NULL};

/* ---- the files ---- */

/* Rows 0 to ROWS - 1; before every fiftieth a bad one. */
static void write_pin(FILE *out)
{
    fputs("\xef\xbb\xbfindex,unique_id,title,description,poster_name,follower_count,tag_list,"
          "is_image_or_video,image_src,downloaded,save_location,category\r\n",
          out);
    for (int i = 0; i < ROWS; i++) {
        if (i % EVERY_BAD == 0)
            fputs("7,too,few\r\n", out);
        fprintf(out,
                "%d,id-%d,\"row %d, \"\"quoted\"\"\",\"line one\nline two\",somebody,3k,\"a,b\","
                "image,https://example.invalid/%d.jpg,1,Local save in /data/art,art\r\n",
                i * 3, i, i, i);
    }
}

static void write_geo(FILE *out)
{
    for (int i = 0; i < ROWS; i++) {
        if (i % EVERY_BAD == 0)
            fputs("{\"ind\":7,\"country\":\n", out);
        fprintf(out,
                "{\"ind\":%d,\"timestamp\":\"2020-01-01 00:00:00\",\"latitude\":1.5,"
                "\"longitude\":2.5,\"country\":\"row %d\"}\n",
                i * 3, i);
    }
}

static void write_user(FILE *out)
{
    fputs("ind,first_name,last_name,age,date_joined\n", out);
    for (int i = 0; i < ROWS; i++) {
        if (i % EVERY_BAD == 0)
            fputs("not a row\n", out);
        fprintf(out, "%d,row %d,Smith,30,2015-10-24 11:23:51\n", i * 3, i);
    }
}

static void write_file(const char *name, void (*fill)(FILE *out))
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", scratch_path("export"), name);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fill(out);
    assert_int_equal(fclose(out), 0);
}

/* The setting that names the directory. */
static const char *write_export(void)
{
    static char setting[600];
    assert_int_equal(mkdir(scratch_path("export"), 0700), 0);
    write_file("pinterest_data.csv", write_pin);
    write_file("geolocation_data.jsonl", write_geo);
    write_file("user_data.csv", write_user);
    snprintf(setting, sizeof setting, "pintop.stream.source=%s", scratch_path("export"));
    return setting;
}

/* ---- what arrived ---- */

struct arrived {
    int n, n_keys, n_strange;
    int times[KEYS_MAX];
    int rows; /* key k holds row k % rows */
};

static void on_record(void *arg, int32_t partition, int64_t offset, const void *key, size_t key_len,
                      const void *value, size_t len)
{
    struct arrived *got = arg;
    char digits[24], text[2048], expected[40];
    (void)partition;
    (void)offset;
    snprintf(digits, sizeof digits, "%.*s", (int)key_len, key ? (const char *)key : "");
    snprintf(text, sizeof text, "%.*s", (int)len, (const char *)value);
    long index = key ? strtol(digits, NULL, 10) : -1;
    assert_in_range(index, 0, KEYS_MAX - 1);
    got->n++;
    got->n_keys += got->times[index]++ == 0;
    /* "row 1" must not pass for "row 12". */
    snprintf(expected, sizeof expected, "\"row %ld", index % got->rows);
    const char *at = strstr(text, expected);
    bool is_there = at && strspn(at + strlen(expected), "0123456789") == 0;
    got->n_strange += !is_there;
}

static struct arrived scan(const struct embedded *cluster, const char *topic)
{
    struct scan_partition parts[PARTITIONS];
    struct arrived got = {.rows = ROWS};
    struct pt_error err;
    for (int32_t p = 0; p < PARTITIONS; p++)
        parts[p] = (struct scan_partition){.partition = p};
    struct scan_opts opts = {.bootstrap = cluster->bootstrap,
                             .topic = topic,
                             .partitions = parts,
                             .n_partitions = PARTITIONS,
                             .arg = &got,
                             .record = on_record};
    if (topic_scan(&opts, &err) != PT_OK)
        fail_msg("scan: %s", err.what);
    return got;
}

/* Keys 0 to n_keys - 1 have arrived, each with its row. */
static void check_arrived(const struct embedded *cluster, int n_keys, int max_doubled)
{
    for (int i = 0; topics[i]; i++) {
        struct arrived got = scan(cluster, topics[i]);
        assert_int_equal(got.n_strange, 0);
        assert_int_equal(got.n_keys, n_keys);
        assert_in_range(got.n, n_keys, n_keys + max_doubled);
        for (int k = 0; k < n_keys; k++)
            assert_true(got.times[k] > 0);
    }
}

/* ---- the tests ---- */

static void test_to_the_end(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *const *settings =
        FLOW_SET(flow_servers(cluster), write_export(), "pintop.stream.rate=max");
    struct flow *flow = flow_start(FLOW_STREAM(0), settings);
    assert_string_equal(flow_run_out(flow), "end of file");
    flow_check_drained(flow);
    for (int i = 0; i < PT_STREAMS; i++) {
        assert_int_equal(flow_stream(flow, i)->delivered, ROWS);
        assert_int_equal(flow_stream(flow, i)->bad_rows, ROWS / EVERY_BAD);
        assert_non_null(strstr(flow_stream(flow, i)->source, "export"));
    }
    flow_close(flow);
    check_arrived(cluster, ROWS, 0);
    flow_check_audit(settings, 0);
    /* Again: there is nothing more. */
    flow = flow_start(FLOW_STREAM(0), settings);
    assert_string_equal(flow_run_out(flow), "end of file");
    assert_int_equal(flow_stream(flow, PT_PIN)->generated, 0);
    flow_close(flow);
    check_arrived(cluster, ROWS, 0);
}

static void test_stop_and_go_on(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *source = write_export();
    int64_t next = 0;
    /* In three pieces, the second by a stream's own stop and start. */
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                                   FLOW_SET(servers, source, "pintop.stream.rate=300"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 101);
    flow_stop(flow, -1);
    flow_check_drained(flow);
    next = flow_stream(flow, PT_GEO)->next_index;
    flow_close(flow);
    flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                      FLOW_SET(servers, source, "pintop.stream.rate=300"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 60);
    assert_int_equal(flow_stream(flow, PT_GEO)->first_index, next);
    flow_stop_streams(flow, PT_STREAM_ALL);
    flow_wait_state(flow, PT_STREAM_ALL, PT_STREAM_STOPPED);
    flow_start_streams(flow, PT_STREAM_ALL);
    flow_wait_delivered(flow, PT_STREAM_ALL, 120);
    flow_stop(flow, -1);
    flow_check_drained(flow);
    flow_close(flow);
    flow = flow_start(FLOW_STREAM(0), FLOW_SET(servers, source, "pintop.stream.rate=max"));
    assert_string_equal(flow_run_out(flow), "end of file");
    flow_close(flow);
    check_arrived(cluster, ROWS, 0);
    flow_check_audit(FLOW_SET(servers, source), 0);
}

/* Three shards of one file, each in two pieces: every row arrives once, under the key of its turn.
 */
static void test_shards_of_a_file(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *source = write_export();
    for (int i = 1; i <= 3; i++) {
        char shard[40];
        snprintf(shard, sizeof shard, "pintop.stream.shard=%d/3", i);
        struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                                       FLOW_SET(servers, source, shard, "pintop.stream.rate=300"));
        flow_wait_delivered(flow, PT_STREAM_ALL, 21);
        flow_stop(flow, -1);
        flow_check_drained(flow);
        flow_close(flow);
        flow =
            flow_start(FLOW_STREAM(0), FLOW_SET(servers, source, shard, "pintop.stream.rate=max"));
        assert_string_equal(flow_run_out(flow), "end of file");
        flow_check_drained(flow);
        flow_close(flow);
    }
    check_arrived(cluster, ROWS, 0);
    struct pt_audit audit = flow_audit(FLOW_SET(servers, source), PT_AUDIT_AUTO);
    assert_int_equal(audit.streams[PT_GEO].present, ROWS);
    assert_int_equal(audit.streams[PT_GEO].missing, 0);
}

/* Stopped with records open: the next run reads just their rows again. */
static void test_unresolved_rows(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *source = write_export();
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL),
                                   FLOW_SET(servers, source, "pintop.stream.rate=300"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 101);
    flow_set_down(cluster->mock, true);
    flow_watch(flow, 500);
    flow_stop(flow, 100);
    assert_true(flow_stream(flow, PT_PIN)->unresolved > 10);
    flow_close(flow);
    flow_set_down(cluster->mock, false);
    flow = flow_start(FLOW_STREAM(0), FLOW_SET(servers, source, "pintop.stream.rate=max"));
    assert_string_equal(flow_run_out(flow), "end of file");
    flow_check_drained(flow);
    flow_close(flow);
    check_arrived(cluster, ROWS, ROWS);
    flow_check_audit(FLOW_SET(servers, source), ROWS);
}

/* A dead producer's records are read from the file again, too. */
static void test_dead_producer(void **state)
{
    (void)state;
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *source = write_export();
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL, .has_sink_drain = true),
                                   FLOW_SET(servers, source, "pintop.stream.rate=300"));
    flow_wait_delivered(flow, PT_STREAM_ALL, 101);
    flow_set_down(cluster->mock, true);
    flow_watch(flow, 500);
    rd_kafka_test_fatal_error(flow->eng->producer.rk, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
                              "on purpose");
    flow_wait_event(flow, "may double");
    flow_set_down(cluster->mock, false);
    assert_string_equal(flow_run_out(flow), "end of file");
    flow_check_drained(flow);
    assert_int_equal(flow_stream(flow, PT_USER)->delivered, ROWS);
    flow_close(flow);
    check_arrived(cluster, ROWS, ROWS);
    flow_check_audit(FLOW_SET(servers, source), ROWS);
}

static void test_loop(void **state)
{
    (void)state;
    enum { COUNT = ROWS * 5 / 2 };
    struct embedded *cluster = flow_cluster(topics, PARTITIONS);
    const char *servers = flow_servers(cluster), *source = write_export();
    const char *const *settings =
        FLOW_SET(servers, source, "pintop.stream.rate=max", "pintop.stream.replay.at.end=loop");
    struct flow *flow = flow_start(FLOW_STREAM(COUNT), settings);
    assert_string_equal(flow_run_out(flow), "count");
    flow_check_drained(flow);
    assert_true(flow_stream(flow, PT_PIN)->bad_rows >= 2 * ROWS / EVERY_BAD);
    flow_close(flow);
    check_arrived(cluster, COUNT, 0);
    /* The next run goes on in the middle of the file. */
    flow_run_whole(ROWS, settings);
    check_arrived(cluster, COUNT + ROWS, 0);
}

/* On the embedded cluster the records' identity travels with the sink's objects. */
static void test_embedded(void **state)
{
    (void)state;
    const char *source = write_export();
    struct flow *flow = flow_start(FLOW_STREAM(250), FLOW_SET(source, "pintop.stream.rate=max"));
    assert_string_equal(flow_run_out(flow), "count");
    flow_close(flow);
    flow = flow_start(FLOW_STREAM(0), FLOW_SET(source, "pintop.stream.rate=max"));
    assert_string_equal(flow_run_out(flow), "end of file");
    assert_int_equal(flow_stream(flow, PT_USER)->first_index, 250);
    assert_int_equal(flow_stream(flow, PT_USER)->next_index, ROWS);
    flow_close(flow);
    flow_check_audit(FLOW_SET(source), 0);
    struct pt_audit audit = flow_audit(FLOW_SET(source), PT_AUDIT_SINK);
    for (int i = 0; i < PT_STREAMS; i++)
        assert_int_equal(audit.streams[i].present, ROWS);
    /* Another source is another account. */
    flow = flow_start(FLOW_STREAM(10), FLOW_NONE);
    struct pt_error err = flow_failure(flow);
    assert_int_equal(err.code, PT_EMISMATCH);
    assert_non_null(strstr(err.what, "export"));
    assert_non_null(strstr(err.what, "synthetic"));
    flow_close(flow);
}

static void test_no_such_source(void **state)
{
    (void)state;
    char setting[600];
    snprintf(setting, sizeof setting, "pintop.stream.geo.source=%s", scratch_path("nothing.csv"));
    struct flow *flow = flow_start(FLOW_RUN(.start = PT_STREAM_ALL), FLOW_SET(setting));
    flow_wait_state(flow, PT_STREAM_BIT(PT_GEO), PT_STREAM_ERROR);
    assert_non_null(strstr(flow_stream(flow, PT_GEO)->reason, "nothing.csv"));
    assert_true(flow_stream(flow, PT_GEO)->fix[0] != 0);
    flow_wait_delivered(flow, PT_STREAM_BIT(PT_PIN) | PT_STREAM_BIT(PT_USER), 3);
    flow_close(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_to_the_end, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_stop_and_go_on, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_shards_of_a_file, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_unresolved_rows, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_dead_producer, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_loop, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_embedded, flow_setup, flow_teardown),
        cmocka_unit_test_setup_teardown(test_no_such_source, flow_setup, flow_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
