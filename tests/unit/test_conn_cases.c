/* Traces, worker logs and answers of stores as they were reported, put through the code that reads
 * them: the cause that is named, what the fix speaks of, and that a healthy log accuses nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "base/file.h"
#include "conn_cases.h"
#include "connector/ask.h"
#include "connector/judge.h"
#include "fake_aws.h"

static void has_words(const char *name, const char *what, const char *text, const cJSON *words)
{
    const cJSON *word;
    cJSON_ArrayForEach(word, words)
    {
        if (strstr(text, cJSON_GetStringValue(word)) == NULL)
            fail_msg("%s: the %s lacks '%s': %s", name, what, cJSON_GetStringValue(word), text);
    }
}

/* ------------------------------------------------------------------ traces */

static const struct {
    const char *name, *rule, *cause, *fix;
} traces[] = {
    {"unknownhost-s3-endpoint",                "dns-s3",                  "user-0a1b-bucket.s3.eu-west-3.amazonaws.com",
     "s3.region"                                                                                                                                  },
    {"unknownhost-secretsmanager",             "dns-aws",                 "secretsmanager.us-west-2.amazonaws.com",
     "secretsmanager"                                                                                                                             },
    {"unknownhost-jdbc-database",              "dns-database",            "mydb.abc.eu-west-1.rds.amazonaws.com",
     "mydb.abc"                                                                                                                                   },
    {"unknownhost-cassandra-connector-failed", "dns-database",            "cassandra",                                   "contact points"         },
    {"kafka-tls-untrusted-ca",                 "tls-trust",               "truststore",                                  "ssl.truststore.location"},
    {"converter-class-not-in-plugin",          "converter-class-missing",
     "io.confluent.connect.avro.AvroConverter",                                                                          "value.converter"        },
    {"class-name-with-leading-blank",          "class-blank",             "begins with a blank",
     "partitioner.class=io.confluent"                                                                                                             },
    {"s3-503-slowdown",                        "s3-slow-down",            "SlowDown",                                    "flush.size"             },
    {"s3-no-route-to-host",                    "s3-unreachable",          "no route",                                    "443"                    },
    {"partitioner-field-missing",              "partition-field",         "timestamp",                                   "timestamp.field"        },
    {"task-already-exists",                    "task-exists",             "s3-rtb_bid_response-sink-50",                 "that mends it"          },
    {"commit-failed-after-rebalance",          "kafka-commit-late",       "max.poll.interval.ms",
     "max.poll.records"                                                                                                                           },
    {"plugin-jar-without-dependencies",        "class-definition",        "AmazonKinesisFirehoseException",
     "all dependencies"                                                                                                                           },
    {"avroformat-on-schemaless-json",          "avro-schemaless",         "AvroFormat",                                  "JsonFormat"             },
    {"dead-letter-queue-replication-factor",   "kafka-dlq-replication",   "0a1b-dlq",
     "errors.deadletterqueue.topic.replication.factor to 1"                                                                                       },
    {"kafka-scram-bad-password",               "kafka-scram-login",       "SCRAM-SHA-512",                               "sasl.jaas.config"       },
    {"kafka-mechanism-not-enabled",            "kafka-mechanism",         "AWS_MSK_IAM, OAUTHBEARER",
     "sasl.mechanism"                                                                                                                             },
    {"aws-service-timeout-not-in-list",        "aws-unreachable",         "sqs.us-east-1.amazonaws.com:443",
     "443"                                                                                                                                        },
    {"s3-connection-reset",                    "s3-reset",                "Connection reset",                            "last commit"            },
    {"s3-endpoint-refused",                    "s3-unreachable",          "minio:9000",                                  "store.url"              },
};

static void each_reported_trace_has_its_cause_and_fix(void **state)
{
    cJSON *all = cases_json("tests/data/cases/traces.json");
    (void)state;
    assert_int_equal(cJSON_GetArraySize(all), sizeof traces / sizeof *traces);
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        struct conn conn;
        struct judgement j;
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(all, traces[i].name);
        assert_non_null(item);
        cases_conn(&conn, traces[i].name, item);
        conn_read_rules(&conn);
        cases_judge(&conn, NULL, &j);
        if (strcmp(j.rule, traces[i].rule) != 0 || strstr(j.cause, traces[i].cause) == NULL ||
            strstr(j.fix, traces[i].fix) == NULL)
            fail_msg("%s: rule %s\n  %s\n  %s", traces[i].name, j.rule, j.cause, j.fix);
        assert_true(j.verdict == PT_V_FAILED || j.verdict == PT_V_DEGRADED);
        conn_done(&conn);
    }
    json_free(all);
}

/* The tasks' traces, each of the case that is named. */
static void tasks_of(struct conn *conn, const char *const *names, size_t n)
{
    cJSON *all = cases_json("tests/data/cases/traces.json");
    cases_conn(conn, "sink", cJSON_GetObjectItemCaseSensitive(all, names[0]));
    struct conn_task *tasks = realloc(conn->tasks, (n + 1) * sizeof *tasks);
    assert_non_null(tasks);
    conn->tasks = tasks;
    for (conn->n_tasks = 1; conn->n_tasks < n; conn->n_tasks++) {
        struct conn_task *task = &conn->tasks[conn->n_tasks];
        const cJSON *from = cJSON_GetObjectItemCaseSensitive(all, names[conn->n_tasks]);
        *task = conn->tasks[0];
        task->id = 6 + (int32_t)conn->n_tasks;
        task->trace = conn_trace(
            from == NULL ? names[conn->n_tasks]
                         : json_get(cJSON_GetArrayItem(json_find(from, "tasks"), 0), "trace"));
    }
    conn_read_rules(conn);
    json_free(all);
}

/* Who mended the first alone would find the sink standing again. */
static void two_tasks_that_failed_of_two_things(void **state)
{
    static const char *const names[] = {"kafka-mechanism-not-enabled",
                                        "avroformat-on-schemaless-json",
                                        "avroformat-on-schemaless-json"};
    struct conn conn, copy;
    struct judgement j;
    (void)state;
    tasks_of(&conn, names, 3);
    cases_judge(&conn, NULL, &j);
    assert_string_equal(j.rule, "kafka-mechanism");
    if (strstr(j.cause, ". Its task 7 failed for another reason: ") == NULL ||
        strstr(j.cause, "AvroFormat") == NULL || strstr(j.fix, ". For its task 7: ") == NULL ||
        strstr(j.cause, "task 8") != NULL)
        fail_msg("%s\n  %s", j.cause, j.fix);
    assert_true(conn_copy(&copy, &conn));
    conn_read_rules(&copy); /* what is read again is told as before */
    cases_judge(&copy, NULL, &j);
    assert_non_null(strstr(j.cause, "Its task 7 failed"));
    conn_done(&copy);
    conn_done(&conn);
}

/* What passes, what is the same, and a heap that another task has used up accuse nobody else. */
static void what_comes_of_the_first_is_no_other_reason(void **state)
{
    static const char *const oom = "java.lang.OutOfMemoryError: Java heap space";
    static const char *const cases[][2] = {
        {"kafka-mechanism-not-enabled", "s3-connection-reset"        },
        {"kafka-mechanism-not-enabled", "kafka-mechanism-not-enabled"},
        {"kafka-mechanism-not-enabled", oom                          },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conn conn;
        struct judgement j;
        tasks_of(&conn, cases[i], 2);
        cases_judge(&conn, NULL, &j);
        if (strcmp(j.rule, "kafka-mechanism") != 0 || strstr(j.cause, "another reason") != NULL)
            fail_msg("%s: %s", j.rule, j.cause);
        /* And it isn't the reason where it comes first. */
        char *trace = conn.tasks[0].trace;
        conn.tasks[0].trace = conn.tasks[1].trace;
        conn.tasks[1].trace = trace;
        conn_read_rules(&conn);
        cases_judge(&conn, NULL, &j);
        if (cases[i][1] == oom)
            assert_string_equal(j.rule, "kafka-mechanism");
        conn_done(&conn);
    }
}

/* ------------------------------------------------------------------ logs */

static void each_worker_log_accuses_the_guilty(void **state)
{
    cJSON *all = cases_json("tests/data/cases/logs.json");
    const cJSON *item;
    (void)state;
    cJSON_ArrayForEach(item, all)
    {
        struct conn conn;
        struct log_blocks blocks;
        struct conn_log log;
        struct judgement j;
        const char *rule = json_get(item, "rule"), *role = json_get(item, "role");
        const cJSON *from = json_find(item, "connector");
        cases_conn(&conn, json_get(from, "name"), from);
        if (role != NULL)
            snprintf(conn.role_arn, sizeof conn.role_arn, "%s", role);
        conn_read_rules(&conn);
        cases_cut(json_find(item, "log.events"), conn.name, &blocks);
        log_witness(&blocks, &conn, &log);
        cases_judge(&conn, &log, &j);
        if (rule == NULL && log.rule != NULL)
            fail_msg("%s: accused by %s: %s", item->string, log.rule->id, log.words.cause);
        if (rule != NULL && strcmp(j.rule, rule) != 0)
            fail_msg("%s: rule '%s': %s", item->string, j.rule, j.cause);
        has_words(item->string, "cause", j.cause, json_find(item, "cause"));
        has_words(item->string, "fix", j.fix, json_find(item, "fix"));
        if (json_get(item, "said") != NULL && strstr(j.cause, json_get(item, "said")) == NULL)
            fail_msg("%s: '%s' isn't shown: %s", item->string, json_get(item, "said"), j.cause);
        free(log.text);
        log_blocks_done(&blocks);
        conn_done(&conn);
    }
    json_free(all);
}

static void a_healthy_log_accuses_nobody(void **state)
{
    char *text, *rest, *line;
    size_t len;
    struct pt_error err;
    struct log_cutter cutter;
    struct log_blocks blocks;
    (void)state;
    assert_int_equal(file_read("tests/data/connect/healthy.log", CASES_ROOM, &text, &len, &err),
                     PT_OK);
    log_cutter_init(&cutter);
    rest = text;
    while ((line = strsep(&rest, "\n")) != NULL)
        if (*line != '\0')
            log_cutter_add(&cutter, "s", 1000, line);
    log_cutter_end(&cutter, &blocks);
    assert_true(blocks.n >= 50);
    for (size_t i = 0; i < blocks.n; i++) {
        const struct rule *rule = rules_match(blocks.items[i].text, RULE_LOG);
        if (rule != NULL && strncmp(blocks.items[i].level, "WARN", 4) == 0)
            fail_msg("%s matches: %s", rule->id, blocks.items[i].text);
        if (rule != NULL && !rule->is_generic)
            fail_msg("%s matches: %s", rule->id, blocks.items[i].text);
        assert_null(blocks.items[i].rule);
    }
    assert_null(log_blocks_guilty(&blocks));
    log_blocks_done(&blocks);
    free(text);
}

/* However long a trace is, its head and its root stay: in many lines, and in one. */
static void a_long_block_keeps_its_head_and_its_root(void **state)
{
    static const char head[] =
        "[2026-11-29 01:00:00,000] ERROR WorkerSinkTask{id=demo-sink-0} Task "
        "threw an uncaught and unrecoverable exception";
    static const char root[] = "Caused by: java.net.UnknownHostException: broker-9.example";
    (void)state;
    for (int is_one = 0; is_one < 2; is_one++) {
        struct log_cutter cutter;
        struct log_blocks blocks;
        size_t len = is_one ? 200000 : 2000, n = is_one ? 1 : 100;
        char *frame = malloc(len + sizeof root + 10);
        memset(frame, 'x', len);
        memcpy(frame, "\tat ", 4);
        snprintf(frame + len, sizeof root + 10, "%s%s", is_one ? "\n" : "", is_one ? root : "");
        log_cutter_init(&cutter);
        log_cutter_add(&cutter, "s", 1000, head);
        for (size_t i = 0; i < n; i++)
            log_cutter_add(&cutter, "s", 1000, frame);
        if (!is_one)
            log_cutter_add(&cutter, "s", 1000, root);
        log_cutter_end(&cutter, &blocks);
        free(frame);
        assert_int_equal(blocks.n, 1);
        assert_string_equal(blocks.items[0].level, "ERROR");
        assert_true(strlen(blocks.items[0].text) <= LOG_BLOCK_TEXT_MAX);
        assert_non_null(strstr(blocks.items[0].text, "unrecoverable exception"));
        assert_non_null(strstr(blocks.items[0].text, "broker-9.example"));
        log_blocks_done(&blocks);
    }
}

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
        {0,   "",                                                     NULL,             "doesn't answer",       true},
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
         "Take away the Deny of s3:PutObject"                                                                           },
        {"with an explicit deny in a resource-based policy",                "policy of the resource",
         "policy of the resource itself, arn:aws:s3:::b"                                                                },
        {"with an explicit deny in a service control policy",               "service control policy",
         "organization's administrators"                                                                                },
        {"with an explicit deny in a resource control policy",              "resource control policy",
         "organization's administrators"                                                                                },
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
        cmocka_unit_test(each_reported_trace_has_its_cause_and_fix),
        cmocka_unit_test(two_tasks_that_failed_of_two_things),
        cmocka_unit_test(what_comes_of_the_first_is_no_other_reason),
        cmocka_unit_test(each_worker_log_accuses_the_guilty),
        cmocka_unit_test(a_healthy_log_accuses_nobody),
        cmocka_unit_test(a_long_block_keeps_its_head_and_its_root),
        cmocka_unit_test(the_stores_error_code_decides_not_its_status),
        cmocka_unit_test(without_a_code_the_stores_message_decides),
        cmocka_unit_test(a_bucket_name_that_cannot_be_asked_for_is_told),
        cmocka_unit_test(topics_denied_become_one_command),
        cmocka_unit_test(a_store_that_answers_is_told_from_one_that_is_silent),
        cmocka_unit_test(a_denial_names_who_what_on_what_by_which_policy),
        cmocka_unit_test(long_denials_are_whole),
        cmocka_unit_test(the_line_that_is_shown_is_the_last_cause),
    };
    return cmocka_run_group_tests_name("conn_cases", tests, NULL, NULL);
}
