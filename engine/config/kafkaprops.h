/* librdkafka's own properties, as the present library knows them: names, aliases, values. A table
 * has the Java clients' properties that librdkafka lacks.
 * Thread: any; the list is made once and kept. */
#ifndef CONFIG_KAFKAPROPS_H
#define CONFIG_KAFKAPROPS_H

#include <stdbool.h>
#include <stddef.h>

#include <librdkafka/rdkafka.h>

#include "base/nearest.h"
#include "pintop/error.h"

/* Returns the name that an alias stands for ("linger.ms" is "queue.buffering.max.ms"), or name
 * itself. */
const char *kafkaprops_canonical(const char *name);

/* True when a consumer does not use it (the documentation's column C/P). */
bool kafkaprops_is_producers(const char *name);

/* Offers every name to the search. */
void kafkaprops_nearest(struct nearest *nearest);

enum kafkaprops_verdict {
    KAFKAPROPS_OK,
    KAFKAPROPS_UNKNOWN,
    KAFKAPROPS_REFUSED,
    KAFKAPROPS_HALF_READ
};

/* Sets name to value in scratch. REFUSED: the name is librdkafka's, but not with this value or
 * not in this build; *why is out, and *allowed the range from its documentation, "" when it has
 * none. HALF_READ: librdkafka used the number that the value begins with and dropped the rest. */
enum kafkaprops_verdict kafkaprops_try(rd_kafka_conf_t *scratch, const char *name,
                                       const char *value, char *why, size_t why_cap, char *allowed,
                                       size_t allowed_cap);

/* True for a property of the Java clients (common, producer, consumer, admin, their serializers)
 * that librdkafka does not have. */
bool kafkaprops_is_java(const char *name);
void kafkaprops_nearest_java(struct nearest *nearest);

#endif
