/* What a change of topics would do. The cluster is only read. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "kafka/admin_private.h"
#include "pintop/snapshot.h"

static void admin_plan_number_of(char *out, size_t cap, int32_t n, const char *one,
                                 const char *many)
{
    if (n > 0)
        snprintf(out, cap, "%" PRId32 " %s", n, n == 1 ? one : many);
    else
        snprintf(out, cap, "the broker's default number of %s", many);
}

static void say_create(const struct pt_command *cmd, struct pt_result *result)
{
    char partitions[64], replicas[64];
    struct buf configs;
    admin_plan_number_of(partitions, sizeof partitions, cmd->partitions, "partition", "partitions");
    admin_plan_number_of(replicas, sizeof replicas, cmd->replication, "replica", "replicas");
    buf_init(&configs, 4096);
    for (size_t i = 0; i < cmd->n_configs; i++)
        buf_printf(&configs, ", %s", cmd->configs[i]);
    admin_say(result, "Would create topic %s: %s, %s%s. Nothing was sent.", cmd->topic, partitions,
              replicas, configs.data != NULL && !configs.is_over ? configs.data : "");
    buf_done(&configs);
}

/* How many partitions it has; -1: there is no such topic. Errors as admin_begin. */
static pt_code admin_plan_look(struct admin *admin, const char *topic, int *n_partitions,
                               struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    pt_code code = admin_begin(admin, err);
    if (code == PT_OK)
        code = admin_find_topic(admin, topic, &metadata, &found, err);
    if (code != PT_OK)
        return code;
    *n_partitions = found != NULL ? found->partition_cnt : -1;
    rd_kafka_metadata_destroy(metadata);
    return PT_OK;
}

pt_code admin_plan_create(struct admin *admin, const struct pt_command *cmd,
                          struct pt_result *result, struct pt_error *err)
{
    int n_partitions;
    pt_code code = admin_plan_look(admin, cmd->topic, &n_partitions, err);
    if (code != PT_OK)
        return code;
    if (n_partitions >= 0)
        return pt_error_set(err, PT_EEXISTS, "Choose another name",
                            "create topic %.200s: a topic of this name already exists", cmd->topic);
    say_create(cmd, result);
    return PT_OK;
}

pt_code admin_plan_delete(struct admin *admin, const char *topic, struct pt_result *result,
                          struct pt_error *err)
{
    int n_partitions;
    pt_code code = admin_plan_look(admin, topic, &n_partitions, err);
    if (code != PT_OK)
        return code;
    if (n_partitions < 0)
        return admin_no_topic(topic, err);
    admin_say(result,
              "Would delete topic %s, its %d partition%s and all their records. "
              "Nothing was sent.",
              topic, n_partitions, text_s(n_partitions));
    return PT_OK;
}
