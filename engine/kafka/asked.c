#include "kafka/asked.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kafka/handle.h"

/* The names of the permissions in MSK's IAM and in Kafka's ACLs. */
static const struct right {
    const char *iam, *acl, *kind;
} RIGHTS[KAFKA_ASKS] = {
    [ASK_CREATE_TOPIC] = {"kafka-cluster:CreateTopic",                         "Create",          "topic"},
    [ASK_DELETE_TOPIC] = {"kafka-cluster:DeleteTopic",                         "Delete",          "topic"},
    [ASK_TOPIC_CONFIG] = {"kafka-cluster:DescribeTopicDynamicConfiguration",   "DescribeConfigs",
                          "topic"                                                                        },
    [ASK_ADD_PARTITIONS] = {"kafka-cluster:AlterTopic",                          "Alter",           "topic"},
    [ASK_ALTER_CONFIG] = {"kafka-cluster:AlterTopicDynamicConfiguration",      "AlterConfigs",    "topic"},
    [ASK_READ] = {"kafka-cluster:ReadData",                            "Read",            "topic"},
    [ASK_GROUP] = {"kafka-cluster:DescribeGroup",                       "Describe",        "group"},
    [ASK_WRITE] = {"kafka-cluster:WriteData",                           "Write",           "topic"},
    [ASK_BROKER_CONFIG] = {"kafka-cluster:DescribeClusterDynamicConfiguration", "DescribeConfigs",
                          "cluster"                                                                      },
    [ASK_SEE_TOPIC] = {"kafka-cluster:DescribeTopic",                       "Describe",        "topic"},
};

static bool is_refused_right(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

static bool is_too_old(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE ||
           code == RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION;
}

static void name_right(enum kafka_ask ask, const char *name, struct pt_error *err)
{
    const struct right *right = &RIGHTS[ask];
    snprintf(err->fix, sizeof err->fix, "Allow this principal %s on %s %.60s (as an ACL: %s)%s",
             right->iam, right->kind, name, right->acl,
             ask == ASK_CREATE_TOPIC
                 ? ". On the class cluster a topic name begins with your UserID and a dot"
                 : "");
}

pt_code kafka_asked(struct pt_error *err, rd_kafka_resp_err_t code, enum kafka_ask ask,
                    const char *name, const char *what, const char *why)
{
    struct pt_error own;
    /* librdkafka's own message for this error names the wrong versions. */
    if (ask == ASK_CREATE_TOPIC && is_too_old(code))
        return pt_error_set(err, PT_EUNSUPPORTED,
                            "Give both: --partitions N --replication-factor N",
                            "%s: this broker is older than Kafka 2.4 and has no default number of "
                            "partitions and replicas for a new topic",
                            what);
    pt_code ours = kafka_error(&own, code, what, why);
    if (is_refused_right(code))
        name_right(ask, name, &own);
    else if (is_too_old(code))
        text_copy(own.fix, sizeof own.fix, "Use brokers of Kafka 2.4 or later for this request");
    if (err)
        *err = own;
    return ours;
}
