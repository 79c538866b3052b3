/* The one idempotent producer for the three streams.
 *
 * Holds the librdkafka handle and its topics; turns delivery reports into outcomes by stream and
 * index. After a fatal error the handle is dead: producer_renew makes another. It does not know the
 * window.
 *
 * Threads: producer_send from the streamers; everything else from the kafka thread, and open,
 * renew and close only while no streamer is sending. */
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

/* The approximate memory of a waiting record is its value plus this much for librdkafka. The sum
 * is at most three times the value, so a limit on one is a limit on the other. */
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
    bool has_keys;        /* the key is the index in decimal; otherwise there is no key */
    int32_t n_partitions; /* > 0: the partition is chosen here and reported to `chosen`
                           * (embedded, where bytes are counted by partition) */
    uint64_t stride;      /* from one index to the next; 0 is 1 */
    struct producer_hooks hooks;
};

struct producer {
    struct producer_opts opts;
    rd_kafka_t *rk;                       /* NULL: closed */
    rd_kafka_topic_t *topics[PT_STREAMS]; /* NULL until its streamer first sends; used by that
                                           * streamer */
    int64_t batch_bytes;                  /* the most bytes of one partition in a request */
    _Atomic int32_t n_used[PT_STREAMS];   /* partitions in use, according to the acknowledgements */
    /* n_partitions > 0: producer_record_bytes of what was sent and not yet settled by the caller */
    _Atomic int64_t unsettled[PT_STREAMS][PRODUCER_PARTITIONS];
    struct stats stats;                 /* scratch */
    pthread_mutex_t wake_lock;          /* protects reports */
    rd_kafka_queue_t *reports;          /* of the handle in use; NULL when there is none */
    struct delivery delivery;           /* the brokers' answers to records that are not
                                         * acknowledged */
    struct min_isr min_isr[PT_STREAMS]; /* asked for when a broker reports too few in-sync
                                         * replicas */
};

enum producer_result {
    PRODUCER_OK,
    PRODUCER_FULL,   /* the queue has no room */
    PRODUCER_DEAD,   /* a fatal error: nothing is accepted until it is renewed */
    PRODUCER_REFUSED /* err: too large, unknown topic or partition */
};

/* Errors as handle_new. */
pt_code producer_open(struct producer *producer, const struct producer_opts *opts,
                      struct pt_error *err);
/* Queues one record; the bytes are copied. */
enum producer_result producer_send(struct producer *producer, enum pt_stream_id id, uint64_t index,
                                   const char *value, size_t len, struct pt_error *err);
/* Asks the cluster about the stream's topic again. librdkafka keeps a refusal (authorization)
 * until it next refreshes its metadata, minutes later, and rejects records on its own until
 * then. Waits at most limit_ms for the answer; a later one counts too. Returns whether it came. */
bool producer_ask_topic(struct producer *producer, enum pt_stream_id id, int limit_ms);
/* Turns on or off listening to the brokers' answers, for records that wait long. */
void producer_listen(struct producer *producer, bool is_on);
/* Serves reports, statistics and errors for at most wait_ms. Returns how many calls it made. */
int producer_poll(struct producer *producer, int wait_ms);
/* Ends the current producer_poll, or the next one. Thread: any, once producer_open has returned. */
void producer_wake(struct producer *producer);
/* Returns how many bytes of a stream's values keep the brokers busy: for each partition one
 * batch in flight and another that fills up. Thread: any, once producer_open has returned. */
uint64_t producer_flight_bytes(const struct producer *producer, enum pt_stream_id id);
/* Returns the fatal error that killed the handle, with its fix; PT_OK when there is none. */
pt_code producer_fatal(struct producer *producer, struct pt_error *err);
/* Purges queued records and those in flight, and collects all reports, for at most limit_ms.
 * Purged records are reported neither as delivered nor as failed. Returns how many are left in
 * the handle. */
int producer_purge(struct producer *producer, int limit_ms);
/* Replaces a dead handle. */
pt_code producer_renew(struct producer *producer, struct pt_error *err);
void producer_close(struct producer *producer);

#endif
