/* `pintop connector`: list, status, describe, logs, diagnose, and the changes. */
#include "cli/connector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/session.h"

enum {
    ANSWER_MS = 100000, /* of a change: Connect may take its 90 s */
    MINUTES_MAX = 60 * 24 * 14
};

static const struct cli_option options[] = {
    {"json",        0, NULL, "as JSON"                                                            },
    {"yes",         0, NULL, "acknowledge, create, delete, diagnose --probe: do not ask"          },
    {"probe",       0, NULL,
     "diagnose: ask first, then write, read and delete one small object in its store"             },
    {"failed-only", 0, NULL, "restart: the failed tasks alone"                                    },
    {"dry-run",     0, NULL, "of a change: say what would be done, and do nothing"                },
    {"wait",        0, "S",  "list, status, diagnose, acknowledge: wait for the facts for so long"},
    {"minutes",     0, "N",  "logs: how far back (15)"                                            },
    {NULL,          0, NULL, NULL                                                                 },
};

/* 90, 90m, 2h, 1d. */
static pt_code take_minutes(struct connector_args *a, const char *value, struct pt_error *err)
{
    int64_t ms;
    if (value[0] == '\0' || !strchr("smhd", value[strlen(value) - 1])) {
        return cli_parse_int(value, "--minutes", 1, MINUTES_MAX, &a->minutes, err);
    }
    pt_code code = cli_parse_seconds(value, "--minutes", &ms, err);
    a->minutes = code == PT_OK ? (ms + 59999) / 60000 : 0;
    if (code == PT_OK && a->minutes > MINUTES_MAX) {
        return pt_error_set(err, PT_EUSAGE, "Give at most 14d.", "--minutes '%s': out of range",
                            value);
    }
    return code;
}

static pt_code take(struct cli *cli, void *args, const char *option, const char *value,
                    struct pt_error *err)
{
    struct connector_args *a = args;
    (void)cli;
    cli_given_add(&a->given, option);
    if (!strcmp(option, "json")) {
        a->is_json = true;
    } else if (!strcmp(option, "yes")) {
        a->given.is_yes = true;
    } else if (!strcmp(option, "probe")) {
        return PT_OK; /* it chooses the row */
    } else if (!strcmp(option, "failed-only")) {
        a->is_failed_only = true;
    } else if (!strcmp(option, "dry-run")) {
        a->given.is_plan = true;
    } else if (!strcmp(option, "wait")) {
        return cli_parse_seconds(value, "--wait", &a->wait_ms, err);
    } else if (!strcmp(option, "minutes")) {
        return take_minutes(a, value, err);
    }
    return PT_OK;
}

static pt_code ask(struct cli *cli, const struct pt_command *cmd, const struct pt_snapshot **snap,
                   const struct pt_result **result, struct pt_error *err)
{
    return session_ask(cli, cmd, ANSWER_MS, "connector", cmd->connector ? cmd->connector : "", snap,
                       result, err);
}

/* ---- reading ---- */

static int exit_of(const struct pt_connector *c)
{
    return c->verdict == PT_V_OK || c->verdict == PT_V_IDLE ? 0 : pt_code_exit(PT_EUNHEALTHY);
}

static pt_code no_such(const struct connector_args *a, const struct pt_snapshot *snap,
                       struct pt_error *err)
{
    if (a->name) {
        return pt_error_set(err, PT_ENOTFOUND, "`pintop connector list` shows those there are.",
                            "connector %s: there is no %s", a->action, a->name);
    }
    if (snap->connectors->n_connectors == 0) {
        return pt_error_set(err, PT_ENOTFOUND,
                            "A Kafka Connect worker that is starting lists none for some seconds. "
                            "If there never was one, `pintop connector create` makes it.",
                            "connector %s: there is none", a->action);
    }
    return pt_error_set(err, PT_EUSAGE, "Name it: `pintop connector list` shows them.",
                        "connector %s: there are %zu", a->action, snap->connectors->n_connectors);
}

static pt_code print_one(const struct pt_snapshot *snap, const struct pt_connector *c,
                         struct pt_error *err)
{
    char *text = pt_connector_json(snap, c);
    if (!text) {
        return pt_error_set(err, PT_ENOMEM, NULL, "connector: no memory");
    }
    puts(text);
    free(text);
    return PT_OK;
}

static pt_code print_all(const struct pt_snapshot *snap, struct pt_error *err)
{
    printf("{\"connectors\":[");
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        char *text = pt_connector_json(snap, &snap->connectors->connectors[i]);
        if (!text) {
            return pt_error_set(err, PT_ENOMEM, NULL, "connector: no memory");
        }
        printf("%s%s", i > 0 ? "," : "", text);
        free(text);
    }
    printf("]}\n");
    return PT_OK;
}

static int do_list(const struct connector_args *a, const struct pt_snapshot *snap)
{
    struct pt_error err;
    if (!a->is_json) {
        connector_print_list(snap);
        return 0;
    }
    return print_all(snap, &err) == PT_OK ? 0 : print_err(&err);
}

static int do_status(const struct connector_args *a, const struct pt_snapshot *snap)
{
    struct pt_error err;
    bool is_diagnose = !strcmp(a->action, "diagnose");
    const struct pt_connector *only = connector_named(snap, a->name);
    if (!only && (a->name || snap->connectors->n_connectors == 0)) {
        no_such(a, snap, &err);
        return print_err(&err);
    }
    if (only && a->is_json) {
        return print_one(snap, only, &err) == PT_OK ? exit_of(only) : print_err(&err);
    }
    int status = 0;
    bool has_ours = false;
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        has_ours = has_ours || snap->connectors->connectors[i].is_ours;
    }
    if (a->is_json && print_all(snap, &err) != PT_OK) {
        return print_err(&err);
    }
    for (size_t i = 0; i < snap->connectors->n_connectors; i++) {
        const struct pt_connector *c = &snap->connectors->connectors[i];
        if (only && c != only) {
            continue;
        }
        if (!a->is_json) {
            printf("%s", i > 0 && !only ? "\n" : "");
            connector_print_status(snap, c, is_diagnose);
        }
        /* In an account of many, others' troubles are theirs. */
        bool is_asked_for = only || c->is_ours || !has_ours;
        status = status ? status : is_asked_for ? exit_of(c) : 0;
    }
    return status;
}

/* ---- asking and changing ---- */

static pt_code typed_name(const struct connector_args *a, const char *name, struct pt_error *err)
{
    char question[120], what[40];
    snprintf(question, sizeof question, "Type the connector's name to %s: ",
             a->row->kind == PT_CMD_CONNECTOR_PROBE         ? "have that written"
             : a->row->kind == PT_CMD_CONNECTOR_ACKNOWLEDGE ? "acknowledge that"
             : a->row->kind == PT_CMD_CONNECTOR_DELETE      ? "delete it"
                                                            : "create it");
    snprintf(what, sizeof what, "connector %s", a->action);
    return cli_type_name(question, name, what, err);
}

static struct pt_command command_for(const struct connector_args *a, enum pt_command_kind kind,
                                     const char *name)
{
    return (struct pt_command){.kind = kind,
                               .connector = name,
                               .configs = a->configs,
                               .n_configs = a->n_configs,
                               .count = a->minutes,
                               .is_failed_only = a->is_failed_only,
                               .seen = a->seen[0] ? a->seen : NULL,
                               .is_plan = a->given.is_plan};
}

static void tell_loss(const struct pt_connector *c)
{
    fprintf(stderr, "Deletes the connector %s.%s%s\n", c->name, c->safe[0] ? " " : "", c->safe);
    fprintf(stderr,
            "Its group's offsets stay in Kafka: one of the same name goes on from there.\n");
}

/* create, acknowledge and probe: what it will be, or where it is written, is shown before the name
 * is asked for; exactly that is then done. */
static pt_code show_plan(struct cli *cli, struct connector_args *a, char *name, size_t cap,
                         struct pt_error *err)
{
    struct pt_command cmd = command_for(a, (enum pt_command_kind)a->row->kind, a->name);
    const struct pt_snapshot *snap;
    const struct pt_result *result;
    cmd.is_plan = true;
    pt_code code = ask(cli, &cmd, &snap, &result, err);
    if (code != PT_OK) {
        return code;
    }
    snprintf(name, cap, "%s", result->topic);
    if (cmd.kind != PT_CMD_CONNECTOR_CREATE) {
        snprintf(a->seen, sizeof a->seen, "%s", result->seen);
    }
    for (size_t i = 0; i < result->n_lines; i++) {
        fprintf(stderr, "%s%s\n", result->lines[i].level[0] == '+' ? "+ " : "",
                result->lines[i].text);
    }
    a->is_nothing = cmd.kind == PT_CMD_CONNECTOR_ACKNOWLEDGE && result->n_lines == 0;
    pt_snapshot_release(snap);
    return PT_OK;
}

static pt_code confirm(struct cli *cli, const struct cli_action *action, struct connector_args *a,
                       const struct pt_connector *c, struct pt_error *err)
{
    char name[PT_NAME_MAX] = "";
    if (!cli_action_must_ask(action, &a->given)) {
        return PT_OK;
    }
    if (action->kind == PT_CMD_CONNECTOR_DELETE) {
        tell_loss(c);
        return typed_name(a, c->name, err);
    }
    if (action->kind == PT_CMD_CONNECTOR_PROBE || action->kind == PT_CMD_CONNECTOR_ACKNOWLEDGE) {
        pt_code code = show_plan(cli, a, name, sizeof name, err);
        return code == PT_OK && !a->is_nothing ? typed_name(a, c->name, err) : code;
    }
    if (c) {
        return pt_error_set(err, PT_EEXISTS, "Choose another name, or update that one.",
                            "connector create %s: there is a connector of this name already",
                            c->name);
    }
    pt_code code = show_plan(cli, a, name, sizeof name, err);
    return code == PT_OK ? typed_name(a, name, err) : code;
}

#define READING "json wait"
static const struct cli_action actions[] = {
    {"list",        CLI_READS,                    READING,                       0, 0, false, false, NULL   },
    {"status",      CLI_READS,                    READING,                       0, 1, false, false, NULL   },
    {"diagnose",    CLI_READS,                    READING,                       0, 1, false, false, NULL   },
    {"diagnose",    PT_CMD_CONNECTOR_PROBE,       "probe json wait dry-run yes", 1, 1, false, true,  "probe"},
    {"describe",    PT_CMD_CONNECTOR_DESCRIBE,    "json",                        1, 1, false, false, NULL   },
    {"logs",        PT_CMD_CONNECTOR_LOGS,        "json minutes",                1, 1, false, false, NULL   },
    {"restart",     PT_CMD_CONNECTOR_RESTART,     "json dry-run failed-only",    1, 1, false, false, NULL   },
    {"pause",       PT_CMD_CONNECTOR_PAUSE,       "json dry-run",                1, 1, false, false, NULL   },
    {"resume",      PT_CMD_CONNECTOR_RESUME,      "json dry-run",                1, 1, false, false, NULL   },
    {"update",      PT_CMD_CONNECTOR_UPDATE,      "json dry-run",                1, 1, true,  false, NULL   },
    {"create",      PT_CMD_CONNECTOR_CREATE,      "json dry-run yes",            0, 1, true,  true,  NULL   },
    {"acknowledge", PT_CMD_CONNECTOR_ACKNOWLEDGE, "json wait dry-run yes",       1, 1, false, true,  NULL   },
    {"delete",      PT_CMD_CONNECTOR_DELETE,      "json dry-run yes",            1, 1, false, true,  NULL   },
    {NULL,          CLI_READS,                    "",                            0, 0, false, false, NULL   },
};

const struct cli_action *connector_actions(void)
{
    return actions;
}

static void print_result(const struct cli_action *action, const struct connector_args *a,
                         const struct pt_result *result)
{
    if (action->kind == PT_CMD_CONNECTOR_DESCRIBE) {
        connector_print_described(result);
        return;
    }
    connector_print_lines(result, action->kind == PT_CMD_CONNECTOR_LOGS);
    if (result->is_truncated)
        printf("There is more than is shown: fewer --minutes.\n");
    if (result->text[0])
        printf("%s\n", result->text);
    else if (a->given.is_plan)
        printf("Nothing was sent.\n");
}

/* ---- the probe ---- */

static bool is_probe_good(const struct pt_connector *c)
{
    return c && c->probe.asked_ms != PT_UNKNOWN && c->probe.does_take && !c->probe.is_slow;
}

static pt_code print_probe_json(const struct pt_snapshot *snap, const struct pt_connector *c,
                                const struct pt_result *result, struct pt_error *err)
{
    char *text = pt_connector_json(snap, c);
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    cJSON *lines = connector_result_json(result);
    cJSON *steps = cJSON_DetachItemFromObject(lines, "lines");
    cJSON *probe = cJSON_GetObjectItem(json, "probe");
    if (cJSON_IsObject(probe)) {
        cJSON_AddItemToObject(probe, "steps", steps);
    } else {
        cJSON_Delete(steps);
    }
    cJSON_Delete(lines);
    free(text);
    return print_json(json, err);
}

/* snap holds the result; what the probe found is a witness by now, and the verdict is told with it.
 * Takes snap. */
static int probe_done(struct cli *cli, const struct connector_args *a,
                      const struct pt_snapshot *snap, const struct pt_result *result)
{
    struct pt_error err;
    const struct pt_snapshot *now = pt_snapshot_acquire(snap);
    pt_code code = session_interrupted("connector diagnose --probe", &err);
    if (code != PT_OK || !a->is_json) {
        connector_print_probe(result, code != PT_OK ? stderr : stdout);
    }
    if (code == PT_OK) {
        code = connector_wait_verdict(cli, a, &now, &err);
    }
    const struct pt_connector *c = connector_named(now, a->name);
    if (code == PT_OK && !c) {
        code = no_such(a, now, &err);
    } else if (code == PT_OK && a->is_json) {
        code = print_probe_json(now, c, result, &err);
    } else if (code == PT_OK) {
        putchar('\n');
        connector_print_status(now, c, true);
    }
    int status = code != PT_OK || !c ? print_err(&err) : exit_of(c);
    if (code == PT_OK && !is_probe_good(c)) {
        status = pt_code_exit(PT_EUNHEALTHY);
    }
    pt_snapshot_release(now);
    pt_snapshot_release(snap);
    return status;
}

static int do_command(struct cli *cli, const struct cli_action *action, struct connector_args *a,
                      const struct pt_snapshot *known)
{
    struct pt_error err;
    const struct pt_snapshot *snap = NULL;
    const struct pt_result *result;
    const struct pt_connector *c = a->name ? connector_named(known, a->name) : NULL;
    bool is_create = action->kind == PT_CMD_CONNECTOR_CREATE;
    if (!c && !is_create) {
        no_such(a, known, &err);
        return print_err(&err);
    }
    struct pt_command cmd = command_for(a, (enum pt_command_kind)action->kind,
                                        is_create ? a->name
                                        : a->name ? a->name
                                                  : c->name);
    pt_code code = pt_engine_check(cli->eng, &cmd, &err);
    if (code == PT_OK) {
        code = confirm(cli, action, a, c, &err);
    }
    if (code == PT_OK) {
        code = ask(cli, &cmd, &snap, &result, &err);
    }
    if (code != PT_OK) {
        return print_err(&err);
    }
    if (action->kind == PT_CMD_CONNECTOR_PROBE && !a->given.is_plan) {
        return probe_done(cli, a, snap, result);
    }
    if (a->is_json) {
        code = print_json(connector_result_json(result), &err);
    } else {
        print_result(action, a, result);
    }
    pt_snapshot_release(snap);
    return code == PT_OK ? 0 : print_err(&err);
}

/* ---- the command ---- */

static pt_code take_words(struct cli *cli, const struct cli_action *action,
                          struct connector_args *a, size_t *n_names, struct pt_error *err)
{
    for (size_t i = 1; i < cli->n_words; i++) {
        char *word = cli->words[i];
        bool is_setting = action->takes_settings && strchr(word, '=') != NULL;
        if (is_setting && a->n_configs == CONNECTOR_CONFIGS_MAX) {
            return pt_error_set(err, PT_EUSAGE, NULL, "connector %s: more than %d settings",
                                action->name, CONNECTOR_CONFIGS_MAX);
        }
        if (is_setting) {
            a->configs[a->n_configs++] = word;
        } else {
            a->name = word;
            ++*n_names;
        }
    }
    return PT_OK;
}

static pt_code ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct connector_args *a = args;
    size_t n_names = 0;
    const struct cli_action *action = cli_action_find(cli, "connector", actions, err);
    if (!action) {
        return PT_EUSAGE;
    }
    action = cli_action_with(action, &a->given);
    a->action = action->name;
    a->row = action;
    pt_code code = take_words(cli, action, a, &n_names, err);
    if (code == PT_OK && action->kind == PT_CMD_CONNECTOR_UPDATE && n_names > action->max_names) {
        return pt_error_set(err, PT_EUSAGE, "Write KEY=VALUE; KEY= takes the key out.",
                            "connector update: '%s' is no setting; nothing was done",
                            cli->words[cli->n_words - 1]);
    }
    if (code == PT_OK) {
        code = cli_action_check(cli, "connector", action, &a->given, n_names, err);
    }
    if (code == PT_OK && action->kind == PT_CMD_CONNECTOR_UPDATE && a->n_configs == 0) {
        return pt_error_set(err, PT_EUSAGE, "Write KEY=VALUE; KEY= takes the key out.",
                            "connector update: no setting is given");
    }
    return code;
}

static bool names_others(const struct pt_config *cfg)
{
    const char *backend = pt_config_get(cfg, "pintop.connector.backend");
    return pt_config_get(cfg, "pintop.connector.url") ||
           (strcmp(backend, "auto") != 0 && strcmp(backend, "embedded") != 0);
}

static int run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    struct connector_args *a = args;
    struct pt_run run = {.first_index = -1,
                         .wait_ms = a->wait_ms,
                         .is_oneshot = true,
                         .has_connectors = true,
                         .connector = a->name};
    struct pt_error err;
    const struct cli_action *action = a->row;
    const struct pt_snapshot *snap = NULL;
    run.connector = a->name ? a->name : "";
    a->names_others = pt_config_is_embedded(cfg) && names_others(cfg);
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_OK) {
        code = connector_wait_list(cli, a, &snap, &err);
    }
    bool needs_verdict = action->kind == CLI_READS || action->kind == PT_CMD_CONNECTOR_ACKNOWLEDGE;
    if (code == PT_OK && needs_verdict) {
        code = connector_wait_verdict(cli, a, &snap, &err);
    } else if (code == PT_OK && action->kind == PT_CMD_CONNECTOR_PROBE) {
        code = connector_wait_topics(cli, a, &snap, &err);
    }
    if (code != PT_OK) {
        pt_snapshot_release(snap);
        return print_err(&err);
    }
    int status = action->kind != CLI_READS       ? do_command(cli, action, a, snap)
                 : !strcmp(action->name, "list") ? do_list(a, snap)
                                                 : do_status(a, snap);
    pt_snapshot_release(snap);
    return status;
}

const struct cli_command command_connector = {
    .name = "connector",
    .synopsis =
        "list | status [NAME] | diagnose [NAME] | diagnose NAME --probe | describe NAME | logs "
        "NAME | restart NAME | "
        "pause NAME | resume NAME | update NAME KEY=VALUE... | create [NAME] [KEY=VALUE...] | "
        "delete NAME | acknowledge NAME  [options]",
    .does = "the connectors: what they do, why not, and changes",
    .args_bytes = sizeof(struct connector_args),
    .options = options,
    .take = take,
    .ready = ready,
    .run = run,
};
