/* Which rows of the table of commands a test is about. */
#ifndef UNIT_GUARD_ROWS_H
#define UNIT_GUARD_ROWS_H

#include "core/command.h"

/* One that is made may go by its default name. */
static inline bool needs_connector(const struct pt_command_info *row)
{
    return pt_command_is(row, PT_COMMAND_CONNECTOR) && !pt_command_is(row, PT_COMMAND_MAKES);
}

#endif
