/* The one idempotent producer for the three streams.
 *
 * Owns the handle and its topics; turns delivery reports into outcomes by stream and index. After a
 * fatal error the handle is dead: producer_renew makes another. Knows no window.
 *
 * Threads: producer_send from the streamers; everything else from the kafka thread, and open, renew
 * and close only while no streamer is sending. */
#ifndef KAFKA_PRODUCER_H
#define KAFKA_PRODUCER_H

#include <pthread.h>
#include <stdatomic.h>

#include <librdkafka/rdkafka.h>

#include "kafka/delivery.h"
#include "kafka/handle.h"
#include "kafka/min_isr.h"
#include "kafka/stats.h"
#include "pintop/stream.h"

enum { PRODUCER_PARTITIONS = 16 };

/* What a record takes of memory while it waits, about: its value, and librdkafka's own for it. At
 * most three times its value, so that a bound on the one bounds the other. */
enum { PRODUCER_RECORD_OVERHEAD = 256 };
static inline size_t producer_record_bytes(size_t len)
{
    return len + (2 * len < PRODUCER_RECORD_OVERHEAD ? 2 * len : PRODUCER_RECORD_OVERHEAD);
}

struct producer_hooks {
    void *arg;
    void (*delivered)(void *arg, enum pt_stream_id id, uint64_t index, int32_t partition,
                      int64_t offset, size_t len);
    void (*failed)(void *arg, enum pt_stream_id id, uint64_t index, const struct pt_error *why);
    void (*stats)(void *arg, const struct stats *stats);
    void (*error)(void *arg, rd_kafka_resp_err_t code, const char *reason); /* any thread */
};

struct producer_opts {
    const struct pt_config *cfg;
    const char *bootstrap; /* embedded, or NULL */
    const char *topics[PT_STREAMS];
    bool has_keys;        /* the index in decimal; else no key */
    int32_t n_partitions; /* > 0: the partition is chosen here and told to `chosen`
                             (embedded, where bytes are counted by partition) */
    struct producer_hooks hooks;
};

struct producer {
    struct producer_opts opts;
    rd_kafka_t *rk;                       /* NULL: closed */
    rd_kafka_topic_t *topics[PT_STREAMS]; /* NULL until its streamer first sends; the streamer's */
    int64_t batch_bytes;                  /* the most that one request takes of a partition */
    _Atomic int32_t n_used[PT_STREAMS];   /* partitions, by the acknowledgements */
    /* n_partitions > 0: producer_record_bytes of what was sent and isn't yet settled by the caller
     */
    _Atomic int64_t unsettled[PT_STREAMS][PRODUCER_PARTITIONS];
    struct stats stats;                 /* scratch */
    pthread_mutex_t wake_lock;          /* reports */
    rd_kafka_queue_t *reports;          /* of the handle in use; NULL none */
    struct delivery delivery;           /* what the brokers say to what isn't acknowledged */
    struct min_isr min_isr[PT_STREAMS]; /* asked when a broker says that there are too few */
};

enum producer_result {
    PRODUCER_OK,
    PRODUCER_FULL,   /* its queue has no room */
    PRODUCER_DEAD,   /* a fatal error: nothing goes in until it is renewed */
    PRODUCER_REFUSED /* err: too large, unknown topic or partition */
};

/* Errors as handle_new. */
pt_code producer_open(struct producer *producer, const struct producer_opts *opts,
                      struct pt_error *err);
/* Queue one record; the bytes are copied. */
enum producer_result producer_send(struct producer *producer, enum pt_stream_id id, uint64_t index,
                                   const char *value, size_t len, struct pt_error *err);
/* Ask the cluster about the stream's topic anew. librdkafka keeps a refusal of it (authorization)
 * until its next look at the metadata, minutes later, and refuses by itself until then. Waits for
 * the answer for at most limit_ms; one that comes later counts too. */
void producer_ask_topic(struct producer *producer, enum pt_stream_id id, int limit_ms);
/* Records wait for long: hear what the brokers say to them, until it is turned off. */
void producer_listen(struct producer *producer, bool is_on);
/* Serve reports, statistics and errors for at most wait_ms. Returns how many calls it made. */
int producer_poll(struct producer *producer, int wait_ms);
/* End a producer_poll that waits, or the next one. Thread: any, once producer_open has returned. */
void producer_wake(struct producer *producer);
/* How many bytes of a stream's values keep the brokers busy: for each partition one batch on its
 * way and another that fills up. Thread: any, once producer_open has returned. */
uint64_t producer_flight_bytes(const struct producer *producer, enum pt_stream_id id);
/* The fatal error the handle died of, with its fix; PT_OK: it lives. */
pt_code producer_fatal(struct producer *producer, struct pt_error *err);
/* Purge what is queued and in flight, and collect all reports: for at most limit_ms. Purged records
 * are reported neither delivered nor failed. Returns what is left in the handle. */
int producer_purge(struct producer *producer, int limit_ms);
/* Another handle in place of a dead one. */
pt_code producer_renew(struct producer *producer, struct pt_error *err);
/* Records in the handle: queued, in flight, or with their report not yet served. */
int producer_outq(struct producer *producer);
void producer_close(struct producer *producer);

#endif
