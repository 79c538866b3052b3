#include "cli/topics.h"

#include <string.h>

const struct pt_topic *topics_find(const struct pt_snapshot *snap, const char *name)
{
    for (size_t i = 0; i < snap->topics->n_topics; i++) {
        if (!strcmp(snap->topics->topics[i].name, name)) {
            return &snap->topics->topics[i];
        }
    }
    return NULL;
}
