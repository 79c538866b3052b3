/* `pintop help completion`: what bash needs to complete a line, from the same rows as the help. */
#include <stdio.h>
#include <string.h>

#include "cli/action.h"
#include "cli/help.h"

static void print_options(const struct cli_option *rows)
{
    for (; rows && rows->name; rows++) {
        if (rows->help) {
            printf(" --%s", rows->name);
        }
    }
}

static void print_actions(const struct cli_group *group)
{
    struct cli_action action;
    for (size_t i = 0; group && cli_action_at(group, i, &action); i++) {
        if (!action.with) {
            printf(" %s", action.name);
        }
    }
}

void completion_print_case(void)
{
    printf("        case $word in\n        help");
    for (size_t i = 0; i < cli_command_count(); i++) {
        printf(" | %s", cli_command_at(i)->name);
    }
    puts(") command=$word; break ;;\n"
         "        esac\n"
         "    done\n"
         "    case $command in");
}

void completion_print(const struct help_topic *topics, size_t n)
{
    puts("# Put this into a file that bash reads, or: source <(pintop help completion)\n"
         "_pintop() {\n"
         "    local command= word words\n"
         "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do");
    completion_print_case();
    for (size_t i = 0; i < cli_command_count(); i++) {
        const struct cli_command *command = cli_command_at(i);
        printf("    %s) words='", command->name);
        print_actions(command->group);
        print_options(command->options);
        print_options(cli_global_options);
        puts("' ;;");
    }
    printf("    help) words='");
    for (size_t i = 0; i < cli_command_count(); i++) {
        printf(" %s", cli_command_at(i)->name);
    }
    for (size_t i = 0; i < n; i++) {
        printf(" %s", topics[i].name);
    }
    printf("' ;;\n    *) words='help");
    for (size_t i = 0; i < cli_command_count(); i++) {
        printf(" %s", cli_command_at(i)->name);
    }
    print_options(cli_global_options);
    puts("' ;;\n"
         "    esac\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _pintop pintop");
}
