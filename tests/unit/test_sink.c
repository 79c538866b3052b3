/* The embedded sink against librdkafka's mock cluster in this process, on a directory of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/clock.h"
#include "base/file.h"
#include "sink/manifest.h"
#include "sink/sink.h"

enum { PARTITIONS = 3, WAIT_S = 20, MAX_PARTS = 8, MAX_CLUSTERS = 32 };
/* A stop that waited for nothing, on a slow machine too; a wait for a retry or a broker is longer.
 */
static const int64_t prompt_us = 8000000;

static const char *const topic = "demo.pin";

/* One mock cluster with a producer. */
struct cluster {
    rd_kafka_t *host, *producer;
    rd_kafka_mock_cluster_t *mock;
    int64_t produced[PARTITIONS];
};

/* What the sink has told so far. */
struct heard {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct sink_status status;
    int n_status;
    struct {
        char topic[64];
        int32_t partition;
        int64_t next_offset;
    } parts[MAX_PARTS];
    size_t n_parts;
};

static char root[64], dir[80];
static struct heard heard;

/* ---- fixture ---- */

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "/tmp/pintop-sink-XXXXXX");
    if (mkdtemp(root) == NULL)
        return -1;
    snprintf(dir, sizeof(dir), "%s/sink", root);
    pthread_condattr_t attr;
    heard = (struct heard){.n_parts = 0};
    pthread_mutex_init(&heard.lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&heard.changed, &attr);
    pthread_condattr_destroy(&attr);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pthread_cond_destroy(&heard.changed);
    pthread_mutex_destroy(&heard.lock);
    return nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void no_log(const rd_kafka_t *rk, int level, const char *fac, const char *buf)
{
    (void)rk;
    (void)level;
    (void)fac;
    (void)buf;
}

static rd_kafka_t *new_handle(rd_kafka_type_t type, const char *bootstrap,
                              const char *const (*settings)[2])
{
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, no_log);
    if (bootstrap)
        assert_int_equal(
            rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, text, sizeof(text)), 0);
    for (; settings && (*settings)[0]; settings++)
        assert_int_equal(
            rd_kafka_conf_set(conf, (*settings)[0], (*settings)[1], text, sizeof(text)), 0);
    rd_kafka_t *rk = rd_kafka_new(type, conf, text, sizeof(text));
    assert_non_null(rk);
    return rk;
}

static void cluster_start(struct cluster *cluster, const char *const *topics, size_t n)
{
    static const char *const producer[][2] = {
        {"linger.ms", "1" },
        {NULL,        NULL}
    };
    *cluster = (struct cluster){.host = new_handle(RD_KAFKA_PRODUCER, NULL, NULL)};
    cluster->mock = rd_kafka_mock_cluster_new(cluster->host, 1);
    assert_non_null(cluster->mock);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rd_kafka_mock_topic_create(cluster->mock, topics[i], PARTITIONS, 1), 0);
    cluster->producer =
        new_handle(RD_KAFKA_PRODUCER, rd_kafka_mock_cluster_bootstraps(cluster->mock), producer);
    /* A producer that knows its topics before its first record sends that a second sooner. */
    const struct rd_kafka_metadata *answer;
    assert_int_equal(rd_kafka_metadata(cluster->producer, 1, NULL, &answer, WAIT_S * 1000), 0);
    rd_kafka_metadata_destroy(answer);
}

/* Ending a mock cluster may take librdkafka a second, so they end together after the last test. */
static struct cluster stopped[MAX_CLUSTERS];
static size_t n_stopped;

static void cluster_stop(struct cluster *cluster)
{
    rd_kafka_destroy(cluster->producer);
    assert_true(n_stopped < MAX_CLUSTERS);
    stopped[n_stopped++] = *cluster;
}

static void *end_cluster(void *arg)
{
    struct cluster *cluster = arg;
    rd_kafka_mock_cluster_destroy(cluster->mock);
    rd_kafka_destroy(cluster->host);
    return NULL;
}

static int end_clusters(void **state)
{
    pthread_t threads[MAX_CLUSTERS];
    (void)state;
    for (size_t i = 0; i < n_stopped; i++)
        if (pthread_create(&threads[i], NULL, end_cluster, &stopped[i]) != 0)
            return -1;
    for (size_t i = 0; i < n_stopped; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

static void produce_raw(struct cluster *cluster, const char *to, int32_t partition, const char *key,
                        const char *value, size_t len)
{
    rd_kafka_resp_err_t code = rd_kafka_producev(
        cluster->producer, RD_KAFKA_V_TOPIC(to), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key ? strlen(key) : 0),
        RD_KAFKA_V_VALUE((void *)(uintptr_t)value, len), RD_KAFKA_V_END);
    assert_int_equal(code, RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void value_of(char *out, size_t cap, int32_t partition, int64_t i)
{
    snprintf(out, cap, "{\"p\":%" PRId32 ",\"i\":%" PRId64 ",\"pad\":\"%*s\"}", partition, i,
             (int)(i % 50), "");
}

/* n records to each partition, and wait until they are there. */
static void produce(struct cluster *cluster, const char *to, int n)
{
    char value[128], key[32];
    for (int32_t p = 0; p < PARTITIONS; p++)
        for (int i = 0; i < n; i++) {
            int64_t index = cluster->produced[p]++;
            value_of(value, sizeof(value), p, index);
            snprintf(key, sizeof(key), "k%" PRId64, index);
            produce_raw(cluster, to, p, key, value, strlen(value));
        }
    assert_int_equal(rd_kafka_flush(cluster->producer, WAIT_S * 1000), 0);
}

static void on_committed(void *arg, const char *of, int32_t partition, int64_t next_offset)
{
    struct heard *h = arg;
    pthread_mutex_lock(&h->lock);
    size_t i = 0;
    while (i < h->n_parts &&
           (h->parts[i].partition != partition || strcmp(h->parts[i].topic, of) != 0))
        i++;
    if (i == h->n_parts && i < MAX_PARTS) {
        snprintf(h->parts[i].topic, sizeof(h->parts[i].topic), "%s", of);
        h->parts[i].partition = partition;
        h->n_parts++;
    }
    if (i < MAX_PARTS)
        h->parts[i].next_offset = next_offset;
    pthread_cond_broadcast(&h->changed);
    pthread_mutex_unlock(&h->lock);
}

static void on_status(void *arg, const struct sink_status *status)
{
    struct heard *h = arg;
    pthread_mutex_lock(&h->lock);
    h->status = *status;
    h->n_status++;
    pthread_cond_broadcast(&h->changed);
    pthread_mutex_unlock(&h->lock);
}

static struct sink_opts default_opts(void)
{
    return (struct sink_opts){
        .topics = &topic,
        .n_topics = 1,
        .dir = dir,
        .flush_size = 1000,
        .rotate_ms = 600000,
        .max_object_bytes = 1 << 20,
        .limit_bytes = 1 << 30,
        .hooks = {&heard, on_committed, on_status}
    };
}

static struct sink *start(const struct cluster *cluster, struct sink_opts opts)
{
    static const char *const consumer[][2] = {
        {"group.id",               "connect-demo"},
        {"enable.auto.commit",     "false"       },
        {"auto.offset.reset",      "error"       },
        {"fetch.wait.max.ms",      "10"          },
        {"fetch.error.backoff.ms", "10"          },
        {NULL,                     NULL          }
    };
    struct sink *sink;
    struct pt_error err;
    opts.consumer =
        new_handle(RD_KAFKA_CONSUMER, rd_kafka_mock_cluster_bootstraps(cluster->mock), consumer);
    assert_int_equal(sink_start(&opts, &sink, &err), PT_OK);
    return sink;
}

static struct sink_status last_status(void)
{
    pthread_mutex_lock(&heard.lock);
    struct sink_status status = heard.status;
    pthread_mutex_unlock(&heard.lock);
    return status;
}

/* Between two sinks. */
static void forget_status(void)
{
    heard.status = (struct sink_status){.state = SINK_STARTING};
}

typedef bool (*met_fn)(const struct heard *h, int64_t value);

/* Wait until met(heard, value), at most WAIT_S. */
static void wait_until(met_fn met, int64_t value)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_S;
    int rc = 0;
    pthread_mutex_lock(&heard.lock);
    while (!met(&heard, value) && rc == 0)
        rc = pthread_cond_timedwait(&heard.changed, &heard.lock, &until);
    bool is_met = met(&heard, value);
    if (!is_met)
        print_error("state %d, records %" PRId64 ", open %" PRId64 ", error '%s'\n",
                    (int)heard.status.state, heard.status.records, heard.status.open_records,
                    heard.status.error);
    pthread_mutex_unlock(&heard.lock);
    assert_true(is_met);
}

static bool has_records(const struct heard *h, int64_t n)
{
    return h->status.records >= n;
}

/* Committed or not. */
static bool has_taken(const struct heard *h, int64_t n)
{
    return h->status.records + h->status.open_records >= n;
}

static bool has_state(const struct heard *h, int64_t state)
{
    return (int64_t)h->status.state == state;
}

static bool has_told(const struct heard *h, int64_t sum)
{
    int64_t told = 0;
    for (size_t i = 0; i < h->n_parts; i++)
        told += h->parts[i].next_offset;
    return told >= sum;
}

static bool has_expired(const struct heard *h, int64_t n)
{
    return h->status.expired_objects >= n;
}

static bool has_lost(const struct heard *h, int64_t n)
{
    return h->status.lost_records >= n;
}

/* ---- the directory ---- */

static char *read_below(const char *below, size_t *len)
{
    char path[PATH_MAX], *bytes = NULL;
    struct pt_error err;
    snprintf(path, sizeof(path), "%s/%s", dir, below);
    pt_code code = file_read(path, 1 << 24, &bytes, len, &err);
    if (code != PT_OK)
        print_error("%s\n", err.what);
    assert_int_equal(code, PT_OK);
    return bytes;
}

/* Object `first` of a partition holds exactly the records index … index + n - 1. */
static void expect_object(int32_t partition, int64_t first, int64_t index, int64_t n)
{
    char below[MANIFEST_PATH_MAX], value[128];
    size_t len;
    manifest_object_path(below, sizeof(below), topic, partition, first, ".json");
    char *text = read_below(below, &len), *p = text;
    for (int64_t i = index; i < index + n; i++) {
        value_of(value, sizeof(value), partition, i);
        size_t value_len = strlen(value);
        assert_true((size_t)(text + len - p) > value_len);
        assert_memory_equal(p, value, value_len);
        assert_int_equal(p[value_len], '\n');
        p += value_len + 1;
    }
    assert_ptr_equal(p, text + len);
    free(text);
}

static struct manifest load_manifest(void)
{
    struct manifest manifest;
    assert_int_equal(manifest_load(dir, &manifest, NULL), PT_OK);
    assert_false(manifest.is_absent);
    return manifest;
}

static int files_seen;

static int count_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    if (flag == FTW_F) {
        files_seen++;
        assert_null(strstr(path + ftw->base, "tmp"));
    }
    return 0;
}

/* All files below the sink's directory; none of them temporary. */
static int count_files(void)
{
    files_seen = 0;
    assert_int_equal(nftw(dir, count_file, 8, FTW_PHYS), 0);
    return files_seen;
}

static int64_t group_offset(const struct cluster *cluster, int32_t partition)
{
    static const char *const consumer[][2] = {
        {"group.id", "connect-demo"},
        {NULL,       NULL          }
    };
    rd_kafka_t *rk =
        new_handle(RD_KAFKA_CONSUMER, rd_kafka_mock_cluster_bootstraps(cluster->mock), consumer);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition);
    assert_int_equal(rd_kafka_committed(rk, list, WAIT_S * 1000), 0);
    int64_t offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return offset;
}

/* ---- tests ---- */

static void objects_by_count_and_drain(void **state)
{
    struct cluster cluster;
    (void)state;
    cluster_start(&cluster, &topic, 1);
    struct sink_opts opts = default_opts();
    opts.flush_size = 100;
    struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, default_opts());
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
        struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, opts);
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

static void keys_go_to_their_own_file(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    (void)state;
    opts.has_keys = true;
    cluster_start(&cluster, &topic, 1);
    struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, opts);
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
    struct sink *sink = start(&cluster, default_opts());
    wait_until(has_state, SINK_FAILED);
    int64_t start_us = clock_mono_us();
    sink_free(sink);
    assert_true(clock_mono_us() - start_us < prompt_us);
    assert_int_equal(heard.status.state, SINK_STOPPED);
    assert_non_null(strstr(heard.status.error, "sink"));
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
    struct sink *sink = start(&cluster, opts);
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

/* A refused group commit keeps neither the objects nor the hooks, and is repeated. */
static void a_refused_group_commit_is_repeated(void **state)
{
    struct cluster cluster;
    struct sink_opts opts = default_opts();
    (void)state;
    opts.flush_size = 10;
    cluster_start(&cluster, &topic, 1);
    struct sink *sink = start(&cluster, opts);
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
        cmocka_unit_test_setup_teardown(objects_by_count_and_drain, setup, teardown),
        cmocka_unit_test_setup_teardown(objects_by_size, setup, teardown),
        cmocka_unit_test_setup_teardown(objects_by_time, setup, teardown),
        cmocka_unit_test_setup_teardown(free_commits_what_is_open_and_is_prompt, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_run_numbers_on, setup, teardown),
        cmocka_unit_test_setup_teardown(leftovers_of_a_kill_are_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(the_limit_lets_the_oldest_go, setup, teardown),
        cmocka_unit_test_setup_teardown(gaps_are_losses, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_go_to_their_own_file, setup, teardown),
        cmocka_unit_test_setup_teardown(a_blocked_directory_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(free_while_failed, setup, teardown),
        cmocka_unit_test_setup_teardown(topics_come_later, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_group_commit_is_repeated, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, end_clusters);
}
