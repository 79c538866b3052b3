/* The embedded sink on librdkafka's mock cluster in this process, in a directory of its own. */
#ifndef UNIT_SINK_CLUSTER_H
#define UNIT_SINK_CLUSTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/file.h"
#include "scratch.h"
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

static struct heard heard;

static char dir[300];

/* ---- fixture ---- */

static int setup(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    snprintf(dir, sizeof(dir), "%s/sink", scratch_dir);
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
    pthread_cond_destroy(&heard.changed);
    pthread_mutex_destroy(&heard.lock);
    return scratch_remove(state);
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

static struct embedded_sink *start(const struct cluster *cluster, struct sink_opts opts)
{
    static const char *const consumer[][2] = {
        {"group.id",               "connect-demo"},
        {"enable.auto.commit",     "false"       },
        {"auto.offset.reset",      "error"       },
        {"fetch.wait.max.ms",      "10"          },
        {"fetch.error.backoff.ms", "10"          },
        {NULL,                     NULL          }
    };
    struct embedded_sink *sink;
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

#endif
