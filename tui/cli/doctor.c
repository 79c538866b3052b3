/* `pintop doctor`: the checks of the setup, and IAM policies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/action.h"
#include "cli/cli.h"
#include "cli/fix_progress.h"
#include "cli/print.h"
#include "cli/session.h"
#include "pintop/auth.h"
#include "pintop/doctor.h"
#include "pintop/report.h"
#include "term/signals.h"

enum { GRACE_MS = 4500, ID_WIDTH = 21, STATE_WIDTH = 11 };

/* Names of checks: "ID,ID" of an option, and words. */
struct ids {
    const char *list[PT_CHECKS_MAX];
    size_t n;
    char text[1024]; /* what the list points into */
    size_t len;
};

struct doctor_args {
    const char *policy; /* NULL: not asked for */
    struct ids only, fix;
    bool has_fix;
};

static const struct cli_option doctor_options[] = {
    CLI_JSON,
    {"only",   0,   "ID",   "make only this check, or these (ID,ID), and those that they need"},
    {"fix",    0,   "[ID]",
      "fix what these checks find, after asking; without an ID only what is free and yours"    },
    {"yes",    'y', NULL,   "fix without asking"                                              },
    {"policy", 0,   "USE",  "print the smallest IAM policy for a use: watch, operate or setup"},
    CLI_NO_MORE_OPTIONS,
};

static pt_code ids_add(struct ids *ids, const char *value, const char *what, struct pt_error *err)
{
    char *id, *rest = NULL, *text = ids->text + ids->len;
    size_t size = strlen(value) + 1;
    if (size > sizeof ids->text - ids->len) {
        return pt_error_set(err, PT_EUSAGE, "Name each check once.",
                            "%s: there are too many checks", what);
    }
    memcpy(text, value, size);
    ids->len += size;
    for (id = strtok_r(text, ", ", &rest); id != NULL; id = strtok_r(NULL, ", ", &rest)) {
        if (ids->n == PT_CHECKS_MAX) {
            return pt_error_set(err, PT_EUSAGE, "Name each check once.",
                                "%s: there are too many checks", what);
        }
        ids->list[ids->n++] = id;
    }
    return PT_OK;
}

static pt_code doctor_take(struct cli *cli, void *args, const char *option, const char *value,
                           struct pt_error *err)
{
    struct doctor_args *a = args;
    (void)cli;
    if (!strcmp(option, "only")) {
        return ids_add(&a->only, value, "--only", err);
    }
    if (!strcmp(option, "fix")) {
        a->has_fix = true;
        return value != NULL ? ids_add(&a->fix, value, "--fix", err) : PT_OK;
    }
    a->policy = value;
    return PT_OK;
}

/* Words are IDs as well: `doctor --fix kafka.topics iam.trust`. */
static pt_code doctor_ready(struct cli *cli, void *args, struct pt_error *err)
{
    struct doctor_args *a = args;
    struct ids *ids = a->has_fix ? &a->fix : &a->only;
    pt_code code = PT_OK;
    if (cli->n_words > 0 && !a->has_fix && a->only.n == 0) {
        return pt_error_set(err, PT_EUSAGE, "Write `doctor --only ID`, or `doctor --fix ID`.",
                            "doctor: unexpected argument '%s'", cli->words[0]);
    }
    for (size_t i = 0; i < cli->n_words && code == PT_OK; i++) {
        code = ids_add(ids, cli->words[i], a->has_fix ? "--fix" : "--only", err);
    }
    return code;
}

/* ------------------------------------------------------------------ the policy */

static int print_policy(const struct pt_config *cfg, const char *use)
{
    struct pt_error err;
    char *json;
    if (pt_policy(cfg, use, &json, &err) != PT_OK) {
        return print_err(&err);
    }
    puts(json);
    if (!strcmp(use, "setup") && strstr(json, "iam:PassRole") == NULL) {
        fputs("pintop: warning: the policy leaves out iam:PassRole and "
              "iam:UpdateAssumeRolePolicy, because no role is known. Set pintop.user.id or "
              "pintop.connector.role.arn, and print it again.\n",
              stderr);
    }
    if (strstr(json, "\"arn:aws:kafka:*:") != NULL) {
        fputs("pintop: warning: the policy is for every region of the partition aws, because no "
              "region is known. Set --region REGION, which also tells the partition (aws-us-gov, "
              "aws-cn), and print it again.\n",
              stderr);
    }
    free(json);
    return 0;
}

/* ------------------------------------------------------------------ the checks */

/* The checks come to an end in any order, and are printed in the table's. */
struct printing {
    const struct doctor_args *args;
    const struct cli *cli;
    struct pt_error error; /* of the first fix that failed */
    size_t n_fixed;
    struct fix_progress progress;
    char goes_on[PT_WHAT_MAX]; /* what the fixes have made that costs money from now on */
    bool is_silent;
    size_t next; /* the first one not printed yet */
    char *lines[PT_CHECKS_MAX];
};

static bool is_asked(const struct doctor_args *a, const char *id)
{
    bool is = a->only.n == 0;
    for (size_t i = 0; i < a->only.n; i++) {
        is |= !strcmp(a->only.list[i], id);
    }
    return is;
}

/* One line, and one more for the next step. */
static char *check_lines(const struct pt_check *check)
{
    char *text = NULL, who[320] = "";
    bool has_fix = check->fix[0] != '\0';
    if (check->identity[0] != '\0' && strcmp(check->identity, "you") != 0) {
        snprintf(who, sizeof who, " (for %s)", check->identity);
    }
    int n = asprintf(&text, "%-*s %-*s %s%s\n%*s%s%s%s", ID_WIDTH, check->id, STATE_WIDTH,
                     pt_check_state_word(check->state), check->evidence, who,
                     has_fix ? ID_WIDTH + STATE_WIDTH + 2 : 0, "", has_fix ? "next: " : "",
                     check->fix, has_fix ? "\n" : "");
    return n >= 0 ? text : NULL;
}

static void printing_go_on(struct printing *p)
{
    const char *id;
    while ((id = pt_check_id(p->next)) != NULL &&
           (p->lines[p->next] != NULL || !is_asked(p->args, id))) {
        if (p->lines[p->next] != NULL) {
            fputs(p->lines[p->next], stdout);
            free(p->lines[p->next]);
            p->lines[p->next] = NULL;
        }
        p->next++;
    }
    print_flush();
}

static void doctor_said(void *arg, size_t i, const struct pt_check *check)
{
    struct printing *p = arg;
    if (check->state == PT_CHECK_RUNNING || p->is_silent) {
        return;
    }
    p->lines[i] = check_lines(check);
    printing_go_on(p);
}

/* ------------------------------------------------------------------ fixes */

static void print_plan(const struct pt_fix *fix)
{
    fprintf(stderr, "%s: %s\n", fix->id, fix->does);
    for (const char *at = fix->plan; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        fprintf(stderr, "  %.*s\n", (int)len, at);
        at += len + (at[len] == '\n');
    }
}

/* Reads one line from the terminal; a refusal is the default. What costs money wants more than a
 * letter. */
static bool is_agreed(const struct pt_fix *fix)
{
    char line[16] = "", question[120];
    struct pt_error err;
    if (fix->is_costly) {
        snprintf(question, sizeof question, "Type %s to do it: ", fix->id);
        return cli_type_name(question, fix->id, "doctor --fix", &err) == PT_OK;
    }
    fputs("Do it? [y/N] ", stderr);
    return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

static bool doctor_agree(void *arg, const struct pt_fix *fix)
{
    struct printing *p = arg;
    print_plan(fix);
    if (p->cli->given.is_yes) {
        return true;
    }
    if (!isatty(STDIN_FILENO)) {
        pt_error_set(&p->error, PT_EUSAGE, "Add --yes to have it done without asking.",
                     "doctor --fix %s: it asks first, and there is no terminal to ask on, so "
                     "nothing was changed",
                     fix->id);
        return false;
    }
    return is_agreed(fix);
}

static void doctor_fixed(void *arg, const struct pt_fix *fix, const char *said,
                         const struct pt_error *err)
{
    struct printing *p = arg;
    size_t len = strlen(p->goes_on);
    fputs(said, stderr);
    snprintf(p->goes_on + len, sizeof p->goes_on - len, "%s%s",
             len > 0 && fix->goes_on[0] != '\0' ? " " : "", fix->goes_on);
    if (err->code == PT_OK) {
        p->n_fixed++;
    } else if (p->error.code == PT_OK) {
        p->error = *err;
    }
}

static void doctor_progress(void *arg, const struct pt_progress *progress)
{
    struct printing *p = arg;
    fix_progress_show(&p->progress, progress);
}

static bool doctor_is_cancelled(void *arg)
{
    (void)arg;
    return signals_stopped_by() != 0;
}

/* ------------------------------------------------------------------ the end */

static pt_code print_checks_json(const struct pt_checks *checks, struct pt_error *err)
{
    char *json = pt_checks_json(checks);
    if (json == NULL) {
        return pt_error_set(err, PT_ENOMEM, NULL, "doctor: out of memory");
    }
    puts(json);
    free(json);
    return PT_OK;
}

static void print_checks_summary(const struct pt_checks *checks)
{
    printf("\n%zu ok, %zu warn, %zu fail, %zu unknown, %zu not needed; %zu calls\n",
           pt_checks_count(checks, PT_CHECK_OK), pt_checks_count(checks, PT_CHECK_WARN),
           pt_checks_count(checks, PT_CHECK_FAIL), pt_checks_count(checks, PT_CHECK_UNKNOWN),
           pt_checks_count(checks, PT_CHECK_NOT_NEEDED), checks->n_calls);
}

static int doctor_check(struct cli *cli, const struct doctor_args *a, const struct pt_config *cfg)
{
    struct printing printing = {.args = a,
                                .cli = cli,
                                .progress.is_on = isatty(STDERR_FILENO),
                                .is_silent = cli->given.is_json};
    const struct pt_doctor doctor = {.only = a->only.list,
                                     .n_only = a->only.n,
                                     .fix = a->fix.list,
                                     .n_fix = a->fix.n,
                                     .fixes_free = a->has_fix && a->fix.n == 0,
                                     .agree = a->has_fix ? doctor_agree : NULL,
                                     .fixed = doctor_fixed,
                                     .progress = doctor_progress,
                                     .said = doctor_said,
                                     .arg = &printing,
                                     .is_cancelled = doctor_is_cancelled};
    struct pt_checks checks = {0};
    struct pt_error err;
    signals_block();
    pt_code code = signals_start(NULL, GRACE_MS, false, &err);
    if (code == PT_OK) {
        code = pt_doctor_check(cfg, &doctor, &checks, &err);
    }
    if (code == PT_ECANCELLED && printing.error.code == PT_OK) {
        session_interrupted("doctor", &err);
    } else if (code == PT_ECANCELLED) { /* the fix says what goes on */
        err = printing.error;
    }
    if (code == PT_OK && cli->given.is_json) {
        code = print_checks_json(&checks, &err);
    } else if (code == PT_OK) {
        print_checks_summary(&checks);
    }
    if (printing.goes_on[0] != '\0' && printing.error.code != PT_ECANCELLED) {
        fprintf(stderr, "%s\n", printing.goes_on);
    }
    for (size_t i = 0; i < PT_CHECKS_MAX; i++) {
        free(printing.lines[i]);
    }
    if (code == PT_OK && printing.error.code != PT_OK) {
        err = printing.error;
        code = err.code;
    }
    bool are_good = pt_checks_are_good(&checks);
    pt_checks_done(&checks);
    return code != PT_OK ? print_err(&err) : are_good ? 0 : pt_code_exit(PT_EUNHEALTHY);
}

static int doctor_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    const struct doctor_args *a = args;
    return a->policy != NULL ? print_policy(cfg, a->policy) : doctor_check(cli, a, cfg);
}

const struct cli_command command_doctor = {
    .name = "doctor",
    .synopsis = "[--only ID…] [--fix [ID…] [--yes]] [--json] | --policy USE",
    .does = "check the setup step by step, or print an IAM policy",
    .args_bytes = sizeof(struct doctor_args),
    .options = doctor_options,
    .take = doctor_take,
    .ready = doctor_ready,
    .takes_words = true,
    .run = doctor_run,
};
