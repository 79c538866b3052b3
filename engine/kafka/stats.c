#include "kafka/stats.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"

/* Up to here a double holds every whole number; sums of some of these fit into 64 bits, too. */
#define COUNT_MAX 9007199254740992.0

static double stats_number(const cJSON *o, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble : NAN;
}

static int64_t stats_count(const cJSON *o, const char *name)
{
    double value = stats_number(o, name);
    return value >= 0 && value <= COUNT_MAX ? (int64_t)value : PT_UNKNOWN;
}

/* Returns a figure of a window of requests, such as its mean; NAN: it cannot be, or there is
 * none. */
static double stats_figure(const cJSON *item, const char *window, const char *name)
{
    double value = stats_number(cJSON_GetObjectItemCaseSensitive(item, window), name);
    return value >= 0 && value <= COUNT_MAX ? value : NAN;
}

static enum pt_broker_state broker_state(const char *word)
{
    if (strcmp(word, "UP") == 0 || strcmp(word, "UPDATE") == 0)
        return PT_BROKER_UP;
    if (strcmp(word, "DOWN") == 0)
        return PT_BROKER_DOWN;
    /* INIT: not needed so far (librdkafka connects to a broker only when it has a request for
     * it). */
    return strcmp(word, "INIT") == 0 ? PT_BROKER_UNKNOWN : PT_BROKER_CONNECTING;
}

/* Takes the part before the port of "host:port/id" or "ssl://host:port/bootstrap". */
static void parse_name(const char *name, struct pt_broker *broker)
{
    const char *host = strstr(name, "://");
    host = host ? host + 3 : name;
    const char *colon = strrchr(host, ':');
    size_t len = colon ? (size_t)(colon - host) : strlen(host);
    printable_copy(broker->host, sizeof broker->host, host, len);
    broker->port = 0;
    if (colon)
        broker->port = (int32_t)strtol(colon + 1, NULL, 10);
}

/* One connection of a handle. */
struct told {
    struct pt_broker broker;
    int64_t sent_bytes;
    bool is_role; /* it is made for what the broker is just now, such as a group's coordinator */
};

static void stats_read_broker(const cJSON *item, const char *name, int32_t id, struct told *told)
{
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(item, "state");
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(item, "source");
    struct pt_broker *broker = &told->broker;
    bool has_rtt = stats_figure(item, "rtt", "cnt") > 0;
    memset(told, 0, sizeof *told);
    broker->id = id;
    parse_name(name, broker);
    broker->state = broker_state(cJSON_IsString(state) ? state->valuestring : "");
    broker->rtt_ms = has_rtt ? stats_figure(item, "rtt", "avg") / 1000 : NAN;
    broker->rtt_p99_ms = has_rtt ? stats_figure(item, "rtt", "p99") / 1000 : NAN;
    broker->throttle_ms = stats_figure(item, "throttle", "avg");
    broker->sent_bytes_per_s = NAN;
    broker->leads = broker->behind = -1;
    told->is_role = cJSON_IsString(source) && strcmp(source->valuestring, "logical") == 0;
    /* What is sent to a role is counted on when another broker takes it. */
    told->sent_bytes = told->is_role ? PT_UNKNOWN : stats_count(item, "txbytes");
}

/* A broker that has a role has two connections: its own counts, as far as it is used. */
static void stats_join(struct stats *stats, size_t at, const struct told *told)
{
    struct pt_broker *known = &stats->brokers[at];
    struct pt_broker own = told->is_role ? *known : told->broker;
    const struct pt_broker role = told->is_role ? told->broker : *known;
    int64_t sent_bytes = told->is_role ? stats->sent_bytes[at] : told->sent_bytes;
    if (isnan(own.rtt_ms)) {
        own.rtt_ms = role.rtt_ms;
        own.rtt_p99_ms = role.rtt_p99_ms;
    }
    own.throttle_ms = fmax(own.throttle_ms, role.throttle_ms);
    stats->sent_bytes[at] = own.state == PT_BROKER_UNKNOWN ? PT_UNKNOWN : sent_bytes;
    if (own.state == PT_BROKER_UNKNOWN)
        own.state = role.state;
    *known = own;
}

static void add_broker(struct stats *stats, const cJSON *item)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");
    double id = stats_number(item, "nodeid");
    struct told told;
    size_t at = 0;
    if (!(id >= 0 && id <= INT32_MAX) || !cJSON_IsString(name))
        return;
    stats_read_broker(item, name->valuestring, (int32_t)id, &told);
    while (at < stats->n_brokers && stats->brokers[at].id != told.broker.id)
        at++;
    if (at < stats->n_brokers) {
        stats_join(stats, at, &told);
    } else if (at < PT_BROKERS_MAX) {
        stats->brokers[at] = told.broker;
        stats->sent_bytes[at] = told.sent_bytes;
        stats->n_brokers++;
    }
    int64_t retries = stats_count(item, "txretries");
    if (retries > 0)
        stats->retries += retries;
}

static void stats_add_topic(struct stats *stats, const cJSON *item)
{
    if (stats->n_topics == STATS_TOPICS)
        return;
    int64_t queued = 0;
    const cJSON *partition;
    cJSON_ArrayForEach(partition, cJSON_GetObjectItemCaseSensitive(item, "partitions"))
    {
        if (queued > (int64_t)COUNT_MAX)
            break; /* no such queue exists; more would not fit */
        int64_t waiting = stats_count(partition, "msgq_cnt"),
                ready = stats_count(partition, "xmit_msgq_cnt");
        queued += (waiting > 0 ? waiting : 0) + (ready > 0 ? ready : 0);
    }
    snprintf(stats->topics[stats->n_topics].name, PT_TOPIC_MAX, "%s", item->string);
    stats->topics[stats->n_topics++].queued = queued;
}

/* Without a producer ID nothing is sent. */
static void add_producer_id(struct stats *stats, const cJSON *eos)
{
    static const char *const words[] = {"RequestPID", "WaitTransport", "WaitPID"};
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(eos, "idemp_state");
    int64_t age_ms = stats_count(eos, "idemp_stateage");
    for (size_t i = 0; cJSON_IsString(state) && i < sizeof words / sizeof *words; i++)
        if (strcmp(state->valuestring, words[i]) == 0 && age_ms > 0)
            stats->no_producer_id_ms = age_ms;
}

pt_code stats_parse(const char *json, size_t len, struct stats *stats, struct pt_error *err)
{
    memset(stats, 0, sizeof *stats);
    for (int i = 0; i < PT_STREAMS; i++)
        stats->min_isr[i] = -1;
    cJSON *root = cJSON_ParseWithLength(json, len);
    const cJSON *item;
    if (root == NULL)
        return pt_error_set(err, PT_EDATA, NULL, "librdkafka's statistics: not JSON");
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "brokers"))
    {
        add_broker(stats, item);
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "topics"))
    {
        stats_add_topic(stats, item);
    }
    stats->ts_us = stats_count(root, "ts");
    stats->age_us = stats_count(root, "age");
    add_producer_id(stats, cJSON_GetObjectItemCaseSensitive(root, "eos"));
    cJSON_Delete(root);
    return PT_OK;
}

void stats_rates(const struct stats *before, struct stats *now)
{
    bool is_later =
        before->ts_us != PT_UNKNOWN && now->ts_us != PT_UNKNOWN && now->ts_us > before->ts_us;
    /* A handle that has been made since counts from 0. */
    if (is_later && now->age_us != PT_UNKNOWN && now->age_us < now->ts_us - before->ts_us)
        is_later = false;
    for (size_t i = 0; i < now->n_brokers; i++) {
        now->brokers[i].sent_bytes_per_s = NAN;
        for (size_t k = 0; is_later && k < before->n_brokers; k++) {
            int64_t from = before->sent_bytes[k], to = now->sent_bytes[i];
            /* Fewer than before: they are of another handle. */
            if (before->brokers[k].id == now->brokers[i].id && from != PT_UNKNOWN && to >= from)
                now->brokers[i].sent_bytes_per_s =
                    (double)(to - from) * 1e6 / (double)(now->ts_us - before->ts_us);
        }
    }
}
