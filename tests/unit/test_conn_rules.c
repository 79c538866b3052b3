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

static cJSON *recorded, *known;

static cJSON *read_json(const char *path)
{
    char *text;
    size_t len;
    cJSON *json;
    struct pt_error err;
    if (file_read(path, 1 << 20, &text, &len, &err) != PT_OK ||
        json_parse(text, len, &json, &err) != PT_OK)
        fail_msg("%s: %s", path, err.what);
    free(text);
    return json;
}

static int load(void **state)
{
    (void)state;
    recorded = read_json("tests/data/aws/mskconnect_rules.json");
    known = read_json("tests/data/connect/rules.json");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    json_free(recorded);
    json_free(known);
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

static unsigned scope_of(const cJSON *item)
{
    const char *word = json_get(item, "scope");
    return word == NULL ? RULE_LOG : strcmp(word, "state") == 0 ? RULE_STATE : RULE_API;
}

static const struct rule_place place = {.connector = "0a1b-sink",
                                        .class_name = "io.confluent.connect.s3.S3SinkConnector",
                                        .bucket = "user-0a1b-bucket",
                                        .dir = "topics",
                                        .region = "us-east-1"};

static const cJSON *known_of(const char *id)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, known)
    {
        if (strcmp(json_get(item, "id"), id) == 0)
            return item;
    }
    return NULL;
}

/* A rule that nobody has shown at work, and not at rest, is none. */
static void each_rule_has_a_sample_a_near_miss_and_a_healthy_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules_count(); i++) {
        const struct rule *rule = rules_at(i);
        const cJSON *item = known_of(rule->id);
        if (item == NULL || json_get(item, "sample") == NULL || json_get(item, "near") == NULL ||
            json_get(item, "healthy") == NULL)
            fail_msg("%s: no sample, near miss or healthy line in tests/data/connect/rules.json",
                     rule->id);
        if (rules_does_match(rule, json_get(item, "near")))
            fail_msg("%s takes its near miss: %s", rule->id, json_get(item, "near"));
        if (rules_does_match(rule, json_get(item, "healthy")))
            fail_msg("%s takes a healthy line: %s", rule->id, json_get(item, "healthy"));
        assert_true(strlen(rule->id) < 32);
    }
    assert_int_equal(cJSON_GetArraySize(known), rules_count());
    assert_true(rules_count() >= 70);
}

static void has_words(const char *id, const char *what, const char *text, const cJSON *words)
{
    const cJSON *word;
    cJSON_ArrayForEach(word, words)
    {
        if (strstr(text, cJSON_GetStringValue(word)) == NULL)
            fail_msg("%s: its %s lacks '%s': %s", id, what, cJSON_GetStringValue(word), text);
    }
}

/* A sentence with all its words, and no mark of the template. */
static void is_sentence(const char *id, const char *text)
{
    if (text[0] == '\0' || strpbrk(text, "{}[]") != NULL || strstr(text, "  ") != NULL ||
        strstr(text, " ,") != NULL || strstr(text, "()") != NULL || text[strlen(text) - 1] == ' ')
        if (strstr(text, "[AWS_MSK_IAM") == NULL && strstr(text, "={") == NULL &&
            strstr(text, "'  ") == NULL && strstr(text, "{0a1b") == NULL &&
            strstr(text, "[0a1b") == NULL)
            fail_msg("%s: not a sentence: '%s'", id, text);
}

static void each_sample_is_known_and_explained_by_its_rule(void **state)
{
    const cJSON *item;
    (void)state;
    cJSON_ArrayForEach(item, known)
    {
        struct rule_words words;
        const char *id = json_get(item, "id"), *sample = json_get(item, "sample");
        const struct rule *rule = rules_find(sample, scope_of(item), &place, &words);
        if (rule == NULL)
            fail_msg("%s: its sample matches nothing", id);
        if (strcmp(rule->id, id) != 0)
            fail_msg("%s: its sample is taken for %s", id, rule->id);
        has_words(id, "cause", words.cause, json_find(item, "cause"));
        has_words(id, "fix", words.fix, json_find(item, "fix"));
        is_sentence(id, words.cause);
        is_sentence(id, words.fix);
        const cJSON *word;
        cJSON_ArrayForEach(word, json_find(item, "fixnot"))
        {
            if (strstr(words.fix, cJSON_GetStringValue(word)) != NULL)
                fail_msg("%s: its fix names '%s'", id, cJSON_GetStringValue(word));
        }
        cJSON_ArrayForEach(word, json_find(item, "also"))
        {
            rule = rules_find(cJSON_GetStringValue(word), RULE_LOG | RULE_STATE | RULE_API, NULL,
                              &words);
            if (rule == NULL || strcmp(rule->id, id) != 0)
                fail_msg("%s: taken for %s: %s", id, rule != NULL ? rule->id : "nothing",
                         cJSON_GetStringValue(word));
        }
    }
}

static const char *of_debezium(const void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "database.hostname") == 0 ? "db.shop.local"
           : strcmp(name, "database.user") == 0   ? "dbz"
                                                  : "";
}

static const char *of_jdbc(const void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "connection.url") == 0    ? "jdbc:postgresql://db.shop.local:5432/shop"
           : strcmp(name, "connection.user") == 0 ? "kc"
                                                  : "";
}

/* Each class has its own names for the same thing: the fix names those of this connector. */
static void a_fix_names_the_settings_of_this_class(void **state)
{
    static const struct {
        const char *text;
        const char *(*get)(const void *arg, const char *name);
        const char *fix;
    } cases[] = {
        {"Access denied for user 'dbz'@'10.0.0.1'",                 of_debezium,
         "Correct database.user and database.password;"                  },
        {"FATAL: password authentication failed for user \"kc\"",   of_jdbc,
         "Correct connection.user and connection.password;"              },
        {"FATAL: password authentication failed for user \"kc\"",   NULL,
         "Correct the user and the password in the connector's settings;"},
        {"Caused by: java.net.UnknownHostException: db.shop.local", of_debezium,
         "Correct the name db.shop.local in database.hostname, or"       },
        {"Caused by: java.net.UnknownHostException: db.shop.local", of_jdbc,
         "Correct the name db.shop.local in connection.url, or"          },
        {"Caused by: java.net.UnknownHostException: other.local",   of_jdbc,
         "Correct the name other.local in the connector's settings"      },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct rule_place at = {.connector = "shop", .get = cases[i].get};
        struct rule_words words;
        assert_non_null(rules_find(cases[i].text, RULE_LOG, &at, &words));
        if (strncmp(words.fix, cases[i].fix, strlen(cases[i].fix)) != 0)
            fail_msg("'%s' is told for: %s", words.fix, cases[i].text);
    }
}

/* Each sink has its own names for the same thing. */
static void a_fix_names_a_setting_as_the_sink_s_class_does(void **state)
{
    static const struct {
        const char *class_name, *fix;
    } cases[] = {
        {"io.confluent.connect.s3.S3SinkConnector",                     "raise flush.size ("      },
        {"io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector",  "raise file.max.records ("},
        {"io.lenses.streamreactor.connect.aws.s3.sink.S3SinkConnector",
         "raise flush.count in connect.s3.kcql ("                                                 },
        {NULL,                                                          "raise flush.size ("      },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct rule_place at = {.class_name = cases[i].class_name};
        struct rule_words words;
        assert_non_null(rules_find("Please reduce your request rate.", RULE_LOG, &at, &words));
        if (strstr(words.fix, cases[i].fix) == NULL)
            fail_msg("%s: %s", cases[i].class_name, words.fix);
    }
}

/* The longest key that S3 takes, and the longest names around it: who, the call, all of the key,
 * whose policy, and the request's id are in the cause. */
static void a_denial_of_the_longest_key_is_told_whole(void **state)
{
    enum { KEY = 1000 };
    char key[KEY + 1], text[4096], resource[KEY + 64];
    struct rule_words words;
    (void)state;
    memset(key, 'k', KEY);
    memcpy(key + KEY - 4, ".end", 5);
    snprintf(resource, sizeof resource, "arn:aws:s3:::a-bucket/topics/%s", key);
    snprintf(text, sizeof text,
             "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask\n"
             "Caused by: com.amazonaws.services.s3.model.AmazonS3Exception: User: "
             "arn:aws:sts::123456789012:assumed-role/a-role/a-session is not authorized to "
             "perform: s3:PutObject on resource: \"%s\" with an explicit deny in a service control "
             "policy (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: "
             "7QZ4M0T5R2XW1K9B; S3 Extended Request ID: x; Proxy: null)\n\tat a.B.c(B.java:1)",
             resource);
    const struct rule *rule = rules_find(text, RULE_LOG, NULL, &words);
    assert_non_null(rule);
    assert_string_equal(rule->id, "s3-denied");
    const char *const parts[] = {"assumed-role/a-role/a-session", "may not call s3:PutObject on",
                                 resource, "service control policy", "7QZ4M0T5R2XW1K9B"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(words.cause, parts[i]) == NULL)
            fail_msg("\"%s\" is not in: %s", parts[i], words.cause);
}

/* Nothing known of the text or the place: still sentences. */
static void each_rule_speaks_without_captures(void **state)
{
    struct rule_words words;
    (void)state;
    for (size_t i = 0; i < rules_count(); i++) {
        assert_false(rule_explain(rules_at(i), "", NULL, &words));
        is_sentence(rules_at(i)->id, words.cause);
        is_sentence(rules_at(i)->id, words.fix);
    }
    for (size_t i = 0; i < symptoms_count(); i++) {
        rule_explain(symptoms_at(i), "", NULL, &words);
        assert_string_equal(words.cause, symptoms_at(i)->cause);
        assert_string_equal(words.fix, symptoms_at(i)->fix);
    }
}

static void each_recorded_rule_knows_its_sample(void **state)
{
    size_t n = 0;
    const cJSON *item;
    (void)state;
    cJSON_ArrayForEach(item, json_find(recorded, "log_rules"))
    {
        const char *id = json_get(item, "id"), *sample = json_get(item, "sample");
        const struct rule *rule = rules_match(sample, scopes_of(item));
        if (rules_by_id(id) == NULL)
            fail_msg("%s is not in the table", id);
        if (rule == NULL)
            fail_msg("%s: its sample matches nothing", id);
        /* A rejected configuration may say by how many errors. */
        if (strcmp(rule->id, id) != 0 && strcmp(rule->id, "config-errors") != 0)
            fail_msg("%s: its sample is taken for %s", id, rule->id);
        n++;
    }
    assert_int_equal(n, 33);
    n = 0;
    cJSON_ArrayForEach(item, json_find(recorded, "symptom_rules"))
    {
        assert_string_equal(symptoms_at(n++)->id, json_get(item, "id"));
    }
    assert_int_equal(n, symptoms_count());
    assert_int_equal(n, 14);
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

/* A record in one line: what stands before and behind it is found. */
static void a_long_line_is_looked_at_by_its_ends(void **state)
{
    enum { LEN = 200 * 1000 };
    static const char before[] =
        "DataException: Only Struct objects supported for [x], found: a.B ";
    static const char behind[] = " java.lang.OutOfMemoryError: Java heap space";
    char *text = malloc(LEN + 1);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LEN);
    text[LEN] = '\0';
    assert_null(rules_match(text, RULE_LOG));
    memcpy(text + LEN - (sizeof behind - 1), behind, sizeof behind - 1);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "memory");
    memset(text + LEN - 100, 'x', 100);
    memcpy(text, before, sizeof before - 1);
    assert_string_equal(rules_match(text, RULE_LOG)->id, "smt-schemaless");
    free(text);
}

/* An expression, or a part of one, that begins with "anything, any number of it" is tried from
 * every letter of a line to its end. */
static void no_expression_begins_with_a_repetition(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules_count(); i++) {
        bool is_begin = true;
        int depth = 0;
        for (const char *at = rules_at(i)->ere; *at != '\0'; at++) {
            const char *end = at[0] == '[' ? strchr(at + 2, ']') : at[0] == '.' ? at : NULL;
            if (is_begin && end != NULL && (end[1] == '*' || end[1] == '+'))
                fail_msg("%s: %s", rules_at(i)->id, at);
            depth += at[0] == '(' ? 1 : at[0] == ')' ? -1 : 0;
            is_begin = (at[0] == '|' && depth == 0) || (at[0] == '(' && is_begin);
            if (at[0] == '\\')
                at++;
            else if (end != NULL)
                at = end;
        }
    }
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
    assert_ptr_equal(log_blocks_guilty(&blocks), broke);
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
    /* No rule knows it, and it is shown all the same. */
    assert_ptr_equal(log_blocks_guilty(&blocks), &blocks.items[1]);
    assert_string_equal(blocks.items[1].rule->id, "error-unknown");
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
        cmocka_unit_test(each_rule_has_a_sample_a_near_miss_and_a_healthy_line),
        cmocka_unit_test(a_fix_names_the_settings_of_this_class),
        cmocka_unit_test(a_fix_names_a_setting_as_the_sink_s_class_does),
        cmocka_unit_test(each_sample_is_known_and_explained_by_its_rule),
        cmocka_unit_test(a_denial_of_the_longest_key_is_told_whole),
        cmocka_unit_test(each_rule_speaks_without_captures),
        cmocka_unit_test(each_recorded_rule_knows_its_sample),
        cmocka_unit_test(scopes_are_kept),
        cmocka_unit_test(a_generic_rule_gives_way_within_its_block),
        cmocka_unit_test(a_dot_does_not_reach_over_a_line),
        cmocka_unit_test(a_long_trace_is_looked_at_by_its_ends),
        cmocka_unit_test(a_long_line_is_looked_at_by_its_ends),
        cmocka_unit_test(no_expression_begins_with_a_repetition),
        cmocka_unit_test(blocks_of_two_workers_are_told_apart),
        cmocka_unit_test(alike_blocks_are_folded_with_a_count),
        cmocka_unit_test(lines_before_any_head_and_odd_ones_are_kept),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
