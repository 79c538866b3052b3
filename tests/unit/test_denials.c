/* What AWS's refusals mean: the class of trouble, who denied what, and a next step that fits; and
 * the policies, which are made from the same rows as the calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "aws/denial.h"
#include "aws/fault.h"
#include "base/file.h"
#include "pintop/auth.h"

#define USER "User: arn:aws:sts::123456789012:assumed-role/ops/me is not authorized to perform: "
#define CONNECTOR "arn:aws:kafkaconnect:us-east-1:123456789012:connector/0a1b/abc"

static void denials_name_the_policy_that_said_no(void **state)
{
    static const struct {
        const struct aws_service *service;
        const char *operation, *message;
        enum aws_denier denier;
        const char *fix, *never;
    } cases[] = {
        {&aws_mskconnect, "DescribeConnector",
         USER "kafkaconnect:DescribeConnector on resource: " CONNECTOR
              " because no identity-based policy allows the kafkaconnect:DescribeConnector action", AWS_DENIER_IDENTITY,
         "Allow kafkaconnect:DescribeConnector on " CONNECTOR " in an identity policy of "
         "arn:aws:sts::123456789012:assumed-role/ops/me",                                                                                                                              "organization"      },
        {&aws_mskconnect, "ListConnectors",
         USER "kafkaconnect:ListConnectors on resource: * with an explicit deny in a service "
              "control policy",                                                                     AWS_DENIER_SCP,      "service control policy forbids kafkaconnect:ListConnectors", "Allow"             },
        {&aws_s3,         "ListObjectsV2",
         USER "s3:ListBucket on resource: \"arn:aws:s3:::b\" because no service control policy "
              "allows the s3:ListBucket action",                                                    AWS_DENIER_SCP,      "does not allow s3:ListBucket",                               "identity policy"   },
        {&aws_s3,         "ListObjectsV2",
         USER "s3:ListBucket on resource: \"arn:aws:s3:::b\" with an explicit deny in a resource "
              "control policy",                                                                     AWS_DENIER_RCP,      "administrators",                                             "Allow s3"          },
        {&aws_logs,       "FilterLogEvents",
         USER "logs:FilterLogEvents on resource: arn:aws:logs:us-east-1:1:log-group:g because no "
              "permissions boundary allows the logs:FilterLogEvents action",                        AWS_DENIER_BOUNDARY, "Allow logs:FilterLogEvents in the permissions boundary",     "identity"          },
        {&aws_msk,        "ListClustersV2",
         USER "kafka:ListClustersV2 on resource: * because no session policy allows the "
              "kafka:ListClustersV2 action",                                                        AWS_DENIER_SESSION,
         "without its session policy, which does not allow kafka:ListClustersV2",                                                                                                      "Allow"             },
        {&aws_msk,        "ListClustersV2",
         USER "kafka:ListClustersV2 on resource: * because no VPC endpoint policy allows the "
              "kafka:ListClustersV2 action",                                                        AWS_DENIER_ENDPOINT, "in the policy of the VPC endpoint",                          "identity"          },
        {&aws_s3,         "HeadBucket",
         USER "s3:ListBucket on resource: \"arn:aws:s3:::b\" with an explicit deny in a "
              "resource-based policy",                                                              AWS_DENIER_RESOURCE, "Remove the Deny of s3:ListBucket to arn:aws:sts",            "Allow s3"          },
        {&aws_sts,        "AssumeRole",
         "User: arn:aws:iam::1:user/u is not authorized to perform: sts:AssumeRole on resource: "
         "arn:aws:iam::2:role/r",                                                                   AWS_DENIER_TRUST,
         "Let the trust policy of arn:aws:iam::2:role/r name arn:aws:iam::1:user/u",                                                                                                   "Allow sts"         },
        {&aws_sts,        "AssumeRoleWithWebIdentity",
         "Not authorized to perform sts:AssumeRoleWithWebIdentity",                                 AWS_DENIER_TRUST,
         "subject, in the role's trust policy",                                                                                                                                        "identity policy"   },
        {&aws_s3,         "PutObject",
         USER "kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:1:key/k because no "
              "resource-based policy allows the kms:GenerateDataKey action",                        AWS_DENIER_KMS,
         "Allow kms:GenerateDataKey to arn:aws:sts::123456789012:assumed-role/ops/me"
         " in the key policy of arn:aws:kms:us-east-1:1:key/k",                                                                                                                        "s3:PutObject"      },
        {&aws_iam,        "GetRole",
         USER "iam:GetRole on resource: role r with an explicit deny in an identity-based policy",
         AWS_DENIER_IDENTITY,                                                                                            "Remove the Deny of iam:GetRole",                             "Allow iam"         },
        {&aws_ec2,        "DescribeInstances",
         "You are not authorized to perform this operation. Encoded authorization failure message: "
         "AbCdEf",                                                                                  AWS_DENIER_UNKNOWN,  "decode-authorization-message",                               "identity policy of"},
        {&aws_s3,         "ListObjectsV2",             "Access Denied",                             AWS_DENIER_UNKNOWN,  "Allow s3:ListBucket",
         "decode"                                                                                                                                                                                          },
        {&aws_mskconnect, "DeleteConnector",           "",                                          AWS_DENIER_UNKNOWN,
         "Allow kafkaconnect:DeleteConnector",                                                                                                                                         "decode"            },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aws_denial denial;
        struct aws_fault fault = {.status = 403, .code = "AccessDeniedException"};
        struct pt_error err;
        snprintf(fault.message, sizeof fault.message, "%s", cases[i].message);
        aws_denial_read(cases[i].message, aws_action_of(cases[i].service, cases[i].operation),
                        &denial);
        assert_int_equal(denial.denier, cases[i].denier);
        assert_int_equal(aws_fault_error(cases[i].service, cases[i].operation, &fault, NULL, &err),
                         PT_EAUTH);
        if (strstr(err.fix, cases[i].fix) == NULL || strstr(err.fix, cases[i].never) != NULL)
            fail_msg("row %zu: %s", i, err.fix);
        assert_non_null(strstr(err.what, cases[i].message));
    }
}

/* AWS puts the policy's kind last, and its encoded messages are long. */
static void a_long_denial_is_kept_whole_with_its_request_id(void **state)
{
    static char body[16000], headers[] = "x-amzn-RequestId: 7f-1\n";
    struct aws_fault fault;
    struct pt_error err;
    (void)state;
    size_t n = (size_t)snprintf(body, sizeof body,
                                "{\"__type\":\"AccessDeniedException\","
                                "\"Message\":\"" USER "kafkaconnect:List on "
                                "resource: ");
    memset(body + n, 'x', 12000);
    snprintf(body + n + 12000, sizeof body - n - 12000,
             " with an explicit deny in a service control policy\"}");
    struct http_answer answer = {.status = 403,
                                 .body = body,
                                 .len = strlen(body),
                                 .headers = headers,
                                 .headers_len = strlen(headers)};
    aws_fault_decode(AWS_JSON, &answer, &fault);
    assert_int_equal(aws_fault_error(&aws_logs, "FilterLogEvents", &fault, NULL, &err), PT_EAUTH);
    assert_non_null(strstr(err.what, "explicit deny in a service control policy"));
    assert_string_equal(err.request_id, "7f-1");
    assert_string_equal(err.service_code, "AccessDeniedException");
    assert_null(strstr(err.what, "7f-1")); /* the same trouble reads the same */
}

static void each_class_has_its_code_and_a_fix_that_fits(void **state)
{
    static const struct {
        int status;
        const char *code;
        pt_code is;
        bool is_retriable;
        const char *fix, *never;
    } cases[] = {
        {400, "ValidationException",            PT_EREFUSED,   false, "refused again", "ry again" },
        {400, "BadRequestException",            PT_EREFUSED,   false, "refused again", "ry again" },
        {400, "HTTP 418",                       PT_EREFUSED,   false, "refused again", "ry again" },
        {400, "ExpiredTokenException",          PT_ELOGIN,     false, "expired",       "olicy"    },
        {403, "ExpiredToken",                   PT_ELOGIN,     false, "expired",       "olicy"    },
        {403, "InvalidClientTokenId",           PT_ELOGIN,     false, "access key",    "olicy"    },
        {403, "RequestTimeTooSkewed",           PT_ELOGIN,     false, "clock",         "olicy"    },
        {401, "HTTP 401",                       PT_ELOGIN,     false, "access key",    "olicy"    },
        {429, "TooManyRequestsException",       PT_ETHROTTLED, true,  "throttles",     "olicy"    },
        {400, "ThrottlingException",            PT_ETHROTTLED, true,  "throttles",     "olicy"    },
        {503, "SlowDown",                       PT_ETHROTTLED, true,  "throttles",     "olicy"    },
        {500, "InternalServerErrorException",   PT_ESERVER,    true,  "AWS's side",    "throttles"},
        {500, "HTTP 500",                       PT_ESERVER,    true,  "AWS's side",    "throttles"},
        {503, "ServiceUnavailable",             PT_ESERVER,    true,  "AWS's side",    "throttles"},
        {504, "HTTP 504",                       PT_ESERVER,    true,  "AWS's side",    "throttles"},
        {400, "RequestTimeout",                 PT_ESERVER,    true,  "AWS's side",    "throttles"},
        {404, "NoSuchBucket",                   PT_ENOTFOUND,  false, "name",          "ry again" },
        {400, "ResourceAlreadyExistsException", PT_EEXISTS,    false, "exists",        "olicy"    },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aws_fault fault = {.status = cases[i].status};
        struct pt_error err;
        snprintf(fault.code, sizeof fault.code, "%s", cases[i].code);
        pt_code code = aws_fault_error(&aws_mskconnect, "ListConnectors", &fault, NULL, &err);
        if (code != cases[i].is || err.is_retriable != cases[i].is_retriable ||
            strstr(err.fix, cases[i].fix) == NULL || strstr(err.fix, cases[i].never) != NULL)
            fail_msg("%s: %s, %d: %s", cases[i].code, pt_code_word(code), err.is_retriable,
                     err.fix);
    }
}

/* ------------------------------------------------------------------ policies */

static bool is_allowed(const cJSON *policy, const char *action)
{
    const cJSON *statement, *item;
    cJSON_ArrayForEach(statement, cJSON_GetObjectItem(policy, "Statement"))
    {
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(statement, "Action"))
        {
            if (strcmp(item->valuestring, action) == 0)
                return true;
        }
    }
    return false;
}

static size_t count_actions(const cJSON *policy)
{
    const cJSON *statement;
    size_t n = 0;
    cJSON_ArrayForEach(statement, cJSON_GetObjectItem(policy, "Statement"))
    {
        n += (size_t)cJSON_GetArraySize(cJSON_GetObjectItem(statement, "Action"));
    }
    return n;
}

/* Those of Kafka itself, which no call to AWS needs. */
static size_t count_kafka_actions(const cJSON *policy)
{
    const cJSON *statement, *item;
    size_t n = 0;
    cJSON_ArrayForEach(statement, cJSON_GetObjectItem(policy, "Statement"))
    {
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(statement, "Action"))
        {
            n += strncmp(item->valuestring, "kafka-cluster:", 14) == 0;
        }
    }
    return n;
}

/* Each call's action is in the policy of each of its uses, and each action of AWS is some call's.
 */
/* The actions of a list, with blanks between, that are not among those seen. */
static size_t count_others(const char *list, const char *const *seen, size_t n_seen)
{
    size_t n = 0;
    while (*(list += strspn(list, " ")) != '\0') {
        size_t len = strcspn(list, " ");
        /* Those of the brokers are counted there. */
        bool is_seen = strncmp(list, "kafka-cluster:", 14) == 0;
        for (size_t i = 0; i < n_seen; i++)
            is_seen |= strlen(seen[i]) == len && strncmp(seen[i], list, len) == 0;
        n += !is_seen;
        list += len;
    }
    return n;
}

static void policies_hold_what_is_called_and_nothing_else(void **state)
{
    static const struct {
        const char *word;
        unsigned use;
    } uses[] = {
        {"watch",   AWS_FOR_WATCH  },
        {"operate", AWS_FOR_OPERATE},
        {"setup",   AWS_FOR_SETUP  },
    };
    const char *const settings[] = {"pintop.aws.role.arn=arn:aws:iam::1:role/mine",
                                    "pintop.user.id=0a1b"};
    const struct pt_config_args args = {.settings = settings, .n_settings = 2};
    struct pt_config *cfg;
    (void)state;
    assert_int_equal(pt_config_load(&args, &cfg, NULL), PT_OK);
    for (size_t u = 0; u < 3; u++) {
        char *text;
        const struct aws_action *row;
        const char *seen[64];
        size_t n_seen = 0, n_also = 0;
        assert_int_equal(pt_policy(cfg, uses[u].word, &text, NULL), PT_OK);
        cJSON *policy = cJSON_Parse(text);
        for (size_t i = 0; (row = aws_action_at(i)) != NULL; i++) {
            bool is_wanted = (row->uses & uses[u].use) && row->action[0] != '\0';
            /* MSK's topic operations need what the brokers' do: it is counted there. */
            bool is_known = strncmp(row->action, "kafka-cluster:", 14) == 0;
            if (is_wanted && !is_allowed(policy, row->action))
                fail_msg("%s: %s is called, and not allowed", uses[u].word, row->action);
            if (is_wanted && is_known && row->also[0] != '\0' && !is_allowed(policy, row->also))
                fail_msg("%s: %s is needed, too, and not allowed", uses[u].word, row->also);
            for (size_t k = 0; is_wanted && k < n_seen; k++)
                is_known = is_known || strcmp(seen[k], row->action) == 0;
            if (is_wanted && !is_known)
                seen[n_seen++] = row->action;
        }
        for (size_t i = 0; (row = aws_action_at(i)) != NULL; i++)
            if (row->uses & uses[u].use)
                n_also += count_others(row->also, seen, n_seen);
        assert_int_equal(count_actions(policy), n_seen + n_also + count_kafka_actions(policy));
        assert_true(is_allowed(policy, "sts:AssumeRole"));
        assert_int_equal(is_allowed(policy, "iam:PassRole"), uses[u].use == AWS_FOR_SETUP);
        cJSON_Delete(policy);
        free(text);
    }
    pt_config_free(cfg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(denials_name_the_policy_that_said_no),
        cmocka_unit_test(a_long_denial_is_kept_whole_with_its_request_id),
        cmocka_unit_test(each_class_has_its_code_and_a_fix_that_fits),
        cmocka_unit_test(policies_hold_what_is_called_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
