#include "kafka/producer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

/* The opaque pointer of a message carries stream and index; librdkafka does not interpret it. */
enum { STREAM_BITS = 2 };
_Static_assert(sizeof(void *) == 8, "the opaque pointer of a message carries stream and index");
_Static_assert(PT_STREAMS <= 1 << STREAM_BITS, "the streams fit");

static void *opaque_of(enum pt_stream_id id, uint64_t index)
{
    return (void *)(uintptr_t)(index << STREAM_BITS | (uint64_t)id);
}

static bool is_purged(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
           code == RD_KAFKA_RESP_ERR__FATAL;
}

static void producer_on_delivered(void *arg, const rd_kafka_message_t *message)
{
    struct producer *producer = arg;
    const struct producer_hooks *hooks = &producer->opts.hooks;
    uint64_t tag = (uint64_t)(uintptr_t)message->_private;
    enum pt_stream_id id = (enum pt_stream_id)(tag & ((1u << STREAM_BITS) - 1));
    uint64_t index = tag >> STREAM_BITS;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (message->partition >= atomic_load_explicit(&producer->n_used[id], memory_order_relaxed))
            atomic_store_explicit(&producer->n_used[id], message->partition + 1,
                                  memory_order_relaxed);
        delivery_acked(&producer->delivery, producer->opts.topics[id], message->partition);
        hooks->delivered(hooks->arg, id, index, message->partition, message->offset, message->len);
        return;
    }
    if (producer->opts.n_partitions > 0)
        atomic_fetch_sub(&producer->unsettled[id][message->partition % PRODUCER_PARTITIONS],
                         (int64_t)producer_record_bytes(message->len));
    /* A dead or purged handle says nothing about the record, which stays in flight. */
    if (is_purged(message->err) || rd_kafka_fatal_error(producer->rk, NULL, 0) != 0)
        return;
    struct pt_error why;
    /* rd_kafka_message_errstr would return the record's own bytes as the reason. */
    kafka_error(&why, message->err, producer->opts.topics[id], NULL);
    hooks->failed(hooks->arg, id, index, &why);
}

/* ---- why records wait ---- */

static void on_batch(void *arg, const char *line)
{
    delivery_heard(&((struct producer *)arg)->delivery, line, clock_mono_us());
}

static void on_sent(void *arg, int32_t broker)
{
    delivery_sent(&((struct producer *)arg)->delivery, broker, clock_mono_us());
}

static void on_ended(void *arg, int32_t broker, bool is_answered)
{
    delivery_ended(&((struct producer *)arg)->delivery, broker, is_answered, clock_mono_us());
}

static bool lacks_replicas(const struct delivery_facts *facts, const char *topic)
{
    for (size_t i = 0; i < facts->n_refusals; i++)
        if ((facts->refusals[i].code == RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS ||
             facts->refusals[i].code == RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND) &&
            strcmp(facts->refusals[i].topic, topic) == 0)
            return true;
    return false;
}

static void add_delivery(struct producer *producer, struct stats *stats)
{
    delivery_read(&producer->delivery, &stats->delivery);
    for (int i = 0; i < PT_STREAMS; i++) {
        if (lacks_replicas(&stats->delivery, producer->opts.topics[i]))
            min_isr_look(&producer->min_isr[i], producer->rk, producer->opts.topics[i]);
        stats->min_isr[i] = producer->min_isr[i].value;
    }
}

void producer_listen(struct producer *producer, bool is_on)
{
    handle_listen(producer->rk, is_on);
}

static void producer_on_stats(void *arg, const char *json, size_t len)
{
    struct producer *producer = arg;
    if (stats_parse(json, len, &producer->stats, NULL) != PT_OK)
        return;
    add_delivery(producer, &producer->stats);
    producer->opts.hooks.stats(producer->opts.hooks.arg, &producer->stats);
}

static void producer_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct producer *producer = arg;
    producer->opts.hooks.error(producer->opts.hooks.arg, code, reason);
}

/* Sets the queue; a reference to the old queue keeps its handle from being destroyed. */
static void set_reports(struct producer *producer, rd_kafka_queue_t *reports)
{
    pthread_mutex_lock(&producer->wake_lock);
    if (producer->reports)
        rd_kafka_queue_destroy(producer->reports);
    producer->reports = reports;
    pthread_mutex_unlock(&producer->wake_lock);
}

void producer_wake(struct producer *producer)
{
    pthread_mutex_lock(&producer->wake_lock);
    if (producer->reports)
        rd_kafka_queue_yield(producer->reports);
    pthread_mutex_unlock(&producer->wake_lock);
}

/* A topic counts as having three partitions until acknowledgements come from more. A user who
 * sets small batches wants more requests, not fewer records in flight. */
uint64_t producer_flight_bytes(const struct producer *producer, enum pt_stream_id id)
{
    enum { BATCHES = 2, BATCH_MIN = 128 * 1024, PARTITIONS_MIN = 3 };
    int64_t batch = producer->batch_bytes > BATCH_MIN ? producer->batch_bytes : BATCH_MIN;
    int32_t n = atomic_load_explicit(&producer->n_used[id], memory_order_relaxed);
    return BATCHES * (uint64_t)batch * (uint64_t)(n > PARTITIONS_MIN ? n : PARTITIONS_MIN);
}

static int64_t batch_bytes(rd_kafka_t *rk)
{
    char text[24] = "";
    size_t len = sizeof text;
    rd_kafka_conf_get(rd_kafka_conf(rk), "batch.size", text, &len);
    return strtoll(text, NULL, 10);
}

static pt_code open_handle(struct producer *producer, struct pt_error *err)
{
    struct handle_opts handle = {
        .kind = HANDLE_PRODUCER,
        .cfg = producer->opts.cfg,
        .bootstrap = producer->opts.bootstrap,
        .hooks = {.arg = producer,
                  .error = producer_on_error,
                  .delivered = producer_on_delivered,
                  .stats = producer_on_stats,
                  .batch = on_batch,
                  .sent = on_sent,
                  .ended = on_ended},
    };
    pt_code code = handle_new(&handle, &producer->rk, err);
    if (code == PT_OK) {
        producer->batch_bytes = batch_bytes(producer->rk);
        set_reports(producer, rd_kafka_queue_get_main(producer->rk));
    }
    return code;
}

pt_code producer_open(struct producer *producer, const struct producer_opts *opts,
                      struct pt_error *err)
{
    memset(producer, 0, sizeof *producer);
    producer->opts = *opts;
    if (opts->stride == 0)
        producer->opts.stride = 1;
    pthread_mutex_init(&producer->wake_lock, NULL);
    delivery_init(&producer->delivery);
    for (int i = 0; i < PT_STREAMS; i++)
        min_isr_init(&producer->min_isr[i]);
    return open_handle(producer, err);
}

static void free_handle(rd_kafka_t *rk, rd_kafka_topic_t *topics[PT_STREAMS])
{
    for (int i = 0; i < PT_STREAMS; i++) {
        if (topics[i])
            rd_kafka_topic_destroy(topics[i]);
        topics[i] = NULL;
    }
    handle_free(rk);
}

static void free_delivery_questions(struct producer *producer)
{
    for (int i = 0; i < PT_STREAMS; i++)
        min_isr_done(&producer->min_isr[i]);
}

void producer_close(struct producer *producer)
{
    if (producer->rk != NULL) {
        set_reports(producer, NULL);
        free_delivery_questions(producer);
        free_handle(producer->rk, producer->topics);
        producer->rk = NULL;
        pthread_mutex_destroy(&producer->wake_lock);
        delivery_done(&producer->delivery);
    }
}

/* The new handle is made first: if that fails, the dead one stays, which refuses everything. */
pt_code producer_renew(struct producer *producer, struct pt_error *err)
{
    rd_kafka_t *old_rk = producer->rk;
    rd_kafka_topic_t *old_topics[PT_STREAMS];
    memcpy(old_topics, producer->topics, sizeof old_topics);
    free_delivery_questions(producer); /* their queues belong to the old handle */
    producer->rk = NULL;
    memset(producer->topics, 0, sizeof producer->topics);
    pt_code code = open_handle(producer, err);
    if (code == PT_OK) {
        free_handle(old_rk, old_topics);
        return PT_OK;
    }
    producer->rk = old_rk;
    memcpy(producer->topics, old_topics, sizeof producer->topics);
    return code;
}

/* Writes the decimal digits of index at the end of out[20]; returns where they begin. */
static char *producer_decimal(char out[20], uint64_t index)
{
    char *p = out + 20;
    do
        *--p = (char)('0' + index % 10);
    while ((index /= 10) > 0);
    return p;
}

static enum producer_result producer_refusal(struct producer *producer, enum pt_stream_id id,
                                             rd_kafka_resp_err_t code, struct pt_error *err)
{
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return PRODUCER_FULL;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        return PRODUCER_DEAD;
    kafka_error(err, code, producer->opts.topics[id], NULL);
    return PRODUCER_REFUSED;
}

/* The topic handle is made when its stream first sends: making it asks the cluster about the
 * topic, and a cluster may create a topic that it is asked about. */
static rd_kafka_topic_t *topic_of(struct producer *producer, enum pt_stream_id id)
{
    if (producer->topics[id] == NULL)
        producer->topics[id] = rd_kafka_topic_new(producer->rk, producer->opts.topics[id], NULL);
    return producer->topics[id];
}

enum producer_result producer_send(struct producer *producer, enum pt_stream_id id, uint64_t index,
                                   const char *value, size_t len, struct pt_error *err)
{
    char digits[20], *key = producer_decimal(digits, index);
    size_t key_len = (size_t)(digits + sizeof digits - key);
    rd_kafka_topic_t *topic = topic_of(producer, id);
    int32_t partition = RD_KAFKA_PARTITION_UA, n = producer->opts.n_partitions;
    if (topic == NULL)
        return producer_refusal(producer, id, rd_kafka_last_error(), err);
    if (n > 0) {
        partition = producer->opts.has_keys
                        ? rd_kafka_msg_partitioner_consistent(topic, key, key_len, n, NULL, NULL)
                        : (int32_t)(index / producer->opts.stride % (uint64_t)n);
        atomic_fetch_add(&producer->unsettled[id][partition], (int64_t)producer_record_bytes(len));
    }
    if (!producer->opts.has_keys)
        key_len = 0;
    /* librdkafka's parameter is not const, but with F_COPY it only reads. */
    void *payload = (void *)(uintptr_t)value;
    if (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, payload, len,
                         key_len > 0 ? key : NULL, key_len, opaque_of(id, index)) == 0)
        return PRODUCER_OK;
    if (n > 0)
        atomic_fetch_sub(&producer->unsettled[id][partition], (int64_t)producer_record_bytes(len));
    return producer_refusal(producer, id, rd_kafka_last_error(), err);
}

bool producer_ask_topic(struct producer *producer, enum pt_stream_id id, int limit_ms)
{
    const struct rd_kafka_metadata *answer = NULL;
    /* This is a second handle to the same topic, because the first belongs to the streamer. */
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer->rk, producer->opts.topics[id], NULL);
    if (topic == NULL)
        return false;
    bool is_answered =
        rd_kafka_metadata(producer->rk, 0, topic, &answer, limit_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (is_answered)
        rd_kafka_metadata_destroy(answer);
    rd_kafka_topic_destroy(topic);
    return is_answered;
}

int producer_poll(struct producer *producer, int wait_ms)
{
    return rd_kafka_poll(producer->rk, wait_ms);
}

pt_code producer_fatal(struct producer *producer, struct pt_error *err)
{
    char why[300] = "";
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(producer->rk, why, sizeof why);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return PT_OK;
    kafka_error(err, code, "producer", why);
    if (err)
        err->is_fatal = true;
    return err ? err->code : PT_EKAFKA;
}

int producer_purge(struct producer *producer, int limit_ms)
{
    int64_t until_us = clock_mono_us() + (int64_t)limit_ms * 1000;
    rd_kafka_purge(producer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(producer->rk) > 0 && clock_mono_us() < until_us)
        rd_kafka_poll(producer->rk, 10);
    return rd_kafka_outq_len(producer->rk);
}
