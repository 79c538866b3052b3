/* Recognises a bootstrap server that answers, but advertises brokers at addresses that are
 * unreachable from here. Pure. */
#ifndef KAFKA_ADVERTISED_H
#define KAFKA_ADVERTISED_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

/* Explains the failure, if it is of this kind.
 *
 * answered  the server that answered, as librdkafka names it ("host:port/bootstrap").
 * brokers   the addresses that the cluster advertises.
 * says      the last connection error to one of them; "" when there is none.
 * Returns   false, leaving err unchanged, when the server that answered is one of the brokers. */
bool advertised_explain(const char *answered, const struct pt_broker *brokers, size_t n,
                        const char *says, struct pt_error *err);

#endif
