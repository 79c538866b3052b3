/* The rules for states and logs: each knows its recorded sample, and not its neighbour. How a log
 * is cut into blocks is in test_log_blocks.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "connector/rules/rules.h"
#include "recorded_rules.h"

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
    const char *const parts[] = {"assumed-role/a-role/a-session",
                                 "is not allowed to call s3:PutObject on", resource,
                                 "service control policy", "7QZ4M0T5R2XW1K9B"};
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
    };
    return cmocka_run_group_tests(tests, load, unload);
}
