/* The smallest IAM policy for a use of pintop, with the names that the configuration contains.
 * It is made from the calls: aws/actions.h lists the action of each AWS call, the table here
 * that of each Kafka request. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "aws/actions.h"
#include "aws/service.h"
#include "base/text.h"
#include "config/settings.h"
#include "pintop/auth.h"

/* The subject of a statement; its resource is made from the configuration. */
enum about { ON_CLUSTER, ON_TOPICS, ON_GROUPS, ABOUTS };

/* Kafka's own requests, and what they need on a cluster with IAM. */
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
    {"CreatePartitions",    ON_TOPICS,  AWS_FOR_OPERATE, "kafka-cluster:AlterTopic"},
    {"AlterConfigs",        ON_TOPICS,  AWS_FOR_OPERATE, "kafka-cluster:AlterTopicDynamicConfiguration"},
    {"DeleteTopics",        ON_TOPICS,  AWS_FOR_OPERATE, "kafka-cluster:DeleteTopic"},
    {"ListConsumerGroupOffsets", ON_GROUPS, AWS_FOR_ALL, "kafka-cluster:DescribeGroup"},
  /* clang-format on */
};

/* Its Sid; the role may be passed to MSK Connect only. */
#define PASS_ROLE "PassRole"

/* The statements for AWS calls: those of one service on one kind of resource. */
static const struct {
    const char *id;
    const char *prefix; /* of the actions */
    enum aws_on on;
} STATEMENTS[] = {
    {"FindClusters",       "kafka:",        AWS_ON_ANY        },
    {"SeeCluster",         "kafka:",        AWS_ON_CLUSTER    },
    {"SeeConnectors",      "kafkaconnect:", AWS_ON_ANY        },
    {"RunConnectors",      "kafkaconnect:", AWS_ON_CONNECTORS },
    {"SeeOperations",      "kafkaconnect:", AWS_ON_OPERATIONS },
    {"SeePlugins",         "kafkaconnect:", AWS_ON_PLUGINS    },
    {"Metrics",            "cloudwatch:",   AWS_ON_ANY        },
    {"Logs",               "logs:",         AWS_ON_LOGS       },
    {"SeeBucket",          "s3:",           AWS_ON_BUCKET     },
    {"PluginObject",       "s3:",           AWS_ON_OBJECTS    },
    {"OptionalWriteProbe", "s3:",           AWS_ON_PROBES     },
    {"Role",               "iam:",          AWS_ON_ROLE       },
    {PASS_ROLE,            "iam:PassRole",  AWS_ON_ROLE       },
    {"TakeOnRole",         "sts:",          AWS_ON_OWN_ROLE   },
    {"KeyPair",            "ssm:",          AWS_ON_PARAMETER  },
    {"FindKeyPair",        "ssm:",          AWS_ON_ANY        },
    {"Host",               "ec2:",          AWS_ON_ANY        },
    {"LogDelivery",        "logs:",         AWS_ON_ANY        },
    {"LinkedRole",         "iam:",          AWS_ON_LINKED_ROLE},
    {"Interfaces",         "ec2:",          AWS_ON_INTERFACES },
};

enum { POLICY_ARN_MAX = 2600 };

/* Of the settings; "*" stands for what they do not tell. Each has room for the longest name that
 * its service takes. */
struct names {
    char partition[16], region[32], account[16];
    char cluster[256]; /* name/uuid; with stars for unknown parts */
    char topics[PT_STREAMS + 1][PT_TOPIC_MAX + 1];
    char group[512], connector[256], plugin[256];
    char bucket[128], role[700], own_role[700], log_group[600];
    char parameter[2100]; /* without its first slash; or an ARN */
    bool is_parameter_named;
    const char *too_long; /* a property whose value has no room here; NULL none */
};

/* The resources of a statement. */
struct policy_on {
    size_t n;
    char arns[PT_STREAMS + 1][POLICY_ARN_MAX];
};

static void policy_take(struct names *names, const char *property, char *out, size_t cap,
                        const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A name that is cut would be another one's. */
static void policy_take(struct names *names, const char *property, char *out, size_t cap,
                        const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (vsnprintf(out, cap, fmt, args) >= (int)cap)
        names->too_long = property;
    va_end(args);
}

/* Takes account and name/uuid of arn:aws:kafka:region:account:cluster/name/uuid. */
static void take_arn(struct names *names, const char *arn)
{
    const char *cluster = strstr(arn, ":cluster/");
    char account[sizeof names->account];
    if (!aws_arn_get(arn, AWS_ARN_ACCOUNT, account, sizeof account) || cluster == NULL)
        return;
    text_copy(names->account, sizeof names->account, account);
    policy_take(names, "pintop.msk.cluster", names->cluster, sizeof names->cluster, "%s",
                cluster + strlen(":cluster/"));
}

/* Finds the role that the configuration assumes, "" none. */
static void find_own_role(struct names *names, const struct pt_config *cfg)
{
    const char *own = pt_config_get(cfg, "pintop.aws.role.arn");
    for (size_t i = 0; own == NULL && i < pt_config_login_count(cfg); i++)
        if (strcmp(pt_config_login_at(cfg, i).name, "sasl.jaas.config awsRoleArn") == 0)
            own = pt_config_login_at(cfg, i).value;
    policy_take(names, "pintop.aws.role.arn", names->own_role, sizeof names->own_role, "%s",
                own != NULL ? own : "");
}

/* Nothing is set, so that the UserID and what is named after it are those of the demonstration. */
static bool is_policy_of_demo(const struct pt_config *cfg)
{
    return pt_config_is_embedded(cfg) && pt_config_given(cfg, "pintop.user.id") == NULL;
}

static const char *policy_set(const struct pt_config *cfg, const char *property)
{
    return is_policy_of_demo(cfg) ? NULL : pt_config_get(cfg, property);
}

/* Where a name goes, and the property that has it. */
struct policy_name {
    const char *property;
    char *out;
    size_t cap;
};

/* Writes the first of a name with something before it, and "USERID*" with the same before it; "*"
 * where neither is known. */
static void policy_name(struct names *names, struct policy_name to, const char *before,
                        const char *name, const char *user)
{
    if (name != NULL)
        policy_take(names, to.property, to.out, to.cap, "%s%s", before, name);
    else if (user != NULL)
        policy_take(names, "pintop.user.id", to.out, to.cap, "%s%s*", before, user);
    else
        text_copy(to.out, to.cap, "*");
}

/* All topics with the operator's prefix, and those of the streams that have another one. */
static void policy_find_topics(struct names *names, const struct pt_config *cfg)
{
    const char *prefix = policy_set(cfg, "pintop.topics.prefix");
    size_t n = 0;
    policy_take(names, "pintop.topics.prefix", names->topics[n++], sizeof *names->topics, "%s*",
                prefix != NULL ? prefix : "");
    for (size_t i = 0; i < PT_STREAMS && prefix != NULL && *prefix != '\0'; i++) {
        const char *topic = policy_set(cfg, settings_topics[i]);
        if (topic != NULL && strncmp(topic, prefix, strlen(prefix)) != 0)
            policy_take(names, settings_topics[i], names->topics[n++], sizeof *names->topics, "%s",
                        topic);
    }
}

/* What is around the connector. */
static void policy_find_connector(struct names *names, const struct pt_config *cfg)
{
    static const char by_name[] = "pintop.connector.name", by_group[] = "pintop.connector.group";
    const char *user = policy_set(cfg, "pintop.user.id");
    const char *name = policy_set(cfg, by_name);
    const char *group = policy_set(cfg, by_group);
    const char *plugin = policy_set(cfg, "pintop.plugin.name");
    const char *role = policy_set(cfg, "pintop.connector.role.arn");
    const char *logs = policy_set(cfg, "pintop.connector.log.group");
    policy_name(names, (struct policy_name){by_name, names->connector, sizeof names->connector}, "",
                name, user);
    policy_name(
        names,
        (struct policy_name){group != NULL ? by_group : by_name, names->group, sizeof names->group},
        group != NULL ? "" : "connect-", group != NULL ? group : name, user);
    policy_name(names,
                (struct policy_name){"pintop.plugin.name", names->plugin, sizeof names->plugin}, "",
                plugin, user);
    policy_take(names, "pintop.connector.role.arn", names->role, sizeof names->role, "%s",
                role != NULL ? role : "*");
    policy_take(names, "pintop.connector.log.group", names->log_group, sizeof names->log_group,
                "%s", logs != NULL ? logs : "*");
}

static void policy_find_region(struct names *names, const struct pt_config *cfg)
{
    const char *servers = pt_config_get(cfg, "bootstrap.servers");
    const char *cluster = pt_config_get(cfg, "pintop.msk.cluster");
    char found[32] = "";
    if ((servers == NULL || !aws_region_of_broker(servers, found, sizeof found)) && cluster != NULL)
        aws_region_of_arn(cluster, found, sizeof found);
    if (found[0] == '\0')
        pt_aws_region(cfg, found, sizeof found, NULL, 0);
    text_copy(names->region, sizeof names->region, found[0] != '\0' ? found : "*");
    text_copy(names->partition, sizeof names->partition, aws_partition(names->region));
    if (cluster != NULL && strncmp(cluster, "arn:", 4) == 0)
        take_arn(names, cluster);
    else if (cluster != NULL && strcmp(cluster, "auto") != 0)
        policy_take(names, "pintop.msk.cluster", names->cluster, sizeof names->cluster, "%s/*",
                    cluster);
}

static void find_names(struct names *names, const struct pt_config *cfg)
{
    const char *bucket = policy_set(cfg, "pintop.bucket");
    const char *parameter = policy_set(cfg, "pintop.keypair.parameter");
    *names = (struct names){.account = "*", .cluster = "*"};
    policy_find_region(names, cfg);
    policy_find_topics(names, cfg);
    policy_find_connector(names, cfg);
    policy_take(names, "pintop.bucket", names->bucket, sizeof names->bucket, "%s",
                bucket != NULL ? bucket : "*");
    names->is_parameter_named = parameter != NULL;
    policy_take(names, "pintop.keypair.parameter", names->parameter, sizeof names->parameter, "%s",
                parameter == NULL ? "ec2/keypair/*" : parameter + (parameter[0] == '/'));
    find_own_role(names, cfg);
}

/* ------------------------------------------------------------------ resources */

static void policy_on(struct policy_on *on, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void policy_on(struct policy_on *on, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    text_put_args(on->arns[on->n++], POLICY_ARN_MAX, fmt, args);
    va_end(args);
}

static void kafka_resource(const struct names *n, enum about about, struct policy_on *on)
{
    char kafka[400];
    const char *cluster = strcmp(n->cluster, "*") == 0 ? "*/*" : n->cluster;
    snprintf(kafka, sizeof kafka, "arn:%s:kafka:%s:%s", n->partition, n->region, n->account);
    if (about == ON_CLUSTER)
        policy_on(on, "%s:cluster/%s", kafka, n->cluster);
    else if (about == ON_GROUPS)
        policy_on(on, "%s:group/%s/%s", kafka, cluster, n->group);
    for (size_t i = 0; about == ON_TOPICS && i <= PT_STREAMS && n->topics[i][0] != '\0'; i++)
        policy_on(on, "%s:topic/%s/%s", kafka, cluster, n->topics[i]);
}

static void connect_resource(const struct names *n, const char *kind, const char *name,
                             const char *after, struct policy_on *on)
{
    policy_on(on, "arn:%s:kafkaconnect:%s:%s:%s/%s/%s", n->partition, n->region, n->account, kind,
              name, after);
}

static void policy_named(const struct names *n, const char *arn, const char *service,
                         const char *kind, struct policy_on *on)
{
    bool is_arn = strncmp(arn, "arn:", 4) == 0, is_global = strcmp(service, "iam") == 0;
    if (is_arn)
        policy_on(on, "%s", arn);
    else
        policy_on(on, "arn:%s:%s:%s:%s:%s/%s", n->partition, service, is_global ? "" : n->region,
                  n->account, kind, arn);
}

static void aws_resource(const struct names *n, enum aws_on about, struct policy_on *on)
{
    static const char *const made_of[] = {"network-interface", "subnet", "security-group"};
    switch (about) {
    case AWS_ON_CLUSTER:
        kafka_resource(n, ON_CLUSTER, on);
        break;
    case AWS_ON_CONNECTORS:
        connect_resource(n, "connector", n->connector, "*", on);
        break;
    case AWS_ON_OPERATIONS:
        connect_resource(n, "connector-operation", n->connector, "*/*", on);
        break;
    case AWS_ON_PLUGINS:
        connect_resource(n, "custom-plugin", n->plugin, "*", on);
        break;
    case AWS_ON_BUCKET:
        policy_on(on, "arn:%s:s3:::%s", n->partition, n->bucket);
        break;
    case AWS_ON_OBJECTS:
        policy_on(on, "arn:%s:s3:::%s/kafka-connect-s3/*", n->partition, n->bucket);
        break;
    case AWS_ON_PROBES: /* only what the probe writes: no object of a sink */
        policy_on(on, "arn:%s:s3:::%s/*.pintop-probe-*", n->partition, n->bucket);
        break;
    case AWS_ON_ROLE:
        policy_named(n, n->role, "iam", "role", on);
        break;
    case AWS_ON_OWN_ROLE:
        if (n->own_role[0] != '\0')
            policy_on(on, "%s", n->own_role);
        break;
    case AWS_ON_PARAMETER:
        policy_named(n, n->parameter, "ssm", "parameter", on);
        break;
    case AWS_ON_LOGS:
        policy_on(on, "arn:%s:logs:%s:%s:log-group:%s%s", n->partition, n->region, n->account,
                  n->log_group, strcmp(n->log_group, "*") == 0 ? "" : ":*");
        break;
    case AWS_ON_INTERFACES:
        for (size_t i = 0; i < sizeof made_of / sizeof *made_of; i++)
            policy_on(on, "arn:%s:ec2:%s:%s:%s/*", n->partition, n->region, n->account, made_of[i]);
        break;
    case AWS_ON_LINKED_ROLE:
        policy_on(on,
                  "arn:%s:iam::%s:role/aws-service-role/kafkaconnect.amazonaws.com/"
                  "AWSServiceRoleForKafkaConnect*",
                  n->partition, n->account);
        break;
    case AWS_ON_TOPICS: /* the table KAFKA has the brokers' permissions, which these are, too */
        break;
    case AWS_ON_ANY:
        policy_on(on, "*");
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

/* What an action is about that a service takes on behalf of the caller; those that are not here are
 * about nothing, or about what is not known beforehand. */
static enum aws_on policy_also_on(const char *action)
{
    static const struct {
        const char *action;
        enum aws_on on;
    } rows[] = {
        {"iam:PassRole",                AWS_ON_ROLE       },
        {"iam:CreateServiceLinkedRole", AWS_ON_LINKED_ROLE},
        {"ec2:CreateNetworkInterface",  AWS_ON_INTERFACES },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].action, action) == 0)
            return rows[i].on;
    return AWS_ON_ANY;
}

static void add_also(cJSON *actions, const char *also, const char *prefix, enum aws_on on)
{
    while (*also != '\0') {
        char action[80];
        size_t len = strcspn(also, " ");
        snprintf(action, sizeof action, "%.*s", (int)len, also);
        /* It has a statement of its own. */
        bool is_apart = strcmp(action, "iam:PassRole") == 0 && strcmp(prefix, action) != 0;
        if (!is_apart && strncmp(action, prefix, strlen(prefix)) == 0 &&
            on == policy_also_on(action))
            add_action(actions, action);
        also += len + strspn(also + len, " ");
    }
}

static cJSON *policy_resources(const struct policy_on *on)
{
    if (on->n == 1)
        return cJSON_CreateString(on->arns[0]);
    cJSON *all = cJSON_CreateArray();
    for (size_t i = 0; i < on->n; i++)
        cJSON_AddItemToArray(all, cJSON_CreateString(on->arns[i]));
    return all;
}

/* actions becomes the list's, or is freed when it is empty. */
static void add_statement(cJSON *list, const char *id, cJSON *actions, const struct policy_on *on)
{
    if (cJSON_GetArraySize(actions) == 0 || on->n == 0) {
        cJSON_Delete(actions);
        return;
    }
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "Sid", id);
    cJSON_AddStringToObject(item, "Effect", "Allow");
    cJSON_AddItemToObject(item, "Action", actions);
    cJSON_AddItemToObject(item, "Resource", policy_resources(on));
    if (strcmp(id, PASS_ROLE) == 0) {
        cJSON *test =
            cJSON_AddObjectToObject(cJSON_AddObjectToObject(item, "Condition"), "StringEquals");
        cJSON_AddStringToObject(test, "iam:PassedToService", "kafkaconnect.amazonaws.com");
    }
    cJSON_AddItemToArray(list, item);
}

static void add_kafka(cJSON *list, unsigned use, const struct names *names)
{
    static const char *const ids[] = {
        [ON_CLUSTER] = "Cluster", [ON_TOPICS] = "Topics", [ON_GROUPS] = "Groups"};
    for (enum about about = ON_CLUSTER; about < ABOUTS; about++) {
        struct policy_on on = {0};
        cJSON *actions = cJSON_CreateArray();
        for (size_t i = 0; i < sizeof KAFKA / sizeof *KAFKA; i++)
            if (KAFKA[i].about == about && (KAFKA[i].uses & use))
                add_action(actions, KAFKA[i].action);
        kafka_resource(names, about, &on);
        add_statement(list, ids[about], actions, &on);
    }
}

/* Who may change or pass any role may do all that the account may: these two are only given on a
 * role that is known. */
static bool policy_gives(const char *action, const struct names *names)
{
    bool is_known = strcmp(names->role, "*") != 0;
    return is_known || (strcmp(action, "iam:UpdateAssumeRolePolicy") != 0 &&
                        strcmp(action, "iam:PassRole") != 0);
}

static void add_aws(cJSON *list, unsigned use, const struct names *names)
{
    const struct aws_action *row;
    for (size_t s = 0; s < sizeof STATEMENTS / sizeof *STATEMENTS; s++) {
        struct policy_on on = {0};
        cJSON *actions = cJSON_CreateArray();
        const char *prefix = STATEMENTS[s].prefix;
        for (size_t i = 0; (row = aws_action_at(i)) != NULL; i++) {
            if (!(row->uses & use))
                continue;
            if (row->on == STATEMENTS[s].on && policy_gives(row->action, names) &&
                strncmp(row->action, prefix, strlen(prefix)) == 0)
                add_action(actions, row->action);
            add_also(actions, row->also, prefix, STATEMENTS[s].on);
        }
        /* A key pair that is named is not looked for. */
        bool is_left =
            (names->is_parameter_named && strcmp(STATEMENTS[s].id, "FindKeyPair") == 0) ||
            !policy_gives(prefix, names);
        if (is_left) {
            cJSON_Delete(actions);
            continue;
        }
        aws_resource(names, STATEMENTS[s].on, &on);
        add_statement(list, STATEMENTS[s].id, actions, &on);
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
        return pt_error_set(err, PT_EUSAGE, "Use watch, operate or setup",
                            "policy '%s': there is no such policy", use);
    find_names(&names, cfg);
    if (names.too_long != NULL)
        return pt_error_set(err, PT_ECONFIG, "Correct it, and print the policy again",
                            "policy: %s is longer than AWS and Kafka take such a name",
                            names.too_long);
    cJSON *policy = cJSON_CreateObject();
    cJSON_AddStringToObject(policy, "Version", "2012-10-17");
    cJSON *list = cJSON_AddArrayToObject(policy, "Statement");
    add_kafka(list, bit, &names);
    add_aws(list, bit, &names);
    *json = cJSON_Print(policy);
    cJSON_Delete(policy);
    return *json != NULL ? PT_OK : pt_error_set(err, PT_ENOMEM, NULL, "policy: out of memory");
}
