#include "aws/actions.h"

#include <string.h>

/* Actions that MSK Connect and CloudWatch Logs take on behalf of the identity that creates a
 * connector with log delivery. */
#define CREATES                                                                                    \
    "ec2:CreateNetworkInterface ec2:DescribeSubnets ec2:DescribeVpcs ec2:DescribeSecurityGroups "  \
    "logs:CreateLogDelivery logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy "    \
    "logs:DescribeResourcePolicies logs:DescribeLogGroups iam:CreateServiceLinkedRole "            \
    "iam:PassRole"

/* clang-format off */
static const struct aws_action ACTIONS[] = {
    {&aws_sts, "GetCallerIdentity",         "", AWS_FOR_ALL, AWS_ON_ANY, ""},
    {&aws_sts, "AssumeRole",                "sts:AssumeRole", AWS_FOR_ALL, AWS_ON_OWN_ROLE, ""},
    {&aws_sts, "AssumeRoleWithWebIdentity", "", AWS_FOR_ALL, AWS_ON_ANY, ""},
    {&aws_sso_oidc, "CreateToken",          "", AWS_FOR_ALL, AWS_ON_ANY, ""},
    {&aws_sso, "GetRoleCredentials",        "", AWS_FOR_ALL, AWS_ON_ANY, ""},

    {&aws_msk, "ListClustersV2",            "kafka:ListClustersV2", AWS_FOR_ALL, AWS_ON_ANY, ""},
    {&aws_msk, "DescribeClusterV2",         "kafka:DescribeClusterV2", AWS_FOR_ALL, AWS_ON_CLUSTER, ""},
    {&aws_msk, "GetBootstrapBrokers",       "kafka:GetBootstrapBrokers", AWS_FOR_ALL, AWS_ON_ANY, ""},
    {&aws_msk, "ListNodes",                 "kafka:ListNodes", AWS_FOR_ALL, AWS_ON_CLUSTER, ""},

    {&aws_msk, "ListTopics",                "kafka-cluster:DescribeTopic", AWS_FOR_ALL, AWS_ON_TOPICS, ""},
    {&aws_msk, "DescribeTopic",             "kafka-cluster:DescribeTopicDynamicConfiguration", AWS_FOR_ALL, AWS_ON_TOPICS, ""},
    {&aws_msk, "DescribeTopicPartitions",   "kafka-cluster:DescribeTopicDynamicConfiguration", AWS_FOR_ALL, AWS_ON_TOPICS, ""},
    {&aws_msk, "CreateTopic",               "kafka-cluster:CreateTopic", AWS_FOR_CHANGES, AWS_ON_TOPICS, ""},
    {&aws_msk, "UpdateTopic",               "kafka-cluster:AlterTopic", AWS_FOR_OPERATE, AWS_ON_TOPICS, "kafka-cluster:AlterTopicDynamicConfiguration"},
    {&aws_msk, "DeleteTopic",               "kafka-cluster:DeleteTopic", AWS_FOR_OPERATE, AWS_ON_TOPICS, ""},

    {&aws_mskconnect, "ListConnectors",             "kafkaconnect:ListConnectors", AWS_FOR_ALL, AWS_ON_ANY, ""},
    {&aws_mskconnect, "DescribeConnector",          "kafkaconnect:DescribeConnector", AWS_FOR_ALL, AWS_ON_CONNECTORS, ""},
    {&aws_mskconnect, "ListConnectorOperations",    "kafkaconnect:ListConnectorOperations", AWS_FOR_ALL, AWS_ON_CONNECTORS, ""},
    {&aws_mskconnect, "DescribeConnectorOperation", "kafkaconnect:DescribeConnectorOperation", AWS_FOR_ALL, AWS_ON_OPERATIONS, ""},
    {&aws_mskconnect, "DescribeCustomPlugin",       "kafkaconnect:DescribeCustomPlugin", AWS_FOR_ALL, AWS_ON_PLUGINS, ""},
    {&aws_mskconnect, "ListCustomPlugins",          "kafkaconnect:ListCustomPlugins", AWS_FOR_SETUP, AWS_ON_ANY, ""},
    {&aws_mskconnect, "PauseConnector",             "kafkaconnect:PauseConnector", AWS_FOR_CHANGES, AWS_ON_CONNECTORS, ""},
    {&aws_mskconnect, "ResumeConnector",            "kafkaconnect:ResumeConnector", AWS_FOR_CHANGES, AWS_ON_CONNECTORS, ""},
    {&aws_mskconnect, "RestartConnector",           "kafkaconnect:RestartConnector", AWS_FOR_CHANGES, AWS_ON_CONNECTORS, ""},
    {&aws_mskconnect, "UpdateConnector",            "kafkaconnect:UpdateConnector", AWS_FOR_CHANGES, AWS_ON_CONNECTORS, ""},
    {&aws_mskconnect, "DeleteConnector",            "kafkaconnect:DeleteConnector", AWS_FOR_SETUP, AWS_ON_CONNECTORS, ""},
    {&aws_mskconnect, "CreateConnector",            "kafkaconnect:CreateConnector", AWS_FOR_SETUP, AWS_ON_ANY, CREATES},
    {&aws_mskconnect, "CreateCustomPlugin",         "kafkaconnect:CreateCustomPlugin", AWS_FOR_SETUP, AWS_ON_ANY, ""},
    {&aws_mskconnect, "DeleteCustomPlugin",         "kafkaconnect:DeleteCustomPlugin", AWS_FOR_SETUP, AWS_ON_PLUGINS, ""},

    {&aws_cloudwatch, "GetMetricData",      "cloudwatch:GetMetricData", AWS_FOR_ALL, AWS_ON_ANY, ""},
    {&aws_logs, "FilterLogEvents",          "logs:FilterLogEvents", AWS_FOR_ALL, AWS_ON_LOGS, ""},
    {&aws_logs, "CreateLogGroup",           "logs:CreateLogGroup", AWS_FOR_SETUP, AWS_ON_LOGS, ""},

    {&aws_s3, "HeadBucket",                 "s3:ListBucket", AWS_FOR_ALL, AWS_ON_BUCKET, ""},
    {&aws_s3, "ListObjectsV2",              "s3:ListBucket", AWS_FOR_ALL, AWS_ON_BUCKET, ""},
    {&aws_s3, "HeadObject",                 "s3:GetObject", AWS_FOR_SETUP, AWS_ON_OBJECTS, ""},
    {&aws_s3, "GetObject",                  "s3:GetObject", AWS_FOR_OPERATE, AWS_ON_PROBES, ""},
    {&aws_s3, "PutObject",                  "s3:PutObject", AWS_FOR_OPERATE, AWS_ON_PROBES, ""},
    {&aws_s3, "UploadPart",                 "s3:PutObject", AWS_FOR_OPERATE, AWS_ON_PROBES, ""},
    {&aws_s3, "CreateMultipartUpload",      "s3:PutObject", AWS_FOR_OPERATE, AWS_ON_PROBES, ""},
    {&aws_s3, "CompleteMultipartUpload",    "s3:PutObject", AWS_FOR_OPERATE, AWS_ON_PROBES, ""},
    {&aws_s3, "GetPublicAccessBlock",       "s3:GetBucketPublicAccessBlock", AWS_FOR_SETUP, AWS_ON_BUCKET, ""},
    {&aws_s3, "ListMultipartUploads",       "s3:ListBucketMultipartUploads", AWS_FOR_SETUP, AWS_ON_BUCKET, ""},
    {&aws_s3, "ListParts",                  "s3:ListMultipartUploadParts", AWS_FOR_SETUP, AWS_ON_OBJECTS, ""},
    {&aws_s3, "AbortMultipartUpload",       "s3:AbortMultipartUpload", AWS_FOR_OPERATE, AWS_ON_PROBES, ""},
    {&aws_s3, "PutObject",                  "s3:PutObject", AWS_FOR_SETUP, AWS_ON_OBJECTS, ""},
    {&aws_s3, "AbortMultipartUpload",       "s3:AbortMultipartUpload", AWS_FOR_SETUP, AWS_ON_OBJECTS, ""},
    {&aws_s3, "DeleteObject",               "s3:DeleteObject", AWS_FOR_SETUP, AWS_ON_OBJECTS, ""},
    {&aws_s3, "DeleteObject",               "s3:DeleteObject", AWS_FOR_OPERATE, AWS_ON_PROBES, ""},

    {&aws_iam, "GetRole",                   "iam:GetRole", AWS_FOR_ALL, AWS_ON_ROLE, ""},
    {&aws_iam, "UpdateAssumeRolePolicy",    "iam:UpdateAssumeRolePolicy", AWS_FOR_SETUP, AWS_ON_ROLE, ""},
    {&aws_iam, "SimulatePrincipalPolicy",   "iam:SimulatePrincipalPolicy", AWS_FOR_SETUP, AWS_ON_ROLE, ""},
    {&aws_ssm, "GetParameter",              "ssm:GetParameter", AWS_FOR_SETUP, AWS_ON_PARAMETER, ""},
    {&aws_ssm, "DescribeParameters",        "ssm:DescribeParameters", AWS_FOR_SETUP, AWS_ON_ANY, ""},
    {&aws_ec2, "DescribeInstances",         "ec2:DescribeInstances", AWS_FOR_SETUP, AWS_ON_ANY, ""},
    {&aws_ec2, "DescribeKeyPairs",          "ec2:DescribeKeyPairs", AWS_FOR_SETUP, AWS_ON_ANY, ""},
    {&aws_ec2, "DescribeSubnets",           "ec2:DescribeSubnets", AWS_FOR_SETUP, AWS_ON_ANY, ""},
    {&aws_ec2, "DescribeSecurityGroups",    "ec2:DescribeSecurityGroups", AWS_FOR_SETUP, AWS_ON_ANY, ""},
    {&aws_ec2, "DescribeRouteTables",       "ec2:DescribeRouteTables", AWS_FOR_SETUP, AWS_ON_ANY, ""},
    {&aws_ec2, "DescribeVpcEndpoints",      "ec2:DescribeVpcEndpoints", AWS_FOR_SETUP, AWS_ON_ANY, ""},
};
/* clang-format on */

const struct aws_action *aws_action_of(const struct aws_service *service, const char *operation)
{
    for (size_t i = 0; i < sizeof ACTIONS / sizeof *ACTIONS; i++)
        if (ACTIONS[i].service == service && strcmp(ACTIONS[i].operation, operation) == 0)
            return &ACTIONS[i];
    return NULL;
}

const struct aws_action *aws_action_at(size_t i)
{
    return i < sizeof ACTIONS / sizeof *ACTIONS ? &ACTIONS[i] : NULL;
}
