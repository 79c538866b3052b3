/* `pintop init`: the answers of a first set-up on AWS, saved as a context. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/action.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "pintop/auth.h"
#include "pintop/doctor.h"
#include "term/signals.h"
#include "ui/chosen.h"

enum { INIT_GRACE_MS = 1500, ANSWER_MAX = 200, NAME_WIDTH = 14 };

struct init_args {
    const char *context; /* where to save; NULL: not named */
};

/* The answers as settings, and the configuration with them. */
struct init {
    const struct cli *cli;
    bool has_terminal;
    struct pt_config *cfg;
    char user[ANSWER_MAX + 20], region[ANSWER_MAX + 24], cluster[300];
    char region_from[80];     /* where the region that was offered comes from */
    bool is_cluster_the_only; /* AWS listed this one alone */
};

static const struct cli_option init_options[] = {
    CLI_JSON,
    {"yes", 'y', NULL, "change an existing context without asking"},
    CLI_NO_MORE_OPTIONS,
};

/* -c names the context to save, which need not be there yet; one that is there is begun with. */
static pt_code init_ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct init_args *a = args;
    const struct pt_config_args nothing = {.context = NULL};
    struct pt_config *cfg = NULL;
    char *plan = NULL;
    a->context = cli->context;
    if (cli->context == NULL) {
        return PT_OK;
    }
    pt_code code = pt_config_load(&nothing, &cfg, err);
    if (code == PT_OK) {
        code = pt_config_save_plan(cfg, cli->context, &plan, err);
    }
    if (code == PT_OK && plan == NULL) {
        cli->context = NULL;
    }
    free(plan);
    pt_config_free(cfg);
    return code;
}

/* ------------------------------------------------------------------ questions */

static pt_code init_ended(struct pt_error *err)
{
    pt_code code = session_interrupted("init", err);
    return code != PT_OK ? code
                         : pt_error_set(err, PT_ECANCELLED, NULL,
                                        "init: nothing was saved, because no answer was given");
}

/* Asks for one word, with what is offered in brackets. */
static pt_code ask_word(const char *what, const char *offered, char *out, size_t cap,
                        struct pt_error *err)
{
    char question[ANSWER_MAX + 300];
    bool is_good = false;
    snprintf(question, sizeof question, "%s%s%s%s: ", what, offered[0] ? " [" : "", offered,
             offered[0] ? "]" : "");
    while (!is_good) {
        if (!cli_ask_line(question, out, cap)) {
            return init_ended(err);
        }
        if (out[0] == '\0') {
            snprintf(out, cap, "%s", offered);
        }
        is_good = out[0] != '\0' && strpbrk(out, " \t=") == NULL;
        if (!is_good) {
            fputs("The answer has to be one word.\n", stderr);
        }
    }
    return PT_OK;
}

/* A value that was set, as opposed to a default; "" none. */
static const char *init_given(const struct pt_config *cfg, const char *name)
{
    const char *value = pt_config_given(cfg, name);
    return value ? value : "";
}

static pt_code init_missing(const char *user, const char *region, struct pt_error *err)
{
    const char *what = user[0]     ? "the region is missing"
                       : region[0] ? "the UserID is missing"
                                   : "the UserID and the region are missing";
    return pt_error_set(err, PT_EUSAGE,
                        "Give what is missing: pintop --region REGION -X pintop.user.id=ID init.",
                        "init: %s, and there is no terminal to ask on", what);
}

/* UserID and region. */
static pt_code ask_who(struct init *init, const struct pt_config *cfg, struct pt_error *err)
{
    char user[ANSWER_MAX], region[ANSWER_MAX];
    pt_code code = PT_OK;
    snprintf(user, sizeof user, "%s", init_given(cfg, "pintop.user.id"));
    pt_aws_region(cfg, region, sizeof region, init->region_from, sizeof init->region_from);
    if (!init->has_terminal && (!user[0] || !region[0])) {
        return init_missing(user, region, err);
    }
    if (init->has_terminal) {
        char offered[ANSWER_MAX];
        fputs("Topics, role, bucket and host are named after your UserID, like 0a1b2c3d4e5f.\n",
              stderr);
        snprintf(offered, sizeof offered, "%s", user);
        code = ask_word("UserID", offered, user, sizeof user, err);
        snprintf(offered, sizeof offered, "%s", region);
        if (code == PT_OK) {
            code = ask_word("AWS region of the cluster and the bucket", offered, region,
                            sizeof region, err);
        }
        if (strcmp(offered, region) != 0) {
            init->region_from[0] = '\0';
        }
    }
    snprintf(init->user, sizeof init->user, "pintop.user.id=%s", user);
    snprintf(init->region, sizeof init->region, "pintop.aws.region=%s", region);
    return code;
}

/* With the answers until now. */
static pt_code init_configure(struct init *init, const struct pt_config *cfg, struct pt_error *err)
{
    const char *const answers[] = {init->user, init->region, init->cluster};
    struct pt_config *made = NULL;
    pt_code code = chosen_config(cfg, answers, init->cluster[0] ? 3 : 2, &made, err);
    if (code == PT_OK) {
        pt_config_free(init->cfg);
        init->cfg = made;
    }
    return code;
}

/* ------------------------------------------------------------------ the cluster */

static void init_take_cluster(struct init *init, const char *name)
{
    snprintf(init->cluster, sizeof init->cluster, "pintop.msk.cluster=%s", name);
}

static pt_code name_one_of(const struct pt_msk_clusters *all, struct pt_error *err)
{
    char names[400] = "";
    size_t used = 0;
    for (size_t i = 0; i < all->n && used < sizeof names; i++) {
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                                 all->clusters[i].name);
    }
    return pt_error_set(err, PT_EUSAGE, "Name yours: -X pintop.msk.cluster=NAME.",
                        "init: %s has several MSK clusters, and there is no terminal to ask on: %s",
                        all->region, names);
}

static pt_code choose_cluster(struct init *init, const struct pt_msk_clusters *all,
                              struct pt_error *err)
{
    char answer[ANSWER_MAX];
    int64_t n = 0;
    if (!init->has_terminal) {
        return name_one_of(all, err);
    }
    fprintf(stderr, "The MSK clusters of %s:\n", all->region);
    for (size_t i = 0; i < all->n; i++) {
        fprintf(stderr, "  %zu  %s (%s)\n", i + 1, all->clusters[i].name, all->clusters[i].state);
    }
    for (;;) {
        pt_code code =
            ask_word("Which one is yours? Enter its number", "", answer, sizeof answer, err);
        if (code != PT_OK) {
            return code;
        }
        if (cli_parse_int(answer, "the number", 1, (int64_t)all->n, &n, err) == PT_OK) {
            init_take_cluster(init, all->clusters[n - 1].name);
            return PT_OK;
        }
        print_err(err);
    }
}

static void print_found(const char *what, const char *state, const char *evidence)
{
    fprintf(stderr, "%-*s %-8s %s\n", NAME_WIDTH, what, state, evidence);
}

/* A name that was given stays; the only cluster there is, is taken. What cannot be seen is left to
 * `pintop doctor`. */
static pt_code init_find_cluster(struct init *init, const struct pt_config *cfg,
                                 struct pt_error *err)
{
    struct pt_msk_clusters all = {.n = 0};
    const char *own = init_given(cfg, "pintop.msk.cluster");
    pt_code code = PT_OK;
    init_take_cluster(init, own[0] ? own : "auto");
    if (own[0] && strcmp(own, "auto") != 0) {
        return PT_OK; /* pt_discover would look for this one alone, and `doctor` does that */
    }
    if (pt_discover(init->cfg, &all, err) != PT_OK) {
        print_found("cluster", "unknown", err->what);
    } else if (all.n == 0) {
        print_found("cluster", "none",
                    "this region has no MSK cluster yet; the first one will be used");
    } else if (all.n == 1) {
        init_take_cluster(init, all.clusters[0].name);
        init->is_cluster_the_only = true;
    } else {
        code = choose_cluster(init, &all, err);
    }
    pt_msk_clusters_done(&all);
    return code;
}

/* ------------------------------------------------------------------ what else is there */

static bool init_is_cancelled(void *arg)
{
    (void)arg;
    return signals_stopped_by() != 0;
}

/* Only told: a set-up begins with things missing. */
static pt_code look_around(struct init *init, struct pt_error *err)
{
    static const char *const ids[] = {"aws.login", "ec2.instance", "iam.role", "msk.cluster",
                                      "s3.bucket"};
    const struct pt_doctor doctor = {
        .only = ids, .n_only = sizeof ids / sizeof *ids, .is_cancelled = init_is_cancelled};
    struct pt_checks checks;
    pt_code code = pt_doctor_check(init->cfg, &doctor, &checks, err);
    for (size_t i = 0; code == PT_OK && i < checks.n; i++) {
        print_found(checks.rows[i].id, pt_check_state_word(checks.rows[i].state),
                    checks.rows[i].evidence);
    }
    if (code == PT_ECANCELLED) {
        session_interrupted("init", err);
    }
    pt_checks_done(&checks);
    return code;
}

/* ------------------------------------------------------------------ what was saved */

/* Where a setting comes from: as `config` says it, or the answer to a question. */
static const char *init_origin(const struct init *init, const struct pt_config *cfg,
                               const struct pt_property *saved)
{
    const char *given = init_given(cfg, saved->name);
    bool is_cluster = !strcmp(saved->name, "pintop.msk.cluster");
    for (size_t i = 0; i < pt_config_count(cfg) && !strcmp(given, saved->value); i++) {
        struct pt_property at = pt_config_at(cfg, i);
        if (!strcmp(at.name, saved->name)) {
            return at.origin;
        }
    }
    if (!strcmp(saved->name, "pintop.aws.region") && init->region_from[0]) {
        return init->region_from;
    }
    if (is_cluster && init->is_cluster_the_only) {
        return "the only cluster of the region";
    }
    return is_cluster && !strcmp(saved->value, "auto") ? "default" : "answer";
}

/* Secrets are not written into a context. */
static cJSON *init_json(const struct init *init, const struct pt_config *cfg, const char *name,
                        const char *path)
{
    cJSON *json = cJSON_CreateObject();
    json_text(json, "context", name);
    json_text(json, "file", path);
    cJSON *list = cJSON_AddArrayToObject(json, "settings");
    for (size_t i = 0; i < pt_config_count(init->cfg); i++) {
        struct pt_property property = pt_config_at(init->cfg, i);
        char *shown = pt_property_shown(&property);
        bool is_saved = shown != NULL && pt_property_is_given(&property) && !property.is_secret &&
                        !strcmp(shown, property.value);
        if (is_saved) {
            cJSON *item = cJSON_CreateObject();
            json_text(item, "name", property.name);
            cJSON_AddStringToObject(item, "value", property.value); /* "" is a value */
            json_text(item, "origin", init_origin(init, cfg, &property));
            cJSON_AddItemToArray(list, item);
        }
        free(shown);
    }
    return json;
}

/* ------------------------------------------------------------------ saving */

/* plan: what would change in a context that is there already. */
static pt_code init_may_change(const struct init *init, const char *name, const char *plan,
                               struct pt_error *err)
{
    char question[200];
    if (init->cli->given.is_yes || plan[0] == '\0') {
        return PT_OK;
    }
    if (!init->has_terminal) {
        return pt_error_set(err, PT_EUSAGE,
                            "Add --yes to change it, or save under another name: -c NAME.",
                            "init: the context %s exists already, and was left as it is", name);
    }
    fprintf(stderr, "The context %s exists already. This would change in it:\n%s", name, plan);
    snprintf(question, sizeof question, "Change it? The old file is kept beside it. [y/N] ");
    return cli_type_name(question, "y", "init", err);
}

static pt_code init_save(const struct init *init, const struct pt_config *cfg, const char *name,
                         struct pt_error *err)
{
    char path[4300], *plan = NULL;
    pt_code code = pt_config_save_plan(init->cfg, name, &plan, err);
    if (code == PT_OK && plan != NULL) {
        code = init_may_change(init, name, plan, err);
    }
    if (code == PT_OK) {
        code = pt_config_save(init->cfg, name, path, sizeof path, err);
    }
    free(plan);
    if (code != PT_OK) {
        return code;
    }
    if (init->cli->given.is_json) {
        return print_json(init_json(init, cfg, name, path), err);
    }
    bool is_default = !strcmp(name, "default");
    printf("saved the context %s: %s\n", name, path);
    printf("next: pintop %s%s%sdoctor\n", is_default ? "" : "-c ", is_default ? "" : name,
           is_default ? "" : " ");
    return PT_OK;
}

static pt_code init_name_and_save(const struct init *init, const struct pt_config *cfg,
                                  const char *wanted, struct pt_error *err)
{
    char name[ANSWER_MAX] = "default";
    pt_code code = PT_OK;
    if (wanted != NULL) {
        snprintf(name, sizeof name, "%s", wanted);
    } else if (init->has_terminal) {
        code = ask_word("Save as the context", "default", name, sizeof name, err);
    }
    return code == PT_OK ? init_save(init, cfg, name, err) : code;
}

/* ------------------------------------------------------------------ the command */

/* A cluster that is named by its brokers needs no set-up on AWS; saving both would mix two. */
static pt_code init_check(const struct pt_config *cfg, struct pt_error *err)
{
    return init_given(cfg, "bootstrap.servers")[0]
               ? pt_error_set(
                     err, PT_ECONFIG,
                     "Leave it out, since on AWS the brokers are looked up. Or connect to them "
                     "without a setup: pintop -b HOST:PORT, where w saves the context.",
                     "init: bootstrap.servers is set already")
               : PT_OK;
}

static int init_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct init_args *a = args;
    struct init init = {.cli = cli, .has_terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO)};
    struct pt_error err;
    pt_code code = init_check(cfg, &err);
    signals_block();
    if (code == PT_OK) {
        code = signals_start(NULL, INIT_GRACE_MS, false, &err);
    }
    if (code == PT_OK) {
        code = ask_who(&init, cfg, &err);
    }
    if (code == PT_OK) {
        code = init_configure(&init, cfg, &err);
    }
    if (code == PT_OK) {
        code = init_find_cluster(&init, cfg, &err);
    }
    if (code == PT_OK) {
        code = init_configure(&init, cfg, &err);
    }
    if (code == PT_OK) {
        code = look_around(&init, &err);
    }
    if (code == PT_OK) {
        code = init_name_and_save(&init, cfg, a->context, &err);
    }
    pt_config_free(init.cfg);
    return code != PT_OK ? print_err(&err) : 0;
}

const struct cli_command command_init = {
    .name = "init",
    .synopsis = "[--yes] [--json]",
    .does = "save the answers of a first set-up on AWS as a context",
    .args_bytes = sizeof(struct init_args),
    .options = init_options,
    .ready = init_ready,
    .run = init_run,
};
