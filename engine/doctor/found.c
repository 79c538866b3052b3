#include "doctor/found.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kafka/ask.h"

/* Somebody who names a UserID, a region, a profile or a role, and no cluster, is setting up AWS;
 * embedded is what commands use when nothing at all is said. */
static bool wants_aws(const struct pt_config *cfg)
{
    static const char *const named[] = {"pintop.user.id", "pintop.aws.region", "pintop.aws.profile",
                                        "pintop.aws.role.arn", "pintop.aws.endpoint.url"};
    const char *backend = pt_config_get(cfg, "pintop.connector.backend");
    if (pt_config_is_iam(cfg) || pt_config_get(cfg, "pintop.msk.cluster") != NULL ||
        (backend != NULL && strcmp(backend, "mskconnect") == 0))
        return true;
    if (pt_config_get(cfg, "bootstrap.servers") != NULL || !pt_config_is_embedded(cfg))
        return false;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (pt_config_given(cfg, named[i]) != NULL)
            return true;
    return false;
}

void found_init(struct found *found, const struct pt_config *cfg)
{
    const char *servers = pt_config_get(cfg, "bootstrap.servers");
    found->is_aws = wants_aws(cfg);
    conn_init(&found->connector);
    if (!found->is_aws && servers != NULL)
        text_copy(found->brokers, sizeof found->brokers, servers);
    if (!found->is_aws && pt_config_is_embedded(cfg))
        text_copy(found->cluster_words, sizeof found->cluster_words, "the embedded cluster");
    else if (!found->is_aws)
        snprintf(found->cluster_words, sizeof found->cluster_words, "Kafka at %.120s",
                 servers != NULL ? servers : "an unknown address");
}

void found_done(struct found *found)
{
    iam_role_done(&found->role);
    conn_done(&found->connector);
    ask_close(found->ask);
    pt_config_free(found->kafka_cfg);
}
