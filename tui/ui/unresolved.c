#include "ui/unresolved.h"

#include <stddef.h>

int unresolved_status(const struct pt_snapshot *snap, struct pt_error *err)
{
    int64_t unresolved = 0;
    for (int i = 0; snap != NULL && i < PT_STREAMS; i++)
        unresolved += snap->streams->streams[i].unresolved;
    if (unresolved == 0)
        return 0;
    pt_error_set(err, PT_EUNRESOLVED, "The next start sends them again",
                 "stop: %lld records have no answer from the brokers", (long long)unresolved);
    return 1;
}
