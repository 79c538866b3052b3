/* `pintop teardown`: what pintop created here is deleted again, one thing after the other, each
 * after a question. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/action.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "cli/session.h"
#include "pintop/report.h"
#include "pintop/teardown.h"
#include "term/signals.h"

enum { TEARDOWN_GRACE_MS = 1500, KIND_WIDTH = 22, MADE_STATE_WIDTH = 8 };

static const struct cli_option teardown_options[] = {
    CLI_JSON,
    {"yes",     'y', NULL, "delete without asking; a topic with records stays" },
    {"dry-run", 0,   NULL, "only list what was created here and is still there"},
    CLI_NO_MORE_OPTIONS,
};

/* One run, for the callbacks. */
struct teardown_cli {
    const struct cli *cli;
    bool can_ask;     /* there is a terminal */
    size_t n_unasked; /* things that were left because nobody could be asked */
};

/* ------------------------------------------------------------------ what is printed */

static void print_made(const struct pt_made *made)
{
    printf("%-*s %-*s %s%s: %s\n", KIND_WIDTH, made->kind, MADE_STATE_WIDTH,
           pt_made_state_word(made->state), made->is_sure ? "" : "(perhaps) ", made->name,
           made->evidence);
    if (made->fix[0] != '\0' && made->state != PT_MADE_THERE) {
        printf("%*snext: %s\n", KIND_WIDTH + MADE_STATE_WIDTH + 2, "", made->fix);
    }
}

static void teardown_listed(void *arg, const struct pt_made_list *list)
{
    const struct cli *cli = ((const struct teardown_cli *)arg)->cli;
    if (list->n_strange > 0) {
        fprintf(stderr,
                "pintop: warning: %zu line%s of %s cannot be understood, so that what they are "
                "about is left as it is\n",
                list->n_strange, list->n_strange == 1 ? "" : "s", list->notes);
    }
    for (size_t i = 0; i < list->n && !cli->given.is_json; i++) {
        print_made(&list->rows[i]);
    }
    print_flush();
}

static void print_indented(const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        fprintf(stderr, "  %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static bool teardown_agree(void *arg, const struct pt_made *made)
{
    struct teardown_cli *run = arg;
    char question[500];
    struct pt_error err;
    if (run->cli->given.is_yes) {
        return true;
    }
    if (!run->can_ask) {
        run->n_unasked++;
        return false;
    }
    fprintf(stderr, "\n%s: %s\n", made->does, made->name);
    print_indented(made->loss);
    if (made->is_typed) {
        snprintf(question, sizeof question, "Type %s to delete it: ", made->name);
        return cli_type_name(question, made->name, "teardown", &err) == PT_OK;
    }
    return cli_type_name("Do it? [y/N] ", "y", "teardown", &err) == PT_OK;
}

static void teardown_deleting(void *arg, const struct pt_made *made)
{
    (void)arg;
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "%s: %s …\n", made->does, made->name);
    }
}

static void teardown_ended(void *arg, const struct pt_made *made)
{
    const struct cli *cli = ((const struct teardown_cli *)arg)->cli;
    if (made->end == PT_MADE_FAILED) {
        fprintf(stderr, "pintop: teardown: %s %s: %s\n", made->does, made->name, made->error);
    } else if (!cli->given.is_json) {
        printf("%-*s %-*s %s%s%s\n", KIND_WIDTH, made->kind, MADE_STATE_WIDTH,
               made->end == PT_MADE_DELETED ? "deleted" : pt_made_state_word(made->state),
               made->name, made->end == PT_MADE_DELETED ? "" : ": ",
               made->end == PT_MADE_DELETED ? "" : made->evidence);
        print_flush();
    }
}

static bool teardown_is_cancelled(void *arg)
{
    (void)arg;
    return signals_stopped_by() != 0;
}

/* ------------------------------------------------------------------ the end */

static size_t count_ends(const struct pt_made_list *list, enum pt_made_end end)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        n += list->rows[i].end == end;
    }
    return n;
}

/* Of those that were not deleted. */
static size_t count_states(const struct pt_made_list *list, enum pt_made_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        n += list->rows[i].end == PT_MADE_LEFT && list->rows[i].state == state;
    }
    return n;
}

static void print_made_summary(const struct pt_made_list *list)
{
    if (list->n == 0) {
        printf("nothing that pintop created is noted in %s\n", list->notes);
        return;
    }
    printf("\n%zu deleted, %zu failed; left: %zu as they were created, %zu changed since, %zu not "
           "seen; %zu gone\n",
           count_ends(list, PT_MADE_DELETED), count_ends(list, PT_MADE_FAILED),
           count_states(list, PT_MADE_THERE), count_states(list, PT_MADE_OTHER),
           count_states(list, PT_MADE_UNKNOWN), count_states(list, PT_MADE_GONE));
}

static pt_code print_made_end(const struct cli *cli, const struct pt_made_list *list,
                              struct pt_error *err)
{
    char *json;
    if (!cli->given.is_json) {
        print_made_summary(list);
        return PT_OK;
    }
    json = pt_made_json(list);
    if (json == NULL) {
        return pt_error_set(err, PT_ENOMEM, NULL, "teardown: out of memory");
    }
    puts(json);
    free(json);
    return PT_OK;
}

/* Once all is listed: what would have been asked about is there. */
static pt_code teardown_refusal(const struct teardown_cli *run, struct pt_error *err)
{
    return run->n_unasked == 0
               ? PT_OK
               : pt_error_set(err, PT_EUSAGE,
                              "Add --yes to delete without the questions, or --dry-run to look "
                              "only.",
                              "teardown: %zu thing%s not deleted: it asks before each one, and "
                              "there is no terminal to ask on",
                              run->n_unasked, run->n_unasked == 1 ? " was" : "s were");
}

static pt_code teardown_do(struct teardown_cli *run, const struct pt_config *cfg,
                           struct pt_made_list *list, struct pt_error *err)
{
    const struct pt_teardown how = {.is_plan = run->cli->given.is_plan,
                                    .is_unattended = run->cli->given.is_yes,
                                    .arg = run,
                                    .listed = teardown_listed,
                                    .agree = teardown_agree,
                                    .deleting = teardown_deleting,
                                    .ended = teardown_ended,
                                    .is_cancelled = teardown_is_cancelled};
    signals_block();
    pt_code code = signals_start(NULL, TEARDOWN_GRACE_MS, false, err);
    if (code == PT_OK) {
        code = pt_teardown_run(cfg, &how, list, err);
    }
    if (code == PT_ECANCELLED) {
        session_interrupted("teardown", err);
    }
    if (code == PT_OK) {
        code = print_made_end(run->cli, list, err);
    }
    return code == PT_OK ? teardown_refusal(run, err) : code;
}

static int teardown_run(struct cli *cli, void *args, const struct pt_config *cfg)
{
    struct teardown_cli run = {.cli = cli,
                               .can_ask = isatty(STDIN_FILENO) && isatty(STDERR_FILENO)};
    struct pt_made_list list = {0};
    struct pt_error err;
    (void)args;
    pt_code code = teardown_do(&run, cfg, &list, &err);
    int status = code != PT_OK                              ? print_err(&err)
                 : count_ends(&list, PT_MADE_FAILED) > 0    ? pt_code_exit(PT_EIO)
                 : count_states(&list, PT_MADE_UNKNOWN) > 0 ? pt_code_exit(PT_EUNHEALTHY)
                                                            : 0;
    pt_made_list_done(&list);
    return status;
}

const struct cli_command command_teardown = {
    .name = "teardown",
    .synopsis = "[--yes] [--dry-run] [--json]",
    .does = "delete what pintop created here, one by one",
    .does_change = true,
    .options = teardown_options,
    .run = teardown_run,
};
