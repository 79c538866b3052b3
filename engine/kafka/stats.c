#include "kafka/stats.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"

static double stats_number(const cJSON *o, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static int64_t stats_count(const cJSON *o, const char *name)
{
    double value = stats_number(o, name);
    return value >= 0 ? (int64_t)value : PT_UNKNOWN;
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

static void add_broker(struct stats *stats, const cJSON *item)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(item, "state");
    double id = stats_number(item, "nodeid");
    if (!(id >= 0) || stats->n_brokers == PT_BROKERS_MAX || !cJSON_IsString(name))
        return;
    struct pt_broker *broker = &stats->brokers[stats->n_brokers++];
    memset(broker, 0, sizeof *broker);
    broker->id = (int32_t)id;
    parse_name(name->valuestring, broker);
    broker->state = broker_state(cJSON_IsString(state) ? state->valuestring : "");
    double samples = stats_number(cJSON_GetObjectItemCaseSensitive(item, "rtt"), "cnt");
    double rtt_us = stats_number(cJSON_GetObjectItemCaseSensitive(item, "rtt"), "avg");
    double p99_us = stats_number(cJSON_GetObjectItemCaseSensitive(item, "rtt"), "p99");
    broker->rtt_ms = samples > 0 ? rtt_us / 1000 : NAN;
    broker->rtt_p99_ms = samples > 0 ? p99_us / 1000 : NAN;
    broker->sent_bytes_per_s = NAN;
    broker->leads = broker->behind = -1;
    stats->sent_bytes[stats->n_brokers - 1] = stats_count(item, "txbytes");
    broker->throttle_ms = stats_number(cJSON_GetObjectItemCaseSensitive(item, "throttle"), "avg");
    double retries = stats_number(item, "txretries");
    if (retries > 0)
        stats->retries += (int64_t)retries;
}

static void stats_add_topic(struct stats *stats, const cJSON *item)
{
    if (stats->n_topics == STATS_TOPICS)
        return;
    int64_t queued = 0;
    const cJSON *partition;
    cJSON_ArrayForEach(partition, cJSON_GetObjectItemCaseSensitive(item, "partitions"))
    {
        double waiting = stats_number(partition, "msgq_cnt"),
               ready = stats_number(partition, "xmit_msgq_cnt");
        queued += (waiting > 0 ? (int64_t)waiting : 0) + (ready > 0 ? (int64_t)ready : 0);
    }
    snprintf(stats->topics[stats->n_topics].name, PT_TOPIC_MAX, "%s", item->string);
    stats->topics[stats->n_topics++].queued = queued;
}

/* Without a producer ID nothing is sent. */
static void add_producer_id(struct stats *stats, const cJSON *eos)
{
    static const char *const words[] = {"RequestPID", "WaitTransport", "WaitPID"};
    const cJSON *state = cJSON_GetObjectItemCaseSensitive(eos, "idemp_state");
    double age_ms = stats_number(eos, "idemp_stateage");
    for (size_t i = 0; cJSON_IsString(state) && i < sizeof words / sizeof *words; i++)
        if (strcmp(state->valuestring, words[i]) == 0 && age_ms > 0)
            stats->no_producer_id_ms = (int64_t)age_ms;
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
    add_producer_id(stats, cJSON_GetObjectItemCaseSensitive(root, "eos"));
    cJSON_Delete(root);
    return PT_OK;
}

void stats_rates(const struct stats *before, struct stats *now)
{
    bool is_later =
        before->ts_us != PT_UNKNOWN && now->ts_us != PT_UNKNOWN && now->ts_us > before->ts_us;
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
