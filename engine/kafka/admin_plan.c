/* What a change of topics would do, without asking for it: the cluster is only looked at. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "kafka/admin_private.h"
#include "pintop/snapshot.h"

static void number_of(char *out, size_t cap, int32_t n, const char *one, const char *many)
{
    if (n > 0)
        snprintf(out, cap, "%" PRId32 " %s", n, n == 1 ? one : many);
    else
        snprintf(out, cap, "the broker's own number of %s", many);
}

static void say_create(const struct pt_command *cmd, struct pt_result *result)
{
    char partitions[64], replicas[64];
    struct buf configs;
    number_of(partitions, sizeof partitions, cmd->partitions, "partition", "partitions");
    number_of(replicas, sizeof replicas, cmd->replication, "replica", "replicas");
    buf_init(&configs, 4096);
    for (size_t i = 0; i < cmd->n_configs; i++)
        buf_printf(&configs, ", %s", cmd->configs[i]);
    admin_say(result, "Would create topic %s: %s, %s%s. Nothing was sent.", cmd->topic, partitions,
              replicas, configs.data != NULL && !configs.is_over ? configs.data : "");
    buf_done(&configs);
}

pt_code admin_plan(struct admin *admin, const struct pt_command *cmd, struct pt_result *result,
                   struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    bool is_create = cmd->kind == PT_CMD_TOPIC_CREATE;
    pt_code code = admin_begin(admin, err);
    if (code == PT_OK)
        code = admin_find_topic(admin, cmd->topic, &metadata, &found, err);
    if (code != PT_OK)
        return code;
    if (is_create && found != NULL)
        code =
            pt_error_set(err, PT_EEXISTS, "Choose another name.",
                         "create topic %.200s: there is a topic of this name already", cmd->topic);
    else if (is_create)
        say_create(cmd, result);
    else if (found == NULL)
        code = admin_no_topic(cmd->topic, err);
    else
        admin_say(result,
                  "Would delete topic %s, its %d partitions and all their records. "
                  "Nothing was sent.",
                  cmd->topic, found->partition_cnt);
    rd_kafka_metadata_destroy(metadata);
    return code;
}
