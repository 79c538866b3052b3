/* The topics in the metadata. All topics are asked for at once, because asking the mock for one
 * that does not exist creates it. */
#ifndef KAFKA_TOPIC_LIST_H
#define KAFKA_TOPIC_LIST_H

#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

/* Asks for the metadata, which the caller frees with rd_kafka_metadata_destroy. why is where the
 * error callback writes (on this thread); may be NULL. Errors those of kafka_error. */
pt_code topic_list_ask(rd_kafka_t *rk, int timeout_ms, const char *why,
                       const struct rd_kafka_metadata **metadata, struct pt_error *err);

/* Returns one topic, or NULL when it does not exist (or the cluster hides it). */
const struct rd_kafka_metadata_topic *topic_list_find(const struct rd_kafka_metadata *metadata,
                                                      const char *topic);

/* All topics in the snapshot's shape: sorted by name, their partitions by number. Names that are
 * not valid Kafka names are left out. Everything that the metadata lacks is unknown. */
struct topic_list {
    size_t n_topics, n_partitions;
    struct pt_topic *topics;
    struct pt_partition *partitions;
};
pt_code topic_list_make(const struct rd_kafka_metadata *metadata, struct topic_list *list,
                        struct pt_error *err);
void topic_list_done(struct topic_list *list);

#endif
