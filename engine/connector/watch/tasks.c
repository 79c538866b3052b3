/* Which tasks the members of a connector's group run. */
#include "connector/watch/group.h"
#include "connector/watch/internal.h"

bool conn_group_has_task(const struct conn_group *group, int32_t task)
{
    if (task < 0 || task >= GROUP_TASKS_MAX)
        return true;
    return (group->tasks[task / 64] >> (task % 64) & 1) != 0;
}
