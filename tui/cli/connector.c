/* `pintop connector`: its options and words, and the choice of the action. */
#include "cli/connector.h"

#include <stdlib.h>
#include <string.h>

#include "cli/session.h"
#include "pintop/auth.h"
#include "ui/chosen.h"

enum { MINUTES_MAX = 60 * 24 * 14 };

/* The help reads from the rows of the actions which of them takes an option. */
static const struct cli_option connector_options[] = {
    CLI_JSON,
    {"yes",         0, NULL, "do not ask"                                                            },
    {"probe",       0, NULL, "after a question, write, read and delete one small object in its store"},
    {"failed-only", 0, NULL, "restart only the failed tasks"                                         },
    {"dry-run",     0, NULL, "print what would be done, and do nothing"                              },
    {"wait",        0, "S",  "seconds to wait for the facts"                                         },
    {"minutes",     0, "N",  "how many minutes back (15)"                                            },
    CLI_NO_MORE_OPTIONS,
};

static const struct cli_reading connector_readings[] = {
    {.name = "list",                  .options = "wait", .print = connector_print_names},
    {.name = "status",
     .options = "wait",
     .max_names = 1,
     .shows_away = true,
     .print = connector_print_statuses},
    {.name = "diagnose",
     .options = "wait",
     .max_names = 1,
     .is_thorough = true,
     .shows_away = true,
     .print = connector_print_statuses},
    {.name = NULL                 },
};

const struct cli_group connector_group = {
    .name = "connector", .readings = connector_readings, .has_settings = true};

/* Takes 90, 90m, 2h or 1d. */
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

static pt_code connector_take(struct cli *cli, void *args, const char *option, const char *value,
                              struct pt_error *err)
{
    struct connector_args *a = args;
    (void)cli;
    if (!strcmp(option, "failed-only")) {
        a->is_failed_only = true;
    } else if (!strcmp(option, "minutes")) {
        return take_minutes(a, value, err);
    }
    return PT_OK; /* --probe chooses the action */
}

static pt_code take_words(struct cli *cli, struct connector_args *a, size_t *n_names,
                          struct pt_error *err)
{
    for (size_t i = 1; i < cli->n_words; i++) {
        char *word = cli->words[i];
        bool is_setting = a->row.takes_settings && strchr(word, '=') != NULL;
        if (is_setting && a->n_configs == CONNECTOR_CONFIGS_MAX) {
            return pt_error_set(err, PT_EUSAGE, NULL, "connector %s: more than %d settings",
                                a->row.name, CONNECTOR_CONFIGS_MAX);
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

static pt_code connector_ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct connector_args *a = args;
    size_t n_names = 0;
    pt_code code = cli_action_find(cli, &connector_group, &a->row, err);
    if (code == PT_OK) {
        code = take_words(cli, a, &n_names, err);
    }
    bool needs_settings = a->row.takes_settings && a->row.min_names > 0;
    if (code == PT_OK && needs_settings && n_names > a->row.max_names) {
        return pt_error_set(err, PT_EUSAGE, "Write KEY=VALUE; KEY= removes the key.",
                            "connector %s: '%s' is not KEY=VALUE; nothing was done", a->row.name,
                            cli->words[cli->n_words - 1]);
    }
    if (code == PT_OK) {
        code = cli_action_check(cli, &connector_group, &a->row, n_names, err);
    }
    if (code == PT_OK && needs_settings && a->n_configs == 0) {
        return pt_error_set(err, PT_EUSAGE, "Write KEY=VALUE; KEY= removes the key.",
                            "connector %s: no setting was given", a->row.name);
    }
    return code;
}

static bool names_others(const struct pt_config *cfg)
{
    const char *word = pt_config_get(cfg, "pintop.connector.backend");
    return pt_config_get(cfg, "pintop.connector.url") ||
           (strcmp(word, "auto") != 0 && !pt_backend_info(word)->is_in_process);
}

/* ---- without a Kafka cluster ---- */

/* Whether the settings speak of AWS; the environment and the profile only count when they tell a
 * region, and when no embedded cluster runs here that could be meant. */
static bool means_aws(const struct pt_config *cfg)
{
    static const char *const names[] = {"pintop.user.id", "pintop.aws.region", "pintop.aws.profile",
                                        "pintop.aws.role.arn", "pintop.aws.endpoint.url"};
    char region[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (pt_config_given(cfg, names[i])) {
            return true;
        }
    }
    if (pt_config_is_iam(cfg)) {
        return true;
    }
    pt_aws_region(cfg, region, sizeof region, NULL, 0);
    return region[0] && !pt_embedded_runs(cfg);
}

static bool needs_no_cluster(const struct pt_config *cfg)
{
    const char *word = pt_config_get(cfg, "pintop.connector.backend");
    if (pt_config_get(cfg, "bootstrap.servers") || pt_config_get(cfg, "pintop.msk.cluster")) {
        return false;
    }
    return !strcmp(word, "mskconnect") ||
           (!strcmp(word, "auto") && !pt_config_get(cfg, "pintop.connector.url") && means_aws(cfg));
}

/* What concerns AWS alone takes the cluster from AWS's description of the connector. Why that could
 * not be read is told by the list of connectors, which is the same call. */
static pt_code take_cluster(struct connector_args *a, const struct pt_config *cfg,
                            struct pt_config **made, struct pt_error *err)
{
    struct pt_connector_cluster cluster = {.protocol = "", .servers = ""};
    struct pt_error why;
    char servers[PT_SERVERS_MAX + 20], protocol[60], mechanism[60];
    bool is_known =
        pt_connector_find_cluster(cfg, a->name, &cluster, &why) == PT_OK && cluster.servers[0];
    snprintf(a->no_cluster, sizeof a->no_cluster, "%s", cluster.why);
    snprintf(a->no_cluster_fix, sizeof a->no_cluster_fix, "%s", cluster.fix);
    const char *settings[4] = {"pintop.connector.backend=mskconnect"};
    size_t n = 1;
    if (is_known) {
        snprintf(servers, sizeof servers, "bootstrap.servers=%s", cluster.servers);
        settings[n++] = servers;
    }
    if (is_known && !pt_config_get(cfg, "security.protocol")) {
        snprintf(protocol, sizeof protocol, "security.protocol=%s", cluster.protocol);
        settings[n++] = protocol;
    }
    if (is_known && cluster.mechanism && !pt_config_get(cfg, "sasl.mechanism")) {
        snprintf(mechanism, sizeof mechanism, "sasl.mechanism=%s", cluster.mechanism);
        settings[n++] = mechanism;
    }
    return chosen_config(cfg, settings, n, made, err);
}

static pt_code connector_settle(struct cli *cli, void *args, struct pt_config **cfg,
                                struct pt_error *err)
{
    struct pt_config *made = NULL;
    (void)cli;
    if (!needs_no_cluster(*cfg)) {
        return PT_OK;
    }
    pt_code code = take_cluster(args, *cfg, &made, err);
    if (code == PT_OK) {
        pt_config_free(*cfg);
        *cfg = made;
    }
    return code;
}

/* Waits for what the action needs to know. *snap is replaced by a newer snapshot. */
static pt_code wait_for_needs(struct cli *cli, const struct connector_args *a,
                              const struct pt_snapshot **snap, struct pt_error *err)
{
    if (a->row.reading || pt_command_is(a->row.info, PT_COMMAND_LOSSES)) {
        return connector_wait_verdict(cli, a, snap, err);
    }
    return pt_command_is(a->row.info, PT_COMMAND_TOPICS) ? connector_wait_topics(cli, a, snap, err)
                                                         : PT_OK;
}

static int connector_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    struct connector_args *a = args;
    struct pt_run run = {.first_index = -1,
                         .wait_ms = cli->given.wait_ms,
                         .is_oneshot = true,
                         .may_attach = true,
                         .has_connectors = true,
                         .connector = a->name ? a->name : "",
                         .no_cluster = a->no_cluster[0] ? a->no_cluster : NULL,
                         .no_cluster_fix = a->no_cluster_fix};
    struct pt_error err;
    const struct pt_snapshot *snap = NULL;
    a->names_others = pt_config_is_embedded(cfg) && names_others(cfg);
    pt_code code = session_open(cli, cfg, &run, &err);
    if (code == PT_OK) {
        code = connector_wait_list(cli, a, &snap, &err);
    }
    if (code == PT_OK) {
        code = wait_for_needs(cli, a, &snap, &err);
    }
    int status = code != PT_OK    ? print_err(&err)
                 : a->row.reading ? a->row.reading->print(cli, a, snap)
                                  : connector_do(cli, a, snap);
    pt_snapshot_release(snap);
    return status;
}

const struct cli_command command_connector = {
    .name = "connector",
    .synopsis = "",
    .does = "show, diagnose and change connectors",
    .topic = "verdicts",
    .group = &connector_group,
    .args_bytes = sizeof(struct connector_args),
    .options = connector_options,
    .take = connector_take,
    .ready = connector_ready,
    .settle = connector_settle,
    .run = connector_run,
};
