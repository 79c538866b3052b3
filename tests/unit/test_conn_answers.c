/* Answers of stores and denials as they were reported: the cause that is named, and what the fix
 * speaks of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "connector/witness/ask.h"
#include "fake_aws.h"

/* ------------------------------------------------------------------ the store's own words */

/* The newer SDK leaves the error code out: message and status are all there is. */
static void without_a_code_the_stores_message_decides(void **state)
{
    static const struct {
        const char *message;
        int status;
        const char *rule;
    } rows[] = {
        {"Access Denied",                                                                           403, "s3-denied"   },
        {"The difference between the request time and the server's time is too large.",             403,
         "s3-clock"                                                                                                    },
        {"The AWS Access Key Id you provided does not exist in our records.",                       403,
         "s3-key-unknown"                                                                                              },
        {"The request signature we calculated does not match the signature you provided.",          403,
         "s3-signature"                                                                                                },
        {"There is a problem with your AWS account that prevents the operation from completing.",
         403,                                                                                            "s3-account"  },
        {"All access to this object has been disabled",                                             403, "s3-account"  },
        {"The provided token has expired.",                                                         400, "s3-expired"  },
        {"The provided token is malformed or otherwise invalid.",                                   400, "s3-token"    },
        {"Please reduce your request rate.",                                                        503, "s3-slow-down"},
        {"We encountered an internal error. Please try again.",                                     500, "s3-internal" },
        {"Your proposed upload exceeds the maximum allowed size",                                   400, "s3-part-size"},
        {"The specified multipart upload does not exist. The upload ID may be invalid.",            404,
         "s3-no-upload"                                                                                                },
        {"The specified bucket does not exist",                                                     404, "s3-no-bucket"},
        {"The bucket you are attempting to access must be addressed using the specified endpoint.",
         301,                                                                                            "s3-region"   },
    };
    char text[512];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(
            text, sizeof text,
            "org.apache.kafka.connect.errors.ConnectException: Part upload failed\n"
            "Caused by: software.amazon.awssdk.services.s3.model.S3Exception: %s (Service: S3, "
            "Status Code: %d, Request ID: 4442587FB7D0A2F9) (SDK Attempt Count: 1)",
            rows[i].message, rows[i].status);
        const struct rule *rule = rules_match(text, RULE_LOG);
        if (rule == NULL || strcmp(rule->id, rows[i].rule) != 0)
            fail_msg("%s: %s, not %s", rows[i].message, rule ? rule->id : "no rule", rows[i].rule);
    }
}

static void the_stores_error_code_decides_not_its_status(void **state)
{
    static const struct {
        const char *said, *rule, *fix, *not_fix;
    } rows[] = {
        {"S3 ListObjectsV2: AccessDenied: Access Denied",                                        "s3-denied",      "s3:ListBucket",
         "PutObject"                                                                                                                                                          },
        {"S3 PutObject: AccessDenied: Access Denied",                                            "s3-denied",
         "s3:PutObject on arn:aws:s3:::user-0a1b-bucket/topics/*",                                                                                             "ListBucket"   },
        {"S3 HeadBucket: HTTP 403",                                                              "s3-denied",      "s3:ListBucket",                            "PutObject"    },
        {"S3 PutObject: AccessDenied: User: arn:aws:sts::123456789012:assumed-role/sink/x is not "
         "authorized to perform: kms:GenerateDataKey on resource: "
         "arn:aws:kms:us-east-1:123456789012:key/k with an explicit deny in a resource-based "
         "policy",                                                                      "s3-kms-denied",  "arn:aws:kms:us-east-1:123456789012:key/k", "bucket/topics"},
        {"S3 ListObjectsV2: RequestTimeTooSkewed: The difference between the request time and the "
         "current time is too large.",                                                  "s3-clock",       "clock",                                    "policy"       },
        {"S3 ListObjectsV2: InvalidAccessKeyId: The AWS Access Key Id you provided does not exist "
         "in "
         "our records.",                                                                "s3-key-unknown", "aws.access.key.id",                        "policy"       },
        {"S3 ListObjectsV2: SignatureDoesNotMatch: x",                                           "s3-signature",   "aws.secret.access.key",
         "policy"                                                                                                                                                             },
        {"S3 ListObjectsV2: ExpiredToken: The provided token has expired.",                      "s3-expired",     "role",
         "policy"                                                                                                                                                             },
        {"S3 PutObject: SlowDown: Please reduce your request rate.",                             "s3-slow-down",   "flush.size",
         "policy"                                                                                                                                                             },
        {"S3 ListObjectsV2: InvalidBucketName: The specified bucket is not valid.",
         "s3-bucket-name",                                                                                         "s3.bucket.name",                           "server"       },
        {"S3 ListObjectsV2: NoSuchBucket: The specified bucket does not exist",                  "s3-no-bucket",
         "s3.bucket.name",                                                                                                                                     "policy"       },
        {"S3 ListObjectsV2: InternalError: We encountered an internal error. Please try again.",
         "s3-internal",                                                                                            "last commit",                              "policy"       },
        {"S3 PutObject: XMinioStorageFull: Storage backend has reached its minimum free drive "
         "threshold.",                                                                  "s3-full",        "space",                                    "policy"       },
        {"S3 ListObjectsV2: AuthorizationHeaderMalformed: The authorization header is malformed; "
         "the "
         "region 'us-east-1' is wrong; expecting 'eu-west-1'",                          "s3-region",      "eu-west-1",                                "policy"       },
    };
    static const struct rule_place place = {
        .bucket = "user-0a1b-bucket", .dir = "topics", .region = "us-east-1"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_words words;
        const struct rule *rule = rules_find(rows[i].said, RULE_API, &place, &words);
        if (rule == NULL || strcmp(rule->id, rows[i].rule) != 0)
            fail_msg("%s: %s", rows[i].said, rule != NULL ? rule->id : "no rule");
        if (strstr(words.fix, rows[i].fix) == NULL || strstr(words.fix, rows[i].not_fix) != NULL)
            fail_msg("%s: %s", rows[i].said, words.fix);
    }
}

static const char *store_body;
static int store_status;

static pt_code store_says(struct fake_aws *fake, size_t n, struct http_answer *out,
                          struct pt_error *err)
{
    (void)fake;
    (void)n;
    if (store_status != 0)
        return fake_answer(out, store_status, store_body);
    return pt_error_set(err, PT_EUNREACHABLE, "x", "S3: connection refused");
}

/* One look at a store with the connector's own keys and address; says how many calls were made. */
static size_t look_at_store(const char *bucket, struct conn_objects *out, struct pt_error *err)
{
    struct fake_aws fake = {.now_ms = 1000000, .answer = store_says};
    struct aws_world world = fake_aws_world(&fake);
    struct http_transport net = fake_aws_net(&fake);
    const struct aws_options options = {.region = "us-east-1"};
    struct aws_client client;
    struct aws_keys keys = {0};
    struct conn conn;
    struct conn_rows none = {0};
    size_t turn = 0;
    memset(out, 0, sizeof *out);
    memset(err, 0, sizeof *err);
    aws_client_init(&client, &world, &net, &options);
    conn_init(&conn);
    snprintf(conn.class_name, sizeof conn.class_name, "io.confluent.connect.s3.S3SinkConnector");
    conn_set(&conn, "connector.class", "io.confluent.connect.s3.S3SinkConnector");
    conn_set(&conn, "s3.bucket.name", bucket);
    conn_set(&conn, "store.url", "http://127.0.0.1:9");
    conn_set(&conn, "aws.access.key.id", "AKIAEXAMPLE");
    conn_set(&conn, "aws.secret.access.key", "secret");
    assert_int_not_equal(ask_objects(&client, &keys, &conn, &none, 4, &turn, out, err), PT_OK);
    conn_done(&conn);
    aws_client_done(&client);
    return fake.n_calls;
}

/* A store that answers is not one that has to be started. */
static void a_store_that_answers_is_told_from_one_that_is_silent(void **state)
{
    static const struct {
        int status;
        const char *body, *rule, *says;
        bool is_telling;
    } rows[] = {
        {400,
         "<Error><Code>InvalidBucketName</Code><Message>The specified bucket is not "
         "valid.</Message><RequestId>R1</RequestId></Error>",         "s3-bucket-name", "InvalidBucketName",    true},
        {403,
         "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request "
         "time and the current time is too large.</Message></Error>", "s3-clock",       "RequestTimeTooSkewed", true},
        {403,
         "<Error><Code>AccessDenied</Code><Message>Access Denied</Message>"
         "<RequestId>R2</RequestId></Error>",                         "s3-denied",      "AccessDenied",         true},
        {507,
         "<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum "
         "free drive threshold.</Message></Error>",                   "s3-full",        "XMinioStorageFull",    true},
        {0,   "",                                                     NULL,             "does not answer",      true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct conn_objects out;
        struct pt_error err;
        store_status = rows[i].status;
        store_body = rows[i].body;
        look_at_store("0a1b-bucket", &out, &err);
        if ((rows[i].rule == NULL) != (out.rule == NULL) ||
            (out.rule != NULL && strcmp(out.rule->id, rows[i].rule) != 0) ||
            strstr(err.what, rows[i].says) == NULL || out.is_telling != rows[i].is_telling)
            fail_msg("%s: %s, '%s'", rows[i].says, out.rule != NULL ? out.rule->id : "no rule",
                     err.what);
    }
}

/* A bucket's name that no URL can hold: what S3 would say, and nobody is asked. */
static void a_bucket_name_that_cannot_be_asked_for_is_told(void **state)
{
    static const char *const names[] = {"0a1b-bucket ", "s3://0a1b-bucket", "0a1b bucket"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct conn_objects out;
        struct pt_error err;
        assert_int_equal(look_at_store(names[i], &out, &err), 0);
        assert_non_null(out.rule);
        assert_string_equal(out.rule->id, "s3-bucket-name");
        assert_true(out.is_telling);
        assert_non_null(strstr(out.words.fix, "s3.bucket.name"));
    }
}

/* ------------------------------------------------------------------ denials */

static const char *scram_settings(const void *arg, const char *setting)
{
    (void)arg;
    return strcmp(setting, "consumer.override.sasl.jaas.config") == 0
               ? "org.apache.kafka.common.security.scram.ScramLoginModule required "
                 "username=\"0a1b\" password=\"secret\";"
               : "";
}

/* The command can be run as it stands there. */
static void topics_denied_become_one_command(void **state)
{
    static const char text[] = "TopicAuthorizationException: Not authorized to access topics: "
                               "[0a1b.user, 0a1b.geo]";
    const struct rule_place own = {.get = scram_settings}, nobody = {0};
    struct rule_words words;
    (void)state;
    assert_string_equal(rules_find(text, RULE_LOG, &own, &words)->id, "kafka-topic-denied");
    assert_non_null(strstr(words.fix, "--add --allow-principal User:0a1b --operation Read "
                                      "--operation Describe --topic 0a1b.user --topic 0a1b.geo; "));
    assert_null(strstr(words.fix, "secret"));
    rules_find(text, RULE_LOG, &nobody, &words);
    assert_non_null(strstr(words.fix, "User:NAME"));
    assert_non_null(strstr(words.fix, "--topic 0a1b.geo, for the user"));
}

static void a_denial_names_who_what_on_what_by_which_policy(void **state)
{
    static const struct {
        const char *says, *cause, *fix;
    } kinds[] = {
        {"because no identity-based policy allows the s3:PutObject action", "none of its policies",
         "in an identity policy of sink"                                                                                },
        {"with an explicit deny in an identity-based policy",               "one of its own policies",
         "Remove the Deny of s3:PutObject"                                                                              },
        {"with an explicit deny in a resource-based policy",                "policy of the resource",
         "policy of the resource itself, arn:aws:s3:::b"                                                                },
        {"with an explicit deny in a service control policy",               "service control policy",
         "administrators of the organization"                                                                           },
        {"with an explicit deny in a resource control policy",              "resource control policy",
         "administrators of the organization"                                                                           },
        {"with an explicit deny in a permissions boundary",                 "permissions boundary",
         "permissions boundary of sink"                                                                                 },
        {"with an explicit deny in a session policy",                       "its session",             "session of sink"},
        {"with an explicit deny in a VPC endpoint policy",                  "VPC endpoint",            "VPC endpoint"   },
        {"because no permissions boundary allows the s3:PutObject action",  "permissions boundary",
         "permissions boundary of sink"                                                                                 },
        {"because no session policy allows the s3:PutObject action",        "its session",
         "session of sink"                                                                                              },
        {"because no VPC endpoint policy allows the s3:PutObject action",   "VPC endpoint",
         "VPC endpoint"                                                                                                 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char text[2048];
        struct rule_words words;
        snprintf(text, sizeof text,
                 "com.amazonaws.services.s3.model.AmazonS3Exception: User: "
                 "arn:aws:sts::123456789012:assumed-role/sink/i-0123 is not authorized to perform: "
                 "s3:PutObject on resource: \"arn:aws:s3:::b/topics/x.json\" %s (Service: Amazon "
                 "S3; Status Code: 403; Error Code: AccessDenied; Request ID: 7Q2W; S3 Extended "
                 "Request ID: Y)",
                 kinds[i].says);
        const struct rule *rule = rules_find(text, RULE_LOG, NULL, &words);
        assert_non_null(rule);
        assert_string_equal(rule->id, "s3-denied");
        static const char *const all[] = {"arn:aws:sts::123456789012:assumed-role/sink/i-0123",
                                          "s3:PutObject", "arn:aws:s3:::b/topics/x.json", "7Q2W"};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++)
            if (strstr(words.cause, all[k]) == NULL)
                fail_msg("'%s' is missing: %s", all[k], words.cause);
        if (strstr(words.cause, kinds[i].cause) == NULL || strstr(words.fix, kinds[i].fix) == NULL)
            fail_msg("%s: %s\n%s", kinds[i].says, words.cause, words.fix);
    }
}

/* The longest names that AWS allows: nothing of them is lost. */
static void long_denials_are_whole(void **state)
{
    char key[900], text[4096];
    struct rule_words words;
    (void)state;
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    memcpy(key + sizeof key - 5, ".end", 4);
    snprintf(
        text, sizeof text,
        "S3Exception: User: arn:aws:sts::123456789012:assumed-role/sink/x is not authorized to "
        "perform: s3:PutObject on resource: \"arn:aws:s3:::b/%s\" with an explicit deny in a "
        "service control policy (Service: S3, Status Code: 403, Request ID: 7Q2W)",
        key);
    assert_non_null(rules_find(text, RULE_LOG, NULL, &words));
    assert_non_null(strstr(words.cause, ".end"));
    assert_non_null(strstr(words.cause, "service control policy"));
    assert_non_null(strstr(words.cause, "7Q2W"));
    assert_non_null(strstr(words.fix, "service control policy"));
}

/* ------------------------------------------------------------------ what was said */

static void the_line_that_is_shown_is_the_last_cause(void **state)
{
    char said[200];
    (void)state;
    conn_cause_of("a.B: x\n\tat a.B\nCaused by: c.D: y\nCaused by: e.F: z\n\tat g", said,
                  sizeof said);
    assert_string_equal(said, "e.F: z");
    conn_cause_of("[2026-11-28 04:20:53,001] ERROR [c|task-0] Failed (a.B:1)\njava.lang."
                  "IllegalStateException: no\n\tat x.Y(Z.java:1)",
                  said, sizeof said);
    assert_string_equal(said, "java.lang.IllegalStateException: no");
    conn_cause_of("[2026-11-28 04:20:53,001] ERROR [c|task-0] Failed (a.B:1)", said, sizeof said);
    assert_string_equal(said, "[2026-11-28 04:20:53,001] ERROR [c|task-0] Failed (a.B:1)");
    char longer[600];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    conn_cause_of(longer, said, sizeof said);
    assert_true(strlen(said) < sizeof said);
    assert_string_equal(said + strlen(said) - 3, "…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stores_error_code_decides_not_its_status),
        cmocka_unit_test(without_a_code_the_stores_message_decides),
        cmocka_unit_test(a_bucket_name_that_cannot_be_asked_for_is_told),
        cmocka_unit_test(topics_denied_become_one_command),
        cmocka_unit_test(a_store_that_answers_is_told_from_one_that_is_silent),
        cmocka_unit_test(a_denial_names_who_what_on_what_by_which_policy),
        cmocka_unit_test(long_denials_are_whole),
        cmocka_unit_test(the_line_that_is_shown_is_the_last_cause),
    };
    return cmocka_run_group_tests_name("conn_answers", tests, NULL, NULL);
}
