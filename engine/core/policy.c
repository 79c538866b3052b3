/* The smallest IAM policy for a use of pintop, with names filled in as far as the configuration has
 * them. Source: the actions that AWS's service authorization reference names for the calls in
 * engine/aws, and MSK's for Kafka clients. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "aws/service.h"
#include "base/text.h"
#include "pintop/auth.h"

enum { WATCH = 1, OPERATE = 2, SETUP = 4, ALL_USES = 7, CHANGES = OPERATE | SETUP };

/* What one statement is about; the resource is made from the configuration. */
enum about {
    ON_CLUSTER,
    ON_TOPICS,
    ON_GROUPS,
    ON_ANY,
    ON_CONNECTORS,
    ON_BUCKET,
    ON_PLUGIN_OBJECT,
    ON_ROLE,
    ON_PARAMETER,
    ON_LOGS
};

static const struct statement {
    const char *id;
    enum about about;
    struct {
        unsigned uses;
        const char *action;
    } actions[8];
} STATEMENTS[] = {
  /* clang-format off */
    {"Cluster", ON_CLUSTER, {{ALL_USES, "kafka-cluster:Connect"}, {ALL_USES, "kafka-cluster:DescribeCluster"},
                             {CHANGES, "kafka-cluster:WriteDataIdempotently"}}},
    {"Topics", ON_TOPICS, {{ALL_USES, "kafka-cluster:DescribeTopic"}, {ALL_USES, "kafka-cluster:ReadData"},
                           {ALL_USES, "kafka-cluster:DescribeTopicDynamicConfiguration"},
                           {CHANGES, "kafka-cluster:WriteData"}, {CHANGES, "kafka-cluster:CreateTopic"},
                           {OPERATE, "kafka-cluster:DeleteTopic"}}},
    {"Groups", ON_GROUPS, {{ALL_USES, "kafka-cluster:DescribeGroup"}}},
    {"FindClusters", ON_ANY, {{ALL_USES, "kafka:ListClustersV2"}, {ALL_USES, "kafka:DescribeClusterV2"},
                              {ALL_USES, "kafka:GetBootstrapBrokers"}, {ALL_USES, "kafka:ListNodes"}}},
    {"SeeConnectors", ON_ANY, {{ALL_USES, "kafkaconnect:ListConnectors"}, {ALL_USES, "kafkaconnect:DescribeConnector"},
                               {ALL_USES, "kafkaconnect:ListConnectorOperations"},
                               {ALL_USES, "kafkaconnect:DescribeConnectorOperation"},
                               {SETUP, "kafkaconnect:ListCustomPlugins"}, {SETUP, "kafkaconnect:DescribeCustomPlugin"}}},
    {"Metrics", ON_ANY, {{ALL_USES, "cloudwatch:GetMetricData"}, {ALL_USES, "cloudwatch:ListMetrics"}}},
    {"Logs", ON_LOGS, {{ALL_USES, "logs:FilterLogEvents"}}},
    {"SeeBucket", ON_BUCKET, {{ALL_USES, "s3:ListBucket"}}},
    {"RunConnectors", ON_CONNECTORS, {{CHANGES, "kafkaconnect:RestartConnector"}, {CHANGES, "kafkaconnect:PauseConnector"},
                                      {CHANGES, "kafkaconnect:ResumeConnector"}, {CHANGES, "kafkaconnect:UpdateConnector"},
                                      {SETUP, "kafkaconnect:DeleteConnector"}}},
    {"MakeConnectors", ON_ANY, {{SETUP, "kafkaconnect:CreateConnector"}, {SETUP, "kafkaconnect:CreateCustomPlugin"},
                                {SETUP, "ec2:CreateNetworkInterface"}, {SETUP, "ec2:DescribeSubnets"},
                                {SETUP, "ec2:DescribeVpcs"}, {SETUP, "ec2:DescribeSecurityGroups"},
                                {SETUP, "logs:CreateLogDelivery"}, {SETUP, "logs:DescribeResourcePolicies"}}},
    {"PluginObject", ON_PLUGIN_OBJECT, {{SETUP, "s3:PutObject"}, {SETUP, "s3:GetObject"}, {SETUP, "s3:AbortMultipartUpload"}}},
    {"Role", ON_ROLE, {{SETUP, "iam:GetRole"}, {SETUP, "iam:UpdateAssumeRolePolicy"}, {SETUP, "iam:PassRole"}}},
    {"KeyPair", ON_PARAMETER, {{SETUP, "ssm:GetParameter"}}},
    {"Host", ON_ANY, {{SETUP, "ec2:DescribeInstances"}, {SETUP, "ec2:DescribeKeyPairs"}}},
  /* clang-format on */
};

struct names {
    char partition[16], region[32], account[16];
    char cluster[200]; /* name/uuid; with stars for what is not known */
    char user[64], bucket[80], role[160];
};

/* account and name/uuid of arn:aws:kafka:region:account:cluster/name/uuid */
static void take_arn(struct names *names, const char *arn)
{
    const char *field = arn;
    for (int i = 0; i < 4 && field != NULL; i++) {
        field = strchr(field, ':');
        field = field != NULL ? field + 1 : NULL;
    }
    const char *cluster = strstr(arn, ":cluster/");
    if (field == NULL || cluster == NULL)
        return;
    snprintf(names->account, sizeof names->account, "%.*s", (int)strcspn(field, ":"), field);
    text_copy(names->cluster, sizeof names->cluster, cluster + strlen(":cluster/"));
}

static void find_names(struct names *names, const struct pt_config *cfg)
{
    const char *servers = pt_config_get(cfg, "bootstrap.servers");
    const char *cluster = pt_config_get(cfg, "pintop.msk.cluster");
    const char *region = pt_config_get(cfg, "pintop.aws.region");
    const char *user = pt_config_get(cfg, "pintop.user.id");
    const char *bucket = pt_config_get(cfg, "pintop.bucket");
    const char *role = pt_config_get(cfg, "pintop.connector.role.arn");
    char found[32] = "";
    if ((servers == NULL || !aws_region_of_broker(servers, found, sizeof found)) && cluster != NULL)
        aws_region_of_arn(cluster, found, sizeof found);
    *names = (struct names){.account = "*", .cluster = "*"};
    text_copy(names->region, sizeof names->region,
              found[0] != '\0' ? found
              : region != NULL ? region
                               : "*");
    text_copy(names->partition, sizeof names->partition, aws_partition(names->region));
    if (cluster != NULL && strncmp(cluster, "arn:", 4) == 0)
        take_arn(names, cluster);
    else if (cluster != NULL)
        snprintf(names->cluster, sizeof names->cluster, "%.120s/*", cluster);
    bool is_demo = user != NULL && pt_config_is_embedded(cfg);
    text_copy(names->user, sizeof names->user, user != NULL && !is_demo ? user : "");
    text_copy(names->bucket, sizeof names->bucket, bucket != NULL && !is_demo ? bucket : "*");
    text_copy(names->role, sizeof names->role, role != NULL && !is_demo ? role : "*");
}

static void resource_of(const struct names *n, enum about about, char *out, size_t cap)
{
    char kafka[400], topics[80];
    bool is_whole = strcmp(n->cluster, "*") == 0;
    snprintf(kafka, sizeof kafka, "arn:%s:kafka:%s:%s", n->partition, n->region, n->account);
    snprintf(topics, sizeof topics, "%s%s*", n->user, n->user[0] != '\0' ? "." : "");
    switch (about) {
    case ON_CLUSTER:
        snprintf(out, cap, "%s:cluster/%s", kafka, n->cluster);
        break;
    case ON_TOPICS:
        snprintf(out, cap, "%s:topic/%s/%s", kafka, is_whole ? "*/*" : n->cluster, topics);
        break;
    case ON_GROUPS:
        snprintf(out, cap, "%s:group/%s/*", kafka, is_whole ? "*/*" : n->cluster);
        break;
    case ON_CONNECTORS:
        snprintf(out, cap, "arn:%s:kafkaconnect:%s:%s:connector/%s*/*", n->partition, n->region,
                 n->account, n->user);
        break;
    case ON_BUCKET:
        snprintf(out, cap, "arn:%s:s3:::%s", n->partition, n->bucket);
        break;
    case ON_PLUGIN_OBJECT:
        snprintf(out, cap, "arn:%s:s3:::%s/kafka-connect-s3/*", n->partition, n->bucket);
        break;
    case ON_ROLE:
        if (strncmp(n->role, "arn:", 4) == 0)
            text_copy(out, cap, n->role);
        else
            snprintf(out, cap, "arn:%s:iam::%s:role/%s", n->partition, n->account, n->role);
        break;
    case ON_PARAMETER:
        snprintf(out, cap, "arn:%s:ssm:%s:%s:parameter/ec2/keypair/*", n->partition, n->region,
                 n->account);
        break;
    case ON_LOGS:
        snprintf(out, cap, "arn:%s:logs:%s:%s:log-group:*", n->partition, n->region, n->account);
        break;
    case ON_ANY:
        text_copy(out, cap, "*");
        break;
    }
}

static void add_statement(cJSON *list, const struct statement *statement, unsigned use,
                          const struct names *names)
{
    char resource[512];
    cJSON *actions = cJSON_CreateArray();
    for (size_t i = 0; i < 8 && statement->actions[i].action != NULL; i++)
        if (statement->actions[i].uses & use)
            cJSON_AddItemToArray(actions, cJSON_CreateString(statement->actions[i].action));
    if (cJSON_GetArraySize(actions) == 0) {
        cJSON_Delete(actions);
        return;
    }
    resource_of(names, statement->about, resource, sizeof resource);
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "Sid", statement->id);
    cJSON_AddStringToObject(item, "Effect", "Allow");
    cJSON_AddItemToObject(item, "Action", actions);
    cJSON_AddStringToObject(item, "Resource", resource);
    cJSON_AddItemToArray(list, item);
}

pt_code pt_policy(const struct pt_config *cfg, const char *use, char **json, struct pt_error *err)
{
    unsigned bit = strcmp(use, "watch") == 0     ? WATCH
                   : strcmp(use, "operate") == 0 ? OPERATE
                   : strcmp(use, "setup") == 0   ? SETUP
                                                 : 0;
    struct names names;
    *json = NULL;
    if (bit == 0)
        return pt_error_set(err, PT_EUSAGE, "Write watch, operate or setup", "policy '%s': unknown",
                            use);
    find_names(&names, cfg);
    cJSON *policy = cJSON_CreateObject();
    cJSON_AddStringToObject(policy, "Version", "2012-10-17");
    cJSON *list = cJSON_AddArrayToObject(policy, "Statement");
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++)
        add_statement(list, &STATEMENTS[i], bit, &names);
    *json = cJSON_Print(policy);
    cJSON_Delete(policy);
    return *json != NULL ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "policy: no memory");
}
