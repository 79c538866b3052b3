/* MSK clusters: finding one by name or ARN, and what of its bootstrap servers fits. */
#ifndef CORE_DISCOVERY_H
#define CORE_DISCOVERY_H

#include <pthread.h>
#include <stdbool.h>

#include "core/aws_setup.h"
#include "pintop/auth.h"

/* pintop.msk.cluster as a configuration that names its servers: IAM's, or those that the configured
 * security.protocol and sasl.mechanism are for.
 *
 * end     how another thread ends it; NULL: nobody does.
 * found   out: a new configuration, pt_config_free.
 * Errors  as for credentials; PT_ENOTFOUND: no such cluster (the fix names those there are), or it
 *         has no such listener (the error names those it has). */
struct discovery_end {
    pthread_mutex_t lock;
    struct http *http; /* of the search under way, NULL none */
    bool is_ended;     /* searches that come later end at once */
};
void discovery_end_init(struct discovery_end *end);
void discovery_end_done(struct discovery_end *end);
void discovery_end_now(struct discovery_end *end);

pt_code discovery_find(const struct pt_config *cfg, struct discovery_end *end,
                       struct pt_config **found, struct pt_error *err);

#endif
