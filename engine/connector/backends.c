/* The table of back ends. */
#include <stdlib.h>
#include <string.h>

#include "connector/backend.h"

static const struct conn_backend_ops *const table[] = {&conn_connect, &conn_mskconnect,
                                                       &conn_embedded};

const struct conn_backend_ops *conn_backend_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    return NULL;
}

void conn_backend_init(struct conn_backend *b, const struct conn_backend_ops *ops,
                       const struct conn_access *access)
{
    memset(b, 0, sizeof *b);
    b->ops = ops;
    b->access = *access;
    b->can = ops->can;
}

void conn_changes_done(struct conn_changes *changes)
{
    free(changes->items);
    memset(changes, 0, sizeof *changes);
}
