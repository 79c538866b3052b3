/* `pintop topics`: list, create, delete, describe, peek. */
#include "cli/topics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/session.h"

enum {
    CLUSTER_MS = 10000,
    REFUSED_MS = 2000, /* a refused login or certificate is refused again */
    ANSWER_MS = 45000, /* above all that the admin worker's own deadlines can add up to */
    PEEK_COUNT = 10,
    PEEK_MAX = 1000,
    PARTITIONS_MAX = 100000,
    REPLICATION_MAX = 32767
};

static const struct cli_option options[] = {
    {"partitions",         0,   "N",    "create: how many (the broker's own default)"           },
    {"replication-factor", 0,   "N",    "create: copies of each (the broker's own default)"     },
    {"config",             0,   "K=V",  "create: a topic property; may be repeated"             },
    {"yes",                0,   NULL,   "delete: do not ask"                                    },
    {"dry-run",            0,   NULL,   "create, delete: say what would be done, and do nothing"},
    {"count",              'n', "N",    "peek: how many records (10)"                           },
    {"json",               0,   NULL,   "as JSON"                                               },
 /* As kafka-topics.sh has them: understood, not offered. */
    {"create",             0,   NULL,   NULL                                                    },
    {"delete",             0,   NULL,   NULL                                                    },
    {"describe",           0,   NULL,   NULL                                                    },
    {"list",               0,   NULL,   NULL                                                    },
    {"alter",              0,   NULL,   NULL                                                    },
    {"topic",              0,   "NAME", NULL                                                    },
    {"command-config",     0,   "FILE", NULL                                                    },
    {"if-not-exists",      0,   NULL,   NULL                                                    },
    {"if-exists",          0,   NULL,   NULL                                                    },
    {"zookeeper",          0,   "LIST", NULL                                                    },
    {NULL,                 0,   NULL,   NULL                                                    },
};

static pt_code take_config(struct topics_args *a, const char *value, struct pt_error *err)
{
    const char *eq = strchr(value, '=');
    if (!eq || eq == value) {
        return pt_error_set(err, PT_EUSAGE, "Write --config KEY=VALUE.",
                            "--config '%s': not KEY=VALUE", value);
    }
    if (a->n_configs == TOPICS_CONFIGS_MAX) {
        return pt_error_set(err, PT_EUSAGE, NULL, "--config: more than %d", TOPICS_CONFIGS_MAX);
    }
    a->configs[a->n_configs++] = value;
    return PT_OK;
}

/* An option of kafka-topics.sh: `--create --topic X` is `create X`, `--command-config F` is -F F.
 * *is_taken out: it is one. */
static pt_code take_habit(struct cli *cli, struct topics_args *a, const char *option,
                          const char *value, bool *is_taken, struct pt_error *err)
{
    static const char *const actions[] = {"create", "delete", "describe", "list"};
    static const char *const none[] = {"alter", "if-not-exists", "if-exists", "zookeeper"};
    *is_taken = true;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (!strcmp(option, actions[i]) && a->habit) {
            return pt_error_set(err, PT_EUSAGE, "Give one of them.", "topics: --%s and --%s",
                                a->habit, actions[i]);
        }
        if (!strcmp(option, actions[i])) {
            a->habit = actions[i];
            return PT_OK;
        }
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (!strcmp(option, none[i])) {
            return pt_error_set(err, PT_EUSAGE,
                                !strcmp(option, "zookeeper")
                                    ? "Name the brokers: --bootstrap-server HOST:PORT."
                                    : "`pintop topics --help` says what there is.",
                                "topics: kafka-topics.sh's --%s is not in pintop", option);
        }
    }
    if (!strcmp(option, "command-config")) {
        return cli_add_file(cli, value, err);
    }
    *is_taken = !strcmp(option, "topic");
    if (*is_taken && a->n_topics == TOPICS_NAMED_MAX) {
        return pt_error_set(err, PT_EUSAGE, NULL, "--topic: more than %d", TOPICS_NAMED_MAX);
    }
    if (*is_taken) {
        a->topics[a->n_topics++] = value;
    }
    return PT_OK;
}

static pt_code take(struct cli *cli, void *args, const char *option, const char *value,
                    struct pt_error *err)
{
    struct topics_args *a = args;
    bool is_habit;
    pt_code code = take_habit(cli, a, option, value, &is_habit, err);
    if (is_habit) {
        return code;
    }
    cli_given_add(&a->given, option);
    if (!strcmp(option, "partitions")) {
        return cli_parse_int(value, "--partitions", 1, PARTITIONS_MAX, &a->partitions, err);
    } else if (!strcmp(option, "replication-factor")) {
        return cli_parse_int(value, "--replication-factor", 1, REPLICATION_MAX, &a->replication,
                             err);
    } else if (!strcmp(option, "config")) {
        return take_config(a, value, err);
    } else if (!strcmp(option, "count")) {
        return cli_parse_int(value, "-n", 1, PEEK_MAX, &a->count, err);
    } else if (!strcmp(option, "yes")) {
        a->given.is_yes = true;
    } else if (!strcmp(option, "dry-run")) {
        a->given.is_plan = true;
    } else if (!strcmp(option, "json")) {
        a->is_json = true;
    }
    return PT_OK;
}

/* ---- asking the engine ---- */

static pt_code unreachable(const struct topics_args *a, const struct pt_snapshot *snap,
                           struct pt_error *err)
{
    if (snap->session->is_embedded) {
        return pt_error_set(
            err, PT_EKAFKA, "Start `pintop -b embedded`, or name a cluster with -b host:port.",
            "topics %s: no embedded cluster here: it lives only while pintop runs", a->action);
    }
    const struct pt_cluster_section *cluster = snap->cluster;
    if (cluster->last_fix[0])
        return pt_error_set(err, PT_EKAFKA, cluster->last_fix, "topics %s: %s", a->action,
                            cluster->last_error);
    const char *why = snap->topics->error[0] ? snap->topics->error : cluster->last_error;
    return pt_error_set(err, PT_ETIMEOUT, "Check -b and the network.",
                        "topics %s: the cluster did not answer in %d s%s%s", a->action,
                        CLUSTER_MS / 1000, why[0] ? ": " : "", why);
}

/* Until the list of topics is there: then the cluster is, too. *snap out: the caller's. */
static pt_code wait_for_cluster(struct cli *cli, const struct topics_args *a,
                                const struct pt_snapshot **snap, struct pt_error *err)
{
    int64_t until_ms = session_now_ms() + CLUSTER_MS, refused_ms = session_now_ms() + REFUSED_MS;
    for (;;) {
        const struct pt_snapshot *now = session_next(cli, until_ms);
        if (now->topics->asked_ms != PT_UNKNOWN) {
            *snap = now;
            return PT_OK;
        }
        pt_code code = pt_engine_failure(cli->eng, err);
        if (code == PT_OK) {
            code = session_interrupted("topics", err);
        }
        bool is_hopeless = (now->session->is_embedded && now->topics->error[0]) ||
                           (now->cluster->last_fix[0] && session_now_ms() >= refused_ms);
        if (code == PT_OK && (is_hopeless || session_now_ms() >= until_ms)) {
            code = unreachable(a, now, err);
        }
        pt_snapshot_release(now);
        if (code != PT_OK) {
            return code;
        }
    }
}

pt_code topics_ask(struct cli *cli, const struct pt_command *cmd, const struct pt_snapshot **snap,
                   const struct pt_result **result, struct pt_error *err)
{
    return session_ask(cli, cmd, ANSWER_MS, "topics", cmd->topic, snap, result, err);
}

/* ---- the actions ---- */

static int do_list(struct cli *cli, const struct topics_args *a, const struct pt_snapshot *snap)
{
    (void)cli;
    return topics_print_list(a, snap);
}

static struct pt_command command_for(const struct topics_args *a, enum pt_command_kind kind,
                                     const char *topic)
{
    return (struct pt_command){.kind = kind,
                               .topic = topic,
                               .partitions = (int32_t)a->partitions,
                               .replication = (int32_t)a->replication,
                               .configs = a->configs,
                               .n_configs = a->n_configs,
                               .count = a->count,
                               .is_plan = a->given.is_plan};
}

/* Create or delete one name; the line, or the member of *list, and the exit status. */
/* Asks before a topic is deleted. One that is not in the snapshot may only be hidden (by
 * pintop.topics, or because it is internal): the plan looks whether the cluster has it. */
static pt_code may_delete(struct cli *cli, const struct topics_args *a,
                          const struct pt_snapshot *known, const struct pt_command *cmd,
                          struct pt_error *err)
{
    const struct pt_snapshot *snap = NULL;
    const struct pt_result *result = NULL;
    struct pt_command plan = *cmd;
    pt_code code = PT_OK;
    plan.is_plan = true;
    if (cli_action_must_ask(a->row, &a->given) && !topics_find(known, cmd->topic)) {
        code = topics_ask(cli, &plan, &snap, &result, err);
        pt_snapshot_release(snap);
    }
    return code == PT_OK ? topics_confirm_delete(a, known, cmd->topic, err) : code;
}

static int change_one(struct cli *cli, const struct topics_args *a, const struct pt_snapshot *known,
                      const char *name, cJSON *list)
{
    bool is_delete = !strcmp(a->action, "delete");
    struct pt_command cmd =
        command_for(a, is_delete ? PT_CMD_TOPIC_DELETE : PT_CMD_TOPIC_CREATE, name);
    struct pt_error err = {.code = PT_OK};
    const struct pt_snapshot *snap = NULL;
    const struct pt_result *result = NULL;
    pt_code code = is_delete ? may_delete(cli, a, known, &cmd, &err) : PT_OK;
    if (code == PT_OK) {
        code = topics_ask(cli, &cmd, &snap, &result, &err);
    }
    if (a->is_json) {
        cJSON *item = cJSON_CreateObject();
        json_text(item, "name", name);
        cJSON_AddBoolToObject(item, "done", code == PT_OK && !cmd.is_plan);
        json_text(item, "plan", code == PT_OK && cmd.is_plan ? result->text : "");
        json_error(item, "error", &err);
        cJSON_AddItemToArray(list, item);
    } else if (code == PT_OK) {
        printf("%s\n", result->text);
        print_flush();
    }
    pt_snapshot_release(snap);
    return code == PT_OK ? 0 : print_err(&err);
}

/* All the names are good, and each is there once: half of a change is worse than none. */
static pt_code check_all(struct cli *cli, const struct topics_args *a, struct pt_error *err)
{
    enum pt_command_kind kind = (enum pt_command_kind)a->row->kind;
    for (size_t i = 0; i < a->n_names; i++) {
        struct pt_command cmd = command_for(a, kind, a->names[i]);
        pt_code code = pt_engine_check(cli->eng, &cmd, err);
        for (size_t k = 0; k < i && code == PT_OK; k++) {
            if (!strcmp(a->names[k], a->names[i])) {
                code = pt_error_set(err, PT_EUSAGE, "Give it once.",
                                    "topics %s: %s is given twice; nothing was done", a->action,
                                    a->names[i]);
            }
        }
        if (code != PT_OK) {
            return code;
        }
    }
    return PT_OK;
}

static int do_change(struct cli *cli, const struct topics_args *a, const struct pt_snapshot *snap)
{
    struct pt_error err;
    if (check_all(cli, a, &err) != PT_OK) {
        return print_err(&err);
    }
    cJSON *json = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(json, "topics");
    int status = 0;
    for (size_t i = 0; i < a->n_names; i++) {
        int one = change_one(cli, a, snap, a->names[i], list);
        status = status ? status : one;
    }
    if (!a->is_json) {
        cJSON_Delete(json);
        return status;
    }
    return print_json(json, &err) == PT_OK ? status : print_err(&err);
}

static int do_read(struct cli *cli, const struct topics_args *a, const struct pt_snapshot *known)
{
    bool is_peek = !strcmp(a->action, "peek");
    struct pt_command cmd =
        command_for(a, is_peek ? PT_CMD_TOPIC_PEEK : PT_CMD_TOPIC_DESCRIBE, a->names[0]);
    struct pt_error err;
    const struct pt_snapshot *snap;
    const struct pt_result *result;
    if (topics_ask(cli, &cmd, &snap, &result, &err) != PT_OK) {
        return print_err(&err);
    }
    int status = is_peek ? topics_print_peeked(a, result)
                         : topics_print_described(a, topics_find(known, a->names[0]), result);
    pt_snapshot_release(snap);
    return status;
}

static const struct cli_action actions[] = {
    {"list",     CLI_READS,             "json",                                              0, 0,        false, false, NULL},
    {"create",   PT_CMD_TOPIC_CREATE,   "json partitions replication-factor config dry-run", 0,
     SIZE_MAX,                                                                                            false, false, NULL},
    {"delete",   PT_CMD_TOPIC_DELETE,   "json yes dry-run",                                  1, SIZE_MAX, false, true,  NULL},
    {"describe", PT_CMD_TOPIC_DESCRIBE, "json",                                              1, 1,        false, false, NULL},
    {"peek",     PT_CMD_TOPIC_PEEK,     "json count",                                        1, 1,        false, false, NULL},
    {NULL,       CLI_READS,             "",                                                  0, 0,        false, false, NULL},
};

const struct cli_action *topics_actions(void)
{
    return actions;
}

/* The words as they would be in pintop's own line: the action first, then names. */
static pt_code put_words(struct cli *cli, struct topics_args *a, struct pt_error *err)
{
    size_t n = 0;
    if (!a->habit && a->n_topics == 0) {
        return PT_OK;
    }
    if (cli->n_words + a->n_topics + 1 > TOPICS_WORDS_MAX) {
        return pt_error_set(err, PT_EUSAGE, NULL, "topics: more than %d words", TOPICS_WORDS_MAX);
    }
    char **words = a->words;
    if (a->habit) {
        words[n++] = (char *)(uintptr_t)a->habit;
    }
    for (size_t i = 0; i < cli->n_words; i++) {
        words[n++] = cli->words[i];
    }
    for (size_t i = 0; i < a->n_topics; i++) {
        words[n++] = (char *)(uintptr_t)a->topics[i];
    }
    cli->words = words;
    cli->n_words = n;
    return PT_OK;
}

static pt_code ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct topics_args *a = args;
    if (put_words(cli, a, err) != PT_OK) {
        return err->code;
    }
    const struct cli_action *action = cli_action_find(cli, "topics", actions, err);
    if (!action) {
        return PT_EUSAGE;
    }
    a->action = action->name;
    a->row = action;
    a->names = cli->words + 1;
    a->n_names = cli->n_words - 1;
    a->partitions = a->partitions ? a->partitions : -1;
    a->replication = a->replication ? a->replication : -1;
    a->count = a->count ? a->count : PEEK_COUNT;
    return cli_action_check(cli, "topics", action, &a->given, a->n_names, err);
}

/* `create` alone: the topics of the three streams. names holds PT_STREAMS. */
static pt_code name_the_three(struct topics_args *a, const struct pt_config *cfg, char **names,
                              struct pt_error *err)
{
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        char key[64];
        snprintf(key, sizeof key, "pintop.stream.%s.topic", pt_stream_name((enum pt_stream_id)id));
        const char *topic = pt_config_get(cfg, key);
        names[id] = topic && topic[0] ? strdup(topic) : NULL;
        if (!names[id]) {
            return pt_error_set(err, PT_ECONFIG, "Name the topics, or set -X pintop.user.id=NAME.",
                                "topics create: the streams have no topics: %s is not set", key);
        }
    }
    a->names = names;
    a->n_names = PT_STREAMS;
    return PT_OK;
}

static int run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    struct topics_args *a = args;
    struct pt_run run = {.first_index = -1, .is_oneshot = true};
    struct pt_error err;
    char *three[PT_STREAMS] = {NULL};
    const struct pt_snapshot *snap = NULL;
    pt_code code = PT_OK;
    if (!strcmp(a->action, "create") && a->n_names == 0) {
        code = name_the_three(a, cfg, three, &err);
    }
    if (code == PT_OK) {
        code = session_open(cli, cfg, &run, &err);
    }
    if (code == PT_OK) {
        code = wait_for_cluster(cli, a, &snap, &err);
    }
    int status = code != PT_OK                    ? print_err(&err)
                 : a->row->kind == CLI_READS      ? do_list(cli, a, snap)
                 : cli_action_does_change(a->row) ? do_change(cli, a, snap)
                                                  : do_read(cli, a, snap);
    pt_snapshot_release(snap);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        free(three[id]);
    }
    return status;
}

const struct cli_command command_topics = {
    .name = "topics",
    .synopsis = "list | create [NAME...] | delete NAME... | describe NAME | peek NAME  [options]",
    .does = "list, create, delete, describe, peek at topics",
    .args_bytes = sizeof(struct topics_args),
    .options = options,
    .take = take,
    .ready = ready,
    .run = run,
};
