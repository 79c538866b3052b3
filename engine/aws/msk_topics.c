#include "aws/msk_topics.h"

#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/url.h"

enum { TOPIC_PATH_MAX = 1536, CONFIGS_MAX = 1 << 20, PARTITIONS_LIMIT = 100000 };

static pt_code msk_topics_no_memory(const char *operation, struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "MSK %s: out of memory", operation);
}

/* /v1/clusters/ARN/topics[/TOPIC][after]; topic NULL: of all. */
static pt_code topic_path(char *path, const char *arn, const char *topic, const char *after,
                          const char *operation, struct pt_error *err)
{
    char tail[TOPIC_PATH_MAX / 2] = "/topics";
    bool has_room = topic == NULL || url_path(tail, sizeof tail, "/topics/", topic, after);
    if (has_room && url_path(path, TOPIC_PATH_MAX, "/v1/clusters/", arn, tail))
        return PT_OK;
    return pt_error_set(err, PT_EUSAGE, "Correct the ARN or the topic's name",
                        "MSK %s: the ARN or the topic's name is too long", operation);
}

/* ------------------------------------------------------------------ lists */

static pt_code add_topic(void *arg, const cJSON *item, struct pt_error *err)
{
    struct msk_topics *list = arg;
    struct msk_topic *grown = aws_grow(list->items, list->n, sizeof *grown);
    if (grown == NULL)
        return msk_topics_no_memory("ListTopics", err);
    list->items = grown;
    struct msk_topic *topic = &grown[list->n];
    json_copy(item, "topicName", topic->name, sizeof topic->name);
    topic->n_partitions = (int32_t)json_int(item, "partitionCount", -1);
    topic->replication = (int32_t)json_int(item, "replicationFactor", -1);
    topic->n_out_of_sync = (int32_t)json_int(item, "outOfSyncReplicaCount", -1);
    list->n += topic->name[0] != '\0';
    return PT_OK;
}

pt_code msk_list_topics(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                        const char *prefix, size_t limit, struct msk_topics *out,
                        struct pt_error *err)
{
    char path[TOPIC_PATH_MAX];
    struct buf query;
    memset(out, 0, sizeof *out);
    if (topic_path(path, arn, NULL, "", "ListTopics", err) != PT_OK)
        return PT_EUSAGE;
    buf_init(&query, 1024);
    if (prefix != NULL)
        aws_form_add(&query, "topicNameFilter", prefix);
    aws_form_add(&query, "maxResults", "100");
    const struct aws_listing listing = {.service = &aws_msk,
                                        .operation = "ListTopics",
                                        .path = path,
                                        .query = query.is_over ? "" : query.data,
                                        .list = "topics",
                                        .limit = limit,
                                        .each = add_topic,
                                        .arg = out,
                                        .is_regular = true};
    pt_code code = aws_list(client, keys, &listing, &out->is_truncated, err);
    buf_done(&query);
    if (code != PT_OK)
        msk_topics_done(out);
    return code;
}

void msk_topics_done(struct msk_topics *topics)
{
    free(topics->items);
    memset(topics, 0, sizeof *topics);
}

static pt_code msk_add_partition(void *arg, const cJSON *item, struct pt_error *err)
{
    struct msk_partitions *list = arg;
    struct msk_partition *grown = aws_grow(list->items, list->n, sizeof *grown);
    if (grown == NULL)
        return msk_topics_no_memory("DescribeTopicPartitions", err);
    list->items = grown;
    struct msk_partition *one = &grown[list->n++];
    const cJSON *replicas = json_find(item, "replicas"), *in_sync = json_find(item, "isr"), *id;
    one->partition = (int32_t)json_int(item, "partition", -1);
    one->leader = (int32_t)json_int(item, "leader", -1);
    one->n_replicas = replicas != NULL ? cJSON_GetArraySize(replicas) : -1;
    one->n_in_sync = in_sync != NULL ? cJSON_GetArraySize(in_sync) : -1;
    int n = 0;
    cJSON_ArrayForEach(id, replicas)
    {
        if (n < MSK_REPLICAS_MAX)
            one->replicas[n++] = (int32_t)json_int(id, "", -1);
    }
    return PT_OK;
}

pt_code msk_list_partitions(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                            const char *topic, struct msk_partitions *out, struct pt_error *err)
{
    char path[TOPIC_PATH_MAX];
    bool is_truncated;
    memset(out, 0, sizeof *out);
    if (topic_path(path, arn, topic, "/partitions", "DescribeTopicPartitions", err) != PT_OK)
        return PT_EUSAGE;
    const struct aws_listing listing = {.service = &aws_msk,
                                        .operation = "DescribeTopicPartitions",
                                        .path = path,
                                        .query = "maxResults=100",
                                        .list = "partitions",
                                        .limit = PARTITIONS_LIMIT,
                                        .each = msk_add_partition,
                                        .arg = out,
                                        .is_regular = true};
    pt_code code = aws_list(client, keys, &listing, &is_truncated, err);
    if (code != PT_OK)
        msk_partitions_done(out);
    return code;
}

void msk_partitions_done(struct msk_partitions *partitions)
{
    free(partitions->items);
    memset(partitions, 0, sizeof *partitions);
}

/* ------------------------------------------------------------------ one topic */

/* The caller frees the text; NULL: it is no Base64 of a text, or out of memory. */
static char *topic_configs_of(const char *text)
{
    struct buf out;
    buf_init(&out, CONFIGS_MAX);
    bool is_good = base64_read(text, strlen(text), "", &out) &&
                   (out.len == 0 || memchr(out.data, '\0', out.len) == NULL);
    char *copy = is_good ? strdup(out.data != NULL ? out.data : "") : NULL;
    buf_done(&out);
    return copy;
}

pt_code msk_describe_topic(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                           const char *topic, struct msk_topic_details *out, struct pt_error *err)
{
    char path[TOPIC_PATH_MAX];
    cJSON *json;
    const struct aws_call call = {
        .service = &aws_msk, .operation = "DescribeTopic", .method = "GET", .path = path};
    memset(out, 0, sizeof *out);
    if (topic_path(path, arn, topic, "", call.operation, err) != PT_OK)
        return PT_EUSAGE;
    pt_code code = aws_call_json(client, keys, &call, &json, err);
    const char *configs = json_get(json, "configs");
    out->n_partitions = (int32_t)json_int(json, "partitionCount", -1);
    out->replication = (int32_t)json_int(json, "replicationFactor", -1);
    json_copy(json, "status", out->status, sizeof out->status);
    if (configs != NULL && (out->configs = topic_configs_of(configs)) == NULL)
        code = pt_error_set(err, PT_EDATA, "Look at the topic in the MSK console",
                            "MSK DescribeTopic: the configuration of %.100s cannot be read as "
                            "Base64",
                            topic);
    json_free(json);
    return code;
}

void msk_topic_details_done(struct msk_topic_details *details)
{
    free(details->configs);
    memset(details, 0, sizeof *details);
}

/* ------------------------------------------------------------------ changes */

/* False: out of memory. */
static bool add_configs(cJSON *body, const char *const *configs, size_t n)
{
    struct buf lines;
    if (n == 0)
        return true;
    buf_init(&lines, CONFIGS_MAX);
    for (size_t i = 0; i < n; i++)
        buf_printf(&lines, "%s%s", i > 0 ? "\n" : "", configs[i]);
    char *text = lines.is_over ? NULL : base64_make(lines.data, lines.len);
    buf_done(&lines);
    bool is_added = text != NULL && cJSON_AddStringToObject(body, "configs", text) != NULL;
    free(text);
    return is_added;
}

/* Takes body, which may be NULL. */
static pt_code topic_change(struct aws_client *client, const struct aws_keys *keys,
                            struct aws_call *call, cJSON *body, struct msk_topic_change *out,
                            struct pt_error *err)
{
    struct aws_answer answer;
    cJSON *json = NULL;
    char *text = body != NULL ? cJSON_PrintUnformatted(body) : NULL;
    bool has_text = body == NULL || text != NULL;
    cJSON_Delete(body);
    memset(out, 0, sizeof *out);
    if (!has_text)
        return msk_topics_no_memory(call->operation, err);
    call->service = &aws_msk;
    call->content_type = text != NULL ? "application/json" : NULL;
    call->body = text;
    call->body_len = text != NULL ? strlen(text) : 0;
    pt_code code = aws_call(client, keys, call, &answer, err);
    /* A success whose body cannot be read is one, with an unknown status. */
    if (code == PT_OK && json_parse(answer.http.body, answer.http.len, &json, NULL) == PT_OK)
        json_copy(json, "status", out->status, sizeof out->status);
    out->is_lost = code != PT_OK && aws_may_be_made(&answer, code);
    json_free(json);
    aws_answer_done(&answer);
    free(text);
    return code;
}

pt_code msk_create_topic(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                         const char *topic, int32_t n_partitions, int32_t replication,
                         const char *const *configs, size_t n_configs, struct msk_topic_change *out,
                         struct pt_error *err)
{
    char path[TOPIC_PATH_MAX];
    struct aws_call call = {.operation = "CreateTopic", .path = path};
    memset(out, 0, sizeof *out);
    if (topic_path(path, arn, NULL, "", call.operation, err) != PT_OK)
        return PT_EUSAGE;
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "topicName", topic);
    cJSON_AddNumberToObject(body, "partitionCount", n_partitions);
    cJSON_AddNumberToObject(body, "replicationFactor", replication);
    if (!add_configs(body, configs, n_configs)) {
        cJSON_Delete(body);
        return msk_topics_no_memory(call.operation, err);
    }
    return topic_change(client, keys, &call, body, out, err);
}

pt_code msk_update_topic(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                         const char *topic, int32_t n_partitions, const char *const *configs,
                         size_t n_configs, struct msk_topic_change *out, struct pt_error *err)
{
    char path[TOPIC_PATH_MAX];
    struct aws_call call = {.operation = "UpdateTopic", .method = "PUT", .path = path};
    memset(out, 0, sizeof *out);
    if (topic_path(path, arn, topic, "", call.operation, err) != PT_OK)
        return PT_EUSAGE;
    cJSON *body = cJSON_CreateObject();
    if (n_partitions > 0)
        cJSON_AddNumberToObject(body, "partitionCount", n_partitions);
    if (!add_configs(body, configs, n_configs)) {
        cJSON_Delete(body);
        return msk_topics_no_memory(call.operation, err);
    }
    return topic_change(client, keys, &call, body, out, err);
}

pt_code msk_delete_topic(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                         const char *topic, struct msk_topic_change *out, struct pt_error *err)
{
    char path[TOPIC_PATH_MAX];
    struct aws_call call = {.operation = "DeleteTopic", .method = "DELETE", .path = path};
    memset(out, 0, sizeof *out);
    if (topic_path(path, arn, topic, "", call.operation, err) != PT_OK)
        return PT_EUSAGE;
    return topic_change(client, keys, &call, NULL, out, err);
}
