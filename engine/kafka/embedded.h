/* The embedded cluster: librdkafka's mock cluster with three brokers, in this process. */
#ifndef KAFKA_EMBEDDED_H
#define KAFKA_EMBEDDED_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "pintop/config.h"
#include "pintop/error.h"

enum { EMBEDDED_BROKERS = 3, EMBEDDED_PARTITIONS = 3 };

struct embedded {
    rd_kafka_t *rk; /* HANDLE_MOCK */
    rd_kafka_mock_cluster_t *mock;
    char bootstrap[256];
};

/* Starts it with these topics (3 partitions each). Errors PT_EKAFKA, PT_ECONFIG, PT_ENOMEM. */
pt_code embedded_start(const struct pt_config *cfg, const char *const *topics, size_t n_topics,
                       struct embedded *embedded, struct pt_error *err);
/* Adds a topic, its leaders spread over the brokers. Errors PT_EEXISTS, PT_EKAFKA.
 * Thread: any. */
pt_code embedded_add_topic(rd_kafka_mock_cluster_t *mock, const char *topic, int32_t partitions,
                           int32_t replication, struct pt_error *err);
/* Stops it; safe on one that never started. Free the handles that use it first. */
void embedded_stop(struct embedded *embedded);

#endif
