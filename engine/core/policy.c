/* The smallest IAM policy for a use of pintop, with names filled in as far as the configuration has
 * them. It is made from the calls: aws/actions.h says which action each call to AWS needs, the
 * table here which one each of Kafka's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "aws/actions.h"
#include "base/text.h"
#include "pintop/auth.h"

/* What one statement is about; the resource is made from the configuration. */
enum about { ON_CLUSTER, ON_TOPICS, ON_GROUPS, ABOUTS };

/* Kafka's own calls, by what they need on a cluster with IAM. */
static const struct {
    const char *call; /* of the Kafka client */
    enum about about;
    unsigned uses;
    const char *action;
} KAFKA[] = {
  /* clang-format off */
    {"login",               ON_CLUSTER, AWS_FOR_ALL,     "kafka-cluster:Connect"},
    {"DescribeCluster",     ON_CLUSTER, AWS_FOR_ALL,     "kafka-cluster:DescribeCluster"},
    {"InitProducerId",      ON_CLUSTER, AWS_FOR_CHANGES, "kafka-cluster:WriteDataIdempotently"},
    {"Metadata",            ON_TOPICS,  AWS_FOR_ALL,     "kafka-cluster:DescribeTopic"},
    {"Fetch",               ON_TOPICS,  AWS_FOR_ALL,     "kafka-cluster:ReadData"},
    {"DescribeConfigs",     ON_TOPICS,  AWS_FOR_ALL,     "kafka-cluster:DescribeTopicDynamicConfiguration"},
    {"Produce",             ON_TOPICS,  AWS_FOR_CHANGES, "kafka-cluster:WriteData"},
    {"CreateTopics",        ON_TOPICS,  AWS_FOR_CHANGES, "kafka-cluster:CreateTopic"},
    {"DeleteTopics",        ON_TOPICS,  AWS_FOR_OPERATE, "kafka-cluster:DeleteTopic"},
    {"ListConsumerGroupOffsets", ON_GROUPS, AWS_FOR_ALL, "kafka-cluster:DescribeGroup"},
  /* clang-format on */
};

/* The statements of AWS's calls: those of one service on one kind of resource. */
static const struct {
    const char *id;
    const char *prefix; /* of the actions */
    enum aws_on on;
} STATEMENTS[] = {
    {"FindClusters",       "kafka:",        AWS_ON_ANY       },
    {"SeeConnectors",      "kafkaconnect:", AWS_ON_ANY       },
    {"RunConnectors",      "kafkaconnect:", AWS_ON_CONNECTORS},
    {"Metrics",            "cloudwatch:",   AWS_ON_ANY       },
    {"Logs",               "logs:",         AWS_ON_LOGS      },
    {"SeeBucket",          "s3:",           AWS_ON_BUCKET    },
    {"PluginObject",       "s3:",           AWS_ON_OBJECTS   },
    {"OptionalWriteProbe", "s3:",           AWS_ON_PROBES    },
    {"Role",               "iam:",          AWS_ON_ROLE      },
    {"TakeOnRole",         "sts:",          AWS_ON_OWN_ROLE  },
    {"KeyPair",            "ssm:",          AWS_ON_PARAMETER },
    {"Host",               "ec2:",          AWS_ON_ANY       },
    {"LogDelivery",        "logs:",         AWS_ON_ANY       },
    {"LinkedRole",         "iam:",          AWS_ON_ANY       },
};

struct names {
    char partition[16], region[32], account[16];
    char cluster[200]; /* name/uuid; with stars for what is not known */
    char user[64], bucket[80], role[160], own_role[256];
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

/* The role that the configuration takes on, "" none. */
static void find_own_role(struct names *names, const struct pt_config *cfg)
{
    const char *own = pt_config_get(cfg, "pintop.aws.role.arn");
    for (size_t i = 0; own == NULL && i < pt_config_login_count(cfg); i++)
        if (strcmp(pt_config_login_at(cfg, i).name, "sasl.jaas.config awsRoleArn") == 0)
            own = pt_config_login_at(cfg, i).value;
    text_copy(names->own_role, sizeof names->own_role, own != NULL ? own : "");
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
    find_own_role(names, cfg);
}

static void kafka_resource(const struct names *n, enum about about, char *out, size_t cap)
{
    char kafka[400], topics[80];
    bool is_whole = strcmp(n->cluster, "*") == 0;
    snprintf(kafka, sizeof kafka, "arn:%s:kafka:%s:%s", n->partition, n->region, n->account);
    snprintf(topics, sizeof topics, "%s%s*", n->user, n->user[0] != '\0' ? "." : "");
    if (about == ON_CLUSTER)
        snprintf(out, cap, "%s:cluster/%s", kafka, n->cluster);
    else if (about == ON_TOPICS)
        snprintf(out, cap, "%s:topic/%s/%s", kafka, is_whole ? "*/*" : n->cluster, topics);
    else
        snprintf(out, cap, "%s:group/%s/*", kafka, is_whole ? "*/*" : n->cluster);
}

static void aws_resource(const struct names *n, enum aws_on on, char *out, size_t cap)
{
    switch (on) {
    case AWS_ON_CONNECTORS:
        snprintf(out, cap, "arn:%s:kafkaconnect:%s:%s:connector/%s*/*", n->partition, n->region,
                 n->account, n->user);
        break;
    case AWS_ON_BUCKET:
        snprintf(out, cap, "arn:%s:s3:::%s", n->partition, n->bucket);
        break;
    case AWS_ON_OBJECTS:
        snprintf(out, cap, "arn:%s:s3:::%s/kafka-connect-s3/*", n->partition, n->bucket);
        break;
    case AWS_ON_PROBES: /* only what the probe writes: nothing of a sink's */
        snprintf(out, cap, "arn:%s:s3:::%s/*.pintop-probe-*", n->partition, n->bucket);
        break;
    case AWS_ON_ROLE:
        if (strncmp(n->role, "arn:", 4) == 0)
            text_copy(out, cap, n->role);
        else
            snprintf(out, cap, "arn:%s:iam::%s:role/%s", n->partition, n->account, n->role);
        break;
    case AWS_ON_OWN_ROLE:
        text_copy(out, cap, n->own_role);
        break;
    case AWS_ON_PARAMETER:
        snprintf(out, cap, "arn:%s:ssm:%s:%s:parameter/ec2/keypair/*", n->partition, n->region,
                 n->account);
        break;
    case AWS_ON_LOGS:
        snprintf(out, cap, "arn:%s:logs:%s:%s:log-group:*", n->partition, n->region, n->account);
        break;
    case AWS_ON_ANY:
        text_copy(out, cap, "*");
        break;
    }
}

/* ------------------------------------------------------------------ statements */

static void add_action(cJSON *actions, const char *action)
{
    const cJSON *other;
    cJSON_ArrayForEach(other, actions) if (strcmp(other->valuestring, action) == 0) return;
    cJSON_AddItemToArray(actions, cJSON_CreateString(action));
}

/* What a service does in the caller's name: passing the role on is about that role, the rest about
 * resources that nobody knows before. */
static void add_also(cJSON *actions, const char *also, const char *prefix, enum aws_on on)
{
    while (*also != '\0') {
        char action[80];
        size_t len = strcspn(also, " ");
        snprintf(action, sizeof action, "%.*s", (int)len, also);
        bool is_role = strcmp(action, "iam:PassRole") == 0;
        if (strncmp(action, prefix, strlen(prefix)) == 0 &&
            on == (is_role ? AWS_ON_ROLE : AWS_ON_ANY))
            add_action(actions, action);
        also += len + strspn(also + len, " ");
    }
}

/* actions: becomes the list's, or is freed when it is empty. */
static void add_statement(cJSON *list, const char *id, cJSON *actions, const char *resource)
{
    if (cJSON_GetArraySize(actions) == 0 || resource[0] == '\0') {
        cJSON_Delete(actions);
        return;
    }
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "Sid", id);
    cJSON_AddStringToObject(item, "Effect", "Allow");
    cJSON_AddItemToObject(item, "Action", actions);
    cJSON_AddStringToObject(item, "Resource", resource);
    cJSON_AddItemToArray(list, item);
}

static void add_kafka(cJSON *list, unsigned use, const struct names *names)
{
    static const char *const ids[] = {
        [ON_CLUSTER] = "Cluster", [ON_TOPICS] = "Topics", [ON_GROUPS] = "Groups"};
    for (enum about about = ON_CLUSTER; about < ABOUTS; about++) {
        char resource[512];
        cJSON *actions = cJSON_CreateArray();
        for (size_t i = 0; i < sizeof KAFKA / sizeof *KAFKA; i++)
            if (KAFKA[i].about == about && (KAFKA[i].uses & use))
                add_action(actions, KAFKA[i].action);
        kafka_resource(names, about, resource, sizeof resource);
        add_statement(list, ids[about], actions, resource);
    }
}

static void add_aws(cJSON *list, unsigned use, const struct names *names)
{
    const struct aws_action *row;
    for (size_t s = 0; s < sizeof STATEMENTS / sizeof *STATEMENTS; s++) {
        char resource[512];
        cJSON *actions = cJSON_CreateArray();
        const char *prefix = STATEMENTS[s].prefix;
        for (size_t i = 0; (row = aws_action_at(i)) != NULL; i++) {
            if (!(row->uses & use))
                continue;
            if (row->on == STATEMENTS[s].on && strncmp(row->action, prefix, strlen(prefix)) == 0)
                add_action(actions, row->action);
            add_also(actions, row->also, prefix, STATEMENTS[s].on);
        }
        aws_resource(names, STATEMENTS[s].on, resource, sizeof resource);
        add_statement(list, STATEMENTS[s].id, actions, resource);
    }
}

pt_code pt_policy(const struct pt_config *cfg, const char *use, char **json, struct pt_error *err)
{
    unsigned bit = strcmp(use, "watch") == 0     ? AWS_FOR_WATCH
                   : strcmp(use, "operate") == 0 ? AWS_FOR_OPERATE
                   : strcmp(use, "setup") == 0   ? AWS_FOR_SETUP
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
    add_kafka(list, bit, &names);
    add_aws(list, bit, &names);
    *json = cJSON_Print(policy);
    cJSON_Delete(policy);
    return *json != NULL ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "policy: no memory");
}
