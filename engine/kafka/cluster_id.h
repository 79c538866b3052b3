/* The identity of a cluster. */
#ifndef KAFKA_CLUSTER_ID_H
#define KAFKA_CLUSTER_ID_H

#include <stddef.h>

#include "pintop/config.h"
#include "pintop/error.h"

/* Returns the cluster ID (rd_kafka_clusterid); "unnamed" when the brokers report none. Waits at
 * most 10 s for the first broker. Errors PT_ECONFIG, PT_EKAFKA, PT_ETIMEOUT. Thread: any that
 * may block. */
pt_code kafka_cluster_id(const struct pt_config *cfg, const char *bootstrap, char *id, size_t cap,
                         struct pt_error *err);

#endif
