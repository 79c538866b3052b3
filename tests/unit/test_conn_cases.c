/* Traces and worker logs that users reported, read by the engine's code: the cause that is
 * named, what the fix mentions, and that a healthy log names no cause. The answers of stores are
 * tested in test_conn_answers.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "conn_cases.h"
#include "connector/judge/judge.h"
#include "connector/witness/ask.h"

static void has_words(const char *name, const char *what, const char *text, const cJSON *words)
{
    const cJSON *word;
    cJSON_ArrayForEach(word, words)
    {
        if (strstr(text, cJSON_GetStringValue(word)) == NULL)
            fail_msg("%s: the %s lacks '%s': %s", name, what, cJSON_GetStringValue(word), text);
    }
}

/* ---- traces ---- */

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
    {"task-already-exists",                    "task-exists",             "s3-rtb_bid_response-sink-50",                 "If it happens again"    },
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

/* Give the tasks the traces of these cases. A name that is not a case is a trace itself. */
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

/* With only the first cause repaired, the sink would fail again. */
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
    if (strstr(j.cause, ". Task 7 failed for another reason: ") == NULL ||
        strstr(j.cause, "AvroFormat") == NULL || strstr(j.fix, ". For task 7: ") == NULL ||
        strstr(j.cause, "ask 8") != NULL)
        fail_msg("%s\n  %s", j.cause, j.fix);
    assert_true(conn_copy(&copy, &conn));
    conn_read_rules(&copy); /* the rules find the same when they are applied again */
    cases_judge(&copy, NULL, &j);
    assert_non_null(strstr(j.cause, "Task 7 failed"));
    conn_done(&copy);
    conn_done(&conn);
}

/* A transient error, the same error, and a heap that another task used up are not another
 * reason. */
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
        /* A heap that is used up is not the reason when it comes first, either. */
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

/* ---- logs ---- */

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
            fail_msg("%s: rule %s matches: %s", item->string, log.rule->id, log.words.cause);
        if (rule != NULL && strcmp(j.rule, rule) != 0)
            fail_msg("%s: rule '%s': %s", item->string, j.rule, j.cause);
        has_words(item->string, "cause", j.cause, json_find(item, "cause"));
        has_words(item->string, "fix", j.fix, json_find(item, "fix"));
        if (json_get(item, "said") != NULL && strstr(j.cause, json_get(item, "said")) == NULL)
            fail_msg("%s: '%s' is not shown: %s", item->string, json_get(item, "said"), j.cause);
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

/* A trace of any length keeps its head and its root cause, both in many lines and in one. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reported_trace_has_its_cause_and_fix),
        cmocka_unit_test(two_tasks_that_failed_of_two_things),
        cmocka_unit_test(what_comes_of_the_first_is_no_other_reason),
        cmocka_unit_test(each_worker_log_accuses_the_guilty),
        cmocka_unit_test(a_healthy_log_accuses_nobody),
        cmocka_unit_test(a_long_block_keeps_its_head_and_its_root),
    };
    return cmocka_run_group_tests_name("conn_cases", tests, NULL, NULL);
}
