/* The one constructor of librdkafka handles, and what every handle needs: an error callback,
 * resolver and back-off settings, and signals unblocked in its threads. */
#ifndef KAFKA_HANDLE_H
#define KAFKA_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/config.h"
#include "pintop/error.h"

enum handle_kind {
    HANDLE_PRODUCER, /* idempotent, acks=all, lz4, message.timeout.ms=0 unless set; statistics */
    HANDLE_CONSUMER, /* assign only; auto.offset.reset=error, no auto commit */
    HANDLE_MONITOR,  /* a producer used for metadata, watermarks and admin; never produces */
    HANDLE_GROUP,    /* the same with a group's committed offsets: a consumer of that group that
                      * never joins it */
    HANDLE_MOCK      /* carries the embedded cluster */
};

/* What the handle's callbacks call; any may be NULL. error comes on any librdkafka thread. */
struct handle_hooks {
    void *arg;
    void (*error)(void *arg, rd_kafka_resp_err_t code, const char *reason);
    void (*delivered)(void *arg, const rd_kafka_message_t *message); /* in rd_kafka_poll */
    void (*stats)(void *arg, const char *json, size_t len);          /* in rd_kafka_poll */
    /* Producer only. batch: a debug line about a batch, while handle_listen is on (never when
     * the user has set `debug` without "msg"). The other: a produce request was sent to that
     * broker, or has ended with or without an answer. On librdkafka's threads. */
    void (*batch)(void *arg, const char *line);
    void (*sent)(void *arg, int32_t broker);
    void (*ended)(void *arg, int32_t broker, bool is_answered);
};

struct handle_opts {
    enum handle_kind kind;
    const struct pt_config *cfg; /* librdkafka's properties in it are applied to all but MOCK */
    const char *bootstrap;       /* overrides the configuration's (for embedded); may be NULL */
    const char *group;           /* group.id, may be NULL */
    const char *const *wishes;   /* "key=value": defaults for this use; the user's value wins */
    size_t n_wishes;
    const char *const *settings; /* "key=value": required for this use; another value of the user
                                  * is refused with the property's name */
    size_t n_settings;
    struct handle_hooks hooks; /* copied; arg must outlive the handle */
};

/* Makes a handle. Takes milliseconds and does not wait for brokers.
 * Errors  PT_ECONFIG: librdkafka rejects a property, with its sentence. PT_EKAFKA. */
pt_code handle_new(const struct handle_opts *opts, rd_kafka_t **rk, struct pt_error *err);
/* Turns hooks.batch on or off. While it is off it costs nothing measurable. Thread: any. */
void handle_listen(rd_kafka_t *rk, bool is_on);
/* Destroys a handle made by handle_new; skips the close of consumers, which can hang. NULL is
 * fine. */
void handle_free(rd_kafka_t *rk);

/* Turns a librdkafka error into ours: what failed, why (in the broker's words if there are any),
 * and the fix for the usual refusals (authorization, policy, exists, replication, too large,
 * unknown topic …). why may be NULL. */
pt_code kafka_error(struct pt_error *err, rd_kafka_resp_err_t code, const char *what,
                    const char *why);

/* Called from an error hook: keeps why brokers fail, for kafka_error's why. "All brokers are
 * down" does not replace the reason of the last one. text has cap bytes; it is "" at first and
 * when there is no problem. */
void kafka_note_error(char *text, size_t cap, rd_kafka_resp_err_t code, const char *reason);

#endif
