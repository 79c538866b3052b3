/* The table of back ends. */
#include <stdlib.h>
#include <string.h>

#include "connector/backend/backend.h"

/* In the order in which pintop.connector.backend=auto tries them. */
static const struct conn_backend_ops *const table[] = {&conn_embedded, &conn_connect,
                                                       &conn_mskconnect};

const struct conn_backend_ops conn_nobody = {
    .info = {.name = "group", .title = "group", .cannot = "only its consumer group is known"},
    .state_source = "",
    .tasks_source = "",
    .tasks_from = "",
    .running_means = "",
};

const struct conn_backend_ops *conn_backend_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i]->info.name, name) == 0)
            return table[i];
    return NULL;
}

const struct conn_backend_ops *conn_backend_meant(const struct pt_config *cfg)
{
    const char *word = pt_config_get(cfg, "pintop.connector.backend");
    /* An embedded cluster has a sink of its own, whatever is configured. */
    if (!pt_config_is_embedded(cfg) && strcmp(word, "auto") != 0)
        return conn_backend_find(word);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i]->is_meant(cfg))
            return table[i];
    return NULL;
}

const struct pt_backend_info *pt_backend_info(const char *name)
{
    const struct conn_backend_ops *ops = conn_backend_find(name);
    return ops != NULL ? &ops->info : &conn_nobody.info;
}

void conn_backend_init(struct conn_backend *b, const struct conn_backend_ops *ops,
                       const struct conn_access *access)
{
    memset(b, 0, sizeof *b);
    b->ops = ops;
    b->access = *access;
    b->can = ops->info.can;
}

void conn_changes_done(struct conn_changes *changes)
{
    free(changes->items);
    memset(changes, 0, sizeof *changes);
}
