/* librdkafka's mock thread sometimes misses the wake-up of an operation that is queued just
 * before it sleeps, and then sleeps for its whole second (2.0.2: two calls in three at start).
 * Any traffic on one of its sockets wakes it: while a nudger runs, it opens a connection every
 * few milliseconds. */
#ifndef KAFKA_NUDGE_H
#define KAFKA_NUDGE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct nudge {
    pthread_t thread;
    bool has_thread;
    atomic_bool is_ending;
    uint16_t port;
};

/* Nudges the first of the mock's bootstrap servers ("127.0.0.1:PORT,…") until nudge_stop. When
 * no thread can be started it does nothing; calls are then only slower. */
void nudge_start(struct nudge *nudge, const char *bootstrap);
void nudge_stop(struct nudge *nudge);

#endif
