/* `pintop topics`: list, create, delete, alter, describe, peek, produce. */
#include "cli/topics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/session.h"
#include "page/names.h"
#include "ui/place.h"

enum {
    CLUSTER_MS = 10000,
    /* A login or certificate that was refused will be refused again, so a short wait is enough. */
    REFUSED_MS = 2000,
    PEEK_COUNT = 10,
    PEEK_MAX = 1000,
    PARTITIONS_MAX = 100000,
    REPLICATION_MAX = 32767
};

/* The help reads from the rows of the actions which of them takes an option. */
static const struct cli_option topics_options[] = {
    {"partitions",         0,   "N",          "number of partitions (a new topic: the broker's default)"},
    {"replication-factor", 0,   "N",          "replicas of each partition (the broker's default)"       },
    {"config",             0,   "K=V",        "set a property of the topic; may be repeated"            },
    {"set",                0,   "K=V",        "change a setting of the topic; may be repeated"          },
    {"unset",              0,   "KEY",        "let the broker's value hold again; may be repeated"      },
    {"yes",                0,   NULL,         "do not ask"                                              },
    {"dry-run",            0,   NULL,         "print what would be done, and do nothing"                },
    {"count",              'n', "N",          "number of records (10)"                                  },
    {"from",               0,   "PLACE",
     "the first records from there: oldest, 03:10, -15m, 2@15000 (partition@offset)"                    },
    {"key",                0,   "K",          "its key; without this option it has none"                },
    {"header",             0,   "NAME=VALUE", "one of its headers; may be repeated"                     },
    {"partition",          0,   "N",          "its partition (the key decides)"                         },
    {"null",               0,   NULL,         "without a value: a tombstone, which deletes its key"     },
    {"file",               0,   "F",          "its value; - or nothing: standard input"                 },
    CLI_JSON,
 /* Options of kafka-topics.sh: accepted, but not listed in the help. */
    {"create",             0,   NULL,         NULL                                                      },
    {"delete",             0,   NULL,         NULL                                                      },
    {"describe",           0,   NULL,         NULL                                                      },
    {"list",               0,   NULL,         NULL                                                      },
    {"alter",              0,   NULL,         NULL                                                      },
    {"topic",              0,   "NAME",       NULL                                                      },
    {"command-config",     0,   "FILE",       NULL                                                      },
    {"if-not-exists",      0,   NULL,         NULL                                                      },
    {"if-exists",          0,   NULL,         NULL                                                      },
    {"zookeeper",          0,   "LIST",       NULL                                                      },
    CLI_NO_MORE_OPTIONS,
};

static const struct cli_reading topics_readings[] = {
    {.name = "list", .print = topics_print_list},
    {.name = NULL             },
};

const struct cli_group topics_group = {.name = "topics", .readings = topics_readings};

static pt_code put_config(struct topics_args *a, const char *option, const char *config,
                          struct pt_error *err)
{
    if (a->n_configs == TOPICS_CONFIGS_MAX) {
        return pt_error_set(err, PT_EUSAGE, NULL, "--%s: more than %d", option, TOPICS_CONFIGS_MAX);
    }
    a->configs[a->n_configs++] = config;
    return PT_OK;
}

static pt_code take_config(struct topics_args *a, const char *option, const char *value,
                           struct pt_error *err)
{
    char fix[60];
    const char *eq = strchr(value, '=');
    snprintf(fix, sizeof fix, "Write --%s KEY=VALUE.", option);
    if (!eq || eq == value) {
        return pt_error_set(err, PT_EUSAGE, fix, "--%s '%s': not KEY=VALUE", option, value);
    }
    if (!strncmp(value, "partitions=", strlen("partitions="))) {
        return pt_error_set(err, PT_EUSAGE, "Write --partitions N.",
                            "--%s '%s': the number of partitions is not a setting", option, value);
    }
    if (!strcmp(option, "set") && eq[1] == '\0') {
        return pt_error_set(err, PT_EUSAGE,
                            "Write --unset KEY, so that the broker's value holds again.",
                            "--set '%s': the value is empty", value);
    }
    return put_config(a, option, value, err);
}

/* The engine takes "KEY=" for a setting that is to be taken out. */
static pt_code take_unset(struct topics_args *a, const char *key, struct pt_error *err)
{
    size_t room = sizeof a->unset - a->unset_len;
    char *text = a->unset + a->unset_len;
    if (key[0] == '\0' || strchr(key, '=')) {
        return pt_error_set(err, PT_EUSAGE, "Write --unset KEY, without a value.",
                            "--unset '%s': not the name of a setting", key);
    }
    if (strlen(key) + 2 > room) {
        return pt_error_set(err, PT_EUSAGE, NULL, "--unset: more than %d bytes of names",
                            TOPICS_UNSET_MAX);
    }
    a->unset_len += (size_t)snprintf(text, room, "%s=", key) + 1;
    return put_config(a, "unset", text, err);
}

/* Takes an option of kafka-topics.sh: `--create --topic X` means `create X`, and `--command-config
 * F` means `-F F`. *is_taken: whether it is such an option. */
static pt_code take_habit(struct cli *cli, struct topics_args *a, const char *option,
                          const char *value, bool *is_taken, struct pt_error *err)
{
    static const char *const actions[] = {"create", "delete", "alter", "describe", "list"};
    static const char *const none[] = {"if-not-exists", "if-exists", "zookeeper"};
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
                                    : "`pintop topics --help` lists the options.",
                                "topics: pintop does not have --%s of kafka-topics.sh", option);
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

static pt_code topics_take(struct cli *cli, void *args, const char *option, const char *value,
                           struct pt_error *err)
{
    struct topics_args *a = args;
    bool is_habit;
    pt_code code = take_habit(cli, a, option, value, &is_habit, err);
    if (is_habit) {
        return code;
    }
    code = record_take(&a->record, option, value, &is_habit, err);
    if (is_habit) {
        return code;
    }
    if (!strcmp(option, "partitions")) {
        return cli_parse_int(value, "--partitions", 1, PARTITIONS_MAX, &a->partitions, err);
    } else if (!strcmp(option, "replication-factor")) {
        return cli_parse_int(value, "--replication-factor", 1, REPLICATION_MAX, &a->replication,
                             err);
    } else if (!strcmp(option, "config") || !strcmp(option, "set")) {
        return take_config(a, option, value, err);
    } else if (!strcmp(option, "unset")) {
        return take_unset(a, value, err);
    } else if (!strcmp(option, "count")) {
        return cli_parse_int(value, "-n", 1, PEEK_MAX, &a->count, err);
    } else if (!strcmp(option, "from")) {
        return place_parse(value, session_real_ms(), "--from", &a->place, err);
    }
    return PT_OK;
}

/* ---- asking the engine ---- */

static pt_code topics_unreachable(const struct topics_args *a, const struct pt_snapshot *snap,
                                  struct pt_error *err)
{
    if (snap->session->is_embedded) {
        return pt_error_set(err, PT_EKAFKA,
                            "Start `pintop -b embedded`, or name a cluster with -b host:port.",
                            "topics %s: no embedded cluster runs here; it exists only while the "
                            "pintop that started it runs",
                            a->row.name);
    }
    const struct pt_cluster_section *cluster = snap->cluster;
    if (cluster->last_fix[0] && !snap->topics->aws_note[0])
        return pt_error_set(err, PT_EKAFKA, cluster->last_fix, "topics %s: %s", a->row.name,
                            cluster->last_error);
    const char *why = snap->topics->error[0] ? snap->topics->error : cluster->last_error;
    if (snap->topics->aws_note[0])
        return pt_error_set(err, PT_ETIMEOUT, snap->topics->aws_note,
                            "topics %s: no broker can be reached (%s), and the AWS API tells no "
                            "topics in their place",
                            a->row.name, why);
    return pt_error_set(err, PT_ETIMEOUT, "Check -b and the network.",
                        "topics %s: the cluster did not answer in %d s%s%s", a->row.name,
                        CLUSTER_MS / 1000, why[0] ? ": " : "", why);
}

/* Waits for the list of topics, which shows that the cluster answers. The caller releases *snap. */
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
        pt_code code = pt_link_failure(&cli->link, err);
        if (code == PT_OK) {
            code = session_interrupted("topics", err);
        }
        /* Neither the brokers nor AWS, which was asked in their place. */
        bool is_refused_twice = now->topics->error[0] && now->topics->aws_note[0];
        bool is_hopeless = (now->session->is_embedded && now->topics->error[0]) ||
                           is_refused_twice ||
                           (now->cluster->last_fix[0] && !now->topics->is_aws_awaited &&
                            session_now_ms() >= refused_ms);
        if (code == PT_OK && (is_hopeless || session_now_ms() >= until_ms)) {
            code = topics_unreachable(a, now, err);
        }
        pt_snapshot_release(now);
        if (code != PT_OK) {
            return code;
        }
    }
}

/* ---- the actions ---- */

static int topics_question(struct cli *cli, const struct topics_args *a,
                           const struct pt_snapshot *known)
{
    struct pt_command cmd = topics_command(cli, a, a->names[0]);
    struct pt_error err;
    struct answer answer = {.info = a->row.info, .known = known};
    const struct pt_snapshot *snap;
    if (topics_ask(cli, &cmd, &snap, &answer.result, &err) != PT_OK) {
        return print_err(&err);
    }
    topics_say_away(snap);
    pt_code code = answer_print(&answer, cli->given.is_json, &err);
    pt_snapshot_release(snap);
    return code == PT_OK ? 0 : print_err(&err);
}

/* Orders the words as on a command line of pintop: the action first, then the names. */
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

static pt_code topics_ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct topics_args *a = args;
    if (put_words(cli, a, err) != PT_OK ||
        cli_action_find(cli, &topics_group, &a->row, err) != PT_OK) {
        return err->code;
    }
    a->names = cli->words + 1;
    a->n_names = cli->n_words - 1;
    a->partitions = a->partitions ? a->partitions : -1;
    a->replication = a->replication ? a->replication : -1;
    a->count = a->count ? a->count : PEEK_COUNT;
    pt_code code = cli_action_check(cli, &topics_group, &a->row, a->n_names, err);
    if (code != PT_OK || !cli_action_does_change(&a->row)) {
        return code;
    }
    if (pt_command_is(a->row.info, PT_COMMAND_RECORD) &&
        record_read(&a->record, false, err) != PT_OK) {
        return err->code;
    }
    /* For what cannot be done anyway no cluster has to be asked. */
    struct pt_command cmd = topics_command(cli, a, a->n_names > 0 ? a->names[0] : "the-streams");
    return pt_command_check(&cmd, cli->is_readonly, "", err);
}

/* `create` and `alter` without a name mean the topics of the three streams. names has room for
 * PT_STREAMS. */
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
                                "topics %s: the streams have no topics: %s is not set", a->row.name,
                                key);
        }
    }
    a->names = names;
    a->n_names = PT_STREAMS;
    return PT_OK;
}

static int topics_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    struct topics_args *a = args;
    struct pt_run run = {.first_index = -1, .is_oneshot = true, .may_attach = true};
    struct pt_error err;
    char *three[PT_STREAMS] = {NULL};
    const struct pt_snapshot *snap = NULL;
    pt_code code = PT_OK;
    if (pt_command_is(a->row.info, PT_COMMAND_OWN) && a->n_names == 0) {
        code = name_the_three(a, cfg, three, &err);
    }
    if (code == PT_OK && pt_command_is(a->row.info, PT_COMMAND_RECORD)) {
        code = record_read(&a->record, true, &err);
    }
    if (code == PT_OK) {
        code = session_open(cli, cfg, &run, &err);
    }
    if (code == PT_OK) {
        code = wait_for_cluster(cli, a, &snap, &err);
    }
    int status = code != PT_OK                     ? print_err(&err)
                 : a->row.reading                  ? a->row.reading->print(cli, a, snap)
                 : cli_action_does_change(&a->row) ? topics_change(cli, a, snap)
                                                   : topics_question(cli, a, snap);
    pt_snapshot_release(snap);
    for (unsigned id = 0; id < PT_STREAMS; id++) {
        free(three[id]);
    }
    return status;
}

static void topics_done(void *args)
{
    struct topics_args *a = args;
    record_done(&a->record);
}

const struct cli_command command_topics = {
    .name = "topics",
    .synopsis = "",
    .does = "list, create, delete, alter, describe, peek at topics; their groups; produce a record",
    .group = &topics_group,
    .args_bytes = sizeof(struct topics_args),
    .options = topics_options,
    .take = topics_take,
    .ready = topics_ready,
    .run = topics_run,
    .done = topics_done,
};
