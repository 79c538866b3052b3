/* Why records are not acknowledged, as far as librdkafka reveals it.
 *
 * librdkafka resends a refused batch without reporting it: the broker's answer appears only in a
 * debug line, which the handle passes on while handle_listen is on. That a broker does not answer
 * follows from its produce requests: the start and end of each are reported. The last refusal of
 * each partition is remembered until a record of that partition is acknowledged.
 *
 * Thread: any; one short lock. */
#ifndef KAFKA_DELIVERY_H
#define KAFKA_DELIVERY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/snapshot.h"

enum { DELIVERY_REFUSALS = 32 };

/* The broker refused its last produce request for this partition. */
struct delivery_refusal {
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    rd_kafka_resp_err_t code;
    int64_t since_us, last_us; /* monotonic: the first and the last refusal in a row */
};

/* A broker was sent a produce request and has answered none since. */
struct delivery_silence {
    int32_t broker;
    int64_t since_us; /* monotonic: when the first of them was sent */
};

struct delivery_facts {
    size_t n_refusals, n_silent;
    struct delivery_refusal refusals[DELIVERY_REFUSALS];
    struct delivery_silence silent[PT_BROKERS_MAX];
};

struct delivery {
    pthread_mutex_t lock;
    atomic_size_t n_refusals; /* read without the lock for each acknowledged record */
    struct delivery_refusal refusals[DELIVERY_REFUSALS];
    size_t n_brokers;
    struct delivery_asked {
        int32_t broker;
        int n_out;        /* requests that have not ended */
        int64_t asked_us; /* the first request since the last answer; 0 none */
    } brokers[PT_BROKERS_MAX];
};

void delivery_init(struct delivery *delivery);
void delivery_done(struct delivery *delivery);

/* Takes a debug line about a batch: "…: TOPIC [PARTITION]: MessageSet with … encountered error:
 * TEXT (actions …)". Other lines are ignored. */
void delivery_heard(struct delivery *delivery, const char *line, int64_t now_us);
/* A produce request was sent to the broker, or has ended by an answer, a timeout or a lost
 * connection. */
void delivery_sent(struct delivery *delivery, int32_t broker, int64_t now_us);
void delivery_ended(struct delivery *delivery, int32_t broker, bool is_answered, int64_t now_us);
/* A record of the partition was acknowledged. */
void delivery_acked(struct delivery *delivery, const char *topic, int32_t partition);

void delivery_read(struct delivery *delivery, struct delivery_facts *facts);

#endif
