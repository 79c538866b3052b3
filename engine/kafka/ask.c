#include "kafka/ask_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kafka/asked.h"

static void ask_note(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct ask *ask = arg;
    pthread_mutex_lock(&ask->lock);
    kafka_note_error(ask->why, sizeof ask->why, code, reason);
    pthread_mutex_unlock(&ask->lock);
}

const char *ask_why(struct ask *ask, char *out, size_t cap)
{
    pthread_mutex_lock(&ask->lock);
    text_copy(out, cap, ask->why);
    pthread_mutex_unlock(&ask->lock);
    return out;
}

static pt_code ask_give(struct ask *ask, const struct ask_token *token, struct pt_error *err)
{
    char why[256];
    if (token == NULL || token->text == NULL)
        return PT_OK;
    rd_kafka_resp_err_t code = rd_kafka_oauthbearer_set_token(
        ask->rk, token->text, token->expires_ms, token->principal, NULL, 0, why, sizeof why);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? PT_OK
               : pt_error_set(err, PT_ELOGIN, "Set this host's clock, or renew the credentials",
                              "IAM token: %s", why);
}

pt_code ask_open_as(const struct handle_opts *opts, const struct ask_token *token, struct ask **out,
                    struct pt_error *err)
{
    struct handle_opts with = *opts;
    struct ask *ask = calloc(1, sizeof *ask);
    *out = NULL;
    if (ask == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "Kafka: out of memory");
    pthread_mutex_init(&ask->lock, NULL);
    with.hooks.arg = ask;
    with.hooks.error = ask_note;
    pt_code code = handle_new(&with, &ask->rk, err);
    if (code == PT_OK)
        code = ask_give(ask, token, err);
    if (code != PT_OK)
        ask_close(ask);
    else
        *out = ask;
    return code;
}

pt_code ask_open(const struct pt_config *cfg, const struct ask_token *token, struct ask **out,
                 struct pt_error *err)
{
    const struct handle_opts opts = {.kind = HANDLE_MONITOR, .cfg = cfg};
    return ask_open_as(&opts, token, out, err);
}

void ask_close(struct ask *ask)
{
    if (ask == NULL)
        return;
    handle_free(ask->rk);
    pthread_mutex_destroy(&ask->lock);
    free(ask);
}

pt_code ask_metadata(struct ask *ask, int timeout_ms, const struct rd_kafka_metadata **metadata,
                     struct pt_error *err)
{
    char why[ASK_WHY_MAX];
    rd_kafka_resp_err_t code = rd_kafka_metadata(ask->rk, 1, NULL, metadata, timeout_ms);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? PT_OK
               : kafka_error(err, code, "ask the cluster for its topics",
                             ask_why(ask, why, sizeof why));
}

static rd_kafka_resp_err_t topic_answer(const struct rd_kafka_metadata *metadata, const char *topic)
{
    for (int i = 0; metadata != NULL && i < metadata->topic_cnt; i++)
        if (strcmp(metadata->topics[i].topic, topic) == 0)
            return metadata->topics[i].err;
    return RD_KAFKA_RESP_ERR__BAD_MSG;
}

pt_code ask_topic(struct ask *ask, const char *topic, int timeout_ms, struct pt_error *err)
{
    char why[ASK_WHY_MAX], what[320];
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *named = rd_kafka_topic_new(ask->rk, topic, NULL);
    rd_kafka_resp_err_t code = named != NULL
                                   ? rd_kafka_metadata(ask->rk, 0, named, &metadata, timeout_ms)
                                   : rd_kafka_last_error();
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = topic_answer(metadata, topic);
        if (metadata != NULL)
            rd_kafka_metadata_destroy(metadata);
    }
    if (named != NULL)
        rd_kafka_topic_destroy(named);
    snprintf(what, sizeof what, "ask for topic %s", topic);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? PT_OK
               : kafka_asked(err, code, ASK_SEE_TOPIC, topic, what, ask_why(ask, why, sizeof why));
}

/* What the brokers answered for one topic that was to be created or deleted. */
static pt_code change_answer(struct ask *ask, rd_kafka_event_t *event, enum kafka_ask asked,
                             const char *topic, struct pt_error *err)
{
    char why[ASK_WHY_MAX], what[320];
    bool is_create = asked == ASK_CREATE_TOPIC;
    size_t n = 0;
    rd_kafka_resp_err_t code = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    const char *said = ask_why(ask, why, sizeof why);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const rd_kafka_topic_result_t **results =
            is_create
                ? rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n)
                : rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event),
                                                      &n);
        code = n == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
        said = n == 1 ? rd_kafka_topic_result_error_string(results[0]) : NULL;
    }
    snprintf(what, sizeof what, "%s topic %s", is_create ? "create" : "delete", topic);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? PT_OK
                                              : kafka_asked(err, code, asked, topic, what, said);
}

pt_code ask_create(struct ask *ask, const char *topic, bool is_only_asked, int timeout_ms,
                   struct pt_error *err)
{
    char why[200] = "";
    rd_kafka_NewTopic_t *fresh = rd_kafka_NewTopic_new(topic, -1, -1, why, sizeof why);
    if (fresh == NULL)
        return pt_error_set(err, PT_EUSAGE, "Check pintop.topics.prefix", "topic %s: %s", topic,
                            why);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(ask->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(ask->rk);
    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, why, sizeof why);
    rd_kafka_AdminOptions_set_validate_only(options, is_only_asked, why, sizeof why);
    rd_kafka_CreateTopics(ask->rk, &fresh, 1, options, queue);
    rd_kafka_event_t *event = offsets_wait_event(ask->rk, queue, timeout_ms + 500, NULL);
    pt_code code = change_answer(ask, event, ASK_CREATE_TOPIC, topic, err);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy(fresh);
    return code;
}

pt_code ask_delete(struct ask *ask, const char *topic, int timeout_ms, struct pt_error *err)
{
    char why[200];
    rd_kafka_DeleteTopic_t *request = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(ask->rk, RD_KAFKA_ADMIN_OP_DELETETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(ask->rk);
    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, why, sizeof why);
    rd_kafka_DeleteTopics(ask->rk, &request, 1, options, queue);
    rd_kafka_event_t *event = offsets_wait_event(ask->rk, queue, timeout_ms + 500, NULL);
    pt_code code = change_answer(ask, event, ASK_DELETE_TOPIC, topic, err);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_DeleteTopic_destroy(request);
    return code;
}

void ask_cluster_id(struct ask *ask, int timeout_ms, char *out, size_t cap)
{
    char *id = rd_kafka_clusterid(ask->rk, timeout_ms);
    text_copy(out, cap, id);
    rd_kafka_mem_free(ask->rk, id);
}

static pt_code records_sum(struct ask *ask, struct offsets_item *items, size_t n, int timeout_ms,
                           int64_t *records, struct pt_error *err)
{
    const struct offsets_ask with = {.rk = ask->rk, .timeout_ms = timeout_ms};
    static const int64_t ends[] = {RD_KAFKA_OFFSET_BEGINNING, RD_KAFKA_OFFSET_END};
    *records = 0;
    for (int end = 0; end < 2; end++) {
        pt_code code =
            offsets_watermarks(&with, items, n, ends[end], "ask for the watermarks", err);
        if (code != PT_OK)
            return code;
        for (size_t i = 0; i < n; i++) {
            if (items[i].offset < 0)
                return pt_error_set(err, PT_EKAFKA, "Look at the brokers",
                                    "ask for the watermarks: partition %d of %s: %s",
                                    (int)items[i].partition, items[i].topic,
                                    rd_kafka_err2str(items[i].err));
            *records += end == 0 ? -items[i].offset : items[i].offset;
        }
    }
    return PT_OK;
}

pt_code ask_records(struct ask *ask, const struct rd_kafka_metadata_topic *topic, int timeout_ms,
                    int64_t *records, struct pt_error *err)
{
    size_t n = topic->partition_cnt > 0 ? (size_t)topic->partition_cnt : 0;
    struct offsets_item *items = calloc(n + 1, sizeof *items);
    if (items == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "Kafka: out of memory");
    for (size_t i = 0; i < n; i++)
        items[i] = (struct offsets_item){.topic = topic->topic,
                                         .partition = topic->partitions[i].id,
                                         .leader = topic->partitions[i].leader};
    pt_code code = records_sum(ask, items, n, timeout_ms, records, err);
    free(items);
    return code;
}

pt_code ask_open_group(const struct pt_config *cfg, const struct ask_token *token,
                       const char *group, struct ask **out, struct pt_error *err)
{
    const struct handle_opts opts = {.kind = HANDLE_GROUP, .cfg = cfg, .group = group};
    return ask_open_as(&opts, token, out, err);
}

pt_code ask_committed(struct ask *ask, const char *group, struct offsets_item *items, size_t n,
                      int timeout_ms, struct pt_error *err)
{
    const struct offsets_ask offsets = {.rk = ask->rk, .timeout_ms = timeout_ms};
    return offsets_committed(&offsets, group, items, n, err);
}

pt_code ask_group(const struct pt_config *cfg, const struct ask_token *token, const char *group,
                  const char *topic, int timeout_ms, struct pt_error *err)
{
    struct ask *ask;
    struct offsets_item item = {.topic = topic};
    pt_code code = ask_open_group(cfg, token, group, &ask, err);
    if (ask == NULL)
        return code;
    code = ask_committed(ask, group, &item, 1, timeout_ms, err);
    ask_close(ask);
    return code;
}

static int32_t min_isr_of(const rd_kafka_ConfigResource_t *resource)
{
    size_t n = 0;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &n);
    for (size_t i = 0; i < n; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (value != NULL &&
            strcmp(rd_kafka_ConfigEntry_name(entries[i]), "min.insync.replicas") == 0)
            return (int32_t)strtol(value, NULL, 10);
    }
    return -1;
}

static void take_min_isr(rd_kafka_event_t *event, const char *const *topics, size_t n,
                         int32_t *values)
{
    size_t n_resources = 0;
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &n_resources);
    for (size_t i = 0; i < n_resources; i++)
        for (size_t t = 0; t < n; t++)
            if (strcmp(rd_kafka_ConfigResource_name(resources[i]), topics[t]) == 0)
                values[t] = min_isr_of(resources[i]);
}

pt_code ask_min_isr(struct ask *ask, const char *const *topics, size_t n, int timeout_ms,
                    int32_t *values, struct pt_error *err)
{
    enum { TOPICS_MAX = 8 };
    rd_kafka_ConfigResource_t *resources[TOPICS_MAX];
    char text[ASK_WHY_MAX];
    size_t n_asked = n < TOPICS_MAX ? n : TOPICS_MAX;
    for (size_t i = 0; i < n_asked; i++)
        resources[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topics[i]);
    for (size_t i = 0; i < n; i++)
        values[i] = -1;
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(ask->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(ask->rk);
    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, text, sizeof text);
    rd_kafka_DescribeConfigs(ask->rk, resources, n_asked, options, queue);
    rd_kafka_event_t *event = offsets_wait_event(ask->rk, queue, timeout_ms + 500, NULL);
    rd_kafka_resp_err_t code = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        take_min_isr(event, topics, n_asked, values);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy_array(resources, n_asked);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? PT_OK
               : kafka_error(err, code, "ask for the topics' settings",
                             ask_why(ask, text, sizeof text));
}
