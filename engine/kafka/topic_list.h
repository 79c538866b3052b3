/* What the metadata says about the cluster: asked for all topics at once, since asking the mock for
 * one that it doesn't have creates it. */
#ifndef KAFKA_TOPIC_LIST_H
#define KAFKA_TOPIC_LIST_H

#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

/* Ask. metadata: the caller's, rd_kafka_metadata_destroy. why: where the error callback puts
 * what it hears (on this thread); may be NULL. Errors those of kafka_error. */
pt_code topic_list_ask(rd_kafka_t *rk, int timeout_ms, const char *why,
                       const struct rd_kafka_metadata **metadata, struct pt_error *err);

/* One topic of it, NULL: there is none (or the cluster hides it). */
const struct rd_kafka_metadata_topic *topic_list_find(const struct rd_kafka_metadata *metadata,
                                                      const char *topic);

/* All of it in the snapshot's shape: topics sorted by name, their partitions by number. Names are
 * as the cluster has them if they are Kafka names; others are left out. Everything that is not
 * metadata is unknown. */
struct topic_list {
    size_t n_topics, n_partitions;
    struct pt_topic *topics;
    struct pt_partition *partitions;
};
pt_code topic_list_make(const struct rd_kafka_metadata *metadata, struct topic_list *list,
                        struct pt_error *err);
void topic_list_done(struct topic_list *list);

#endif
