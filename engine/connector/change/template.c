#include "connector/change/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/msk.h"
#include "aws/mskconnect.h"
#include "base/json.h"
#include "base/text.h"
#include "connector/sink.h"

#define DEFAULT_VERSION "3.7.x"

/* ------------------------------------------------------------------ the configuration */

static bool template_put(struct conn *conn, const char *name, const char *value)
{
    for (size_t i = 0; i < conn->n_settings; i++) {
        if (strcmp(conn->settings[i].name, name) != 0)
            continue;
        char *copy = strdup(value);
        if (copy == NULL)
            return false;
        free(conn->settings[i].value);
        conn->settings[i].value = copy;
        return true;
    }
    return conn_set(conn, name, value);
}

static bool put_template(struct conn *conn, const char *user, const char *bucket,
                         const char *region)
{
    static const char *const fixed[][2] = {
        {"connector.class",                "io.confluent.connect.s3.S3SinkConnector"                    },
        {"tasks.max",                      "3"                                                          },
        {"flush.size",                     "1"                                                          },
        {"schema.compatibility",           "NONE"                                                       },
        {"format.class",                   "io.confluent.connect.s3.format.json.JsonFormat"             },
        {"partitioner.class",              "io.confluent.connect.storage.partitioner.DefaultPartitioner"},
        {"storage.class",                  "io.confluent.connect.s3.storage.S3Storage"                  },
        {"key.converter",                  "org.apache.kafka.connect.storage.StringConverter"           },
        {"value.converter",                "org.apache.kafka.connect.json.JsonConverter"                },
        {"value.converter.schemas.enable", "false"                                                      },
    };
    char prefix[128], regex[2 * sizeof prefix];
    snprintf(prefix, sizeof prefix, "%s.", user);
    bool is_good = sink_regex_of(prefix, regex, sizeof regex);
    for (size_t i = 0; is_good && i < sizeof fixed / sizeof *fixed; i++)
        is_good = conn_set(conn, fixed[i][0], fixed[i][1]);
    return is_good && conn_set(conn, "topics.regex", regex) &&
           conn_set(conn, "s3.bucket.name", bucket) && conn_set(conn, "s3.region", region);
}

pt_code conn_template(const struct pt_config *cfg, const struct pt_command *cmd, const char *region,
                      struct conn *out, struct pt_error *err)
{
    const char *user = pt_config_get(cfg, "pintop.user.id");
    const char *bucket = pt_config_get(cfg, "pintop.bucket");
    conn_init(out);
    if (user == NULL || bucket == NULL)
        return pt_error_set(
            err, PT_ECONFIG, "Set -X pintop.user.id=NAME (and pintop.bucket).",
            "connector create: without a user id its topics and bucket aren't known");
    if (cmd->connector != NULL && cmd->connector[0] != '\0')
        text_copy(out->name, sizeof out->name, cmd->connector);
    else
        snprintf(out->name, sizeof out->name, "%s-connector", user);
    text_copy(out->id, sizeof out->id, out->name);
    bool is_good = put_template(out, user, bucket, region[0] != '\0' ? region : "us-east-1");
    for (size_t i = 0; is_good && i < cmd->n_configs; i++) {
        const char *eq = strchr(cmd->configs[i], '=');
        char *name = eq != NULL ? strndup(cmd->configs[i], (size_t)(eq - cmd->configs[i])) : NULL;
        is_good = name != NULL && template_put(out, name, eq + 1);
        free(name);
    }
    /* A connector has either topics or topics.regex. */
    if (is_good && conn_get(out, "topics")[0] != '\0')
        is_good = template_put(out, "topics.regex", "");
    return is_good ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "connector create: out of memory");
}

/* ------------------------------------------------------------------ the cluster, the plugin, the
 * role */

static pt_code template_find_cluster(const struct pt_config *cfg, struct aws_client *client,
                                     const struct aws_keys *keys, const char *known,
                                     struct msk_cluster *cluster, struct pt_error *err)
{
    const char *name = known != NULL ? known : pt_config_get(cfg, "pintop.msk.cluster");
    if (name == NULL)
        return pt_error_set(err, PT_ECONFIG,
                            "Set -X pintop.msk.cluster=NAME; `pintop discover` "
                            "lists them.",
                            "connector create: the MSK cluster isn't named");
    char arn[AWS_ARN_MAX];
    pt_code code = msk_find(client, keys, name, arn, sizeof arn, err);
    return code == PT_OK ? msk_describe_cluster(client, keys, arn, cluster, err) : code;
}

static pt_code find_plugin(const struct pt_config *cfg, struct aws_client *client,
                           const struct aws_keys *keys, struct mskc_plugin *plugin,
                           struct pt_error *err)
{
    const char *name = pt_config_get(cfg, "pintop.plugin.name");
    struct mskc_plugins all;
    pt_code code = mskc_list_plugins(client, keys, name, 100, &all, err);
    if (code != PT_OK)
        return code;
    code = pt_error_set(err, PT_ENOTFOUND,
                        "Make it first (MSK Connect, custom plugin), or set pintop.plugin.name.",
                        "connector create: there is no plugin %s", name != NULL ? name : "");
    for (size_t i = 0; i < all.n; i++) {
        if (name != NULL && strcmp(all.items[i].name, name) != 0)
            continue;
        *plugin = all.items[i];
        code =
            strcmp(plugin->state, "ACTIVE") == 0
                ? PT_OK
                : pt_error_set(err, PT_EUNHEALTHY, "Wait until it is ACTIVE, or create it again.",
                               "connector create: plugin %s is %s", plugin->name, plugin->state);
        break;
    }
    mskc_plugins_done(&all);
    return code;
}

/* "arn:aws:kafka:us-east-1:123456789012:cluster/…" and "role" → "arn:aws:iam::123456789012:role/…"
 */
static void role_arn(const char *role, const char *cluster_arn, char *out, size_t cap)
{
    char partition[16] = "aws", account[16] = "";
    if (strncmp(role, "arn:", 4) == 0 ||
        sscanf(cluster_arn, "arn:%15[^:]:kafka:%*[^:]:%15[^:]", partition, account) != 2)
        snprintf(out, cap, "%s", role);
    else
        snprintf(out, cap, "arn:%s:iam::%s:role/%s", partition, account, role);
}

static void add_ids(cJSON *json, const char *name, const char *ids)
{
    cJSON *list = cJSON_AddArrayToObject(json, name);
    char copy[1024];
    char *rest = copy, *id;
    text_copy(copy, sizeof copy, ids);
    while ((id = strsep(&rest, ",")) != NULL)
        if (*id != '\0')
            cJSON_AddItemToArray(list, cJSON_CreateString(id));
}

static void add_logs(cJSON *body, const char *group)
{
    cJSON *logs = cJSON_AddObjectToObject(
        cJSON_AddObjectToObject(cJSON_AddObjectToObject(body, "logDelivery"), "workerLogDelivery"),
        "cloudWatchLogs");
    cJSON_AddBoolToObject(logs, "enabled", true);
    cJSON_AddStringToObject(logs, "logGroup", group);
}

static void make_body(const struct conn *conn, const struct msk_cluster *cluster,
                      const struct msk_vpc *vpc, const struct mskc_plugin *plugin,
                      struct conn_plan *plan)
{
    cJSON *body = plan->body = cJSON_CreateObject(), *o;
    cJSON_AddStringToObject(body, "connectorName", conn->name);
    o = cJSON_AddObjectToObject(body, "connectorConfiguration");
    for (size_t i = 0; i < conn->n_settings; i++)
        if (conn->settings[i].value[0] != '\0')
            cJSON_AddStringToObject(o, conn->settings[i].name, conn->settings[i].value);
    o = cJSON_AddObjectToObject(cJSON_AddObjectToObject(body, "capacity"), "provisionedCapacity");
    cJSON_AddNumberToObject(o, "mcuCount", plan->mcu);
    cJSON_AddNumberToObject(o, "workerCount", plan->workers);
    o = cJSON_AddObjectToObject(cJSON_AddObjectToObject(body, "kafkaCluster"),
                                "apacheKafkaCluster");
    cJSON_AddStringToObject(o, "bootstrapServers", plan->servers);
    o = cJSON_AddObjectToObject(o, "vpc");
    add_ids(o, "subnets", vpc->subnets);
    if (vpc->security_groups[0] != '\0')
        add_ids(o, "securityGroups", vpc->security_groups);
    o = cJSON_AddObjectToObject(body, "kafkaClusterClientAuthentication");
    cJSON_AddStringToObject(o, "authenticationType", cluster->has_iam ? "IAM" : "NONE");
    o = cJSON_AddObjectToObject(body, "kafkaClusterEncryptionInTransit");
    cJSON_AddStringToObject(o, "encryptionType",
                            cluster->has_iam || cluster->has_tls ? "TLS" : "PLAINTEXT");
    cJSON_AddStringToObject(body, "kafkaConnectVersion", plan->version);
    cJSON *list = cJSON_AddArrayToObject(body, "plugins"), *item = cJSON_CreateObject();
    cJSON_AddItemToArray(list, item);
    o = cJSON_AddObjectToObject(item, "customPlugin");
    cJSON_AddStringToObject(o, "customPluginArn", plugin->arn);
    cJSON_AddNumberToObject(o, "revision", (double)(plugin->revision > 0 ? plugin->revision : 1));
    cJSON_AddStringToObject(body, "serviceExecutionRoleArn", plan->role);
    add_logs(body, plan->log_group);
}

/* ------------------------------------------------------------------ which VPC */

static bool has_id(const char *ids, const char *id)
{
    size_t len = strlen(id);
    for (const char *at = ids; *at != '\0';) {
        size_t n = strcspn(at, ",");
        if (n == len && strncmp(at, id, len) == 0)
            return true;
        at += n + (at[n] == ',');
    }
    return false;
}

/* "1: subnet-a,subnet-b (sg-1); 2: subnet-c" */
static void list_vpcs(const struct msk_cluster *cluster, char *out, size_t cap)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < cluster->n_vpcs && used < cap; i++) {
        const struct msk_vpc *vpc = &cluster->vpcs[i];
        const char *groups = vpc->security_groups;
        used += (size_t)snprintf(out + used, cap - used, "%s%zu: %s%s%s%s", i > 0 ? "; " : "",
                                 i + 1, vpc->subnets, *groups != '\0' ? " (" : "", groups,
                                 *groups != '\0' ? ")" : "");
    }
}

/* Picks the VPC of the configured subnet, or the only one. In another VPC the connector might not
 * reach its store, and it cannot be moved later. */
static pt_code pick_vpc(const struct pt_config *cfg, const struct msk_cluster *cluster,
                        const struct msk_vpc **out, struct pt_error *err)
{
    const char *own = pt_config_get(cfg, "pintop.connector.subnet");
    char all[2048];
    list_vpcs(cluster, all, sizeof all);
    if (cluster->n_vpcs == 0)
        return pt_error_set(err, PT_EUNSUPPORTED, "Create it in the console.",
                            "connector create: cluster %s doesn't tell its subnets", cluster->name);
    *out = &cluster->vpcs[0];
    if (own == NULL && cluster->n_vpcs == 1)
        return PT_OK;
    for (size_t i = 0; own != NULL && i < cluster->n_vpcs; i++) {
        *out = &cluster->vpcs[i];
        if (has_id(cluster->vpcs[i].subnets, own))
            return PT_OK;
    }
    if (own != NULL)
        return pt_error_set(err, PT_ENOTFOUND,
                            "Set pintop.connector.subnet to one of them, or leave it out where "
                            "there is one VPC.",
                            "connector create: cluster %s has no subnet %.100s; its subnets, VPC "
                            "by VPC: %s",
                            cluster->name, own, all);
    return pt_error_set(err, PT_ECONFIG,
                        "Name a subnet of the one that the connector shall be in: -X "
                        "pintop.connector.subnet=SUBNET.",
                        "connector create: cluster %s is in %zu VPCs, and a connector lives in one "
                        "(%s)",
                        cluster->name, cluster->n_vpcs, all);
}

/* The network as it is shown in the plan. */
static void put_net(const struct msk_cluster *cluster, const struct msk_vpc *vpc,
                    struct conn_plan *plan)
{
    if (cluster->n_vpcs > 1)
        snprintf(plan->subnets, sizeof plan->subnets, "%.950s, by pintop.connector.subnet",
                 vpc->subnets);
    else
        text_copy(plan->subnets, sizeof plan->subnets, vpc->subnets);
    text_copy(plan->security_groups, sizeof plan->security_groups,
              vpc->security_groups[0] != '\0' ? vpc->security_groups : "the VPC's default one");
}

pt_code conn_plan_msk(const struct pt_config *cfg, struct aws_client *client,
                      const struct aws_keys *keys, const struct conn *conn, const char *cluster_arn,
                      struct conn_plan *plan, struct pt_error *err)
{
    struct msk_cluster cluster = {0};
    const struct msk_vpc *vpc = &cluster.vpcs[0];
    struct msk_bootstrap servers;
    struct mskc_plugin plugin = {0};
    const char *group = pt_config_get(cfg, "pintop.connector.log.group");
    const char *version = pt_config_get(cfg, "pintop.connector.version");
    const char *role = pt_config_get(cfg, "pintop.connector.role.arn");
    memset(plan, 0, sizeof *plan);
    pt_code code = template_find_cluster(cfg, client, keys, cluster_arn, &cluster, err);
    if (code == PT_OK)
        code = pick_vpc(cfg, &cluster, &vpc, err);
    if (code == PT_OK)
        code = msk_get_bootstrap(client, keys, cluster.arn, &servers, err);
    if (code == PT_OK)
        code = find_plugin(cfg, client, keys, &plugin, err);
    if (code != PT_OK)
        return code;
    enum msk_kind kind = cluster.has_iam ? MSK_IAM : cluster.has_tls ? MSK_TLS : MSK_PLAINTEXT;
    plan->mcu = (int32_t)pt_config_int(cfg, "pintop.connector.mcu");
    if (plan->mcu <= 0)
        plan->mcu = (int32_t)strtol(pt_config_get(cfg, "pintop.connector.mcu"), NULL, 10);
    plan->workers = (int32_t)pt_config_int(cfg, "pintop.connector.workers");
    text_copy(plan->version, sizeof plan->version, version != NULL ? version : DEFAULT_VERSION);
    text_copy(plan->servers, sizeof plan->servers, servers.servers[kind]);
    text_copy(plan->cluster, sizeof plan->cluster, cluster.name);
    snprintf(plan->plugin, sizeof plan->plugin, "%.120s, revision %lld", plugin.name,
             (long long)(plugin.revision > 0 ? plugin.revision : 1));
    put_net(&cluster, vpc, plan);
    role_arn(role != NULL ? role : "", cluster.arn, plan->role, sizeof plan->role);
    if (group != NULL)
        text_copy(plan->log_group, sizeof plan->log_group, group);
    else
        snprintf(plan->log_group, sizeof plan->log_group, "/pintop/%.140s", conn->name);
    make_body(conn, &cluster, vpc, &plugin, plan);
    return PT_OK;
}

void conn_plan_tell(const struct conn *conn, const struct conn_plan *plan, conn_fact_fn fact,
                    void *arg)
{
    char text[200];
    fact(arg, "name", conn->name);
    if (plan == NULL)
        return;
    fact(arg, "cluster", plan->cluster);
    fact(arg, "servers", plan->servers);
    fact(arg, "subnets", plan->subnets);
    fact(arg, "sec. groups", plan->security_groups);
    fact(arg, "role", plan->role);
    fact(arg, "plugin", plan->plugin);
    fact(arg, "Connect", plan->version);
    snprintf(text, sizeof text, "%d MCU x %d worker%s", plan->mcu, plan->workers,
             text_s(plan->workers));
    fact(arg, "capacity", text);
    fact(arg, "worker log", plan->log_group);
    snprintf(text, sizeof text, "about $%.2f an hour, until it is deleted",
             plan->mcu * plan->workers * SINK_USD_PER_MCU_HOUR);
    fact(arg, "price", text);
}
