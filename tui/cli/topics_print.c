/* The list of topics, and the question before one is deleted. */
#include <stdio.h>
#include <string.h>

#include "cli/topics.h"
#include "page/away_words.h"
#include "page/names.h"

static cJSON *topics_print_topic_json(const struct pt_topic *topic)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "name", topic->name);
    json_count(json, "partitions", topic->n_partitions);
    json_count(json, "replication", topic->replication);
    json_count(json, "leaderless", topic->leaderless);
    json_count(json, "under_replicated", topic->under_replicated);
    json_count(json, "messages", topic->messages);
    json_count(json, "lag", topic->lag);
    json_figure(json, "in_per_s", topic->in_per_s, 3);
    json_figure(json, "bytes_in_per_s", topic->bytes_in_per_s, 3);
    json_count(json, "max_lag", topic->max_lag);
    json_figure(json, "lag_s", topic->lag_s, 3);
    cJSON_AddBoolToObject(json, "internal", topic->is_internal);
    cJSON_AddBoolToObject(json, "watched", topic->is_watched);
    return json;
}

void topics_say_away(const struct pt_snapshot *snap)
{
    char sentence[PT_REASON_MAX + 80];
    if (snap->topics->source != PT_TOPICS_OF_AWS)
        return;
    away_sentence(snap->topics, snap->time_ms, sentence, sizeof sentence);
    fprintf(stderr, "pintop: %s%s%s.\n", sentence, snap->topics->aws_note[0] ? "; " : "",
            snap->topics->aws_note);
}

int topics_print_list(const struct cli *cli, const void *args, const struct pt_snapshot *snap)
{
    (void)args;
    topics_say_away(snap);
    static const char *const heads[] = {"<TOPIC", ">PARTITIONS", ">REPLICATION", ">MESSAGES",
                                        ">LAG"};
    if (cli->given.is_json) {
        struct pt_error err;
        cJSON *json = cJSON_CreateObject();
        cJSON *list = cJSON_AddArrayToObject(json, "topics");
        for (size_t i = 0; i < snap->topics->n_topics; i++) {
            cJSON_AddItemToArray(list, topics_print_topic_json(&snap->topics->topics[i]));
        }
        json_text(json, "source", pt_topics_source_word(snap->topics->source));
        json_time(json, "asked_at", snap->topics->asked_ms);
        json_text(json, "note", snap->topics->aws_note);
        return print_json(json, &err) == PT_OK ? 0 : print_err(&err);
    }
    struct text_table table;
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

static void say_loss(const struct pt_topic *topic, const char *name)
{
    char messages[CELL_MAX], lag[CELL_MAX];
    if (topic && topic->lag != PT_UNKNOWN && topic->messages != PT_UNKNOWN) {
        fprintf(stderr, "%s: %s records are lost for good; no sink has committed %s of them.\n",
                name, cell_count(messages, topic->messages), cell_count(lag, topic->lag));
    } else if (!topic || topic->messages == PT_UNKNOWN) {
        fprintf(stderr,
                "%s: all its records are lost for good; how many, and whether a sink has them, is "
                "unknown.\n",
                name);
    } else {
        fprintf(stderr, "%s: %s records are lost for good; whether a sink has them is unknown.\n",
                name, cell_count(messages, topic ? topic->messages : PT_UNKNOWN));
    }
    fputs("A new topic of that name starts at offset 0, and an S3 sink then overwrites its "
          "objects.\n",
          stderr);
}

pt_code topics_confirm(const struct cli *cli, const struct topics_args *a,
                       const struct pt_snapshot *snap, const char *name, struct pt_error *err)
{
    char question[80];
    const struct pt_command_info *info = a->row.info;
    if (!cli_action_must_ask(cli, &a->row)) {
        return PT_OK;
    }
    if (pt_command_is(info, PT_COMMAND_DELETES)) {
        say_loss(topic_find(snap, name), name);
    }
    snprintf(question, sizeof question, "Type the topic's name to %s: ", info->asks);
    return cli_type_name(question, name, info->name, err);
}
