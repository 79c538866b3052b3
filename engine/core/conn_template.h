/* A new connector from the pipeline's template: its configuration, and for MSK Connect everything
 * around it, looked up where it can be. Nothing is made but at the end, and all is shown before. */
#ifndef CORE_CONN_TEMPLATE_H
#define CORE_CONN_TEMPLATE_H

#include <cjson/cJSON.h>

#include "aws/client.h"
#include "connector/conn.h"
#include "pintop/command.h"
#include "pintop/config.h"

/* name, and settings from PIPELINE's template with cmd's "key=value" over them.
 * Errors PT_ECONFIG: no user id, bucket or the like is known; the fix names the property. */
pt_code conn_template(const struct pt_config *cfg, const struct pt_command *cmd, const char *region,
                      struct conn *out, struct pt_error *err);

/* Everything else that CreateConnector takes: cluster, subnets, role, plugin, capacity, logs. */
struct conn_plan {
    cJSON *body; /* json_free */
    char log_group[160];
    int32_t mcu, workers;
    char cluster[128], plugin[160], role[256], subnets[1024], security_groups[512];
    char servers[1024], version[16];
};
/* Errors as the calls'; PT_ENOTFOUND: no such cluster, plugin or subnet; PT_ECONFIG: which of
 * several VPCs is not said. */
pt_code conn_plan_msk(const struct pt_config *cfg, struct aws_client *client,
                      const struct aws_keys *keys, const struct conn *conn, struct conn_plan *plan,
                      struct pt_error *err);

#endif
