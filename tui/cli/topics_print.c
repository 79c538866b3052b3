/* Topics on stdout, and the question before one is deleted. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/topics.h"
#include "term/signals.h"

static int put_json(cJSON *json)
{
    struct pt_error err;
    return print_json(json, &err) == PT_OK ? 0 : print_err(&err);
}

static cJSON *topic_json(const struct pt_topic *topic)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", topic->name);
    json_count(json, "partitions", topic->n_partitions);
    json_count(json, "replication", topic->replication);
    json_count(json, "leaderless", topic->leaderless);
    json_count(json, "under_replicated", topic->under_replicated);
    json_count(json, "messages", topic->messages);
    json_count(json, "lag", topic->lag);
    cJSON_AddBoolToObject(json, "internal", topic->is_internal);
    cJSON_AddBoolToObject(json, "watched", topic->is_watched);
    return json;
}

int topics_print_list(const struct topics_args *a, const struct pt_snapshot *snap)
{
    static const char *const heads[] = {"<TOPIC", ">PARTITIONS", ">REPLICATION", ">MESSAGES",
                                        ">LAG"};
    if (a->is_json) {
        cJSON *json = cJSON_CreateObject();
        cJSON *list = cJSON_AddArrayToObject(json, "topics");
        for (size_t i = 0; i < snap->topics->n_topics; i++) {
            cJSON_AddItemToArray(list, topic_json(&snap->topics->topics[i]));
        }
        return put_json(json);
    }
    struct table table;
    char cell[CELL_MAX];
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < snap->topics->n_topics; i++) {
        const struct pt_topic *topic = &snap->topics->topics[i];
        table_cell(&table, topic->name);
        table_cell(&table, cell_count(cell, topic->n_partitions));
        table_cell(&table, cell_count(cell, topic->replication));
        table_cell(&table, cell_count(cell, topic->messages));
        table_cell(&table, cell_count(cell, topic->lag));
    }
    table_print(&table);
    return 0;
}

/* ---- describe ---- */

static cJSON *partition_json(const struct pt_described_partition *part)
{
    cJSON *json = cJSON_CreateObject();
    json_count(json, "partition", part->partition);
    json_count(json, "leader", part->leader);
    json_count(json, "replicas", part->n_replicas);
    json_count(json, "in_sync", part->n_in_sync);
    json_count(json, "low", part->low);
    json_count(json, "high", part->high);
    json_count(json, "committed", part->committed);
    return json;
}

static cJSON *described_json(const struct pt_result *result)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", result->topic);
    cJSON *partitions = cJSON_AddArrayToObject(json, "partitions");
    for (size_t i = 0; i < result->n_partitions; i++) {
        cJSON_AddItemToArray(partitions, partition_json(&result->partitions[i]));
    }
    if (!result->has_configs) {
        cJSON_AddNullToObject(json, "configs");
        return json;
    }
    cJSON *configs = cJSON_AddArrayToObject(json, "configs");
    for (size_t i = 0; i < result->n_configs; i++) {
        cJSON *item = cJSON_CreateObject();
        json_text(item, "name", result->configs[i].name);
        json_text(item, "value", result->configs[i].value);
        cJSON_AddBoolToObject(item, "default", result->configs[i].is_default);
        cJSON_AddBoolToObject(item, "readonly", result->configs[i].is_readonly);
        cJSON_AddItemToArray(configs, item);
    }
    return json;
}

static void print_partitions(const struct pt_result *result)
{
    static const char *const heads[] = {">PARTITION", ">LEADER", ">REPLICAS", ">IN SYNC",
                                        ">LOW",       ">HIGH",   ">COMMITTED"};
    struct table table;
    char cell[CELL_MAX];
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < result->n_partitions; i++) {
        const struct pt_described_partition *part = &result->partitions[i];
        const int64_t figures[] = {part->partition,  part->leader < 0 ? PT_UNKNOWN : part->leader,
                                   part->n_replicas, part->n_in_sync,
                                   part->low,        part->high,
                                   part->committed};
        for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++) {
            table_cell(&table, cell_count(cell, figures[k]));
        }
    }
    table_print(&table);
}

static void print_configs(const struct pt_result *result)
{
    static const char *const heads[] = {"<CONFIG", "<VALUE", "<FROM"};
    if (!result->has_configs) {
        puts("\nconfiguration: this cluster cannot tell");
        return;
    }
    struct table table;
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < result->n_configs; i++) {
        table_cell(&table, result->configs[i].name);
        table_cell(&table, cell_text(result->configs[i].value));
        table_cell(&table, result->configs[i].is_default ? "default" : "set");
    }
    putchar('\n');
    table_print(&table);
}

int topics_print_described(const struct topics_args *a, const struct pt_topic *topic,
                           const struct pt_result *result)
{
    if (a->is_json) {
        return put_json(described_json(result));
    }
    char messages[CELL_MAX], lag[CELL_MAX];
    printf("%s: %zu partitions, %s messages, lag %s\n", result->topic, result->n_partitions,
           cell_count(messages, topic ? topic->messages : PT_UNKNOWN),
           cell_count(lag, topic ? topic->lag : PT_UNKNOWN));
    print_partitions(result);
    print_configs(result);
    return 0;
}

/* ---- peek ---- */

static cJSON *record_json(const struct pt_peeked *record)
{
    cJSON *json = cJSON_CreateObject();
    json_count(json, "partition", record->partition);
    json_count(json, "offset", record->offset);
    json_time(json, "time", record->time_ms);
    if (record->key) {
        cJSON_AddStringToObject(json, "key", record->key);
    } else {
        cJSON_AddNullToObject(json, "key");
    }
    if (record->value) {
        cJSON_AddStringToObject(json, "value", record->value);
    } else {
        cJSON_AddNullToObject(json, "value");
    }
    cJSON_AddStringToObject(json, "headers", record->headers ? record->headers : "");
    json_count(json, "value_bytes", record->value_bytes);
    cJSON_AddBoolToObject(json, "cut", record->is_cut);
    return json;
}

int topics_print_peeked(const struct topics_args *a, const struct pt_result *result)
{
    if (a->is_json) {
        cJSON *json = cJSON_CreateObject();
        json_text(json, "name", result->topic);
        cJSON *list = cJSON_AddArrayToObject(json, "records");
        for (size_t i = 0; i < result->n_records; i++) {
            cJSON_AddItemToArray(list, record_json(&result->records[i]));
        }
        cJSON_AddBoolToObject(json, "truncated", result->is_truncated);
        return put_json(json);
    }
    for (size_t i = 0; i < result->n_records; i++) {
        const struct pt_peeked *record = &result->records[i];
        char when[CELL_MAX];
        printf("%d:%lld  %s  %s  %s%s\n", (int)record->partition, (long long)record->offset,
               cell_time(when, record->time_ms), cell_text(record->key),
               record->value ? record->value : "null (a tombstone)",
               record->is_cut ? " (cut)" : "");
    }
    if (result->is_truncated) {
        puts("(not all: the answer is limited to 1 MiB)");
    }
    return 0;
}

/* ---- delete ---- */

static void say_loss(const struct pt_topic *topic, const char *name)
{
    char messages[CELL_MAX], lag[CELL_MAX];
    if (topic && topic->lag != PT_UNKNOWN) {
        fprintf(stderr, "%s: %s records, %s of them in no sink yet, are lost for good.\n", name,
                cell_count(messages, topic->messages), cell_count(lag, topic->lag));
    } else {
        fprintf(stderr, "%s: %s records are lost for good; whether a sink has them is unknown.\n",
                name, cell_count(messages, topic ? topic->messages : PT_UNKNOWN));
    }
    fputs("A new topic of that name starts at offset 0, and an S3 sink then overwrites its "
          "objects.\n",
          stderr);
}

pt_code topics_confirm_delete(const struct topics_args *a, const struct pt_snapshot *snap,
                              const char *name, struct pt_error *err)
{
    if (!cli_action_must_ask(a->row, &a->given)) {
        return PT_OK;
    }
    say_loss(topics_find(snap, name), name);
    return cli_type_name("Type the topic's name to delete it: ", name, "topics delete", err);
}
