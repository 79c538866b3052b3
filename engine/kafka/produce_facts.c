/* What has to be looked up before a record by hand is sent: the topic, its settings, its newest
 * records, and the limits of this client. */
#include "kafka/produce_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kafka/admin_private.h"
#include "kafka/alter_private.h"
#include "pintop/snapshot.h"

enum { PRODUCE_PEEK = 10, CLIENT_MAX_BYTES = 1000000 };

static pt_code produce_look_at_topic(struct admin *admin, const char *topic, int32_t partition,
                                     struct produce_facts *facts, struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    const struct rd_kafka_metadata_topic *found = NULL;
    pt_code code = admin_find_topic(admin, topic, &metadata, &found, err);
    if (code != PT_OK)
        return code;
    facts->has_leader = true;
    facts->n_partitions = found != NULL ? found->partition_cnt : 0;
    for (int i = 0; found != NULL && i < found->partition_cnt; i++)
        if (found->partitions[i].id == partition)
            facts->has_leader = found->partitions[i].leader >= 0;
    rd_kafka_metadata_destroy(metadata);
    return found != NULL ? PT_OK : admin_no_topic(topic, err);
}

static void produce_take_setting(const rd_kafka_ConfigEntry_t *entry, struct produce_facts *facts)
{
    const char *name = rd_kafka_ConfigEntry_name(entry);
    const char *value = rd_kafka_ConfigEntry_value(entry);
    int64_t n;
    if (strcmp(name, "cleanup.policy") == 0)
        facts->is_compacted = alter_has_policy(value, "compact");
    if (strcmp(name, "max.message.bytes") == 0 && alter_number(value, &n))
        facts->topic_max_bytes = n;
}

static void produce_look_at_settings(struct admin *admin, const char *topic,
                                     struct produce_facts *facts)
{
    struct admin_configs configs = {.n = 0};
    struct pt_error why = {.code = PT_OK};
    facts->is_embedded = admin->opts.mock != NULL || admin_live_is_mock(admin);
    if (facts->is_embedded)
        return;
    facts->has_settings = admin_live_configs(admin, topic, &configs, &why) == PT_OK;
    for (size_t i = 0; facts->has_settings && i < configs.n; i++)
        produce_take_setting(configs.entries[i], facts);
    text_copy(facts->no_settings, sizeof facts->no_settings, why.what);
    admin_live_configs_done(&configs);
}

static void produce_take_record(const char *whole, struct produce_facts *facts)
{
    struct pt_draft *draft = NULL;
    if (whole == NULL || pt_draft_read(whole, strlen(whole), &draft, NULL, NULL) != PT_OK)
        return;
    facts->n_seen += draft->value != NULL;
    facts->n_json += draft->value != NULL && produce_is_json(draft->value, draft->value_len);
    pt_draft_free(draft);
}

static void produce_look_at_records(struct admin *admin, const char *topic,
                                    struct produce_facts *facts)
{
    const struct pt_command cmd = {.topic = topic, .count = PRODUCE_PEEK, .is_whole = true};
    struct pt_result *told = calloc(1, sizeof *told);
    if (told == NULL)
        return;
    facts->has_seen = admin_peek(admin, &cmd, told, NULL) == PT_OK;
    for (size_t i = 0; i < told->n_records; i++)
        produce_take_record(told->records[i].whole, facts);
    free((void *)(uintptr_t)told->records);
    free(told);
}

/* The values that the user gave; the others are librdkafka's own and pintop's. */
static void produce_look_at_client(const struct pt_config *cfg, struct produce_facts *facts)
{
    const char *max = cfg != NULL ? pt_config_get(cfg, "message.max.bytes") : NULL;
    const char *codec = cfg != NULL ? pt_config_get(cfg, "compression.type") : NULL;
    const char *chooses = cfg != NULL ? pt_config_get(cfg, "partitioner") : NULL;
    int64_t n;
    if (codec == NULL && cfg != NULL)
        codec = pt_config_get(cfg, "compression.codec");
    facts->client_max_bytes = alter_number(max, &n) ? n : CLIENT_MAX_BYTES;
    facts->is_compressed = codec != NULL && strcmp(codec, "none") != 0;
    text_copy(facts->partitioner, sizeof facts->partitioner,
              chooses != NULL ? chooses : "consistent_random");
}

pt_code produce_look(struct admin *admin, const struct pt_command *cmd,
                     const struct pt_draft *draft, const struct produce_opts *opts,
                     struct produce_facts *facts, struct pt_error *err)
{
    *facts = (struct produce_facts){.topic = cmd->topic,
                                    .opts = opts,
                                    .topic_max_bytes = PT_UNKNOWN,
                                    .client_max_bytes = PT_UNKNOWN};
    pt_code code = produce_look_at_topic(admin, cmd->topic, draft->partition, facts, err);
    if (code != PT_OK)
        return code;
    produce_look_at_client(admin->opts.cfg, facts);
    produce_look_at_settings(admin, cmd->topic, facts);
    if (cmd->seen == NULL)
        produce_look_at_records(admin, cmd->topic, facts);
    return PT_OK;
}
