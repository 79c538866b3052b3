/* Prints the engine's answers as text and as JSON. The row of a command says what its result
 * holds. */
#include "cli/answer.h"

#include <string.h>

#include "cli/print.h"
#include "page/names.h"

/* ---- lines ---- */

static void print_each_line(const struct pt_result *result, bool has_wholes)
{
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        char when[CELL_MAX] = "";
        bool is_diff = line->level[0] == '+' || line->level[0] == '-';
        if (line->time_ms != PT_UNKNOWN)
            cell_time(when, line->time_ms);
        if (is_diff) {
            printf("%s %s\n", line->level, line->text);
            continue;
        }
        printf("%s%s%s%s%s%s", when, when[0] ? " " : "",
               has_wholes && line->whole ? line->whole : line->text,
               line->rule[0] ? "  [rule " : "", line->rule, line->rule[0] ? "]" : "");
        if (line->count > 1)
            printf("  (%d alike)", line->count);
        putchar('\n');
    }
}

static void answer_print_lines(const struct answer *answer)
{
    const struct pt_result *result = answer->result;
    print_each_line(result, answer->info->answer == PT_ANSWER_LOG);
    if (result->is_truncated) {
        printf("There are more lines than these; ask for fewer with --minutes.\n");
    }
    if (result->text[0]) {
        printf("%s\n", result->text);
    } else if (answer->is_plan) {
        printf("Nothing was sent.\n");
    }
}

void answer_print_steps(const struct pt_result *result, FILE *out)
{
    fprintf(out, "Write probe: %s\n", result->text);
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        bool is_step = strcmp(line->level, "who") != 0;
        fprintf(out, "  %-4s %s\n", is_step ? line->level : "",
                line->whole ? line->whole : line->text);
    }
}

static void print_settings(const struct answer *answer)
{
    const struct pt_result *result = answer->result;
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        char when[CELL_MAX];
        if (!strcmp(line->level, "fact"))
            printf("%s\n", line->text);
        else if (line->time_ms != PT_UNKNOWN)
            printf("%s %s\n", cell_time(when, line->time_ms), line->text);
        else
            printf("%s\n", line->text);
    }
    if (result->n_lines)
        putchar('\n');
    for (size_t i = 0; i < result->n_configs; i++) {
        const struct pt_config_entry *entry = &result->configs[i];
        printf("%s=%s%s%s%s\n", entry->name, entry->value, entry->is_default ? "  (default)" : "",
               entry->note ? "  # " : "", entry->note ? entry->note : "");
    }
}

static cJSON *settings_json(const struct pt_result *result, bool is_default)
{
    cJSON *map = cJSON_CreateObject();
    for (size_t i = 0; i < result->n_configs; i++) {
        if (result->configs[i].is_default == is_default) {
            cJSON_AddStringToObject(map, result->configs[i].name, result->configs[i].value);
        }
    }
    return map;
}

cJSON *answer_lines_json(const struct pt_result *result)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", result->topic);
    json_text(json, "text", result->text);
    if (result->has_configs) {
        cJSON_AddItemToObject(json, "config", settings_json(result, false));
        cJSON_AddItemToObject(json, "defaults", settings_json(result, true));
    }
    cJSON *list = cJSON_AddArrayToObject(json, "lines");
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(list, row);
        json_time(row, "time", line->time_ms);
        json_text(row, "level", line->level);
        json_text(row, "rule", line->rule);
        json_count(row, "count", line->count);
        json_text(row, "text", line->whole ? line->whole : line->text);
    }
    cJSON_AddBoolToObject(json, "truncated", result->is_truncated);
    return json;
}

/* ---- a topic ---- */

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
    json_count(json, "lag", part->lag);
    return json;
}

static cJSON *answer_topic_json(const struct pt_result *result)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", result->topic);
    json_text(json, "text", result->text);
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
    static const char *const heads[] = {">PARTITION", ">LEADER", ">REPLICAS",  ">IN SYNC",
                                        ">LOW",       ">HIGH",   ">COMMITTED", ">LAG"};
    struct text_table table;
    char cell[CELL_MAX];
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < result->n_partitions; i++) {
        const struct pt_described_partition *part = &result->partitions[i];
        const int64_t figures[] = {part->partition,  part->leader < 0 ? PT_UNKNOWN : part->leader,
                                   part->n_replicas, part->n_in_sync,
                                   part->low,        part->high,
                                   part->committed,  part->lag};
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
        puts("\nconfiguration: this cluster does not report it");
        return;
    }
    struct text_table table;
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < result->n_configs; i++) {
        table_cell(&table, result->configs[i].name);
        table_cell(&table, cell_text(result->configs[i].value));
        table_cell(&table, result->configs[i].is_default ? "default" : "set");
    }
    putchar('\n');
    table_print(&table);
}

static void print_topic(const struct answer *answer)
{
    const struct pt_result *result = answer->result;
    const struct pt_topic *topic = topic_find(answer->known, result->topic);
    char messages[CELL_MAX], lag[CELL_MAX];
    printf("%s: %zu partition%s, %s records, lag %s\n", result->topic, result->n_partitions,
           result->n_partitions == 1 ? "" : "s",
           cell_count(messages, topic ? topic->messages : PT_UNKNOWN),
           cell_count(lag, topic ? topic->lag : PT_UNKNOWN));
    print_partitions(result);
    print_configs(result);
}

/* ---- records ---- */

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

static cJSON *records_json(const struct pt_result *result)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", result->topic);
    cJSON *list = cJSON_AddArrayToObject(json, "records");
    for (size_t i = 0; i < result->n_records; i++) {
        cJSON_AddItemToArray(list, record_json(&result->records[i]));
    }
    cJSON_AddBoolToObject(json, "truncated", result->is_truncated);
    json_text(json, "text", result->text);
    return json;
}

static void print_records(const struct answer *answer)
{
    const struct pt_result *result = answer->result;
    for (size_t i = 0; i < result->n_records; i++) {
        const struct pt_peeked *record = &result->records[i];
        char when[CELL_MAX];
        printf("%d:%lld  %s  %s  %s%s\n", (int)record->partition, (long long)record->offset,
               cell_time(when, record->time_ms), cell_text(record->key),
               record->value ? record->value : "null (a tombstone)",
               record->is_cut ? " (cut)" : "");
    }
    if (result->text[0] != '\0') {
        printf("(%s)\n", result->text);
    } else if (result->is_truncated) {
        puts("(not all: the answer is limited to 1 MiB)");
    }
}

/* ---- consumer groups ---- */

static int64_t known_or_not(int32_t n)
{
    return n < 0 ? PT_UNKNOWN : n;
}

static cJSON *group_json(const struct pt_described_group *group)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "group", group->group);
    json_text(json, "state", group->state);
    json_text(json, "protocol_type", group->protocol_type);
    json_count(json, "members", group->members);
    json_count(json, "lag", group->lag);
    json_count(json, "known_lag", group->known_lag);
    json_count(json, "partitions", known_or_not(group->n_partitions));
    json_count(json, "committed_partitions", known_or_not(group->n_committed));
    json_count(json, "unknown_partitions", known_or_not(group->n_unknown));
    cJSON_AddBoolToObject(json, "denied", group->is_denied);
    json_text(json, "why", group->why);
    json_text(json, "fix", group->fix);
    return json;
}

static cJSON *groups_json(const struct pt_result *result)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", result->topic);
    json_text(json, "text", result->text);
    cJSON *list = cJSON_AddArrayToObject(json, "groups");
    for (size_t i = 0; i < result->n_groups; i++) {
        cJSON_AddItemToArray(list, group_json(&result->groups[i]));
    }
    json_count(json, "groups_listed", result->groups_listed);
    json_count(json, "groups_asked", result->groups_asked);
    cJSON_AddBoolToObject(json, "truncated", result->is_truncated);
    return json;
}

static void print_groups(const struct answer *answer)
{
    static const char *const heads[] = {"<GROUP", "<STATE", ">MEMBERS", ">COMMITTED", ">LAG"};
    const struct pt_result *result = answer->result;
    struct text_table table;
    char cell[CELL_MAX], text[80];
    table_init(&table, heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < result->n_groups; i++) {
        const struct pt_described_group *group = &result->groups[i];
        table_cell(&table, group->group);
        table_cell(&table, group->is_denied ? "denied" : group->state[0] ? group->state : "–");
        table_cell(&table, cell_count(cell, group->members));
        snprintf(text, sizeof text, group->n_committed < 0 ? "–" : "%d of %d",
                 (int)group->n_committed, (int)group->n_partitions);
        table_cell(&table, text);
        snprintf(text, sizeof text, "%s%s", group->n_unknown > 0 ? "at least " : "",
                 cell_count(cell, group->known_lag));
        table_cell(&table, text);
    }
    if (result->n_groups > 0) {
        table_print(&table);
    }
    if (result->text[0]) {
        printf("(%s)\n", result->text);
    }
    for (size_t i = 0; i < result->n_groups; i++) {
        const struct pt_described_group *group = &result->groups[i];
        if (group->why[0]) {
            printf("%s%s%s\n", group->why, group->fix[0] ? ". " : "", group->fix);
        }
    }
}

/* ---- every kind of answer ---- */

static const struct {
    void (*print)(const struct answer *answer);
    cJSON *(*json)(const struct pt_result *result);
} answers[] = {
    [PT_ANSWER_TEXT] = {answer_print_lines, answer_lines_json},
    [PT_ANSWER_LINES] = {answer_print_lines, answer_lines_json},
    [PT_ANSWER_LOG] = {answer_print_lines, answer_lines_json},
    [PT_ANSWER_STEPS] = {answer_print_lines, answer_lines_json},
    [PT_ANSWER_SETTINGS] = {print_settings,     answer_lines_json},
    [PT_ANSWER_TOPIC] = {print_topic,        answer_topic_json},
    [PT_ANSWER_RECORDS] = {print_records,      records_json     },
    [PT_ANSWER_GROUPS] = {print_groups,       groups_json      },
};

cJSON *answer_json(const struct pt_command_info *info, const struct pt_result *result)
{
    return answers[info->answer].json(result);
}

pt_code answer_print(const struct answer *answer, bool is_json, struct pt_error *err)
{
    if (is_json) {
        return print_json(answer_json(answer->info, answer->result), err);
    }
    answers[answer->info->answer].print(answer);
    return PT_OK;
}
