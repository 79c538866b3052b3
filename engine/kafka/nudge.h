/* librdkafka's mock thread now and then misses the wake-up of an operation that is queued just
 * before it sleeps, and then sleeps its whole second (2.0.2: two calls in three at start). Anything
 * on one of its sockets wakes it: while a nudger runs, a connection comes every few milliseconds.
 */
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

/* Nudge the first of the mock's bootstrap servers ("127.0.0.1:PORT,…") until nudge_stop. Without a
 * thread it does nothing: calls are then only slower. */
void nudge_start(struct nudge *nudge, const char *bootstrap);
void nudge_stop(struct nudge *nudge);

#endif
