/* Admin of a live cluster, by Kafka's Admin API. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/printable.h"
#include "kafka/admin_private.h"
#include "kafka/asked.h"
#include "kafka/handle.h"
#include "kafka/offsets.h"

enum { WHAT_MAX = 320, WHY_MAX = 256, CONFIG_BYTES_MAX = 1 << 20 };

static rd_kafka_AdminOptions_t *make_options(struct admin *admin, rd_kafka_admin_op_t op)
{
    char why[WHY_MAX];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin->rk, op);
    rd_kafka_AdminOptions_set_request_timeout(options, admin->opts.timeout_ms, why, sizeof(why));
    if (op == RD_KAFKA_ADMIN_OP_CREATETOPICS || op == RD_KAFKA_ADMIN_OP_DELETETOPICS) {
        rd_kafka_AdminOptions_set_operation_timeout(options, admin->opts.timeout_ms, why,
                                                    sizeof(why));
    }
    return options;
}

/* The answer, or an error with what the brokers said meanwhile. */
static pt_code wait_answer(struct admin *admin, rd_kafka_queue_t *queue, enum kafka_ask ask,
                           const char *name, const char *what, rd_kafka_event_t **event,
                           bool *is_lost, struct pt_error *err)
{
    *event = offsets_wait_event(admin->rk, queue, admin->opts.timeout_ms + 500, NULL);
    rd_kafka_resp_err_t code = *event ? rd_kafka_event_error(*event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return PT_OK;
    }
    *is_lost = admin_is_lost(code);
    const char *why = *event ? rd_kafka_event_error_string(*event) : NULL;
    pt_code ours =
        kafka_asked(err, code, ask, name, what, admin->broker_error[0] ? admin->broker_error : why);
    if (*event) {
        rd_kafka_event_destroy(*event);
        *event = NULL;
    }
    return ours;
}

/* Another pintop's embedded cluster answers no admin request, only lets them run into their
 * timeout. Known once there was an answer. */
static bool is_mock(struct admin *admin)
{
    char *id = rd_kafka_clusterid(admin->rk, 0);
    bool is = id && strncmp(id, "mockCluster", 11) == 0;
    if (id) {
        rd_kafka_mem_free(admin->rk, id);
    }
    return is;
}

/* Reach the cluster with a plain request first: that fails sooner, and says more; and tells whether
 * the topic is there before it is changed. */
static pt_code reach(struct admin *admin, struct admin_change *change, const char *what,
                     struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata;
    const struct rd_kafka_metadata_topic *found;
    pt_code code = admin_find_topic(admin, change->topic, &metadata, &found, err);
    if (code != PT_OK) {
        return code;
    }
    change->was_there = found != NULL;
    rd_kafka_metadata_destroy(metadata);
    if (is_mock(admin)) {
        return pt_error_set(err, PT_EUNSUPPORTED,
                            "Do it in the pintop that runs the embedded cluster",
                            "%s: an embedded cluster can be changed only by its own process", what);
    }
    return PT_OK;
}

/* ------------------------------------------------------------------ create */

static pt_code set_configs(rd_kafka_NewTopic_t *topic, const struct pt_command *cmd,
                           struct pt_error *err)
{
    for (size_t i = 0; i < cmd->n_configs; i++) {
        char name[128];
        const char *equals = strchr(cmd->configs[i], '=');
        size_t len = equals ? (size_t)(equals - cmd->configs[i]) : 0;
        if (len == 0 || len >= sizeof(name)) {
            return pt_error_set(err, PT_EUSAGE, "Write it as --config retention.ms=86400000",
                                "topic configuration %.100s: not KEY=VALUE", cmd->configs[i]);
        }
        memcpy(name, cmd->configs[i], len);
        name[len] = 0;
        rd_kafka_resp_err_t code = rd_kafka_NewTopic_set_config(topic, name, equals + 1);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return kafka_error(err, code, "topic configuration", name);
        }
    }
    return PT_OK;
}

static pt_code make_new_topic(const struct pt_command *cmd, rd_kafka_NewTopic_t **topic,
                              struct pt_error *err)
{
    char why[WHY_MAX] = "";
    int partitions = cmd->partitions, replication = cmd->replication;
    if (partitions == 0 || partitions < -1 || replication == 0 || replication < -1) {
        return pt_error_set(err, PT_EUSAGE,
                            "Use 1 or more, or leave it out for the broker's own number",
                            "create topic %.100s: %d partitions with %d replicas are not possible",
                            cmd->topic, partitions, replication);
    }
    *topic = rd_kafka_NewTopic_new(cmd->topic, partitions, replication, why, sizeof(why));
    if (!*topic) {
        return pt_error_set(err, PT_EUSAGE, "Correct partitions or replication factor",
                            "create topic %.100s: %s", cmd->topic, why);
    }
    pt_code code = set_configs(*topic, cmd, err);
    if (code != PT_OK) {
        rd_kafka_NewTopic_destroy(*topic);
        *topic = NULL;
    }
    return code;
}

static pt_code topic_outcome(const rd_kafka_topic_result_t *const *results, size_t n,
                             enum kafka_ask ask, const char *what, bool *is_lost,
                             struct pt_error *err)
{
    if (n != 1) {
        return pt_error_set(err, PT_EKAFKA, NULL, "%s: the broker gave no result", what);
    }
    rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[0]);
    *is_lost = admin_is_lost(code);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? PT_OK
               : kafka_asked(err, code, ask, rd_kafka_topic_result_name(results[0]), what,
                             rd_kafka_topic_result_error_string(results[0]));
}

static pt_code send_create(struct admin *admin, rd_kafka_NewTopic_t *topic, const char *name,
                           const char *what, bool *is_lost, struct pt_error *err)
{
    rd_kafka_event_t *event;
    size_t n = 0;
    rd_kafka_AdminOptions_t *options = make_options(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(admin->rk);
    rd_kafka_CreateTopics(admin->rk, &topic, 1, options, queue);
    pt_code code = wait_answer(admin, queue, ASK_CREATE_TOPIC, name, what, &event, is_lost, err);
    if (code == PT_OK) {
        const rd_kafka_topic_result_t **results =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
        code = topic_outcome(results, n, ASK_CREATE_TOPIC, what, is_lost, err);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    return code;
}

static pt_code create(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                      struct pt_error *err)
{
    char what[WHAT_MAX];
    rd_kafka_NewTopic_t *topic = NULL;
    struct admin_change change = {.topic = cmd->topic, .is_create = true};
    snprintf(what, sizeof(what), "create topic %s", cmd->topic);
    pt_code code = admin_begin_change(admin, cmd->topic, true, err);
    if (code == PT_OK) {
        code = make_new_topic(cmd, &topic, err);
    }
    if (code != PT_OK) {
        return code;
    }
    code = reach(admin, &change, what, err);
    if (code == PT_OK) {
        code = send_create(admin, topic, cmd->topic, what, &change.is_lost, err);
    }
    rd_kafka_NewTopic_destroy(topic);
    if (code != PT_OK && change.is_lost) {
        return admin_look_after(admin, &change, code, result, err);
    }
    if (code == PT_OK) {
        /* Whoever asks next shall find it; made it is in any case. */
        (void)admin_wait_topic(admin, cmd->topic, true);
        admin_say(result, "Created topic %s.", cmd->topic);
    }
    return code;
}

/* ------------------------------------------------------------------ delete */

static pt_code remove_topic(struct admin *admin, const char *topic, struct pt_result *result,
                            struct pt_error *err)
{
    char what[WHAT_MAX];
    rd_kafka_event_t *event;
    size_t n = 0;
    struct admin_change change = {.topic = topic};
    snprintf(what, sizeof(what), "delete topic %s", topic);
    pt_code code = admin_begin_change(admin, topic, false, err);
    if (code == PT_OK) {
        code = reach(admin, &change, what, err);
    }
    if (code != PT_OK) {
        return code;
    }
    rd_kafka_DeleteTopic_t *request = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_AdminOptions_t *options = make_options(admin, RD_KAFKA_ADMIN_OP_DELETETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(admin->rk);
    rd_kafka_DeleteTopics(admin->rk, &request, 1, options, queue);
    code = wait_answer(admin, queue, ASK_DELETE_TOPIC, topic, what, &event, &change.is_lost, err);
    if (code == PT_OK) {
        const rd_kafka_topic_result_t **results =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
        code = topic_outcome(results, n, ASK_DELETE_TOPIC, what, &change.is_lost, err);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_DeleteTopic_destroy(request);
    if (code != PT_OK && change.is_lost) {
        return admin_look_after(admin, &change, code, result, err);
    }
    if (code == PT_OK) {
        (void)admin_wait_topic(admin, topic, false);
        admin_say(result, "Deleted topic %s.", topic);
    }
    return code;
}

/* ------------------------------------------------------------------ describe */

static int compare_entries(const void *a, const void *b)
{
    const struct pt_config_entry *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static const char *put_text(char **at, const char *end, const char *text)
{
    char *start = *at;
    *at += printable_str(start, (size_t)(end - start), text) + 1;
    return start;
}

/* printable_str makes at most 6 bytes of one. */
static size_t text_room(const char *text)
{
    return 6 * strlen(text) + 1;
}

static const char *entry_value(const rd_kafka_ConfigEntry_t *entry)
{
    const char *value = rd_kafka_ConfigEntry_value(entry);
    if (rd_kafka_ConfigEntry_is_sensitive(entry) == 1) {
        return "***";
    }
    return value ? value : "";
}

/* Array and strings are one allocation. */
static void take_configs(const rd_kafka_ConfigEntry_t *const *from, size_t n,
                         struct pt_result *result)
{
    size_t size = (n + 1) * sizeof(struct pt_config_entry);
    for (size_t i = 0; i < n; i++) {
        size += text_room(rd_kafka_ConfigEntry_name(from[i])) + text_room(entry_value(from[i]));
    }
    struct pt_config_entry *entries = size <= CONFIG_BYTES_MAX ? malloc(size) : NULL;
    if (!entries) {
        return;
    }
    char *at = (char *)(entries + n);
    const char *end = (const char *)entries + size;
    for (size_t i = 0; i < n; i++) {
        entries[i].name = put_text(&at, end, rd_kafka_ConfigEntry_name(from[i]));
        entries[i].value = put_text(&at, end, entry_value(from[i]));
        entries[i].is_default =
            rd_kafka_ConfigEntry_source(from[i]) != RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG;
        entries[i].is_readonly = rd_kafka_ConfigEntry_is_read_only(from[i]) == 1;
        entries[i].note = NULL;
    }
    qsort(entries, n, sizeof(*entries), compare_entries);
    result->configs = entries;
    result->n_configs = n;
    result->has_configs = true;
    result->bytes += size;
}

static pt_code read_configs(rd_kafka_event_t *event, const char *what, struct pt_result *result,
                            struct pt_error *err)
{
    size_t n = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
    if (n != 1) {
        return pt_error_set(err, PT_EKAFKA, NULL, "%s: the broker gave no result", what);
    }
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[0]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_asked(err, code, ASK_TOPIC_CONFIG, rd_kafka_ConfigResource_name(resources[0]),
                           what, rd_kafka_ConfigResource_error_string(resources[0]));
    }
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resources[0], &n);
    take_configs(entries, n, result);
    return PT_OK;
}

static pt_code ask_configs(struct admin *admin, const char *topic, struct pt_result *result,
                           struct pt_error *err)
{
    char what[WHAT_MAX];
    rd_kafka_event_t *event;
    bool is_lost;
    snprintf(what, sizeof(what), "configuration of topic %s", topic);
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_AdminOptions_t *options = make_options(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(admin->rk);
    rd_kafka_DescribeConfigs(admin->rk, &resource, 1, options, queue);
    pt_code code = wait_answer(admin, queue, ASK_TOPIC_CONFIG, topic, what, &event, &is_lost, err);
    if (code == PT_OK) {
        code = read_configs(event, what, result, err);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
    return code;
}

static pt_code describe(struct admin *admin, const char *topic, struct pt_result *result,
                        struct pt_error *err)
{
    struct pt_error why;
    pt_code code = admin_begin(admin, err);
    if (code == PT_OK) {
        code = admin_describe_partitions(admin, topic, result, err);
    }
    result->has_configs = false;
    /* Who may not read the configuration still sees the partitions. */
    if (code == PT_OK && !is_mock(admin) && ask_configs(admin, topic, result, &why) != PT_OK) {
        admin_say(result, "%s", why.what);
    }
    return code;
}

const struct admin_ops admin_live_ops = {
    .name = "live",
    .create = create,
    .remove = remove_topic,
    .describe = describe,
    .peek = admin_peek,
};
