/* How many replicas of a topic must be in sync before its leader accepts a write
 * (min.insync.replicas). The request does not block: a later call takes the answer.
 * Thread: the kafka thread only. */
#ifndef KAFKA_MIN_ISR_H
#define KAFKA_MIN_ISR_H

#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/snapshot.h"

struct min_isr {
    char topic[PT_TOPIC_MAX]; /* "" when there was no request yet */
    rd_kafka_queue_t *queue;  /* NULL: no request is in flight */
    int64_t next_us;          /* when the next request may be sent, monotonic */
    int32_t value;            /* -1 unknown */
};

void min_isr_init(struct min_isr *min);
/* Sends the request, or takes the answer; value is then the last known one. */
void min_isr_look(struct min_isr *min, rd_kafka_t *rk, const char *topic);
/* Call it before the handle is destroyed. */
void min_isr_done(struct min_isr *min);

#endif
