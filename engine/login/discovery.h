/* MSK clusters: finds one by name or ARN, and chooses the matching bootstrap servers. */
#ifndef LOGIN_DISCOVERY_H
#define LOGIN_DISCOVERY_H

#include <pthread.h>
#include <stdbool.h>

#include "aws/msk.h"
#include "login/aws_setup.h"
#include "pintop/auth.h"

/* How another thread ends a search: the running one, and all later ones. */
struct discovery_end {
    pthread_mutex_t lock;
    struct http *http; /* of the running search, NULL none */
    bool is_ended;     /* later searches end at once */
};
void discovery_end_init(struct discovery_end *end);
void discovery_end_done(struct discovery_end *end);
void discovery_end_now(struct discovery_end *end);

/* Resolves pintop.msk.cluster to a configuration with its servers: those for IAM, or those for the
 * configured security.protocol and sasl.mechanism.
 *
 * end     lets another thread end it; NULL: it cannot be ended.
 * found   out: a new configuration, pt_config_free.
 * Errors  as for credentials; PT_ENOTFOUND: no such cluster (the fix lists the existing
 *         ones), or it has no such listener (the error lists those it has). */
pt_code discovery_find(const struct pt_config *cfg, struct discovery_end *end,
                       struct pt_config **found, struct pt_error *err);

/* The same from servers that are known already. name: of the cluster, for the error. Pure. Thread:
 * any. Errors PT_ENOTFOUND: no such listener. */
pt_code discovery_choose(const struct pt_config *cfg, const char *name,
                         const struct msk_bootstrap *all, struct pt_config **found,
                         struct pt_error *err);

#endif
