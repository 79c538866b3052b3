/* What a command is, by the flags of its row; for rooms that do not know the table. */
#include "pintop/command.h"

bool pt_command_is(const struct pt_command_info *info, unsigned flags)
{
    return info != NULL && (info->flags & flags) == flags;
}

bool pt_command_matters(const struct pt_command_info *info)
{
    return pt_command_is(info, PT_COMMAND_CHANGES) || pt_command_is(info, PT_COMMAND_STREAMS);
}

const char *pt_command_shown_by(const struct pt_command_info *info)
{
    if (pt_command_is(info, PT_COMMAND_STREAMS))
        return "pintop stream --status";
    if (pt_command_is(info, PT_COMMAND_TOPIC))
        return "pintop topics list";
    if (pt_command_is(info, PT_COMMAND_CONNECTOR))
        return "pintop connector list";
    return pt_command_is(info, PT_COMMAND_SETUP) ? "pintop doctor" : "pintop status";
}
