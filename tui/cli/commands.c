/* The table of commands, and the check for read-only use that each command passes. */
#include <string.h>

#include "cli/cli.h"

static const struct cli_command *const commands[] = {
#define CLI_ROW(name) &command_##name,
    CLI_COMMANDS(CLI_ROW)
#undef CLI_ROW
};

size_t cli_command_count(void)
{
    return sizeof commands / sizeof *commands;
}

const struct cli_command *cli_command_at(size_t i)
{
    return commands[i];
}

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < cli_command_count(); i++) {
        if (!strcmp(commands[i]->name, name)) {
            return commands[i];
        }
    }
    return NULL;
}

pt_code cli_command_check(const struct cli *cli, const struct cli_command *command,
                          const struct pt_config *cfg, struct pt_error *err)
{
    if (!command->does_change || cli->given.is_plan || cli->given.is_look) {
        return PT_OK;
    }
    if (cli->is_readonly) {
        return pt_error_set(err, PT_EREADONLY, "Remove --readonly.",
                            "%s: refused: --readonly forbids changes", command->name);
    }
    if (cfg && pt_config_is_readonly(cfg)) {
        return pt_error_set(err, PT_EREADONLY, "Set it to off first.",
                            "%s: refused: pintop.readonly=on forbids changes", command->name);
    }
    return PT_OK;
}
