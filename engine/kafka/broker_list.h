/* The brokers of a cluster, from its metadata. */
#ifndef KAFKA_BROKER_LIST_H
#define KAFKA_BROKER_LIST_H

#include <librdkafka/rdkafka.h>

#include "pintop/snapshot.h"

/* Those that the metadata lists are up: they answered as a cluster. One that is down is not listed
 * at all; but partitions still name it as one of their replicas: it is added as down, with the
 * address it had in `before` (n_before of them; "" where none is known).
 *
 * Returns how many are in *out, to be freed with free(); NULL without memory, and 0. */
size_t broker_list_make(const struct rd_kafka_metadata *metadata, const struct pt_broker *before,
                        size_t n_before, struct pt_broker **out);

#endif
