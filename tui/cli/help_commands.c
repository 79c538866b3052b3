/* The help of commands: all of it comes from their rows, and from those of the actions. */
#include <stdio.h>
#include <string.h>

#include "cli/action.h"
#include "cli/help.h"
#include "cli/print.h"

enum { NAMED_MAX = 4 };

void help_synopsis(const struct cli_command *command, char *out, size_t cap)
{
    struct cli_action action;
    size_t len = (size_t)snprintf(out, cap, "%s", command->synopsis);
    if (!command->group) {
        return;
    }
    for (size_t i = 0; len < cap && cli_action_at(command->group, i, &action); i++) {
        char args[80];
        cli_action_args(&action, args, sizeof args);
        len += (size_t)snprintf(out + len, cap - len, "%s%s%s%s", i > 0 ? " | " : "", action.name,
                                args[0] ? " " : "", args);
    }
    if (len < cap) {
        snprintf(out + len, cap - len, "  [options]");
    }
}

/* Whether an earlier action of the same name takes the option too. */
static bool is_named_before(const struct cli_group *group, size_t at, const char *option)
{
    struct cli_action action, before;
    cli_action_at(group, at, &action);
    for (size_t i = 0; i < at && cli_action_at(group, i, &before); i++) {
        if (!strcmp(before.name, action.name) && cli_action_takes(&before, option)) {
            return true;
        }
    }
    return false;
}

/* The actions that take an option: "create, delete: ", or "" when all do. A long list of changes is
 * "of a change: ". */
static void option_prefix(const struct cli_group *group, const char *option, char *out, size_t cap)
{
    struct cli_action action;
    size_t len = 0, n_named = 0;
    bool do_all = true;
    out[0] = '\0';
    for (size_t i = 0; len < cap && cli_action_at(group, i, &action); i++) {
        if (!cli_action_takes(&action, option) || is_named_before(group, i, option)) {
            do_all = do_all && cli_action_takes(&action, option);
            continue;
        }
        bool has_with = action.with && strcmp(action.with, option) != 0;
        len += (size_t)snprintf(out + len, cap - len, "%s%s%s%s", n_named++ > 0 ? ", " : "",
                                action.name, has_with ? " --" : "", has_with ? action.with : "");
    }
    if (do_all) {
        out[0] = '\0';
    } else if (n_named > NAMED_MAX) {
        snprintf(out, cap, "of a change: ");
    } else if (len < cap) {
        snprintf(out + len, cap - len, ": ");
    }
}

void help_option(const struct cli_command *command, const struct cli_option *option, char *out,
                 size_t cap)
{
    char prefix[200] = "";
    if (command->group) {
        option_prefix(command->group, option->name, prefix, sizeof prefix);
    }
    snprintf(out, cap, "%s%s", prefix, option->help);
}

void help_all(void)
{
    puts("pintop [options] [command [arguments]]\n\n"
         "A dashboard over a Kafka pipeline, with a streaming engine inside. Without a command it\n"
         "opens on this terminal.\n\nCommands:");
    for (size_t i = 0; i < cli_command_count(); i++) {
        help_row(cli_command_at(i)->name, cli_command_at(i)->does);
    }
    help_row("help", "a command, or one of the topics below");
    help_heading("Help topics");
    for (size_t i = 0; i < help_count(); i++) {
        help_row(help_at(i)->name, help_at(i)->does);
    }
    puts("\nOptions:");
    for (const struct cli_option *row = cli_global_options; row->name; row++) {
        option_print(row, row->help);
    }
    puts("\n`pintop COMMAND --help` says more. Exit status: 0 done, 1 failed or records left\n"
         "unresolved, 2 wrong usage or configuration, 3 missing or unhealthy.");
}

void help_command(const struct cli_command *command)
{
    char text[1000];
    help_synopsis(command, text, sizeof text);
    printf("pintop [options] %s%s%s\n\n%s\n", command->name, text[0] ? " " : "", text,
           command->does);
    if (command->options) {
        puts("\nOptions:");
    }
    for (const struct cli_option *row = command->options; row && row->name; row++) {
        if (row->help) {
            help_option(command, row, text, sizeof text);
            option_print(row, text);
        }
    }
    puts("\n`pintop --help` lists the options that every command takes.");
    if (command->topic) {
        putchar('\n');
        help_find(command->topic)->print();
    }
}

int help_run(const struct cli *cli)
{
    const char *name = cli->n_words > 1 ? cli->words[1] : NULL;
    if (!name || !strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h")) {
        help_all();
        return 0;
    }
    if (help_find(name)) {
        help_find(name)->print();
        return 0;
    }
    if (cli_command_find(name)) {
        help_command(cli_command_find(name));
        return 0;
    }
    struct pt_error err;
    pt_error_set(&err, PT_EUSAGE, "`pintop help` lists the commands and topics.",
                 "help: '%s' is neither a command nor a topic", name);
    return print_err(&err);
}
