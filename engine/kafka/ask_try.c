/* Trying what a login may do: sending records, and asking for rights without using them. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/ask_private.h"
#include "kafka/asked.h"
#include "kafka/assign.h"

enum { ASK_RECORDS = 8, ASK_POLL_MS = 100 };

/* ------------------------------------------------------------------ sending */

/* What becomes of a record that is sent. */
struct ask_delivery {
    struct ask_record *record;
    bool is_reported;
    rd_kafka_resp_err_t code;
    int64_t sent_us;
};

static void ask_delivered(void *arg, const rd_kafka_message_t *message)
{
    struct ask_delivery *delivery = message->_private;
    struct ask_record *record = delivery->record;
    (void)arg;
    delivery->is_reported = true;
    delivery->code = message->err;
    record->is_acked = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    record->is_unclear =
        !record->is_acked && rd_kafka_message_status(message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
    record->partition = message->partition;
    record->offset = message->offset;
    record->acked_ms = (clock_mono_us() - delivery->sent_us) / 1000;
}

static pt_code ask_send_failed(struct ask *ask, const struct ask_delivery *delivery,
                               struct pt_error *err)
{
    char why[ASK_WHY_MAX], what[320];
    const char *topic = delivery->record->topic;
    snprintf(what, sizeof what, "send a record to %s", topic);
    rd_kafka_resp_err_t code =
        delivery->is_reported ? delivery->code : RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
    return kafka_asked(err, code, ASK_WRITE, topic, what, ask_why(ask, why, sizeof why));
}

static rd_kafka_resp_err_t ask_put(struct ask *ask, struct ask_delivery *delivery)
{
    const struct ask_record *record = delivery->record;
    const char *key = record->key;
    size_t key_len = key != NULL ? strlen(key) : 0;
    delivery->sent_us = clock_mono_us();
    return rd_kafka_producev(ask->rk, RD_KAFKA_V_TOPIC(record->topic), RD_KAFKA_V_KEY(key, key_len),
                             RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value, record->len),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(delivery),
                             RD_KAFKA_V_END);
}

/* Waits until all are reported, since the others may be stored when one is refused. Returns the
 * first that was not acknowledged; NULL none. */
static const struct ask_delivery *
ask_wait_reports(struct ask *ask, const struct ask_delivery *deliveries, size_t n, int timeout_ms)
{
    int64_t deadline_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    for (size_t i = 0; i < n; i++)
        while (!deliveries[i].is_reported && clock_mono_us() < deadline_us)
            rd_kafka_poll(ask->rk, ASK_POLL_MS);
    for (size_t i = 0; i < n; i++)
        if (!deliveries[i].is_reported || deliveries[i].code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return &deliveries[i];
    return NULL;
}

pt_code ask_send(const struct pt_config *cfg, const struct ask_token *token,
                 struct ask_record *records, size_t n, int timeout_ms, struct pt_error *err)
{
    struct ask *ask;
    struct ask_delivery deliveries[ASK_RECORDS] = {0};
    const struct handle_opts opts = {
        .kind = HANDLE_PRODUCER, .cfg = cfg, .hooks = {.delivered = ask_delivered}};
    size_t n_sent = n < ASK_RECORDS ? n : ASK_RECORDS;
    pt_code code = ask_open_as(&opts, token, &ask, err);
    if (ask == NULL)
        return code;
    for (size_t i = 0; i < n_sent; i++) {
        deliveries[i].record = &records[i];
        deliveries[i].code = ask_put(ask, &deliveries[i]);
        deliveries[i].is_reported = deliveries[i].code != RD_KAFKA_RESP_ERR_NO_ERROR;
        records[i].is_unclear = !deliveries[i].is_reported; /* until it is */
    }
    const struct ask_delivery *bad = ask_wait_reports(ask, deliveries, n_sent, timeout_ms);
    if (bad != NULL)
        code = ask_send_failed(ask, bad, err);
    /* What has not ended would tell its end to deliveries, which are gone then. */
    rd_kafka_purge(ask->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(ask->rk, ASK_POLL_MS);
    ask_close(ask);
    return code;
}

/* ------------------------------------------------------------------ rights */

static void ask_right_is(struct ask *ask, struct ask_right *right, enum kafka_ask asked,
                         rd_kafka_resp_err_t code)
{
    char why[ASK_WHY_MAX], what[320];
    snprintf(what, sizeof what, "%s topic %s", asked == ASK_WRITE ? "write to" : "read",
             right->topic);
    kafka_asked(&right->err, code, asked, right->topic, what, ask_why(ask, why, sizeof why));
}

static struct ask_right *ask_right_of(struct ask_right *rights, size_t n, const char *topic)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rights[i].topic, topic) == 0 && rights[i].err.code == PT_ETIMEOUT)
            return &rights[i];
    return NULL;
}

/* Until an answer comes. */
static void ask_rights_begin(struct ask *ask, struct ask_right *rights, size_t n,
                             enum kafka_ask asked)
{
    for (size_t i = 0; i < n; i++)
        ask_right_is(ask, &rights[i], asked, RD_KAFKA_RESP_ERR__TIMED_OUT);
}

static void ask_write_answered(void *arg, const rd_kafka_message_t *message)
{
    struct ask_right *right = message->_private;
    if (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        return; /* no answer came */
    if (message->err == RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS)
        right->err = (struct pt_error){.code = PT_OK};
    else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        pt_error_set(&right->err, PT_EDATA, "Look at the newest record: pintop topics peek",
                     "%s took an empty record that these brokers should have refused",
                     right->topic);
    else
        ask_right_is(arg, right, ASK_WRITE, message->err);
}

/* Kafka looks at the right first, and then refuses a request for two acknowledgements as a whole:
 * only 0, 1 and -1 have a meaning. This is set for the topic itself, so that nothing else that is
 * configured can make it another request. */
static void ask_write_nothing(struct ask *ask, struct ask_right *right)
{
    char why[200];
    rd_kafka_topic_conf_t *conf = rd_kafka_topic_conf_new();
    bool is_set = rd_kafka_topic_conf_set(conf, "request.required.acks", "2", why, sizeof why) ==
                  RD_KAFKA_CONF_OK;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(ask->rk, right->topic, conf);
    if (topic == NULL)
        rd_kafka_topic_conf_destroy(conf);
    if (topic != NULL && is_set)
        rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, 0, NULL, 0, NULL, 0, right);
    if (topic != NULL)
        rd_kafka_topic_destroy(topic);
}

pt_code ask_may_write(const struct pt_config *cfg, const struct ask_token *token,
                      struct ask_right *rights, size_t n, int timeout_ms, struct pt_error *err)
{
    struct ask *ask;
    /* never an idempotent producer, which would want all acknowledgements */
    const struct handle_opts opts = {
        .kind = HANDLE_MONITOR, .cfg = cfg, .hooks = {.delivered = ask_write_answered}};
    int64_t deadline_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    pt_code code = ask_open_as(&opts, token, &ask, err);
    if (ask == NULL)
        return code;
    ask_rights_begin(ask, rights, n, ASK_WRITE);
    for (size_t i = 0; i < n; i++)
        ask_write_nothing(ask, &rights[i]);
    while (rd_kafka_outq_len(ask->rk) > 0 && clock_mono_us() < deadline_us)
        rd_kafka_poll(ask->rk, ASK_POLL_MS);
    rd_kafka_purge(ask->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(ask->rk, ASK_POLL_MS);
    ask_close(ask);
    return PT_OK;
}

/* Takes what the consumer says of one of the topics. */
static void ask_read_answered(struct ask *ask, const rd_kafka_message_t *message,
                              struct ask_right *rights, size_t n)
{
    const char *topic = message->rkt != NULL ? rd_kafka_topic_name(message->rkt) : "";
    struct ask_right *right = ask_right_of(rights, n, topic);
    bool is_fetched = message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
                      message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (right != NULL && is_fetched)
        right->err = (struct pt_error){.code = PT_OK};
    else if (right != NULL)
        ask_right_is(ask, right, ASK_READ, message->err);
}

static bool ask_is_open(const struct ask_right *rights, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rights[i].err.code == PT_ETIMEOUT)
            return true;
    return false;
}

pt_code ask_may_read(const struct pt_config *cfg, const struct ask_token *token,
                     struct ask_right *rights, size_t n, int timeout_ms, struct pt_error *err)
{
    static const char *const settings[] = {"enable.partition.eof=true"};
    struct ask *ask;
    const struct handle_opts opts = {
        .kind = HANDLE_CONSUMER, .cfg = cfg, .settings = settings, .n_settings = 1};
    int64_t deadline_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
    pt_code code = ask_open_as(&opts, token, &ask, err);
    if (ask == NULL)
        return code;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
    ask_rights_begin(ask, rights, n, ASK_READ);
    for (size_t i = 0; i < n; i++)
        rd_kafka_topic_partition_list_add(list, rights[i].topic, 0)->offset = RD_KAFKA_OFFSET_END;
    kafka_assign(ask->rk, list);
    while (ask_is_open(rights, n) && clock_mono_us() < deadline_us) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(ask->rk, ASK_POLL_MS);
        if (message != NULL) {
            ask_read_answered(ask, message, rights, n);
            rd_kafka_message_destroy(message);
        }
    }
    rd_kafka_topic_partition_list_destroy(list);
    ask_close(ask);
    return PT_OK;
}
