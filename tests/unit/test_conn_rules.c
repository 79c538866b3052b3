/* The rules for states and logs: each knows its recorded sample, and not its neighbour; generic
 * ones give way; logs are cut into blocks and folded. */
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
#include "connector/log_block.h"
#include "connector/rules.h"
#include "pintop/stream.h"

static cJSON *recorded;

static int load(void **state)
{
    char *text;
    size_t len;
    struct pt_error err;
    (void)state;
    if (file_read("tests/data/aws/mskconnect_rules.json", 1 << 20, &text, &len, &err) != PT_OK ||
        json_parse(text, len, &recorded, &err) != PT_OK)
        fail_msg("%s", err.what);
    free(text);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    json_free(recorded);
    return 0;
}

static unsigned scopes_of(const cJSON *rule)
{
    unsigned scopes = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, json_find(rule, "scope"))
    {
        const char *word = cJSON_GetStringValue(item);
        scopes |= strcmp(word, "state") == 0 ? RULE_STATE
                  : strcmp(word, "log") == 0 ? RULE_LOG
                                             : RULE_API;
    }
    return scopes;
}

static void each_recorded_rule_is_in_the_table(void **state)
{
    size_t n = 0;
    const cJSON *item;
    (void)state;
    cJSON_ArrayForEach(item, json_find(recorded, "log_rules"))
    {
        const struct rule *rule = rules_at(n++);
        assert_string_equal(rule->id, json_get(item, "id"));
        assert_string_equal(rule->ere, json_get(item, "regex_ere"));
        assert_int_equal(rule->scopes, scopes_of(item));
        static const char *const weights[] = {"warning", "error", "fatal"};
        assert_string_equal(weights[rule->weight], json_get(item, "severity"));
        assert_true(rule->cause[0] != '\0' && rule->fix[0] != '\0');
    }
    assert_int_equal(n, rules_count());
    assert_int_equal(n, 33);
    n = 0;
    cJSON_ArrayForEach(item, json_find(recorded, "symptom_rules"))
    {
        assert_string_equal(symptoms_at(n++)->id, json_get(item, "id"));
    }
    assert_int_equal(n, symptoms_count());
    assert_int_equal(n, 11);
}

static void each_sample_is_known_by_its_rule(void **state)
{
    const cJSON *item;
    (void)state;
    cJSON_ArrayForEach(item, json_find(recorded, "log_rules"))
    {
        const char *id = json_get(item, "id"), *sample = json_get(item, "sample");
        const struct rule *rule = rules_match(sample, scopes_of(item));
        if (rule == NULL)
            fail_msg("%s: its sample matches nothing", id);
        /* A generic rule's own sample has nothing else in it. */
        if (strcmp(rule->id, id) != 0)
            fail_msg("%s: its sample is taken for %s", id, rule->id);
    }
}

/* Near, but something else: the rule must not match. */
static const struct {
    const char *id, *text;
} neighbours[] = {
    {"plugin-class-missing",
     "Failed to find any class that implements Transformation and which name matches x"                    },
    {"config-missing-key",      "Missing required configuration in the request body"                       },
    {"config-bad-value",
     "INFO Invalid value for configuration: none found, all settings are valid"                            },
    {"config-rejected",
     "InvalidInput.InvalidWorkerConfiguration: the worker configuration is invalid"                        },
    {"kafka-auth-denied",       "[s3-sink]: Access denied by the bucket's policy"                          },
    {"kafka-auth-payload",      "Invalid authentication payload received by the proxy"                     },
    {"kafka-auth-principal",    "The principals changed during re-authentication were logged"              },
    {"kafka-too-many",          "Too many connections in the pool, waiting"                                },
    {"kafka-topic-denied",      "Authorized to access topics: [0a1b.pin]"                                  },
    {"kafka-group-denied",      "Joining group: connect-0a1b, authorization passed"                        },
    {"kafka-cluster-denied",    "Cluster authorization succeeded"                                          },
    {"kafka-creds-missing",     "Found AWS IAM Credentials in the environment"                             },
    {"kafka-classloader",       "Supported callback type: class AWSCredentialsCallback"                    },
    {"kafka-unreachable",       "Connection to node 1 (b-1.x/10.0.0.5:9098) was established"               },
    {"kafka-listener-mismatch", "Connection to node 1 terminated after authentication"                     },
    {"kafka-dns",               "Resolved bootstrap.servers to 10.0.0.5, host known"                       },
    {"kafka-topic-unknown",     "Topic 0a1b.pin present in metadata after 12 ms"                           },
    {"s3-unreachable",
     "Unable to execute HTTP request: Connect to proxy.example:3128 failed: timed out"                     },
    {"aws-unreachable",         "Connect to sts.amazonaws.com:443 succeeded in 12 ms"                      },
    {"s3-region",               "(Service: Amazon S3; Status Code: 500; Error Code: InternalError)"        },
    {"s3-denied",               "(Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey)"            },
    {"s3-no-bucket",            "NoSuchKey: The specified key does not exist."                             },
    {"json-envelope",           "JsonConverter with schemas.enable=false reads plain JSON"                 },
    {"json-broken",             "Converting Kafka Connect data to byte[] failed due to serialization error"},
    {"avro-magic",              "Error serializing Avro message"                                           },
    {"null-value",              "Null valued records are ignored by behavior.on.null.values"               },
    {"tolerance",               "Error tolerance is set to none in the error handler"                      },
    {"internal-topic",          "cleanup.policy=delete on topic demo.pin"                                  },
    {"memory",                  "Java heap usage is 512 MiB"                                               },
    {"poll-timeout",            "consumer poll timeout is 300000 ms"                                       },
    {"role-trust",              "User: arn:aws:iam::1:user/dev is not authorized to perform: s3:PutObject" },
    {"unknown",                 "UnknownError.Throttled: try again"                                        },
    {"task-killed",             "Task is being stopped and will be started anew by a rebalance"            },
};

static void no_rule_takes_its_neighbour(void **state)
{
    (void)state;
    assert_int_equal(sizeof neighbours / sizeof *neighbours, rules_count());
    for (size_t i = 0; i < rules_count(); i++) {
        assert_string_equal(neighbours[i].id, rules_at(i)->id);
        if (rules_does_match(rules_at(i), neighbours[i].text))
            fail_msg("%s matches: %s", neighbours[i].id, neighbours[i].text);
    }
}

static void scopes_are_kept(void **state)
{
    (void)state;
    assert_null(rules_match("UnknownError.Unknown: The last operation failed.", RULE_LOG));
    assert_non_null(rules_match("UnknownError.Unknown: The last operation failed.", RULE_STATE));
    assert_null(rules_match("", RULE_LOG | RULE_STATE | RULE_API));
}

/* ---- blocks ---- */

static const char killed[] = "ERROR [x|task-0] WorkerSinkTask{id=x-0} Task threw an uncaught and "
                             "unrecoverable exception. Task "
                             "is being killed and will not recover until manually restarted";

static void a_generic_rule_gives_way_within_its_block(void **state)
{
    char text[1024];
    (void)state;
    assert_string_equal(rules_match(killed, RULE_LOG)->id, "task-killed");
    snprintf(text, sizeof text,
             "%s\norg.apache.kafka.connect.errors.ConnectException: Tolerance "
             "exceeded in error handler\n\tat x.y(Z.java:1)",
             killed);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "tolerance");
    snprintf(text, sizeof text,
             "%s\nException: Tolerance exceeded in error handler\nCaused by: DataException: "
             "JsonConverter "
             "with schemas.enable requires \"schema\" and \"payload\" fields",
             killed);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "json-envelope");
}

static void a_dot_does_not_reach_over_a_line(void **state)
{
    (void)state;
    assert_null(rules_match("Access Denied to the page\n(Service: Amazon DynamoDB)", RULE_LOG));
    assert_null(rules_match("cleanup.policy is delete\nlogs are compact", RULE_LOG));
}

static void a_long_trace_is_looked_at_by_its_ends(void **state)
{
    enum { LEN = 10 * 1024 * 1024 };
    static const char end[] = "\nCaused by: java.lang.OutOfMemoryError: Java heap space";
    char *text = malloc(LEN + 1);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LEN);
    for (size_t i = 100; i < LEN; i += 100)
        text[i] = '\n';
    memcpy(text, killed, sizeof killed - 1);
    text[LEN] = '\0';
    assert_string_equal(rules_match(text, RULE_LOG)->id, "task-killed");
    memcpy(text + LEN - (sizeof end - 1), end, sizeof end - 1);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "memory");
    free(text);
}

static void cut(const char *const *lines, size_t n, struct log_blocks *out)
{
    struct log_cutter cutter;
    log_cutter_init(&cutter);
    for (size_t i = 0; i < n; i++)
        log_cutter_add(&cutter, "stream", 1000 + (int64_t)i, lines[i]);
    log_cutter_end(&cutter, out);
}
#define CUT(lines, out) cut(lines, sizeof(lines) / sizeof *(lines), out)

static void blocks_of_two_workers_are_told_apart(void **state)
{
    static const char *const lines[] = {
        "[Worker-0aa] [2021-09-06 16:02:54,151] ERROR [x|task-0] it broke (a.B:1)",
        "[Worker-0bb] [2021-09-06 16:02:54,200] INFO [y|task-1] all is well (a.B:2)",
        "[Worker-0aa] java.lang.IllegalStateException: no",
        "[Worker-0bb] [2021-09-06 16:02:55,000] WARN [Producer clientId=p] Too many connects "
        "(n.C:7)",
        "[Worker-0aa] \tat a.B.c(B.java:12)",
        "[Worker-0aa] Caused by: S3Exception: Access Denied (Service: S3, Status Code: 403)",
        "[Worker-0aa] [2021-09-06 16:02:59,000] INFO [x|task-0] stopping",
    };
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_int_equal(blocks.n, 4);
    const struct log_block *broke = NULL;
    for (size_t i = 0; i < blocks.n; i++)
        if (strcmp(blocks.items[i].level, "ERROR") == 0)
            broke = &blocks.items[i];
    assert_non_null(broke);
    assert_string_equal(broke->worker, "0aa");
    assert_string_equal(broke->connector, "x");
    assert_int_equal(broke->task, 0);
    assert_int_equal(broke->time_ms, 1000);
    assert_string_equal(broke->rule->id, "s3-denied");
    assert_non_null(strstr(broke->text, "\n\tat a.B.c"));
    assert_null(strstr(broke->text, "Worker-"));
    assert_null(strstr(broke->text, "all is well"));
    assert_ptr_equal(log_blocks_worst(&blocks), broke);
    assert_true(log_block_is_of(broke, "x"));
    assert_false(log_block_is_of(broke, "y"));
    log_blocks_done(&blocks);
}

static void alike_blocks_are_folded_with_a_count(void **state)
{
    static const char *const lines[] = {
        "[2026-11-26 10:00:01,151] ERROR [x|task-0] key pin+0+0000000041 was not written",
        "[2026-11-26 10:00:02,151] ERROR [x|task-0] key pin+0+0000000042 was not written",
        "[2026-11-26 10:00:02,300] ERROR [x|task-0] key pin+0+0000000042 was lost",
        "[2026-11-26 10:00:03,151] ERROR [x|task-0] key pin+0+0000000043 was not written",
    };
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_int_equal(blocks.n, 2);
    assert_int_equal(blocks.items[1].count, 3);
    assert_int_equal(blocks.items[1].first_ms, 1000);
    assert_int_equal(blocks.items[1].time_ms, 1003);
    assert_non_null(strstr(blocks.items[1].text, "0000000043"));
    assert_null(log_blocks_worst(&blocks));
    log_blocks_done(&blocks);
}

static void lines_before_any_head_and_odd_ones_are_kept(void **state)
{
    static const char *const lines[] = {"\tat the end of a block that began before",
                                        "",
                                        "[",
                                        "[Worker-",
                                        "[2021-09-06",
                                        "[x|task-",
                                        "[Worker-a]",
                                        "[2021-13-77 99:99:99,999] ERROR no time at all"};
    struct log_blocks blocks;
    (void)state;
    CUT(lines, &blocks);
    assert_true(blocks.n >= 1);
    assert_non_null(strstr(blocks.items[0].text, "began before"));
    log_blocks_done(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_recorded_rule_is_in_the_table),
        cmocka_unit_test(each_sample_is_known_by_its_rule),
        cmocka_unit_test(no_rule_takes_its_neighbour),
        cmocka_unit_test(scopes_are_kept),
        cmocka_unit_test(a_generic_rule_gives_way_within_its_block),
        cmocka_unit_test(a_dot_does_not_reach_over_a_line),
        cmocka_unit_test(a_long_trace_is_looked_at_by_its_ends),
        cmocka_unit_test(blocks_of_two_workers_are_told_apart),
        cmocka_unit_test(alike_blocks_are_folded_with_a_count),
        cmocka_unit_test(lines_before_any_head_and_odd_ones_are_kept),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
