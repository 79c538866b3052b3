/* `pintop help completion-zsh` and `completion-fish`: what these shells need to complete a line,
 * from the same rows as the help. */
#include <stdio.h>
#include <string.h>

#include "cli/action.h"
#include "cli/help.h"

/* Prints text inside single quotes; `quote` is what the shell takes for a quote in there. */
static void shell_quoted(const char *text, const char *quote)
{
    for (; *text; text++) {
        if (*text == '\'') {
            fputs(quote, stdout);
        } else {
            putchar(*text);
        }
    }
}

/* ---- zsh ---- */

static void zsh_item(const char *dashes, const char *name, const char *text)
{
    printf(" '%s%s", dashes, name);
    if (*text) {
        putchar(':');
        shell_quoted(text, "'\\''");
    }
    putchar('\'');
}

static void zsh_options(const struct cli_option *rows)
{
    for (; rows && rows->name; rows++) {
        if (rows->help) {
            zsh_item("--", rows->name, rows->help);
        }
    }
}

static void zsh_commands(void)
{
    for (size_t i = 0; i < cli_command_count(); i++) {
        zsh_item("", cli_command_at(i)->name, cli_command_at(i)->does);
    }
}

static void zsh_of_command(const struct cli_command *command)
{
    struct cli_action action;
    printf("    %s)\n        arguments=(", command->name);
    for (size_t i = 0; command->group && cli_action_at(command->group, i, &action); i++) {
        if (!action.with) {
            zsh_item("", action.name, "");
        }
    }
    printf(")\n        options=(");
    zsh_options(command->options);
    zsh_options(cli_global_options);
    puts(")\n        ;;");
}

void completion_print_zsh(const struct help_topic *topics, size_t n)
{
    puts("#compdef pintop\n"
         "# Save this as _pintop in a folder of $fpath, or: source <(pintop help completion-zsh)\n"
         "_pintop() {\n"
         "    local command= word\n"
         "    local -a arguments options\n"
         "    for word in ${words[2,CURRENT-1]}; do");
    completion_print_case();
    for (size_t i = 0; i < cli_command_count(); i++) {
        zsh_of_command(cli_command_at(i));
    }
    printf("    help)\n        arguments=(");
    zsh_commands();
    for (size_t i = 0; i < n; i++) {
        zsh_item("", topics[i].name, topics[i].does);
    }
    printf(")\n        ;;\n    *)\n        arguments=(");
    zsh_item("", "help", "what a command or a topic is about");
    zsh_commands();
    printf(")\n        options=(");
    zsh_options(cli_global_options);
    puts(")\n"
         "        ;;\n"
         "    esac\n"
         "    if [[ $PREFIX == -* ]]; then\n"
         "        _describe -o option options\n"
         "    else\n"
         "        (( ! $#arguments )) || _describe argument arguments\n"
         "        _files\n"
         "    fi\n"
         "}\n"
         "if [[ $funcstack[1] == _pintop ]]; then _pintop \"$@\"; else compdef _pintop pintop; fi");
}

/* ---- fish ---- */

/* One line for fish: `where` is the command that stands before, "" for none yet. */
static void fish_begin(const char *where)
{
    if (*where) {
        printf("complete -c pintop -n '__fish_seen_subcommand_from %s'", where);
    } else {
        printf("complete -c pintop -n __fish_use_subcommand");
    }
}

static void fish_end(const char *text)
{
    if (*text) {
        fputs(" -d '", stdout);
        shell_quoted(text, "\\'");
        putchar('\'');
    }
    putchar('\n');
}

static void fish_argument(const char *where, const char *name, const char *text)
{
    fish_begin(where);
    printf(" -a %s", name);
    fish_end(text);
}

static void fish_options(const char *where, const struct cli_option *rows)
{
    for (; rows && rows->name; rows++) {
        if (!rows->help) {
            continue;
        }
        if (*where) {
            fish_begin(where);
        } else {
            printf("complete -c pintop");
        }
        printf(" -l %s%s", rows->name, rows->value ? " -r" : "");
        fish_end(rows->help);
    }
}

void completion_print_fish(const struct help_topic *topics, size_t n)
{
    struct cli_action action;
    puts("# Save this as ~/.config/fish/completions/pintop.fish, or: "
         "pintop help completion-fish | source");
    fish_argument("", "help", "what a command or a topic is about");
    for (size_t i = 0; i < cli_command_count(); i++) {
        const struct cli_command *command = cli_command_at(i);
        fish_argument("", command->name, command->does);
        fish_argument("help", command->name, command->does);
        for (size_t k = 0; command->group && cli_action_at(command->group, k, &action); k++) {
            if (!action.with) {
                fish_argument(command->name, action.name, "");
            }
        }
        fish_options(command->name, command->options);
    }
    for (size_t i = 0; i < n; i++) {
        fish_argument("help", topics[i].name, topics[i].does);
    }
    fish_options("", cli_global_options);
}
