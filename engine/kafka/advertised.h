/* A bootstrap server that answers, and names a cluster at addresses which can't be reached from
 * here. Pure. */
#ifndef KAFKA_ADVERTISED_H
#define KAFKA_ADVERTISED_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

/* Say so, if it is that.
 *
 * answered  who answered, as librdkafka names it ("host:port/bootstrap").
 * brokers   the addresses that the cluster advertises.
 * says      what failed last on the way to one of them; "" not known.
 * Returns   false, and err is left: who answered is one of the brokers. */
bool advertised_explain(const char *answered, const struct pt_broker *brokers, size_t n,
                        const char *says, struct pt_error *err);

#endif
