/* Whether a command may be carried out at all: by its row in the table, and by what it names. */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "pintop/command.h"

/* prefix: the rule for the names of topics that are made, "" none.
 * Errors PT_EUSAGE: unknown, incomplete, or a plan of something that has none; PT_EREADONLY;
 * PT_ENAME. Pure. */
pt_code command_check(const struct pt_command *cmd, bool is_readonly, const char *prefix,
                      struct pt_error *err);

#endif
