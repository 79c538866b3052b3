/* Settings of a topic that are whole numbers, those that it has from its broker included. */
#ifndef KAFKA_TOPIC_NUMBERS_H
#define KAFKA_TOPIC_NUMBERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"

/* Ask for them by DescribeConfigs.
 *
 * what    for the error: "retention of a topic".
 * names   n of them: "retention.ms".
 * values  out, n: -1 as Kafka means it; PT_UNKNOWN the broker doesn't tell, and after an error.
 * Errors  PT_ETIMEOUT, those of kafka_asked.
 * Thread  one that may block, for timeout_ms and half a second at most. */
pt_code topic_numbers(rd_kafka_t *rk, const char *topic, const char *what, const char *const *names,
                      int64_t *values, size_t n, int timeout_ms, const atomic_bool *is_cancelled,
                      struct pt_error *err);

#endif
