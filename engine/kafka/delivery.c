#include "kafka/delivery.h"

#include <stdlib.h>
#include <string.h>

void delivery_init(struct delivery *delivery)
{
    memset(delivery, 0, sizeof *delivery);
    pthread_mutex_init(&delivery->lock, NULL);
}

void delivery_done(struct delivery *delivery)
{
    pthread_mutex_destroy(&delivery->lock);
}

/* ------------------------------------------------------------------ refusals */

/* The line contains the error's sentence, not its code. */
static rd_kafka_resp_err_t code_of(const char *text, size_t len)
{
    const struct rd_kafka_err_desc *descs;
    size_t n;
    rd_kafka_get_err_descs(&descs, &n);
    for (size_t i = 0; i < n; i++) {
        const char *desc = descs[i].desc;
        if (desc && strlen(desc) == len && memcmp(desc, text, len) == 0) {
            return descs[i].code;
        }
    }
    return RD_KAFKA_RESP_ERR_UNKNOWN;
}

/* "TOPIC [PARTITION]: MessageSet with": reads the last word before it, and the number. */
static bool delivery_read_place(const char *line, const char *end, struct delivery_refusal *out)
{
    const char *bracket = end;
    while (bracket > line && *bracket != '[') {
        bracket--;
    }
    if (bracket - line < 2 || bracket[-1] != ' ') {
        return false;
    }
    const char *name = bracket - 1;
    while (name > line && name[-1] != ' ') {
        name--;
    }
    size_t len = (size_t)(bracket - 1 - name);
    if (len == 0 || len >= sizeof out->topic) {
        return false;
    }
    memcpy(out->topic, name, len);
    out->topic[len] = '\0';
    out->partition = (int32_t)strtol(bracket + 1, NULL, 10);
    return true;
}

static bool read_line(const char *line, struct delivery_refusal *out)
{
    static const char said[] = " encountered error: ";
    const char *set = strstr(line, "]: MessageSet with "), *at = set ? strstr(set, said) : NULL;
    memset(out, 0, sizeof *out);
    if (!at || !delivery_read_place(line, set, out)) {
        return false;
    }
    at += sizeof said - 1;
    const char *end = strstr(at, " (actions ");
    out->code = code_of(at, end ? (size_t)(end - at) : strlen(at));
    /* librdkafka ends a batch that follows a refused one with its own "Retry operation", which
     * no broker has sent. */
    return out->code > RD_KAFKA_RESP_ERR__END;
}

static struct delivery_refusal *delivery_find_refusal(struct delivery *delivery, const char *topic,
                                                      int32_t partition)
{
    for (size_t i = 0; i < delivery->n_refusals; i++) {
        struct delivery_refusal *at = &delivery->refusals[i];
        if (at->partition == partition && strcmp(at->topic, topic) == 0) {
            return at;
        }
    }
    return NULL;
}

/* Returns a free place, or else that of the refusal that was reported longest ago. */
static struct delivery_refusal *room_for_refusal(struct delivery *delivery)
{
    struct delivery_refusal *oldest = &delivery->refusals[0];
    if (delivery->n_refusals < DELIVERY_REFUSALS) {
        return &delivery->refusals[delivery->n_refusals++];
    }
    for (size_t i = 1; i < DELIVERY_REFUSALS; i++) {
        if (delivery->refusals[i].last_us < oldest->last_us) {
            oldest = &delivery->refusals[i];
        }
    }
    return oldest;
}

void delivery_heard(struct delivery *delivery, const char *line, int64_t now_us)
{
    struct delivery_refusal next;
    if (!read_line(line, &next)) {
        return;
    }
    next.since_us = next.last_us = now_us;
    pthread_mutex_lock(&delivery->lock);
    struct delivery_refusal *own = delivery_find_refusal(delivery, next.topic, next.partition);
    if (own && own->code == next.code) {
        next.since_us = own->since_us;
    }
    *(own ? own : room_for_refusal(delivery)) = next;
    pthread_mutex_unlock(&delivery->lock);
}

void delivery_acked(struct delivery *delivery, const char *topic, int32_t partition)
{
    if (atomic_load_explicit(&delivery->n_refusals, memory_order_relaxed) == 0) {
        return;
    }
    pthread_mutex_lock(&delivery->lock);
    struct delivery_refusal *own = delivery_find_refusal(delivery, topic, partition);
    if (own) {
        *own = delivery->refusals[--delivery->n_refusals];
    }
    pthread_mutex_unlock(&delivery->lock);
}

/* ------------------------------------------------------------------ silence */

static struct delivery_asked *find_broker(struct delivery *delivery, int32_t broker)
{
    for (size_t i = 0; i < delivery->n_brokers; i++) {
        if (delivery->brokers[i].broker == broker) {
            return &delivery->brokers[i];
        }
    }
    if (delivery->n_brokers == PT_BROKERS_MAX) {
        return NULL;
    }
    struct delivery_asked *own = &delivery->brokers[delivery->n_brokers++];
    *own = (struct delivery_asked){.broker = broker};
    return own;
}

void delivery_sent(struct delivery *delivery, int32_t broker, int64_t now_us)
{
    pthread_mutex_lock(&delivery->lock);
    struct delivery_asked *own = find_broker(delivery, broker);
    if (own) {
        own->n_out++;
        own->asked_us = own->asked_us ? own->asked_us : now_us;
    }
    pthread_mutex_unlock(&delivery->lock);
}

void delivery_ended(struct delivery *delivery, int32_t broker, bool is_answered, int64_t now_us)
{
    pthread_mutex_lock(&delivery->lock);
    struct delivery_asked *own = find_broker(delivery, broker);
    if (own) {
        own->n_out -= own->n_out > 0;
        /* A request that timed out is sent again: the silence continues. */
        if (is_answered) {
            own->asked_us = own->n_out > 0 ? now_us : 0;
        }
    }
    pthread_mutex_unlock(&delivery->lock);
}

void delivery_read(struct delivery *delivery, struct delivery_facts *facts)
{
    memset(facts, 0, sizeof *facts);
    pthread_mutex_lock(&delivery->lock);
    facts->n_refusals = delivery->n_refusals;
    memcpy(facts->refusals, delivery->refusals, facts->n_refusals * sizeof *facts->refusals);
    for (size_t i = 0; i < delivery->n_brokers; i++) {
        const struct delivery_asked *asked = &delivery->brokers[i];
        if (asked->asked_us) {
            facts->silent[facts->n_silent++] =
                (struct delivery_silence){asked->broker, asked->asked_us};
        }
    }
    pthread_mutex_unlock(&delivery->lock);
}
