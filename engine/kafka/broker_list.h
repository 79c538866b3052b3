/* The brokers of a cluster, from its metadata. */
#ifndef KAFKA_BROKER_LIST_H
#define KAFKA_BROKER_LIST_H

#include <librdkafka/rdkafka.h>

#include "pintop/snapshot.h"

/* A broker that the metadata lists is up, because the brokers answered as a cluster. One that is
 * down is not listed, but partitions still name it as a replica: it is added as down, with the
 * address it had in `before` (n_before of them; "" when unknown). Partitions are counted for each:
 * those that it leads, and those of which its copy is not in sync.
 *
 * Returns the number of brokers in *out, which the caller frees with free(); NULL and 0 when out
 * of memory. */
size_t broker_list_make(const struct rd_kafka_metadata *metadata, const struct pt_broker *before,
                        size_t n_before, struct pt_broker **out);

#endif
