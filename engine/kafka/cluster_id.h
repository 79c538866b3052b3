/* Which cluster is it? */
#ifndef KAFKA_CLUSTER_ID_H
#define KAFKA_CLUSTER_ID_H

#include <stddef.h>

#include "pintop/config.h"
#include "pintop/error.h"

/* The cluster's id (rd_kafka_clusterid); "unnamed" when the brokers tell none. Waits for the first
 * broker at most 10 s. Errors PT_ECONFIG, PT_EKAFKA, PT_ETIMEOUT. Thread: any that may block. */
pt_code kafka_cluster_id(const struct pt_config *cfg, const char *bootstrap, char *id, size_t cap,
                         struct pt_error *err);

#endif
