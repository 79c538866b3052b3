#include "cli/action.h"

#include <stdio.h>
#include <string.h>

#include <poll.h>
#include <unistd.h>

#include "cli/session.h"
#include "term/signals.h"

enum { ACTIONS_MAX = 40 };

/* ---- the rows ---- */

static void add_word(char *out, size_t cap, const char *word)
{
    size_t len = strlen(out);
    if (word && *word) {
        snprintf(out + len, cap - len, "%s%s", len > 0 ? " " : "", word);
    }
}

static void action_of_reading(const struct cli_reading *reading, struct cli_action *out)
{
    *out = (struct cli_action){.max_names = reading->max_names,
                               .is_thorough = reading->is_thorough,
                               .shows_away = reading->shows_away,
                               .reading = reading,
                               .kind = -1};
    snprintf(out->name, sizeof out->name, "%s", reading->name);
    add_word(out->options, sizeof out->options, "json");
    add_word(out->options, sizeof out->options, reading->options);
}

void cli_action_of(const struct cli_group *group, int kind, const struct pt_command_info *info,
                   struct cli_action *out)
{
    const char *word = info->name + strlen(group->name) + 1;
    const char *with = strstr(word, " --");
    bool has_steps = info->answer == PT_ANSWER_STEPS;
    bool is_name_optional =
        pt_command_is(info, PT_COMMAND_MAKES) || pt_command_is(info, PT_COMMAND_OWN);
    *out = (struct cli_action){.with = with ? with + 3 : NULL,
                               .min_names = is_name_optional ? 0 : 1,
                               .max_names = pt_command_is(info, PT_COMMAND_MANY) ? SIZE_MAX : 1,
                               .takes_settings =
                                   group->has_settings && pt_command_is(info, PT_COMMAND_CONFIGS),
                               .is_thorough = has_steps,
                               .shows_away = has_steps,
                               .info = info,
                               .kind = kind};
    snprintf(out->name, sizeof out->name, "%.*s",
             (int)(with ? (size_t)(with - word) : strlen(word)), word);
    add_word(out->options, sizeof out->options, out->with);
    add_word(out->options, sizeof out->options, "json");
    add_word(out->options, sizeof out->options, info->options);
    add_word(out->options, sizeof out->options,
             pt_command_is(info, PT_COMMAND_PLAN) ? "dry-run" : "");
    add_word(out->options, sizeof out->options, info->asks ? "yes" : "");
}

bool cli_action_at(const struct cli_group *group, size_t i, struct cli_action *out)
{
    size_t len = strlen(group->name);
    for (const struct cli_reading *reading = group->readings; reading->name; reading++) {
        if (i-- == 0) {
            action_of_reading(reading, out);
            return true;
        }
    }
    for (size_t kind = 0; kind < pt_command_count(); kind++) {
        const struct pt_command_info *info = pt_command_info((int)kind);
        if (strncmp(info->name, group->name, len) != 0 || info->name[len] != ' ') {
            continue;
        }
        if (i-- == 0) {
            cli_action_of(group, (int)kind, info, out);
            return true;
        }
    }
    return false;
}

void cli_action_args(const struct cli_action *action, char *out, size_t cap)
{
    char with[40];
    const char *dots = action->max_names > 1 ? "..." : "";
    out[0] = '\0';
    if (action->max_names > 0) {
        snprintf(out, cap, action->min_names > 0 ? "NAME%s" : "[NAME%s]", dots);
    }
    if (action->takes_settings) {
        add_word(out, cap, action->min_names > 0 ? "KEY=VALUE..." : "[KEY=VALUE...]");
    }
    snprintf(with, sizeof with, "--%s", action->with ? action->with : "");
    add_word(out, cap, action->with ? with : "");
}

bool cli_action_takes(const struct cli_action *action, const char *option)
{
    size_t len = strlen(option);
    for (const char *at = action->options; (at = strstr(at, option)) != NULL; at += len) {
        bool is_start = at == action->options || at[-1] == ' ';
        if (is_start && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

/* ---- finding an action ---- */

static bool is_given(const struct cli *cli, const char *option)
{
    for (size_t i = 0; i < cli->given.n_options; i++) {
        if (!strcmp(cli->given.options[i], option)) {
            return true;
        }
    }
    return false;
}

/* The names of all actions, each once. */
static size_t list_actions(const struct cli_group *group, struct cli_action *rows,
                           const char *names[ACTIONS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; n < ACTIONS_MAX && cli_action_at(group, i, &rows[n]); i++) {
        if (!rows[n].with) {
            names[n] = rows[n].name;
            n++;
        }
    }
    return n;
}

/* "list, create or delete" */
static void join_names(const char *const *names, size_t n, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && len < cap; i++) {
        const char *sep = i == 0 ? "" : i + 1 < n ? ", " : " or ";
        len += (size_t)snprintf(out + len, cap - len, "%s%s", sep, names[i]);
    }
}

static pt_code refuse_action(const struct cli *cli, const struct cli_group *group,
                             struct pt_error *err)
{
    struct cli_action rows[ACTIONS_MAX];
    const char *known[ACTIONS_MAX];
    char fix[80], names[300], meant[96];
    size_t n = list_actions(group, rows, known);
    snprintf(fix, sizeof fix, "`pintop %s --help` lists its actions.", group->name);
    join_names(known, n, names, sizeof names);
    if (cli->n_words == 0) {
        return pt_error_set(err, PT_EUSAGE, fix, "%s: the action is missing: %s", group->name,
                            names);
    }
    cli_did_you_mean(cli->words[0], known, n, meant, sizeof meant);
    return pt_error_set(err, PT_EUSAGE, fix, "%s: there is no action '%s'%s%s %s", group->name,
                        cli->words[0], meant, meant[0] ? " There are" : ":", names);
}

pt_code cli_action_find(const struct cli *cli, const struct cli_group *group,
                        struct cli_action *out, struct pt_error *err)
{
    struct cli_action row;
    bool is_found = false;
    for (size_t i = 0; cli->n_words > 0 && cli_action_at(group, i, &row); i++) {
        if (!strcmp(row.name, cli->words[0]) && (!row.with || is_given(cli, row.with))) {
            *out = row;
            is_found = true;
        }
    }
    return is_found ? PT_OK : refuse_action(cli, group, err);
}

/* ---- checking an action ---- */

bool cli_action_does_change(const struct cli_action *action)
{
    return pt_command_is(action->info, PT_COMMAND_CHANGES);
}

bool cli_action_must_ask(const struct cli *cli, const struct cli_action *action)
{
    return action->info && action->info->asks && !cli->given.is_yes && !cli->given.is_plan;
}

/* "json dry-run" as options are typed: --json, --dry-run. */
static void list_options(const char *options, char *out, size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    while (*options && n < cap) {
        size_t len = strcspn(options, " ");
        n += (size_t)snprintf(out + n, cap - n, "%s--%.*s", n > 0 ? ", " : "", (int)len, options);
        options += len + (options[len] == ' ');
    }
}

static pt_code check_options(const struct cli *cli, const struct cli_group *group,
                             const struct cli_action *action, struct pt_error *err)
{
    char fix[240], known[200];
    for (size_t i = 0; i < cli->given.n_options; i++) {
        if (cli_action_takes(action, cli->given.options[i])) {
            continue;
        }
        list_options(action->options, known, sizeof known);
        snprintf(fix, sizeof fix, known[0] ? "It takes: %s." : "It takes none of its own%s.",
                 known);
        return pt_error_set(err, PT_EUSAGE, fix,
                            "%s %s: this action has no option --%s; nothing was done", group->name,
                            action->name, cli->given.options[i]);
    }
    return PT_OK;
}

static pt_code check_names(const struct cli *cli, const struct cli_group *group,
                           const struct cli_action *action, size_t n_names, struct pt_error *err)
{
    char fix[120];
    snprintf(fix, sizeof fix, "`pintop %s list` shows the names; `pintop %s --help` the arguments.",
             group->name, group->name);
    /* An empty name, as "$NAME" gives for an unset shell variable, is an error: it never means that
     * no name was given. */
    for (size_t i = 1; i < cli->n_words; i++) {
        if (!cli->words[i][0]) {
            return pt_error_set(
                err, PT_EUSAGE, "Give the name, and check that shell variables in it are set.",
                "%s %s: the name is empty; nothing was done", group->name, action->name);
        }
    }
    if (n_names < action->min_names) {
        return pt_error_set(err, PT_EUSAGE, fix, "%s %s: the name is missing", group->name,
                            action->name);
    }
    if (n_names > action->max_names) {
        return pt_error_set(err, PT_EUSAGE, fix, "%s %s: unexpected argument '%s'", group->name,
                            action->name, cli->words[cli->n_words - 1]);
    }
    return PT_OK;
}

pt_code cli_action_check(const struct cli *cli, const struct cli_group *group,
                         const struct cli_action *action, size_t n_names, struct pt_error *err)
{
    pt_code code = check_options(cli, group, action, err);
    if (code == PT_OK) {
        code = check_names(cli, group, action, n_names, err);
    }
    if (code != PT_OK) {
        return code;
    }
    if (cli->is_readonly && cli_action_does_change(action) && !cli->given.is_plan) {
        return pt_error_set(err, PT_EREADONLY, "Remove --readonly.",
                            "%s %s: refused: --readonly forbids changes", group->name,
                            action->name);
    }
    if (cli_action_must_ask(cli, action) && !(isatty(STDIN_FILENO) && isatty(STDERR_FILENO))) {
        return pt_error_set(
            err, PT_EUSAGE, "Add --yes to do it without the question.",
            "%s %s: refused: it asks for the name to be typed, and there is no terminal",
            group->name, action->name);
    }
    return PT_OK;
}

/* ---- asking for the name ---- */

/* Reads one line from the terminal; a signal or the end of the input ends the wait. */
static bool read_typed(char *out, size_t cap)
{
    size_t n = 0;
    char c;
    struct pollfd fds[2] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = signals_fd(), .events = POLLIN}
    };
    for (;;) {
        int ready = poll(fds, 2, -1);
        if (signals_stopped_by() || (ready > 0 && (fds[1].revents & POLLIN))) {
            return false;
        }
        if (ready <= 0 || !(fds[0].revents & (POLLIN | POLLHUP))) {
            continue;
        }
        if (read(STDIN_FILENO, &c, 1) != 1) {
            return false;
        }
        if (c == '\n') {
            out[n] = '\0';
            return true;
        }
        if (n + 1 < cap) {
            out[n++] = c;
        }
    }
}

bool cli_ask_line(const char *question, char *out, size_t cap)
{
    fprintf(stderr, "%s", question);
    fflush(stderr);
    bool is_typed = read_typed(out, cap);
    if (!is_typed) {
        fputc('\n', stderr);
    }
    return is_typed;
}

pt_code cli_type_name(const char *question, const char *name, const char *what,
                      struct pt_error *err)
{
    char typed[300];
    bool is_typed = cli_ask_line(question, typed, sizeof typed);
    if (is_typed && !strcmp(typed, name)) {
        return PT_OK;
    }
    return pt_error_set(err, PT_ECANCELLED, NULL, "%s %s: nothing was done: %s", what, name,
                        signals_stopped_by() ? "interrupted"
                        : is_typed           ? "another name was typed"
                                             : "no name was typed");
}
