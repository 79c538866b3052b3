/* Admin of the embedded cluster. The mock answers no admin requests, so the process that holds
 * it creates topics through the mock's own functions. */
#include <stdio.h>
#include <string.h>

#include "kafka/admin_private.h"
#include "kafka/embedded.h"
#include "kafka/handle.h"

enum { PARTITIONS_MAX = 10000 };

static pt_code check_create(struct admin *admin, const struct pt_command *cmd, struct pt_error *err)
{
    char what[320];
    snprintf(what, sizeof(what), "create topic %s", cmd->topic);
    if (cmd->partitions == 0 || cmd->partitions < -1 || cmd->partitions > PARTITIONS_MAX) {
        return kafka_error(err, RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, what, NULL);
    }
    if (cmd->replication == 0 || cmd->replication < -1 ||
        cmd->replication > admin->opts.mock_brokers) {
        return kafka_error(err, RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, what, NULL);
    }
    if (cmd->n_configs > 0) {
        return pt_error_set(err, PT_EUNSUPPORTED, "Create it without --config",
                            "%s: the embedded cluster has no topic configurations", what);
    }
    return PT_OK;
}

static pt_code admin_embedded_create(struct admin *admin, const struct pt_command *cmd,
                                     struct pt_result *result, struct pt_error *err)
{
    pt_code code = admin_begin_change(admin, cmd->topic, true, err);
    if (code == PT_OK) {
        code = check_create(admin, cmd, err);
    }
    if (code == PT_OK) {
        code = embedded_add_topic(
            admin->opts.mock, cmd->topic,
            cmd->partitions < 0 ? EMBEDDED_PARTITIONS : cmd->partitions,
            cmd->replication < 0 ? admin->opts.mock_brokers : cmd->replication, err);
    }
    if (code == PT_OK) {
        admin_say(result, "Created topic %s.", cmd->topic);
    }
    return code;
}

static pt_code remove_found(struct admin *admin, const char *topic, struct pt_result *result,
                            struct pt_error *err)
{
#if RD_KAFKA_VERSION >= 0x020f0000
    char what[320];
    snprintf(what, sizeof(what), "delete topic %s", topic);
    rd_kafka_resp_err_t code = rd_kafka_mock_topic_delete(admin->opts.mock, topic);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_error(err, code, what, NULL);
    }
    admin_say(result, "Deleted topic %s.", topic);
    return PT_OK;
#else
    (void)admin, (void)result;
    return pt_error_set(err, PT_EUNSUPPORTED,
                        "Keep the topic: it disappears when pintop ends. To delete topics, build "
                        "pintop with librdkafka 2.15 or later",
                        "delete topic %.100s: the embedded cluster is librdkafka's mock, which "
                        "cannot delete topics before 2.15 (this is %s)",
                        topic, rd_kafka_version_str());
#endif
}

static pt_code admin_embedded_remove_topic(struct admin *admin, const char *topic,
                                           struct pt_result *result, struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    pt_code code = admin_begin_change(admin, topic, false, err);
    if (code == PT_OK) {
        code = admin_find_topic(admin, topic, &metadata, &found, err);
    }
    if (code != PT_OK) {
        return code;
    }
    rd_kafka_metadata_destroy(metadata);
    return found ? remove_found(admin, topic, result, err) : admin_no_topic(topic, err);
}

/* The mock has no settings of topics, and the number of partitions is given when a topic is made.
 */
static pt_code admin_embedded_cannot(const struct pt_command *cmd, const struct alter_plan *plan,
                                     struct pt_error *err)
{
    if (cmd->n_configs > 0)
        return pt_error_set(err, PT_EUNSUPPORTED, "Try it on a real cluster: -b HOST:PORT",
                            "change topic %.100s: the embedded cluster is librdkafka's mock, whose "
                            "topics have no settings",
                            cmd->topic);
    return pt_error_set(err, PT_EUNSUPPORTED,
                        "Create another topic with the number that you need: pintop topics create "
                        "NAME --partitions N",
                        "change topic %.100s: the embedded cluster is librdkafka's mock, which "
                        "cannot add partitions (%d -> %d) to a topic",
                        cmd->topic, (int)plan->now->n_partitions, (int)plan->to);
}

static pt_code admin_embedded_alter(struct admin *admin, const struct pt_command *cmd,
                                    enum alter_writer writer, struct pt_result *result,
                                    struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    struct alter_now now = {.topic = cmd->topic};
    struct alter_plan plan = {.now = &now};
    (void)writer;
    pt_code code =
        cmd->is_plan ? admin_begin(admin, err) : admin_begin_change(admin, cmd->topic, false, err);
    if (code == PT_OK)
        code = admin_find_topic(admin, cmd->topic, &metadata, &found, err);
    if (code != PT_OK)
        return code;
    now.n_partitions = found ? found->partition_cnt : -1;
    now.replication = admin->opts.mock_brokers;
    rd_kafka_metadata_destroy(metadata);
    code = found ? alter_plan_make(cmd, &now, &plan, err) : admin_no_topic(cmd->topic, err);
    if (code == PT_OK && alter_is_empty(&plan))
        admin_say(result, "Topic %s is like that already. Nothing was sent.", cmd->topic);
    else if (code == PT_OK)
        code = admin_embedded_cannot(cmd, &plan, err);
    alter_plan_done(&plan);
    return code;
}

static pt_code admin_embedded_describe(struct admin *admin, const char *topic,
                                       struct pt_result *result, struct pt_error *err)
{
    pt_code code = admin_begin(admin, err);
    result->has_configs = false;
    return code == PT_OK ? admin_describe_partitions(admin, topic, result, err) : code;
}

const struct admin_ops admin_embedded_ops = {
    .name = "embedded",
    .create = admin_embedded_create,
    .remove = admin_embedded_remove_topic,
    .alter = admin_embedded_alter,
    .describe = admin_embedded_describe,
    .peek = admin_peek,
    .groups = admin_groups,
};
