/* The one constructor of every librdkafka handle, and what every handle needs: log and error
 * callbacks, resolver and back-off settings, signals unblocked in its threads. */
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
    HANDLE_GROUP,    /* the same, and a group's committed offsets: a consumer of that group that
                        never joins it */
    HANDLE_MOCK      /* carries the embedded cluster */
};

/* What the handle's callbacks call; any may be NULL. error and log come on any librdkafka thread.
 */
struct handle_hooks {
    void *arg;
    void (*error)(void *arg, rd_kafka_resp_err_t code, const char *reason);
    void (*delivered)(void *arg, const rd_kafka_message_t *message); /* in rd_kafka_poll */
    void (*stats)(void *arg, const char *json, size_t len);          /* in rd_kafka_poll */
    /* Producer: a debug line about a batch, while handle_listen is on (never when the user has set
     * `debug` to something without "msg"); a produce request was sent to that broker, or has ended,
     * answered or not. On librdkafka's threads. */
    void (*batch)(void *arg, const char *line);
    void (*sent)(void *arg, int32_t broker);
    void (*ended)(void *arg, int32_t broker, bool is_answered);
};

struct handle_opts {
    enum handle_kind kind;
    const struct pt_config *cfg; /* librdkafka's properties in it are applied to all but MOCK */
    const char *bootstrap;       /* overrides the configuration's (embedded); may be NULL */
    const char *group;           /* group.id, may be NULL */
    const char *const *wishes;   /* "key=value": what is best here; the user's own value wins */
    size_t n_wishes;
    const char *const *settings; /* "key=value": what must be; the user's own other value is refused
                                    by its name */
    size_t n_settings;
    struct handle_hooks hooks; /* copied; arg must outlive the handle */
};

/* Make a handle. Takes milliseconds, does not wait for brokers.
 * Errors  PT_ECONFIG: librdkafka refuses a property; its sentence. PT_EKAFKA. */
pt_code handle_new(const struct handle_opts *opts, rd_kafka_t **rk, struct pt_error *err);
/* Turn hooks.batch on or off. Off it costs nothing worth measuring. Thread: any. */
void handle_listen(rd_kafka_t *rk, bool is_on);
/* Destroy one made by handle_new; consumers without the close that can hang. NULL is fine. */
void handle_free(rd_kafka_t *rk);

/* Check librdkafka properties' names and values without making anything. Errors PT_ECONFIG. */
pt_code handle_check_property(const char *name, const char *value, struct pt_error *err);

/* A librdkafka error as ours: what failed, why (the broker's words when there are any), and the fix
 * for the usual refusals (authorization, policy, exists, replication, too large, unknown topic …).
 * why may be NULL. */
pt_code kafka_error(struct pt_error *err, rd_kafka_resp_err_t code, const char *what,
                    const char *why);

/* From a hook for errors: keep why brokers fail, for kafka_error's why. "All brokers are down" does
 * not replace the reason of the last one. text: cap bytes, "" at first and once all is well. */
void kafka_note_error(char *text, size_t cap, rd_kafka_resp_err_t code, const char *reason);

#endif
