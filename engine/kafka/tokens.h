/* The handles that log in with MSK IAM tokens. There is one register in the process, as there is
 * one identity: the login gives each new token to all handles at once, including those that are
 * never polled. librdkafka's callback only requests one. Thread: any. */
#ifndef KAFKA_TOKENS_H
#define KAFKA_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

/* The function that requests a token. Any thread calls it, under the register's lock: it may
 * only note the request. NULL: there is none. */
typedef void (*tokens_wanted_fn)(void *arg);
void tokens_serve(tokens_wanted_fn wanted, void *arg);

/* For handle.c, between rd_kafka_new and rd_kafka_destroy. tokens_add also requests a token. */
void tokens_add(rd_kafka_t *rk);
void tokens_remove(rd_kafka_t *rk);
/* librdkafka's refresh callback. */
void tokens_on_refresh(rd_kafka_t *rk, const char *config, void *opaque);

/* Gives a token to every handle.
 * expires_ms  Unix, by this host's clock.
 * why         out: why one of them rejected it, "" when none did.
 * Returns how many accepted it. */
size_t tokens_give(const char *token, int64_t expires_ms, const char *principal, char *why,
                   size_t cap);
/* Tells every handle that there is no token: it keeps its old one and asks again in 10 s. */
void tokens_fail(const char *why);
size_t tokens_count(void);

#endif
