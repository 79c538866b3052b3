/* The commands of `pintop topics`: the request; and of those that change topics the question and
 * the result. */
#include <stdio.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/session.h"
#include "cli/topics.h"
#include "page/names.h"

enum {
    ANSWER_MS = 45000,  /* longer than the sum of the admin worker's own deadlines */
    CHANGE_MS = 120000, /* the same for a change that is checked first, and looked for after */
};

pt_code topics_ask(struct cli *cli, const struct pt_command *cmd, const struct pt_snapshot **snap,
                   const struct pt_result **result, struct pt_error *err)
{
    bool is_checked = pt_command_is(pt_command_info((int)cmd->kind), PT_COMMAND_SHOWN);
    return session_ask(cli, cmd, is_checked ? CHANGE_MS : ANSWER_MS, "topics", cmd->topic, snap,
                       result, err);
}

struct pt_command topics_command(const struct cli *cli, const struct topics_args *a,
                                 const char *topic)
{
    struct pt_command cmd = a->place;
    cmd.kind = (enum pt_command_kind)a->row.kind;
    cmd.topic = topic;
    cmd.partitions = (int32_t)a->partitions;
    cmd.replication = (int32_t)a->replication;
    cmd.configs = a->configs;
    cmd.n_configs = a->n_configs;
    cmd.count = a->count;
    cmd.record = a->record.text;
    cmd.seen = a->seen[0] ? a->seen : NULL;
    cmd.is_plan = cli->given.is_plan;
    return cmd;
}

/* The lines of a change, below the topic's name. */
static void print_lines(FILE *out, const char *topic, const struct pt_result *result)
{
    if (result->n_lines > 0) {
        fprintf(out, "%s:\n", topic);
    }
    for (size_t i = 0; i < result->n_lines; i++) {
        const struct pt_line *line = &result->lines[i];
        fprintf(out, "  %s%s\n", !strcmp(line->level, "WARN") ? "warning: " : "", line->text);
    }
}

/* Whether the topic is as asked for already: a plan has a line for each change. */
static bool is_nothing_to_do(const struct topics_args *a, const struct pt_result *result)
{
    return pt_command_is(a->row.info, PT_COMMAND_SHOWN) && result && result->n_lines == 0;
}

/* The answer of the engine to one command; snap holds the result. */
struct topics_answer {
    const struct pt_snapshot *snap;
    const struct pt_result *result;
};

/* Shows what would be done, and notes which plan that is. answer keeps a plan by which nothing
 * would be done: it is all that there is to print, and nothing is asked or sent after it. */
static pt_code topics_show_plan(struct cli *cli, struct topics_args *a,
                                const struct pt_command *plan, struct topics_answer *answer,
                                struct pt_error *err)
{
    pt_code code = topics_ask(cli, plan, &answer->snap, &answer->result, err);
    if (code != PT_OK || is_nothing_to_do(a, answer->result)) {
        return code;
    }
    if (pt_command_is(a->row.info, PT_COMMAND_SHOWN)) {
        print_lines(stderr, plan->topic, answer->result);
        snprintf(a->seen, sizeof a->seen, "%s", answer->result->seen);
    }
    pt_snapshot_release(answer->snap);
    *answer = (struct topics_answer){.snap = NULL};
    return PT_OK;
}

/* Asks before a topic is changed or deleted. A topic that is not in the snapshot may be hidden by
 * pintop.topics or internal, so the plan checks whether the cluster has it. */
static pt_code may_change(struct cli *cli, struct topics_args *a, const struct pt_snapshot *known,
                          const struct pt_command *cmd, struct topics_answer *answer,
                          struct pt_error *err)
{
    struct pt_command plan = *cmd;
    bool is_shown = pt_command_is(a->row.info, PT_COMMAND_SHOWN);
    pt_code code = PT_OK;
    plan.is_plan = true;
    a->seen[0] = '\0';
    if (cli_action_must_ask(cli, &a->row) && (is_shown || !topic_find(known, cmd->topic))) {
        code = topics_show_plan(cli, a, &plan, answer, err);
    }
    if (code != PT_OK || answer->result) {
        return code;
    }
    return topics_confirm(cli, a, known, cmd->topic, err);
}

/* The lines of a result as texts: those with this level, or those without. */
static void lines_json(cJSON *item, const char *name, const struct pt_result *result,
                       const char *level, bool is_it)
{
    cJSON *list = cJSON_AddArrayToObject(item, name);
    for (size_t i = 0; result && i < result->n_lines; i++) {
        if (!strcmp(result->lines[i].level, level) == is_it) {
            cJSON_AddItemToArray(list, cJSON_CreateString(result->lines[i].text));
        }
    }
}

/* Where a record by hand was written. What nobody has answered is unknown: it may be there. */
static void record_json(cJSON *item, const struct pt_command *cmd, const struct pt_result *result,
                        const struct pt_error *err)
{
    const struct pt_peeked *record = result && result->n_records == 1 ? result->records : NULL;
    bool is_unknown = !cmd->is_plan && (err->code == PT_ETIMEOUT || err->code == PT_ECANCELLED);
    cJSON_AddItemToObject(item, "written",
                          is_unknown ? cJSON_CreateNull() : cJSON_CreateBool(record != NULL));
    json_count(item, "partition", record ? record->partition : PT_UNKNOWN);
    json_count(item, "offset", record ? record->offset : PT_UNKNOWN);
    json_time(item, "time", record ? record->time_ms : PT_UNKNOWN);
}

static cJSON *change_json(const struct topics_args *a, const struct pt_command *cmd,
                          const struct pt_result *result, const struct pt_error *err)
{
    cJSON *item = cJSON_CreateObject();
    bool is_good = err->code == PT_OK;
    json_text(item, "name", cmd->topic);
    cJSON_AddBoolToObject(item, "done", is_good && !cmd->is_plan && !is_nothing_to_do(a, result));
    json_text(item, "text", is_good ? result->text : "");
    json_text(item, "plan", is_good && cmd->is_plan ? result->text : "");
    if (a->row.info->answer == PT_ANSWER_LINES) {
        lines_json(item, "changes", is_good ? result : NULL, "change", true);
        lines_json(item, "remarks", is_good ? result : NULL, "change", false);
    }
    if (pt_command_is(a->row.info, PT_COMMAND_RECORD)) {
        record_json(item, cmd, is_good ? result : NULL, err);
    }
    json_error(item, "error", err);
    return item;
}

/* Changes one topic and prints the line, or adds to *list. Returns the exit status. */
static int change_one(struct cli *cli, struct topics_args *a, const struct pt_snapshot *known,
                      const char *name, cJSON *list)
{
    struct pt_command cmd = topics_command(cli, a, name);
    struct pt_error err = {.code = PT_OK};
    struct topics_answer answer = {.snap = NULL};
    pt_code code = may_change(cli, a, known, &cmd, &answer, &err);
    bool is_shown = a->seen[0] != '\0';
    if (code == PT_OK && !answer.result) {
        cmd.seen = is_shown ? a->seen : NULL;
        code = topics_ask(cli, &cmd, &answer.snap, &answer.result, &err);
    }
    if (cli->given.is_json) {
        cJSON_AddItemToArray(list, change_json(a, &cmd, answer.result, &err));
    } else if (code == PT_OK) {
        if (!is_shown) {
            print_lines(stdout, name, answer.result);
        }
        printf("%s\n", answer.result->text);
        print_flush();
    }
    pt_snapshot_release(answer.snap);
    return code == PT_OK ? 0 : print_err(&err);
}

/* Checks that all names are valid and given once, because a change that is only half carried out is
 * worse than none. */
static pt_code check_all(struct cli *cli, const struct topics_args *a, struct pt_error *err)
{
    for (size_t i = 0; i < a->n_names; i++) {
        struct pt_command cmd = topics_command(cli, a, a->names[i]);
        pt_code code = pt_link_check(&cli->link, &cmd, err);
        for (size_t k = 0; k < i && code == PT_OK; k++) {
            if (!strcmp(a->names[k], a->names[i])) {
                code = pt_error_set(err, PT_EUSAGE, "Give it once.",
                                    "topics %s: %s is given twice; nothing was done", a->row.name,
                                    a->names[i]);
            }
        }
        if (code != PT_OK) {
            return code;
        }
    }
    return PT_OK;
}

int topics_change(struct cli *cli, struct topics_args *a, const struct pt_snapshot *known)
{
    struct pt_error err;
    if (check_all(cli, a, &err) != PT_OK) {
        return print_err(&err);
    }
    cJSON *json = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(json, "topics");
    int status = 0;
    for (size_t i = 0; i < a->n_names; i++) {
        int one = change_one(cli, a, known, a->names[i], list);
        status = status ? status : one;
    }
    if (!cli->given.is_json) {
        cJSON_Delete(json);
        return status;
    }
    return print_json(json, &err) == PT_OK ? status : print_err(&err);
}
