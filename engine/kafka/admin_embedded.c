/* Admin of the embedded cluster: the mock answers no admin requests, so topics are made through its
 * own functions, by the process that holds it. */
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
                            "%s: the embedded cluster keeps no topic configuration", what);
    }
    return PT_OK;
}

static pt_code create(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                      struct pt_error *err)
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
                        "Leave it: it is gone when pintop ends; or build with librdkafka 2.15 or "
                        "later",
                        "delete topic %.100s: the embedded cluster is librdkafka's mock, which "
                        "cannot delete topics before 2.15 (this is %s)",
                        topic, rd_kafka_version_str());
#endif
}

static pt_code remove_topic(struct admin *admin, const char *topic, struct pt_result *result,
                            struct pt_error *err)
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

static pt_code describe(struct admin *admin, const char *topic, struct pt_result *result,
                        struct pt_error *err)
{
    pt_code code = admin_begin(admin, err);
    result->has_configs = false;
    return code == PT_OK ? admin_describe_partitions(admin, topic, result, err) : code;
}

const struct admin_ops admin_embedded_ops = {
    .name = "embedded",
    .create = create,
    .remove = remove_topic,
    .describe = describe,
    .peek = admin_peek,
};
