/* What the files of ask.h share. */
#ifndef KAFKA_ASK_PRIVATE_H
#define KAFKA_ASK_PRIVATE_H

#include <pthread.h>

#include "kafka/ask.h"
#include "kafka/handle.h"

enum { ASK_WHY_MAX = 1024 };

/* why: what the brokers said last; the error hook writes it on librdkafka's threads. */
struct ask {
    rd_kafka_t *rk;
    pthread_mutex_t lock;
    char why[ASK_WHY_MAX];
};

/* Opens a handle of any kind; its hooks have the new struct as their argument. *out is NULL after
 * an error. Errors as ask_open. */
pt_code ask_open_as(const struct handle_opts *opts, const struct ask_token *token, struct ask **out,
                    struct pt_error *err);
/* Copies what the brokers said last into out, and returns it. Thread: any. */
const char *ask_why(struct ask *ask, char *out, size_t cap);

#endif
