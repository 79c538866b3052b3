#include "cli/action.h"

#include <stdio.h>
#include <string.h>

#include <poll.h>
#include <unistd.h>

#include "cli/session.h"
#include "term/signals.h"

enum { ACTIONS_MAX = 24 };

void cli_given_add(struct cli_given *given, const char *option)
{
    for (size_t i = 0; i < given->n_options; i++) {
        if (!strcmp(given->options[i], option)) {
            return;
        }
    }
    if (given->n_options < sizeof given->options / sizeof *given->options) {
        given->options[given->n_options++] = option;
    }
}

static void list_names(const struct cli_action *rows, char *out, size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    for (const struct cli_action *row = rows; row->name && n < cap; row++) {
        if (row->with) {
            continue;
        }
        const char *sep = row == rows ? "" : (row + 1)->name ? ", " : " or ";
        n += (size_t)snprintf(out + n, cap - n, "%s%s", sep, row->name);
    }
}

const struct cli_action *cli_action_find(const struct cli *cli, const char *command,
                                         const struct cli_action *rows, struct pt_error *err)
{
    char fix[80], names[200];
    snprintf(fix, sizeof fix, "`pintop %s --help` says what it takes.", command);
    list_names(rows, names, sizeof names);
    if (cli->n_words == 0) {
        pt_error_set(err, PT_EUSAGE, fix, "%s: what it shall do is missing: %s", command, names);
        return NULL;
    }
    for (const struct cli_action *row = rows; row->name; row++) {
        if (!strcmp(row->name, cli->words[0])) {
            return row;
        }
    }
    const char *known[ACTIONS_MAX];
    char meant[96];
    size_t n = 0;
    for (const struct cli_action *row = rows; row->name && n < ACTIONS_MAX; row++) {
        if (!row->with) {
            known[n++] = row->name;
        }
    }
    cli_did_you_mean(cli->words[0], known, n, meant, sizeof meant);
    pt_error_set(err, PT_EUSAGE, fix, "%s: there is no action '%s'%s%s %s", command, cli->words[0],
                 meant, meant[0] ? " There are" : ":", names);
    return NULL;
}

const struct cli_action *cli_action_with(const struct cli_action *row,
                                         const struct cli_given *given)
{
    for (const struct cli_action *other = row + 1; other->name && other->with; other++) {
        for (size_t i = 0; i < given->n_options; i++) {
            if (!strcmp(given->options[i], other->with)) {
                return other;
            }
        }
    }
    return row;
}

bool cli_action_does_change(const struct cli_action *row)
{
    const struct pt_command_row *of = pt_command_row(row->kind);
    return pt_row_is(of, PT_ROW_CHANGES);
}

static bool takes(const struct cli_action *row, const char *option)
{
    size_t len = strlen(option);
    for (const char *at = row->options; (at = strstr(at, option)) != NULL; at += len) {
        bool is_start = at == row->options || at[-1] == ' ';
        if (is_start && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

bool cli_action_must_ask(const struct cli_action *row, const struct cli_given *given)
{
    return row->asks && !given->is_yes && !given->is_plan;
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

static pt_code check_options(const char *command, const struct cli_action *row,
                             const struct cli_given *given, struct pt_error *err)
{
    char fix[240], known[200];
    for (size_t i = 0; i < given->n_options; i++) {
        if (takes(row, given->options[i])) {
            continue;
        }
        list_options(row->options, known, sizeof known);
        snprintf(fix, sizeof fix, known[0] ? "It takes: %s." : "It takes none of its own%s.",
                 known);
        return pt_error_set(err, PT_EUSAGE, fix, "%s %s: it does not take --%s; nothing was done",
                            command, row->name, given->options[i]);
    }
    return PT_OK;
}

static pt_code check_names(const struct cli *cli, const char *command, const struct cli_action *row,
                           size_t n_names, struct pt_error *err)
{
    char fix[120];
    snprintf(fix, sizeof fix, "`pintop %s list` shows the names; `pintop %s --help` the arguments.",
             command, command);
    /* "$NAME" of a shell variable that isn't set: never the same as no name. */
    for (size_t i = 1; i < cli->n_words; i++) {
        if (!cli->words[i][0]) {
            return pt_error_set(err, PT_EUSAGE, "Give the name; is a shell variable in it not set?",
                                "%s %s: the name is empty; nothing was done", command, row->name);
        }
    }
    if (n_names < row->min_names) {
        return pt_error_set(err, PT_EUSAGE, fix, "%s %s: the name is missing", command, row->name);
    }
    if (n_names > row->max_names) {
        return pt_error_set(err, PT_EUSAGE, fix, "%s %s: argument '%s' is too much", command,
                            row->name, cli->words[cli->n_words - 1]);
    }
    return PT_OK;
}

pt_code cli_action_check(const struct cli *cli, const char *command, const struct cli_action *row,
                         const struct cli_given *given, size_t n_names, struct pt_error *err)
{
    const struct pt_command_row *of = pt_command_row(row->kind);
    pt_code code = check_options(command, row, given, err);
    if (code == PT_OK) {
        code = check_names(cli, command, row, n_names, err);
    }
    if (code != PT_OK) {
        return code;
    }
    if (given->is_plan && !pt_row_is(of, PT_ROW_PLAN)) {
        return pt_error_set(err, PT_EUSAGE, "Leave --dry-run out.",
                            "%s %s: there is no dry run of it; nothing was done", command,
                            row->name);
    }
    if (cli->is_readonly && pt_row_is(of, PT_ROW_CHANGES) && !given->is_plan) {
        return pt_error_set(err, PT_EREADONLY, "Leave --readonly out.",
                            "%s %s: refused: --readonly changes nothing", command, row->name);
    }
    if (cli_action_must_ask(row, given) && !(isatty(STDIN_FILENO) && isatty(STDERR_FILENO))) {
        return pt_error_set(err, PT_EUSAGE, "Add --yes if it should go without asking.",
                            "%s %s: refused: there is no terminal to have the name typed on",
                            command, row->name);
    }
    return PT_OK;
}

/* One line from the terminal, or whatever ends the wait for it. */
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

pt_code cli_type_name(const char *question, const char *name, const char *what,
                      struct pt_error *err)
{
    char typed[300];
    fprintf(stderr, "%s", question);
    fflush(stderr);
    bool is_typed = read_typed(typed, sizeof typed);
    if (is_typed && !strcmp(typed, name)) {
        return PT_OK;
    }
    if (!is_typed) {
        fputc('\n', stderr);
    }
    return pt_error_set(err, PT_ECANCELLED, NULL, "%s %s: nothing was done: %s", what, name,
                        signals_stopped_by() ? "interrupted"
                        : is_typed           ? "another name was typed"
                                             : "no name was typed");
}
