/* A new connector from the pipeline's template: its configuration and, for MSK Connect, everything
 * around it, looked up where possible. Nothing is created before all of it was shown. */
#ifndef CONNECTOR_CHANGE_TEMPLATE_H
#define CONNECTOR_CHANGE_TEMPLATE_H

#include <cjson/cJSON.h>

#include "aws/client.h"
#include "connector/conn.h"
#include "pintop/command.h"
#include "pintop/config.h"

/* Fills out with the name, and with the template's settings and cmd's "key=value" over them. Errors
 * PT_ECONFIG: the user id or the bucket is unknown; the fix names the property. */
pt_code conn_template(const struct pt_config *cfg, const struct pt_command *cmd, const char *region,
                      struct conn *out, struct pt_error *err);

/* Everything else that CreateConnector takes: cluster, subnets, role, plugin, capacity, logs. */
struct conn_plan {
    cJSON *body; /* free with json_free */
    char log_group[160];
    int32_t mcu, workers;
    char cluster[128], plugin[160], role[256], subnets[1024], security_groups[512];
    char servers[1024], version[16];
};
/* cluster_arn: of the cluster; NULL: that of the configuration is looked up.
 * Errors as those of the calls; PT_ENOTFOUND: no such cluster, plugin or subnet; PT_ECONFIG: the
 * cluster is in several VPCs, and no subnet is configured. */
pt_code conn_plan_msk(const struct pt_config *cfg, struct aws_client *client,
                      const struct aws_keys *keys, const struct conn *conn, const char *cluster_arn,
                      struct conn_plan *plan, struct pt_error *err);

typedef void (*conn_fact_fn)(void *arg, const char *name, const char *value);
/* Tells what would be created, fact by fact, with the price; the settings are conn's own. plan:
 * NULL where there is none. */
void conn_plan_tell(const struct conn *conn, const struct conn_plan *plan, conn_fact_fn fact,
                    void *arg);

#endif
