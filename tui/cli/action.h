/* The actions of a command (`topics delete`, `connector restart`).
 *
 * An action is either a command of the engine, described by its row in the engine's table of
 * commands, or a reading, which only prints what the snapshot has. The row determines the arguments
 * and options of the action, whether --readonly refuses it, whether it asks first, and its help. */
#ifndef CLI_ACTION_H
#define CLI_ACTION_H

#include "cli/cli.h"
#include "pintop/command.h"
#include "pintop/snapshot.h"

/* A reading: one row of a group's table, which ends with a row whose name is NULL. */
struct cli_reading {
    const char *name;
    const char *options; /* the options of the command that it takes, besides --json */
    size_t max_names;
    bool is_thorough; /* it waits for every witness and prints each of them */
    bool shows_away;  /* it prints what is known even if the back end does not answer */
    /* Returns the exit status. args: the command's. */
    int (*print)(const struct cli *cli, const void *args, const struct pt_snapshot *snap);
};

struct cli_group {
    const char *name; /* the command's name; the engine's commands are named "NAME action" */
    const struct cli_reading *readings;
    bool has_settings; /* settings are words KEY=VALUE; otherwise an option gives them */
};

struct cli_action {
    char name[24];
    char options[100]; /* the options that it takes, separated by blanks */
    const char *with;  /* the option that selects it when two have this name; NULL: none */
    size_t min_names, max_names;
    bool takes_settings, is_thorough, shows_away;
    const struct cli_reading *reading;  /* NULL: the action is a command of the engine, */
    const struct pt_command_info *info; /* which has this row */
    int kind;                           /* and this kind */
};

/* The i-th action of a group; false when there are no more. */
bool cli_action_at(const struct cli_group *group, size_t i, struct cli_action *out);
/* Makes the action of a command of the engine. */
void cli_action_of(const struct cli_group *group, int kind, const struct pt_command_info *info,
                   struct cli_action *out);
/* The arguments as the help writes them: "NAME KEY=VALUE...". */
void cli_action_args(const struct cli_action *action, char *out, size_t cap);
bool cli_action_takes(const struct cli_action *action, const char *option);

/* The action that the first word names, with the options that were given. Errors PT_EUSAGE. */
pt_code cli_action_find(const struct cli *cli, const struct cli_group *group,
                        struct cli_action *out, struct pt_error *err);
/* Whether the action may run with these arguments. Errors PT_EUSAGE: a name is missing, there are
 * too many names, the action does not take an option, or there is no terminal to ask on;
 * PT_EREADONLY. */
pt_code cli_action_check(const struct cli *cli, const struct cli_group *group,
                         const struct cli_action *action, size_t n_names, struct pt_error *err);
bool cli_action_does_change(const struct cli_action *action);
/* Whether the user must type the name before the action is carried out. */
bool cli_action_must_ask(const struct cli *cli, const struct cli_action *action);

/* Asks for one line on the terminal. False: a signal, or the end of the input, ended the wait. */
bool cli_ask_line(const char *question, char *out, size_t cap);
/* Asks the user to type the name on the terminal; a signal ends the wait at once. Errors
 * PT_ECANCELLED: another text, the end of the input, or a signal. */
pt_code cli_type_name(const char *question, const char *name, const char *what,
                      struct pt_error *err);

#endif
