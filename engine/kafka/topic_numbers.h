/* Topic settings that are whole numbers, including those inherited from the broker. */
#ifndef KAFKA_TOPIC_NUMBERS_H
#define KAFKA_TOPIC_NUMBERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"

/* Asks for them with DescribeConfigs.
 *
 * what    for the error: "retention of a topic".
 * names   n of them: "retention.ms".
 * values  out, n: -1 as Kafka means it; PT_UNKNOWN when the broker does not report it, and after an
 *         error.
 * Errors  PT_ETIMEOUT, those of kafka_asked.
 * Thread  one that may block, for timeout_ms and half a second at most. */
pt_code topic_numbers(rd_kafka_t *rk, const char *topic, const char *what, const char *const *names,
                      int64_t *values, size_t n, int timeout_ms, const atomic_bool *is_cancelled,
                      struct pt_error *err);

#endif
