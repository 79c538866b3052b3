/* The handles that log in with MSK IAM tokens. There is one register a process, as there is one
 * identity: whoever makes tokens (core/auth) gives each new one to all of them at once, also to
 * those that nobody polls. librdkafka's callback only asks. Thread: any. */
#ifndef KAFKA_TOKENS_H
#define KAFKA_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

/* Whom to ask: wanted is called by any thread, under the register's lock: it may only note it.
 * NULL: nobody. */
typedef void (*tokens_wanted_fn)(void *arg);
void tokens_serve(tokens_wanted_fn wanted, void *arg);

/* For handle.c: between rd_kafka_new and rd_kafka_destroy. add also asks for a token. */
void tokens_add(rd_kafka_t *rk);
void tokens_remove(rd_kafka_t *rk);
/* librdkafka's refresh callback. */
void tokens_on_refresh(rd_kafka_t *rk, const char *config, void *opaque);

/* Give a token to every handle.
 * expires_ms  Unix, by this machine's clock.
 * why         out: why one of them refused it, "" none did.
 * Returns how many took it. */
size_t tokens_give(const char *token, int64_t expires_ms, const char *principal, char *why,
                   size_t cap);
/* Tell every handle that there is none: it keeps its old one and asks again in 10 s. */
void tokens_fail(const char *why);
size_t tokens_count(void);

#endif
