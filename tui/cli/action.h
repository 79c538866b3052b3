/* The actions of a command (`topics delete`, `connector restart`): one row each, from which follow
 * what it takes, whether --readonly refuses it, and whether it asks first. */
#ifndef CLI_ACTION_H
#define CLI_ACTION_H

#include "cli/cli.h"
#include "pintop/command.h"

struct cli_action {
    const char *name;
    int kind;            /* enum pt_command_kind; CLI_READS: it only reads the snapshot */
    const char *options; /* those of the command's that it takes, with blanks between */
    size_t min_names, max_names;
    bool takes_settings; /* words of the form KEY=VALUE */
    bool asks;           /* has the name typed before it acts, unless --yes or --dry-run */
    const char *with;    /* the option that makes this row of the one before; NULL: none */
};
enum { CLI_READS = -1 };

/* What was said for an action. */
struct cli_given {
    const char *options[16]; /* the command's own, as they came */
    size_t n_options;
    bool is_yes, is_plan;
};
/* Remember that an option was given; for the command's take(). */
void cli_given_add(struct cli_given *given, const char *option);

/* The row that the first word names. NULL with err: PT_EUSAGE. rows: ended by a NULL name. */
const struct cli_action *cli_action_find(const struct cli *cli, const char *command,
                                         const struct cli_action *rows, struct pt_error *err);
/* The row of the same name that an option which was given makes of it; else the row itself. */
const struct cli_action *cli_action_with(const struct cli_action *row,
                                         const struct cli_given *given);
/* May it go on? Names and settings have been counted. Errors PT_EUSAGE: a name is missing or too
 * much, an option that this action does not take, no terminal to ask on; PT_EREADONLY. */
pt_code cli_action_check(const struct cli *cli, const char *command, const struct cli_action *row,
                         const struct cli_given *given, size_t n_names, struct pt_error *err);
bool cli_action_does_change(const struct cli_action *row);
/* Must the name be typed? */
bool cli_action_must_ask(const struct cli_action *row, const struct cli_given *given);

/* Have the name typed on the terminal; a signal ends the wait at once. Errors PT_ECANCELLED:
 * another text, the end of the input, or a signal. */
pt_code cli_type_name(const char *question, const char *name, const char *what,
                      struct pt_error *err);

#endif
