/* The check of the pipeline's role over an AWS on loopback: that it is there, and its rights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "pintop/auth.h"
#include "role_room.h"

#define PLAIN AWS_ROOM_SET(NULL)

/* ---- iam.role ---- */

static void a_role_with_all_rights_is_ok(void **state)
{
    (void)state;
    char words[200];
    role_room_well();
    snprintf(words, sizeof words, ROLE_ARN "; it has the %d permissions", ROLE_RIGHTS);
    doctor_room_says("iam.role", PLAIN, PT_CHECK_OK, words, NULL);
    const struct pt_check *check = doctor_room_check("iam.role", PLAIN);
    assert_string_equal(check->copy, ROLE_ARN);
    assert_string_equal(check->identity, "role " ROLE_NAME);
}

static void a_role_that_is_not_there_is_named_with_how_to_make_it(void **state)
{
    (void)state;
    role_room_without_cluster();
    local_aws_say(
        &aws_room, "Action=GetRole", 404,
        "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>The role with name " ROLE_NAME
        " cannot be found.</Message></Error></ErrorResponse>");
    doctor_room_says("iam.role", PLAIN, PT_CHECK_FAIL,
                     "no role " ROLE_NAME " in account 123456789012",
                     "aws iam create-role --role-name " ROLE_NAME " --assume");
    doctor_room_says("iam.role",
                     AWS_ROOM_SET("pintop.connector.role.arn=arn:aws:iam::123456789012:role/a/b/r"),
                     PT_CHECK_FAIL, "no role r in", "--role-name r --path /a/b/ --assume");
    doctor_room_says("iam.trust", PLAIN, PT_CHECK_UNKNOWN, "needs iam.role", NULL);
}

/* clang-format off */
static const struct {
    int status;
    const char *answer, *words;
} UNSEEN[] = {
    {403, ROLE_DENIED("iam:GetRole"),                                           "needs iam:GetRole"},
    {503, "<ErrorResponse/>",                                              ""                 },
    {200, "<GetRoleResponse><GetRoleResult/></GetRoleResponse>",           "without its ARN"  },
};
/* clang-format on */

static void what_cannot_be_seen_is_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof UNSEEN / sizeof *UNSEEN; i++) {
        role_room_without_cluster();
        local_aws_say(&aws_room, "Action=GetRole", UNSEEN[i].status, UNSEEN[i].answer);
        const struct pt_check *check = doctor_room_check("iam.role", PLAIN);
        if (check->state != PT_CHECK_UNKNOWN || strstr(check->evidence, UNSEEN[i].words) == NULL)
            fail_msg("%s: %s, %s", UNSEEN[i].answer, pt_check_state_word(check->state),
                     check->evidence);
    }
    role_room_without_cluster();
    local_aws_say(&aws_room, "Action=GetRole", 403, ROLE_DENIED("iam:GetRole"));
    doctor_room_says("iam.role", PLAIN, PT_CHECK_UNKNOWN, "needs iam:GetRole", "IAM > Roles");
    doctor_room_says("iam.trust", PLAIN, PT_CHECK_UNKNOWN, "needs iam.role", NULL);
}

/* clang-format off */
static const struct {
    const char *setting;
    enum pt_check_state state;
    const char *words;
} NAMED[] = {
    {"pintop.connector.role.arn=" ROLE_NAME,                                          PT_CHECK_WARN,    ROLE_ARN                   },
    {"pintop.connector.role.arn=a/path/" ROLE_NAME,                                   PT_CHECK_WARN,      ROLE_ARN                   },
    {"pintop.connector.role.arn=" ROLE_ARN,                                          PT_CHECK_WARN,      ROLE_ARN                   },
    {"pintop.connector.role.arn=arn:aws:iam::123456789012:role/a/" ROLE_NAME,         PT_CHECK_FAIL,
     "but the role " ROLE_NAME " has the ARN " ROLE_ARN                                                                            },
    {"pintop.connector.role.arn=arn:aws:iam::999999999999:role/" ROLE_NAME,           PT_CHECK_UNKNOWN,
     "is of account 999999999999, and your credentials are of 123456789012"                                               },
    {"pintop.connector.role.arn=arn:aws:iam::123456789012:user/u",               PT_CHECK_FAIL,    "that is no role"      },
    {"pintop.connector.role.arn=a role",                                         PT_CHECK_FAIL,    "that is no role"      },
    {"pintop.connector.role.arn=x/",                                             PT_CHECK_FAIL,    "that is no role"      },
};
/* clang-format on */

static void names_arns_and_paths_are_told_apart(void **state)
{
    (void)state;
    role_room_without_cluster();
    for (size_t i = 0; i < sizeof NAMED / sizeof *NAMED; i++) {
        const struct pt_check *check =
            doctor_room_check("iam.role", AWS_ROOM_SET(NAMED[i].setting));
        if (check->state != NAMED[i].state || strstr(check->evidence, NAMED[i].words) == NULL)
            fail_msg("%s: %s, %s", NAMED[i].setting, pt_check_state_word(check->state),
                     check->evidence);
    }
}

/* clang-format off */
static const struct {
    const char *action, *where, *is;
    enum pt_check_state state;
    const char *words, *fix;
} MISSING[] = {
    {"kafka-cluster:WriteData",    "0a1b.geo",  ROLE_VERDICT("implicitDeny"),                                                         PT_CHECK_FAIL,
     "kafka-cluster:WriteData on topic 0a1b.geo",                                                                                                "--policy-name pintop-kafka"},
    {"kafka-cluster:AlterGroup",   "connect-0", ROLE_VERDICT("implicitDeny"),                                                         PT_CHECK_FAIL,
     "kafka-cluster:AlterGroup on group connect-0a1b-connector",                                                                                 "--policy-name pintop-kafka"},
    {"kafka-cluster:Connect",      "pins",
     ROLE_VERDICT("explicitDeny") "<MatchedStatements><member><SourcePolicyId>no-kafka"
                             "</SourcePolicyId></member></MatchedStatements>",                                                   PT_CHECK_FAIL,
     "it is forbidden to do this: kafka-cluster:Connect on cluster pins (a Deny in no-kafka)",                                                                    "where it is: no policy"     },
    {"s3:PutObject",               "bucket",
     ROLE_VERDICT("implicitDeny") "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>"
                             "false</AllowedByPermissionsBoundary>"
                             "</PermissionsBoundaryDecisionDetail>",                                                             PT_CHECK_FAIL,
     "s3:PutObject on objects in 0a1b-bucket (the role's permissions boundary",                                                                  "where it is: no policy"     },
    {"s3:PutObject",               "bucket",    ROLE_VERDICT("implicitDeny"),                                                         PT_CHECK_WARN,
     "the bucket's policy, which pintop has not looked at",                                                                                      "--policy-name pintop-bucket"},
    {"s3:ListBucket",              "bucket",
     ROLE_ALLOWED "<MissingContextValues><member>aws:SourceVpc</member></MissingContextValues>",                                      PT_CHECK_WARN,
     "s3:ListBucket on bucket 0a1b-bucket (it depends on aws:SourceVpc)",                                                                   ""                          },
    {"s3:ListBucket",              "bucket",    ROLE_VERDICT("perhaps"),                                                              PT_CHECK_WARN,
     "the simulator gave no answer",                                                                                                                ""                          },
    {"s3:ListBucket",              "bucket",    "",                                                                              PT_CHECK_WARN,
     "the simulator gave no answer",                                                                                                                ""                          },
};
/* clang-format on */

static void each_missing_right_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MISSING / sizeof *MISSING; i++) {
        if (strncmp(MISSING[i].action, "s3:", 3) == 0)
            role_room_without_cluster();
        else
            role_room_well();
        role_room_rights(MISSING[i].action, MISSING[i].where, MISSING[i].is);
        const struct pt_check *check = doctor_room_check("iam.role", PLAIN);
        if (check->state != MISSING[i].state || strstr(check->evidence, MISSING[i].words) == NULL ||
            strstr(check->fix, MISSING[i].fix) == NULL)
            fail_msg("%s: %s, %s. Next: %s", MISSING[i].action, pt_check_state_word(check->state),
                     check->evidence, check->fix);
    }
}

/* The command that is copied is a shell's, and its policy allows what is missing. */
static void the_policy_that_is_advised_holds_all_rights_of_its_kind(void **state)
{
    (void)state;
    char *start, *end;
    role_room_well();
    role_room_rights("kafka-cluster:CreateTopic", "0a1b.", ROLE_VERDICT("implicitDeny"));
    const struct pt_check *check = doctor_room_check("iam.role", PLAIN);
    char *copy = strdup(check->copy);
    start = strchr(copy, '\'');
    end = strrchr(copy, '\'');
    assert_true(start != NULL && end > start);
    *end = '\0';
    cJSON *policy = cJSON_Parse(start + 1);
    assert_non_null(policy);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(policy, "Statement")), 3);
    assert_non_null(strstr(start, "topic/pins/1-2/0a1b.user\""));
    assert_non_null(strstr(start, "kafka-cluster:AlterGroup"));
    assert_null(strstr(start, "s3:"));
    cJSON_Delete(policy);
    free(copy);
}

static void rights_that_may_not_be_asked_are_unknown_and_the_role_is_there(void **state)
{
    (void)state;
    role_room_well();
    local_aws_say(&aws_room, "SimulatePrincipalPolicy", 403,
                  ROLE_DENIED("iam:SimulatePrincipalPolicy"));
    doctor_room_says(
        "iam.role", PLAIN, PT_CHECK_WARN,
        ROLE_ARN
        " exists, but its permissions are unknown: all others: needs iam:SimulatePrincipalPolicy",
        "iam:SimulatePrincipalPolicy");
    assert_string_equal(doctor_room_check("iam.role", PLAIN)->copy, ROLE_ARN);
    doctor_room_says("iam.trust", PLAIN, PT_CHECK_OK, "names itself", NULL);
    role_room_well();
    local_aws_say(&aws_room, "/api/v2/clusters", 200, "{\"clusterInfoList\":[]}");
    doctor_room_says("iam.role", PLAIN, PT_CHECK_WARN, "needs msk.cluster",
                     "See to msk.cluster first");
    role_room_well();
    local_aws_say(&aws_room, "s3%3APutObject", 503, "<ErrorResponse/>");
    assert_int_equal(doctor_room_check("iam.role", PLAIN)->state, PT_CHECK_WARN);
}

/* A topic without a name is not asked about, and a policy without it is not advised: it would take
 * away what was given. */
static void rights_on_what_has_no_name_are_unknown(void **state)
{
    (void)state;
    const char *const *only_pin =
        AWS_ROOM_SET("bootstrap.servers=b-1.pins.a.c7.kafka.eu-west-1.amazonaws.com:9098",
                     "security.protocol=SASL_SSL", "sasl.mechanism=AWS_MSK_IAM",
                     "pintop.user.id=", "pintop.stream.pin.topic=0a1b.pin",
                     "pintop.bucket=0a1b-bucket", ("pintop.connector.role.arn=" ROLE_ARN));
    role_room_well();
    doctor_room_says("iam.role", only_pin, PT_CHECK_WARN,
                     "those on the geo topic (needs pintop.stream.geo.topic); those on the user "
                     "topic (needs pintop.stream.user.topic); those on the connector's group "
                     "(needs user.id or pintop.connector.name)",
                     "See to pintop.stream.geo.topic first");
    assert_int_equal(local_aws_count(&aws_room, "connect--connector"), 0);
    role_room_rights("kafka-cluster:WriteData", "0a1b.pin", ROLE_VERDICT("implicitDeny"));
    const struct pt_check *check = doctor_room_check("iam.role", only_pin);
    assert_int_equal(check->state, PT_CHECK_FAIL);
    assert_null(strstr(check->fix, "put-role-policy"));
    assert_string_equal(check->copy, ROLE_ARN);
}

/* A page that announces another one is followed; an answer without the rest is none. */
static void all_pages_of_the_simulator_are_read(void **state)
{
    (void)state;
    static const char page1[] =
        "<R><SimulatePrincipalPolicyResult><IsTruncated>true</IsTruncated><Marker>m&amp;2</Marker>"
        "<EvaluationResults><member><EvalActionName>s3:ListBucket</"
        "EvalActionName><EvalResourceName>"
        "arn:aws:s3:::0a1b-bucket</EvalResourceName><EvalDecision>allowed</EvalDecision></member>"
        "</EvaluationResults></SimulatePrincipalPolicyResult></R>";
    static const char page2[] =
        "<R><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>"
        "<member><EvalActionName>s3:GetBucketLocation</"
        "EvalActionName><EvalResourceName>arn:aws:s3:::"
        "0a1b-bucket</EvalResourceName><EvalDecision>implicitDeny</EvalDecision></member>"
        "</EvaluationResults></SimulatePrincipalPolicyResult></R>";
    role_room_without_cluster();
    local_aws_say(&aws_room, "s3%3AListBucket", 200, page1);
    local_aws_say(&aws_room, "Marker=m%262", 200, page2);
    doctor_room_says("iam.role", PLAIN, PT_CHECK_WARN, "s3:GetBucketLocation on bucket 0a1b-bucket",
                     "bucket's policy");
    assert_int_equal(local_aws_count(&aws_room, "Marker="), 1);
    local_aws_say(&aws_room, "Marker=m%262", 200,
                  "<R><SimulatePrincipalPolicyResult><IsTruncated>true</IsTruncated>"
                  "</SimulatePrincipalPolicyResult></R>");
    doctor_room_says("iam.role", PLAIN, PT_CHECK_WARN, "without saying where", "by hand");
}

/* ---- the policy that the operator needs ---- */

static void the_policy_of_setup_has_these_calls_on_this_role_only(void **state)
{
    (void)state;
    char *json;
    struct pt_error err;
    const cJSON *statement, *action;
    int n = 0;
    struct pt_config *cfg = aws_room_config(AWS_ROOM_SET("pintop.connector.role.arn=" ROLE_ARN));
    assert_int_equal(pt_policy(cfg, "setup", &json, &err), PT_OK);
    cJSON *policy = cJSON_Parse(json);
    cJSON_ArrayForEach(statement, cJSON_GetObjectItem(policy, "Statement"))
    {
        cJSON_ArrayForEach(action, cJSON_GetObjectItem(statement, "Action"))
        {
            const char *name = action->valuestring;
            if (strcmp(name, "iam:GetRole") != 0 &&
                strcmp(name, "iam:UpdateAssumeRolePolicy") != 0 &&
                strcmp(name, "iam:SimulatePrincipalPolicy") != 0)
                continue;
            assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(statement, "Resource")),
                                ROLE_ARN);
            n++;
        }
    }
    assert_int_equal(n, 3);
    cJSON_Delete(policy);
    free(json);
    assert_int_equal(pt_policy(cfg, "watch", &json, &err), PT_OK);
    assert_null(strstr(json, "iam:UpdateAssumeRolePolicy"));
    free(json);
    pt_config_free(cfg);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_role_with_all_rights_is_ok),
        TEST(a_role_that_is_not_there_is_named_with_how_to_make_it),
        TEST(what_cannot_be_seen_is_unknown),
        TEST(names_arns_and_paths_are_told_apart),
        TEST(each_missing_right_is_named),
        TEST(the_policy_that_is_advised_holds_all_rights_of_its_kind),
        TEST(rights_that_may_not_be_asked_are_unknown_and_the_role_is_there),
        TEST(rights_on_what_has_no_name_are_unknown),
        TEST(all_pages_of_the_simulator_are_read),
        TEST(the_policy_of_setup_has_these_calls_on_this_role_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
