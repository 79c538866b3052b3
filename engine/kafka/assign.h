/* The partitions that a consumer without a subscription reads. */
#ifndef KAFKA_ASSIGN_H
#define KAFKA_ASSIGN_H

#include <librdkafka/rdkafka.h>

/* rd_kafka_assign, the only call of it: replaces what the consumer reads; NULL: nothing. The
 * partitions of the assignment before are no longer fetched when it returns, which librdkafka does
 * not wait for: up to version 2.15 it aborts the program when the same partition is taken away
 * again, by an assignment or by the handle's end, before it has stopped
 * (github.com/confluentinc/librdkafka issue 5573). Takes microseconds and asks no broker. Thread:
 * the handle's own. */
rd_kafka_resp_err_t kafka_assign(rd_kafka_t *rk, const rd_kafka_topic_partition_list_t *list);

#endif
