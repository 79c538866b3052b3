#include "page/names.h"

#include <string.h>

const struct pt_topic *topic_find(const struct pt_snapshot *snap, const char *name)
{
    const struct pt_topics_section *topics = snap->topics;
    size_t low = 0, high = topics->n_topics;
    while (low < high) { /* sorted by name */
        size_t middle = low + (high - low) / 2;
        int order = strcmp(topics->topics[middle].name, name);
        if (order == 0)
            return &topics->topics[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct pt_connector *connector_find(const struct pt_snapshot *snap, const char *id)
{
    const struct pt_connectors_section *all = snap->connectors;
    for (size_t i = 0; i < all->n_connectors; i++)
        if (id == NULL || strcmp(all->connectors[i].id, id) == 0)
            return &all->connectors[i];
    return NULL;
}
