/* Starts and stops the mock cluster. Topics that are created later: admin_embedded.c. */
#include "kafka/embedded.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "kafka/admin.h"
#include "kafka/handle.h"
#include "kafka/nudge.h"
#include "kafka/topic_name.h"

static pt_code add_topics(rd_kafka_mock_cluster_t *mock, const char *const *topics, size_t n_topics,
                          struct pt_error *err)
{
    for (size_t i = 0; i < n_topics; i++) {
        pt_code code = topic_name_check(topics[i], "", err);
        if (code == PT_OK) {
            code = embedded_add_topic(mock, topics[i], EMBEDDED_PARTITIONS, EMBEDDED_BROKERS, err);
        }
        if (code != PT_OK && code != PT_EEXISTS) {
            return code;
        }
    }
    return PT_OK;
}

pt_code embedded_add_topic(rd_kafka_mock_cluster_t *mock, const char *topic, int32_t partitions,
                           int32_t replication, struct pt_error *err)
{
    struct nudge nudge;
    nudge_start(&nudge, rd_kafka_mock_cluster_bootstraps(mock));
    rd_kafka_resp_err_t code = rd_kafka_mock_topic_create(mock, topic, partitions, replication);
    /* The mock chooses leaders at random, so that one broker could get them all. */
    for (int32_t i = 0; i < partitions && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        rd_kafka_mock_partition_set_leader(mock, topic, i, i % EMBEDDED_BROKERS + 1);
    }
    nudge_stop(&nudge);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        char what[300];
        snprintf(what, sizeof(what), "create topic %s", topic);
        return kafka_error(err, code, what, NULL);
    }
    return PT_OK;
}

/* The cluster keeps 45 MiB of batches, first in, first out, among records that live for
 * milliseconds. In one heap the holes between them remain: unless it is set, malloc raises the
 * size from which it maps blocks separately to that of the largest freed block. A cluster inside
 * this process does not need the last bit of speed. */
static void keep_memory_together(void)
{
#ifdef __GLIBC__
    enum { MAPPED_BYTES = 64 * 1024 };
    mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
#endif
}

pt_code embedded_start(const struct pt_config *cfg, const char *const *topics, size_t n_topics,
                       struct embedded *embedded, struct pt_error *err)
{
    const struct handle_opts opts = {.kind = HANDLE_MOCK, .cfg = cfg};
    memset(embedded, 0, sizeof(*embedded));
    keep_memory_together();
    pt_code code = handle_new(&opts, &embedded->rk, err);
    if (code != PT_OK) {
        return code;
    }
    embedded->mock = rd_kafka_mock_cluster_new(embedded->rk, EMBEDDED_BROKERS);
    if (!embedded->mock) {
        embedded_stop(embedded);
        return pt_error_set(
            err, PT_EKAFKA,
            "Check that the loopback interface is up and that file descriptors are left",
            "embedded cluster: librdkafka cannot start it");
    }
    snprintf(embedded->bootstrap, sizeof(embedded->bootstrap), "%s",
             rd_kafka_mock_cluster_bootstraps(embedded->mock));
    code = add_topics(embedded->mock, topics, n_topics, err);
    if (code != PT_OK) {
        embedded_stop(embedded);
    }
    return code;
}

void embedded_stop(struct embedded *embedded)
{
    if (embedded->mock) {
        struct nudge nudge;
        nudge_start(&nudge, embedded->bootstrap);
        rd_kafka_mock_cluster_destroy(embedded->mock);
        nudge_stop(&nudge);
    }
    handle_free(embedded->rk);
    memset(embedded, 0, sizeof(*embedded));
}
