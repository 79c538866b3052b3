/* An embedded cluster for a test, and records put into it. */
#ifndef SUPPORT_MOCK_RECORDS_H
#define SUPPORT_MOCK_RECORDS_H

#include <stdint.h>

#include "kafka/embedded.h"

/* A producer on it. Fails the test otherwise. */
rd_kafka_t *mock_producer(const struct embedded *embedded);
/* n records with keys "first" … and values "value <key>", all to this partition, acknowledged. */
void mock_put(rd_kafka_t *producer, const char *topic, int32_t partition, int64_t first, int64_t n);
/* One record with these bytes. */
void mock_put_bytes(rd_kafka_t *producer, const char *topic, int32_t partition, const char *key,
                    const void *value, size_t len);
/* A broker down and up, at once: the mock may sleep through a command for a second. At least one
 * other must be up. */
void mock_set_up(const struct embedded *embedded, int32_t broker, bool is_up);
/* Commit one offset of a group. */
void mock_commit(const struct embedded *embedded, const char *group, const char *topic,
                 int32_t partition, int64_t offset);

#endif
