/* The IAM policies that pintop prints: by the grammar of IAM, each action on a kind of resource
 * that it has, and the names that the configuration gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws_room.h"
#include "pintop/auth.h"

/* The managed policy's limit of characters, without white space. */
enum { POLICY_MAX = 6144 };

/* AWS's service authorization reference: the kinds of resources that an action can be narrowed to,
 * by what is in their ARNs, with blanks between. NULL: none, so that only "*" allows it. */
static const struct {
    const char *action, *kinds;
} KINDS[] = {
    {"kafka-cluster:Connect",                           ":cluster/"                                    },
    {"kafka-cluster:DescribeCluster",                   ":cluster/"                                    },
    {"kafka-cluster:WriteDataIdempotently",             ":cluster/"                                    },
    {"kafka-cluster:DescribeTopic",                     ":topic/"                                      },
    {"kafka-cluster:DescribeTopicDynamicConfiguration", ":topic/"                                      },
    {"kafka-cluster:ReadData",                          ":topic/"                                      },
    {"kafka-cluster:WriteData",                         ":topic/"                                      },
    {"kafka-cluster:CreateTopic",                       ":topic/"                                      },
    {"kafka-cluster:DeleteTopic",                       ":topic/"                                      },
    {"kafka-cluster:AlterTopic",                        ":topic/"                                      },
    {"kafka-cluster:AlterTopicDynamicConfiguration",    ":topic/"                                      },
    {"kafka-cluster:DescribeGroup",                     ":group/"                                      },
    {"kafka:ListClustersV2",                            NULL                                           },
    {"kafka:GetBootstrapBrokers",                       NULL                                           },
    {"kafka:DescribeClusterV2",                         ":cluster/"                                    },
    {"kafka:ListNodes",                                 ":cluster/"                                    },
    {"kafka:ListTopics",                                ":cluster/"                                    },
    {"kafka:DescribeTopic",                             ":topic/"                                      },
    {"kafka:DescribeTopicPartitions",                   ":topic/"                                      },
    {"kafka:CreateTopic",                               ":topic/"                                      },
    {"kafka:UpdateTopic",                               ":topic/"                                      },
    {"kafka:DeleteTopic",                               ":topic/"                                      },
    {"kafkaconnect:ListConnectors",                     NULL                                           },
    {"kafkaconnect:ListCustomPlugins",                  NULL                                           },
    {"kafkaconnect:CreateConnector",                    NULL                                           },
    {"kafkaconnect:CreateCustomPlugin",                 NULL                                           },
    {"kafkaconnect:DescribeConnector",                  ":connector/"                                  },
    {"kafkaconnect:ListConnectorOperations",            ":connector/"                                  },
    {"kafkaconnect:DescribeConnectorOperation",         ":connector-operation/"                        },
    {"kafkaconnect:PauseConnector",                     ":connector/"                                  },
    {"kafkaconnect:ResumeConnector",                    ":connector/"                                  },
    {"kafkaconnect:RestartConnector",                   ":connector/"                                  },
    {"kafkaconnect:UpdateConnector",                    ":connector/"                                  },
    {"kafkaconnect:DeleteConnector",                    ":connector/"                                  },
    {"kafkaconnect:DescribeCustomPlugin",               ":custom-plugin/"                              },
    {"kafkaconnect:DeleteCustomPlugin",                 ":custom-plugin/"                              },
    {"cloudwatch:GetMetricData",                        NULL                                           },
    {"logs:FilterLogEvents",                            ":log-group:"                                  },
    {"logs:CreateLogGroup",                             ":log-group:"                                  },
    {"logs:DeleteLogGroup",                             ":log-group:"                                  },
    {"logs:CreateLogDelivery",                          NULL                                           },
    {"logs:GetLogDelivery",                             NULL                                           },
    {"logs:ListLogDeliveries",                          NULL                                           },
    {"logs:PutResourcePolicy",                          NULL                                           },
    {"logs:DescribeResourcePolicies",                   NULL                                           },
    {"logs:DescribeLogGroups",                          NULL /* it lists all of them */                },
    {"s3:ListBucket",                                   ":s3:::"                                       },
    {"s3:GetBucketPublicAccessBlock",                   ":s3:::"                                       },
    {"s3:ListBucketMultipartUploads",                   ":s3:::"                                       },
    {"s3:GetObject",                                    ":s3:::"                                       },
    {"s3:PutObject",                                    ":s3:::"                                       },
    {"s3:DeleteObject",                                 ":s3:::"                                       },
    {"s3:AbortMultipartUpload",                         ":s3:::"                                       },
    {"s3:ListMultipartUploadParts",                     ":s3:::"                                       },
    {"iam:GetRole",                                     ":role/"                                       },
    {"iam:PassRole",                                    ":role/"                                       },
    {"iam:UpdateAssumeRolePolicy",                      ":role/"                                       },
    {"iam:SimulatePrincipalPolicy",                     ":role/"                                       },
    {"iam:CreateServiceLinkedRole",                     ":role/aws-service-role/"                      },
    {"sts:AssumeRole",                                  ":role/"                                       },
    {"ssm:GetParameter",                                ":parameter/"                                  },
    {"ssm:DescribeParameters",                          NULL                                           },
    {"ec2:CreateNetworkInterface",                      ":network-interface/ :subnet/ :security-group/"},
    {"ec2:DescribeInstances",                           NULL                                           },
    {"ec2:DescribeKeyPairs",                            NULL                                           },
    {"ec2:DescribeSubnets",                             NULL                                           },
    {"ec2:DescribeVpcs",                                NULL                                           },
    {"ec2:DescribeRouteTables",                         NULL                                           },
    {"ec2:DescribeVpcEndpoints",                        NULL                                           },
    {"ec2:DescribeSecurityGroups",                      NULL                                           },
};

static cJSON *policy_of(const char *use, const char *const *settings)
{
    struct pt_config *cfg = aws_room_config(settings);
    struct pt_error err;
    char *json;
    assert_int_equal(pt_policy(cfg, use, &json, &err), PT_OK);
    cJSON *root = cJSON_Parse(json);
    assert_non_null(root);
    cJSON_Minify(json);
    if (strlen(json) > POLICY_MAX)
        fail_msg("%s: %zu characters", use, strlen(json));
    free(json);
    pt_config_free(cfg);
    return root;
}

static bool is_of_kind(const char *arn, const char *kinds)
{
    while (*kinds != '\0') {
        char kind[40];
        size_t len = strcspn(kinds, " ");
        snprintf(kind, sizeof kind, "%.*s", (int)len, kinds);
        if (strstr(arn, kind) != NULL)
            return true;
        kinds += len + strspn(kinds + len, " ");
    }
    return false;
}

static void action_fits(const char *action, const char *resource)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (strcmp(KINDS[i].action, action) != 0)
            continue;
        bool is_any = strcmp(resource, "*") == 0;
        if (is_any != (KINDS[i].kinds == NULL))
            fail_msg("%s on %s", action, resource);
        if (!is_any &&
            (strncmp(resource, "arn:aws", 7) != 0 || !is_of_kind(resource, KINDS[i].kinds)))
            fail_msg("%s on %s", action, resource);
        return;
    }
    fail_msg("%s: its kinds of resources are not in the table", action);
}

/* Six fields of an ARN at least, none of them with a blank. */
static void is_arn(const char *text)
{
    int n = 0;
    if (strcmp(text, "*") == 0)
        return;
    for (const char *at = text; *at != '\0'; at++) {
        n += *at == ':';
        if (isspace((unsigned char)*at) || *at == '"')
            fail_msg("%s is no ARN", text);
    }
    if (n < 5 || text[strlen(text) - 1] == ':' || text[strlen(text) - 1] == '/')
        fail_msg("%s is no ARN", text);
}

static void statement_fits(const cJSON *statement)
{
    const cJSON *action, *resources = cJSON_GetObjectItem(statement, "Resource"), *resource;
    const char *sid = cJSON_GetStringValue(cJSON_GetObjectItem(statement, "Sid"));
    for (const char *at = sid; *at != '\0'; at++)
        assert_true(isalnum((unsigned char)*at));
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(statement, "Effect")), "Allow");
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(statement, "Action")) > 0);
    cJSON_ArrayForEach(action, cJSON_GetObjectItem(statement, "Action"))
    {
        if (cJSON_IsString(resources)) {
            is_arn(resources->valuestring);
            action_fits(action->valuestring, resources->valuestring);
            continue;
        }
        assert_true(cJSON_GetArraySize(resources) > 1);
        cJSON_ArrayForEach(resource, resources)
        {
            is_arn(resource->valuestring);
            action_fits(action->valuestring, resource->valuestring);
        }
    }
}

#define ARN "arn:aws:kafka:eu-west-1:123456789012:cluster/prod/1-2"
static const char *const uses[] = {"watch", "operate", "setup"};

static void all_statements_fit(const char *const *settings)
{
    for (size_t u = 0; u < sizeof uses / sizeof *uses; u++) {
        cJSON *policy = policy_of(uses[u], settings);
        const cJSON *statement, *other;
        cJSON_ArrayForEach(statement, cJSON_GetObjectItem(policy, "Statement"))
        {
            statement_fits(statement);
            for (other = statement->next; other != NULL; other = other->next)
                assert_string_not_equal(cJSON_GetStringValue(cJSON_GetObjectItem(statement, "Sid")),
                                        cJSON_GetStringValue(cJSON_GetObjectItem(other, "Sid")));
        }
        cJSON_Delete(policy);
    }
}

static void each_statement_is_one_of_iam_s(void **state)
{
    (void)state;
    all_statements_fit(AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism="));
    all_statements_fit(AWS_ROOM_SET("pintop.user.id=0a1b", "pintop.aws.region=eu-west-1",
                                    "bootstrap.servers=", "security.protocol=", "sasl.mechanism="));
    all_statements_fit(AWS_ROOM_SET(
        "pintop.user.id=0a1b", ("pintop.msk.cluster=" ARN), "pintop.connector.name=sink",
        "pintop.connector.log.group=/msk/sink", "pintop.keypair.parameter=/ec2/keypair/key-1",
        "pintop.bucket=mine", "pintop.stream.geo.topic=other.geo",
        "pintop.aws.role.arn=arn:aws:iam::1:role/mine", "pintop.connector.role.arn=path/of/role"));
}

/* ---- the names ---- */

static void policy_has(const char *use, const char *const *settings, const char *sid,
                       const char *resource)
{
    cJSON *policy = policy_of(use, settings);
    const cJSON *statement;
    char *said = NULL;
    cJSON_ArrayForEach(statement, cJSON_GetObjectItem(policy, "Statement"))
    {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(statement, "Sid")), sid) == 0)
            said = cJSON_PrintUnformatted(cJSON_GetObjectItem(statement, "Resource"));
    }
    if (resource == NULL ? said != NULL : said == NULL || strcmp(said, resource) != 0)
        fail_msg("%s: %s is %s, not %s", use, sid, said, resource);
    cJSON_free(said);
    cJSON_Delete(policy);
}

#define MINE(...) AWS_ROOM_SET("pintop.user.id=0a1b", __VA_ARGS__)

static void settings_narrow_what_they_name(void **state)
{
    (void)state;
    policy_has("setup", MINE("pintop.keypair.parameter=/ec2/keypair/key-1"), "KeyPair",
               "\"arn:aws:ssm:eu-west-1:*:parameter/ec2/keypair/key-1\"");
    policy_has("setup", MINE("pintop.keypair.parameter=mykey"), "KeyPair",
               "\"arn:aws:ssm:eu-west-1:*:parameter/mykey\"");
    policy_has("setup", MINE("pintop.keypair.parameter=mykey"), "FindKeyPair", NULL);
    policy_has("setup", MINE("pintop.keypair.parameter=arn:aws:ssm:eu-west-1:1:parameter/k"),
               "KeyPair", "\"arn:aws:ssm:eu-west-1:1:parameter/k\"");
    policy_has("setup", MINE("pintop.bucket=b"), "KeyPair",
               "\"arn:aws:ssm:eu-west-1:*:parameter/ec2/keypair/*\"");
    policy_has("setup", MINE("pintop.bucket=b"), "FindKeyPair", "\"*\"");
    policy_has("watch", MINE("pintop.bucket=b"), "RunConnectors",
               "\"arn:aws:kafkaconnect:eu-west-1:*:connector/0a1b*/*\"");
    policy_has("watch", MINE("pintop.connector.name=sink"), "RunConnectors",
               "\"arn:aws:kafkaconnect:eu-west-1:*:connector/sink/*\"");
    policy_has("watch", MINE("pintop.connector.name=sink"), "SeeOperations",
               "\"arn:aws:kafkaconnect:eu-west-1:*:connector-operation/sink/*/*\"");
    policy_has("watch", MINE("pintop.plugin.name=mine"), "SeePlugins",
               "\"arn:aws:kafkaconnect:eu-west-1:*:custom-plugin/mine/*\"");
    policy_has("watch", MINE("pintop.connector.name=sink"), "Groups",
               "\"arn:aws:kafka:eu-west-1:*:group/*/*/connect-sink\"");
    policy_has("watch", MINE("pintop.connector.group=g"), "Groups",
               "\"arn:aws:kafka:eu-west-1:*:group/*/*/g\"");
    policy_has("watch", MINE("pintop.bucket=b"), "Groups",
               "\"arn:aws:kafka:eu-west-1:*:group/*/*/connect-0a1b*\"");
    policy_has("watch", MINE("pintop.connector.log.group=/msk/sink"), "Logs",
               "\"arn:aws:logs:eu-west-1:*:log-group:/msk/sink:*\"");
    policy_has("watch", MINE("pintop.msk.cluster=" ARN), "SeeCluster", "\"" ARN "\"");
    policy_has("watch", MINE("pintop.stream.geo.topic=other.geo"), "Topics",
               "[\"arn:aws:kafka:eu-west-1:*:topic/*/*/0a1b.*\","
               "\"arn:aws:kafka:eu-west-1:*:topic/*/*/other.geo\"]");
    policy_has("setup", MINE("pintop.connector.role.arn=arn:aws:iam::1:role/a/path/mine"), "Role",
               "\"arn:aws:iam::1:role/a/path/mine\"");
}

/* Of a UserID that the operator has set the names are known, though no cluster is. */
static void only_the_demonstration_has_no_names(void **state)
{
    (void)state;
    policy_has("watch",
               AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism=",
                            "pintop.user.id=0a1b"),
               "SeeBucket", "\"arn:aws:s3:::0a1b-bucket\"");
    policy_has("watch", AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism="),
               "SeeBucket", "\"arn:aws:s3:::*\"");
}

/* A name that is cut would be another one's. */
static void no_name_is_cut(void **state)
{
    (void)state;
    static const char *const names[] = {
        "pintop.stream.geo.topic", "pintop.topics.prefix",      "pintop.connector.name",
        "pintop.connector.group",  "pintop.plugin.name",        "pintop.bucket",
        "pintop.aws.role.arn",     "pintop.connector.role.arn", "pintop.connector.log.group",
        "pintop.user.id",          "pintop.msk.cluster",        "pintop.keypair.parameter",
    };
    char topic[300], resource[700], setting[4000], long_name[3000];
    memset(topic, 't', sizeof topic);
    topic[249] = '\0'; /* the longest that Kafka takes */
    snprintf(setting, sizeof setting, "pintop.stream.geo.topic=%s", topic);
    snprintf(resource, sizeof resource,
             "[\"arn:aws:kafka:eu-west-1:*:topic/*/*/0a1b.*\","
             "\"arn:aws:kafka:eu-west-1:*:topic/*/*/%s\"]",
             topic);
    policy_has("watch", MINE(setting), "Topics", resource);
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    size_t n_refused = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct pt_config *cfg = NULL;
        struct pt_error err;
        char *json = NULL;
        snprintf(setting, sizeof setting, "%s=%s", names[i], long_name);
        const struct pt_config_args args = {
            .settings = (const char *const[]){"pintop.user.id=0a1b", setting},
                .n_settings = 2
        };
        if (pt_config_load(&args, &cfg, &err) != PT_OK)
            continue; /* a property of which so long a value is refused before */
        if (pt_policy(cfg, "setup", &json, &err) != PT_ECONFIG)
            fail_msg("%s: %s", names[i], json);
        assert_non_null(strstr(err.what, names[i]));
        pt_config_free(cfg);
        n_refused++;
    }
    assert_true(n_refused > 4);
}

#define NO_BROKERS(region)                                                                         \
    MINE(region, "pintop.bucket=b", "bootstrap.servers=", "security.protocol=", "sasl.mechanism=")

static void the_partition_is_that_of_the_region(void **state)
{
    (void)state;
    static const struct {
        const char *region, *bucket;
    } rows[] = {
        {"eu-west-1",     "\"arn:aws:s3:::b\""       },
        {"us-gov-west-1", "\"arn:aws-us-gov:s3:::b\""},
        {"cn-north-1",    "\"arn:aws-cn:s3:::b\""    },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char setting[80];
        snprintf(setting, sizeof setting, "pintop.aws.region=%s", rows[i].region);
        policy_has("watch", NO_BROKERS(setting), "SeeBucket", rows[i].bucket);
        /* The AWS command line's variable counts as much. */
        setenv("AWS_REGION", rows[i].region, 1);
        policy_has("watch", NO_BROKERS("pintop.aws.region="), "SeeBucket", rows[i].bucket);
        unsetenv("AWS_REGION");
    }
    policy_has("watch", NO_BROKERS("pintop.aws.region="), "SeeCluster",
               "\"arn:aws:kafka:*:*:cluster/*\"");
}

/* Who may pass, or change the trust of, any role may do what the account may. */
static void a_role_that_is_not_known_may_not_be_passed(void **state)
{
    (void)state;
    const char *const *none =
        AWS_ROOM_SET("bootstrap.servers=", "security.protocol=", "sasl.mechanism=");
    cJSON *policy = policy_of("setup", none);
    char *text = cJSON_PrintUnformatted(policy);
    assert_null(strstr(text, "PassRole"));
    assert_null(strstr(text, "UpdateAssumeRolePolicy"));
    free(text);
    cJSON_Delete(policy);
    policy = policy_of("setup", MINE("pintop.bucket=b"));
    text = cJSON_PrintUnformatted(policy);
    assert_non_null(strstr(text, "\"iam:UpdateAssumeRolePolicy\""));
    assert_non_null(strstr(text, "\"Action\":[\"iam:PassRole\"],\"Resource\":\"arn:aws:iam::*:role/"
                                 "0a1b-ec2-access-role\",\"Condition\":{\"StringEquals\":{"
                                 "\"iam:PassedToService\":\"kafkaconnect.amazonaws.com\"}}"));
    free(text);
    cJSON_Delete(policy);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(each_statement_is_one_of_iam_s),
        IN_ROOM(settings_narrow_what_they_name),
        IN_ROOM(only_the_demonstration_has_no_names),
        IN_ROOM(no_name_is_cut),
        IN_ROOM(the_partition_is_that_of_the_region),
        IN_ROOM(a_role_that_is_not_known_may_not_be_passed),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
