/* How many replicas of a topic must be in sync before its leader takes a write
 * (min.insync.replicas), asked without waiting: the answer is taken at a later call.
 * Thread: the kafka thread's alone. */
#ifndef KAFKA_MIN_ISR_H
#define KAFKA_MIN_ISR_H

#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/snapshot.h"

struct min_isr {
    char topic[PT_TOPIC_MAX]; /* "" nothing asked yet */
    rd_kafka_queue_t *queue;  /* NULL: no question is under way */
    int64_t next_us;          /* when it may be asked again, monotonic */
    int32_t value;            /* -1 not known */
};

void min_isr_init(struct min_isr *min);
/* Ask, or take the answer; value is then what is known so far. */
void min_isr_look(struct min_isr *min, rd_kafka_t *rk, const char *topic);
/* Before its handle goes. */
void min_isr_done(struct min_isr *min);

#endif
