/* Traces and worker logs as people had them: which rule names the cause, and what its sentence and
 * its next step must hold. */
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
#include "connector/ask.h"
#include "connector/conn.h"
#include "pintop/stream.h"

static cJSON *load(const char *path)
{
    char *text;
    size_t len;
    cJSON *json;
    struct pt_error err;
    if (file_read(path, 1 << 20, &text, &len, &err) != PT_OK ||
        json_parse(text, len, &json, &err) != PT_OK)
        fail_msg("%s", err.what);
    free(text);
    return json;
}

struct expected {
    const char *name, *rule, *cause, *fix, *never; /* never: words that must not be in it */
};

static bool is_as_expected(const struct expected *want, const struct rule *rule,
                           const struct rule_words *words)
{
    char all[2 * RULE_WORDS_MAX];
    snprintf(all, sizeof all, "%s %s", words->cause, words->fix);
    bool is_good = rule != NULL && strcmp(rule->id, want->rule) == 0 &&
                   strstr(words->cause, want->cause) != NULL &&
                   strstr(words->fix, want->fix) != NULL &&
                   (want->never[0] == '\0' || strstr(all, want->never) == NULL);
    if (!is_good)
        print_error("%s: %s: %s. %s\n", want->name, rule != NULL ? rule->id : "no rule",
                    words->cause, words->fix);
    return is_good;
}

static const struct expected traces[] = {
    {"unknownhost-s3-endpoint",              "s3-dns",               "user-0a1b-bucket.s3.eu-west-3.amazonaws.com",
     "s3.bucket.name",                                                                                                                       "broker"  },
    {"unknownhost-secretsmanager",           "aws-dns",              "secretsmanager.us-west-2.amazonaws.com",
     "secretsmanager",                                                                                                                       "broker"  },
    {"unknownhost-jdbc-database",            "host-unknown",         "mydb.abc.eu-west-1.rds.amazonaws.com",
     "mydb.abc.eu-west-1.rds.amazonaws.com",                                                                                                 "broker"  },
    {"kafka-tls-untrusted-ca",               "tls-untrusted",        "does not trust",                              "truststore",            "listener"},
    {"converter-class-not-in-plugin",        "config-class-missing",
     "io.confluent.connect.avro.AvroConverter, which value.converter names",                                        "JAR",
     "what is allowed"                                                                                                                                 },
    {"class-name-with-leading-blank",        "config-blank-value",
     "partitioner.class begins or ends with a blank",                                                               "without the blank",     ""        },
    {"s3-503-slowdown",                      "s3-slow-down",         "503 SlowDown",                                "flush.size",            "403"     },
    {"s3-no-route-to-host",                  "s3-unreachable",       "user-0a1b-bucket.s3.eu-west-1.amazonaws.com",
     "gateway endpoint",                                                                                                                     "broker"  },
    {"partitioner-field-missing",            "partition-field",      "field",                                       "timestamp.field",       ""        },
    {"task-already-exists",                  "task-exists",          "s3-rtb_bid_response-sink-50",                 "Restart the connector",
     ""                                                                                                                                                },
    {"commit-failed-after-rebalance",        "commit-failed",        "max.poll.interval.ms",                        "max.poll.records",
     ""                                                                                                                                                },
    {"plugin-jar-without-dependencies",      "class-missing",
     "com/amazonaws/services/kinesisfirehose/model/AmazonKinesisFirehoseException",                                 "JAR",                   ""        },
    {"avroformat-on-schemaless-json",        "format-needs-schema",  "with a schema",                               "JsonFormat",            ""        },
    {"dead-letter-queue-replication-factor", "dead-letter-topic",    "0a1b-dlq",
     "errors.deadletterqueue.topic.replication.factor",                                                                                      ""        },
    {"kafka-scram-bad-password",             "kafka-password",       "SCRAM-SHA-512",                               "sasl.jaas.config",      ""        },
    {"kafka-mechanism-not-enabled",          "kafka-mechanism",      "it offers AWS_MSK_IAM, OAUTHBEARER",
     "SCRAM-SHA-512",                                                                                                                        ""        },
    {"aws-service-timeout-not-in-list",      "aws-unreachable",      "sqs.us-east-1.amazonaws.com",                 "sqs",
     ""                                                                                                                                                },
    {"s3-connection-reset",                  "store-reset",          "Connection reset",                            "s3.part.retries",       ""        },
    {"s3-endpoint-refused",                  "store-refused",        "minio:9000",                                  "minio:9000",            ""        },
};

static void each_trace_names_the_guilty(void **state)
{
    cJSON *cases = load("tests/data/cases/traces.json");
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        struct conn conn;
        const cJSON *tasks = json_find(cJSON_GetObjectItem(cases, traces[i].name), "tasks");
        const char *trace = json_get(cJSON_GetArrayItem(tasks, 0), "trace");
        assert_non_null(trace);
        conn_init(&conn);
        conn.tasks = calloc(1, sizeof *conn.tasks);
        conn.n_tasks = 1;
        conn.tasks[0].trace = conn_trace(trace);
        conn_read_rules(&conn);
        bad += !is_as_expected(&traces[i], conn.task_rule, &conn.task_words);
        conn_done(&conn);
    }
    json_free(cases);
    assert_int_equal(bad, 0);
}

static const struct expected logs[] = {
    {"created-topic-INFO-then-partition-exception", "partition-field",   "partitioner",
     "timestamp.field",                                                                                                                    "compacted"},
    {"java-lang-Error-line-lost-by-filter",         "class-missing",     "AmazonKinesisFirehoseException",
     "JAR",                                                                                                                                ""         },
    {"one-broker-dns-WARN-then-registry-401",       "registry-login",    "401",                                    "basic.auth.user.info",
     "broker"                                                                                                                                         },
    {"saslclient-not-created-iam",                  "kafka-sasl-client", "AWS_MSK_IAM",                            "aws-msk-iam-auth",     ""         },
    {"startup-WARN-then-partition-exception",       "partition-field",   "partitioner",                            "timestamp.field",
     "security group"                                                                                                                                 },
    {"unknownhost-secretsmanager",                  "aws-dns",           "secretsmanager.us-west-2.amazonaws.com",
     "secretsmanager",                                                                                                                     "broker"   },
    {"ERROR-that-no-rule-knows-is-not-shown",       "dead-letter-topic", "0a1b-dlq",                               "replication.factor",
     ""                                                                                                                                               },
};

/* The lines that the filter of the question lets through. */
static bool is_let_through(const char *message)
{
    static const char *const words[] = {"ERROR", "FATAL",  "WARN", "Exception",
                                        "Error", "Caused", "at "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(message, words[i]) != NULL)
            return true;
    return false;
}

static void witness_of(const cJSON *events, struct conn_log *out)
{
    struct log_cutter cutter;
    struct log_blocks blocks;
    const cJSON *event;
    int64_t time_ms = 1000;
    log_cutter_init(&cutter);
    cJSON_ArrayForEach(event, events)
    {
        const char *message = json_get(event, "message");
        if (is_let_through(message))
            log_cutter_add(&cutter, json_get(event, "stream"), time_ms += 500, message);
    }
    log_cutter_end(&cutter, &blocks);
    log_witness(&blocks, out);
    log_blocks_done(&blocks);
}

static void each_log_names_the_guilty(void **state)
{
    cJSON *cases = load("tests/data/cases/mskconnect.json");
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        struct conn_log log;
        const cJSON *events = json_find(cJSON_GetObjectItem(cases, logs[i].name), "log.events");
        assert_non_null(events);
        witness_of(events, &log);
        bad += !is_as_expected(&logs[i], log.rule, &log.words);
        free(log.text);
    }
    json_free(cases);
    assert_int_equal(bad, 0);
}

/* What no rule knows is still shown, its last cause first. */
static void what_no_rule_knows_is_shown(void **state)
{
    static const char *const lines[] = {
        "[2026-11-28 04:20:53,001] ERROR [x|task-0] WorkerSinkTask{id=x-0} it broke",
        "com.example.OddException: outer",
        "Caused by: com.example.OdderException: the flux is inverted",
        "[2026-11-28 04:20:59,001] INFO [x|task-0] stopping, cleanup.policy=compact",
    };
    struct log_cutter cutter;
    struct log_blocks blocks;
    struct conn_log log;
    (void)state;
    log_cutter_init(&cutter);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        log_cutter_add(&cutter, "w", 1000 + (int64_t)i, lines[i]);
    log_cutter_end(&cutter, &blocks);
    log_witness(&blocks, &log);
    assert_null(log.rule);
    assert_string_equal(log.said, "com.example.OdderException: the flux is inverted");
    assert_non_null(strstr(log.text, "outer"));
    free(log.text);
    log_blocks_done(&blocks);
}

/* A class that is listed, with a blank behind its name in the configuration. */
static void states_are_read_alike(void **state)
{
    cJSON *cases = load("tests/data/cases/mskconnect.json");
    const cJSON *connector =
        json_find(cJSON_GetObjectItem(cases, "class-is-in-the-list-of-available"), "connector");
    struct conn conn;
    (void)state;
    conn_init(&conn);
    snprintf(conn.code, sizeof conn.code, "%s", json_get(connector, "code"));
    snprintf(conn.message, sizeof conn.message, "%s", json_get(connector, "message"));
    conn_read_rules(&conn);
    assert_string_equal(conn.state_rule->id, "plugin-class-blank");
    assert_non_null(strstr(conn.state_words.cause, "AmazonKinesisSinkConnector"));
    conn_done(&conn);
    json_free(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_trace_names_the_guilty),
        cmocka_unit_test(each_log_names_the_guilty),
        cmocka_unit_test(what_no_rule_knows_is_shown),
        cmocka_unit_test(states_are_read_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
