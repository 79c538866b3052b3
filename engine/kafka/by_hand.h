/* The header that tells a record by hand from those of the stream that writes the topic. Thread:
 * any.
 */
#ifndef KAFKA_BY_HAND_H
#define KAFKA_BY_HAND_H

#include <stdbool.h>

#include <librdkafka/rdkafka.h>

/* Whether the record has the header PT_DRAFT_MARK (pintop/draft.h), whatever its value is. */
bool is_by_hand(const rd_kafka_message_t *message);

#endif
