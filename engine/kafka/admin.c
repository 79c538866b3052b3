/* Owns the admin's life, and chooses between live and embedded. What those share: admin_shared.c.
 */
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

static void free_const(const void *memory)
{
    free((void *)(uintptr_t)memory);
}

/* Each array is one allocation, its strings behind it. */
void admin_result_done(struct pt_result *result)
{
    free_const(result->records);
    free_const(result->partitions);
    free_const(result->configs);
    free_const(result->lines);
    result->records = NULL;
    result->partitions = NULL;
    result->configs = NULL;
    result->lines = NULL;
    result->n_lines = 0;
    result->n_records = result->n_partitions = result->n_configs = result->bytes = 0;
}
