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

/* Reaches the cluster with a plain request first: that fails sooner and with a better reason,
 * and it tells whether the topic exists before the change. */
static pt_code admin_live_reach(struct admin *admin, struct admin_change *change, const char *what,
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
    if (admin_live_is_mock(admin)) {
        return pt_error_set(err, PT_EUNSUPPORTED,
                            "Change it in the pintop that runs the embedded cluster",
                            "%s: only its own process can change an embedded cluster", what);
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
            return pt_error_set(err, PT_EUSAGE, "Write it like --config retention.ms=86400000",
                                "topic configuration %.100s: it is not KEY=VALUE", cmd->configs[i]);
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
        return pt_error_set(
            err, PT_EUSAGE, "Use 1 or more, or omit the option to get the broker's default",
            "create topic %.100s: %d partitions with %d replicas is not a valid combination",
            cmd->topic, partitions, replication);
    }
    *topic = rd_kafka_NewTopic_new(cmd->topic, partitions, replication, why, sizeof(why));
    if (!*topic) {
        return pt_error_set(err, PT_EUSAGE,
                            "Correct the number of partitions or the replication factor",
                            "create topic %.100s: %s", cmd->topic, why);
    }
    pt_code code = set_configs(*topic, cmd, err);
    if (code != PT_OK) {
        rd_kafka_NewTopic_destroy(*topic);
        *topic = NULL;
    }
    return code;
}

static pt_code send_create(struct admin *admin, rd_kafka_NewTopic_t *topic, const char *name,
                           const char *what, bool *is_lost, struct pt_error *err)
{
    rd_kafka_event_t *event;
    size_t n = 0;
    rd_kafka_AdminOptions_t *options = admin_live_options(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(admin->rk);
    rd_kafka_CreateTopics(admin->rk, &topic, 1, options, queue);
    pt_code code =
        admin_live_wait(admin, queue, ASK_CREATE_TOPIC, name, what, &event, is_lost, err);
    if (code == PT_OK) {
        const rd_kafka_topic_result_t **results =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
        code = admin_live_outcome(results, n, ASK_CREATE_TOPIC, what, is_lost, err);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    return code;
}

static pt_code admin_live_create(struct admin *admin, const struct pt_command *cmd,
                                 struct pt_result *result, struct pt_error *err)
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
    code = admin_live_reach(admin, &change, what, err);
    if (code == PT_OK) {
        code = send_create(admin, topic, cmd->topic, what, &change.is_lost, err);
    }
    rd_kafka_NewTopic_destroy(topic);
    if (code != PT_OK && change.is_lost) {
        return admin_look_after(admin, &change, code, result, err);
    }
    if (code == PT_OK) {
        /* The next request shall find the topic. It is created in any case. */
        (void)admin_wait_topic(admin, cmd->topic, 1);
        admin_say(result, "Created topic %s.", cmd->topic);
    }
    return code;
}

/* ------------------------------------------------------------------ delete */

static pt_code admin_live_remove_topic(struct admin *admin, const char *topic,
                                       struct pt_result *result, struct pt_error *err)
{
    char what[WHAT_MAX];
    rd_kafka_event_t *event;
    size_t n = 0;
    struct admin_change change = {.topic = topic};
    snprintf(what, sizeof(what), "delete topic %s", topic);
    pt_code code = admin_begin_change(admin, topic, false, err);
    if (code == PT_OK) {
        code = admin_live_reach(admin, &change, what, err);
    }
    if (code != PT_OK) {
        return code;
    }
    rd_kafka_DeleteTopic_t *request = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_AdminOptions_t *options = admin_live_options(admin, RD_KAFKA_ADMIN_OP_DELETETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(admin->rk);
    rd_kafka_DeleteTopics(admin->rk, &request, 1, options, queue);
    code =
        admin_live_wait(admin, queue, ASK_DELETE_TOPIC, topic, what, &event, &change.is_lost, err);
    if (code == PT_OK) {
        const rd_kafka_topic_result_t **results =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &n);
        code = admin_live_outcome(results, n, ASK_DELETE_TOPIC, what, &change.is_lost, err);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_DeleteTopic_destroy(request);
    if (code != PT_OK && change.is_lost) {
        return admin_look_after(admin, &change, code, result, err);
    }
    if (code == PT_OK) {
        (void)admin_wait_topic(admin, topic, 0);
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

static const char *admin_live_put_text(char **at, const char *end, const char *text)
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

/* The array and its strings are one allocation. */
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
        entries[i].name = admin_live_put_text(&at, end, rd_kafka_ConfigEntry_name(from[i]));
        entries[i].value = admin_live_put_text(&at, end, entry_value(from[i]));
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

static pt_code ask_configs(struct admin *admin, const char *topic, struct pt_result *result,
                           struct pt_error *err)
{
    struct admin_configs configs;
    pt_code code = admin_live_configs(admin, topic, &configs, err);
    if (code == PT_OK) {
        take_configs(configs.entries, configs.n, result);
    }
    admin_live_configs_done(&configs);
    return code;
}

static pt_code admin_live_describe(struct admin *admin, const char *topic, struct pt_result *result,
                                   struct pt_error *err)
{
    struct pt_error why;
    pt_code code = admin_begin(admin, err);
    if (code == PT_OK) {
        code = admin_describe_partitions(admin, topic, result, err);
    }
    result->has_configs = false;
    /* A caller without permission to read the configuration still sees the partitions. */
    if (code == PT_OK && !admin_live_is_mock(admin) &&
        ask_configs(admin, topic, result, &why) != PT_OK) {
        admin_say(result, "%s", why.what);
    }
    return code;
}

const struct admin_ops admin_live_ops = {
    .name = "live",
    .create = admin_live_create,
    .remove = admin_live_remove_topic,
    .alter = admin_live_alter,
    .describe = admin_live_describe,
    .peek = admin_peek,
    .groups = admin_groups,
};
