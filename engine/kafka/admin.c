/* Creates and frees the admin, and chooses between live and embedded. What these two share is in
 * admin_shared.c. */
#include "kafka/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/admin_private.h"
#include "kafka/handle.h"
#include "pintop/snapshot.h"

enum { DEFAULT_TIMEOUT_MS = 10000 };

struct admin *admin_new(const struct admin_opts *opts)
{
    struct admin *admin = calloc(1, sizeof(*admin));
    if (admin) {
        admin->opts = *opts;
        admin->ops = opts->mock ? &admin_embedded_ops : &admin_live_ops;
        if (admin->opts.timeout_ms <= 0) {
            admin->opts.timeout_ms = DEFAULT_TIMEOUT_MS;
        }
    }
    return admin;
}

void admin_free(struct admin *admin)
{
    if (admin) {
        handle_free(admin->rk);
        free(admin);
    }
}

/* Each array is one allocation, followed by its strings. */
