/* What sinks die of, in the formats in which Connect, MSK Connect and worker logs tell it, each
 * with the rule that must be named, words that cause and fix must have, and words of innocents
 * that they must not: tests/data/cases/texts.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "conn_cases.h"

#define ROLE "arn:aws:iam::123456789012:role/0a1b-ec2-access-role"

/* The S3 sink that all of them are of, but for what a text's own config says otherwise. */
static const char *const common[][2] = {
    {"connector.class",                "io.confluent.connect.s3.S3SinkConnector"         },
    {"topics.regex",                   "0a1b.*"                                          },
    {"tasks.max",                      "3"                                               },
    {"flush.size",                     "1000"                                            },
    {"s3.bucket.name",                 "user-0a1b-bucket"                                },
    {"s3.region",                      "us-east-1"                                       },
    {"topics.dir",                     "topics"                                          },
    {"storage.class",                  "io.confluent.connect.s3.storage.S3Storage"       },
    {"format.class",                   "io.confluent.connect.s3.format.json.JsonFormat"  },
    {"value.converter",                "org.apache.kafka.connect.json.JsonConverter"     },
    {"value.converter.schemas.enable", "false"                                           },
    {"key.converter",                  "org.apache.kafka.connect.storage.StringConverter"},
};

static bool is_kind(const cJSON *item, const char *kind)
{
    return strcmp(json_get(item, "kind"), kind) == 0;
}

static cJSON *config_of(const cJSON *item)
{
    cJSON *config = cJSON_CreateObject();
    const cJSON *own;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        cJSON_AddStringToObject(config, common[i][0], common[i][1]);
    cJSON_ArrayForEach(own, json_find(item, "config"))
    {
        cJSON_DeleteItemFromObjectCaseSensitive(config, own->string);
        if (own->valuestring[0] != '\0')
            cJSON_AddStringToObject(config, own->string, own->valuestring);
    }
    return config;
}

static void add_task(cJSON *tasks, const char *trace)
{
    cJSON *task = cJSON_CreateObject();
    cJSON_AddStringToObject(task, "state", trace[0] != '\0' ? "FAILED" : "RUNNING");
    if (trace[0] != '\0')
        cJSON_AddStringToObject(task, "trace", trace);
    cJSON_AddItemToArray(tasks, task);
}

/* As Kafka Connect or MSK Connect describes a connector with that text. */
static cJSON *describe(const cJSON *item)
{
    cJSON *all = cJSON_CreateObject(), *tasks = cJSON_CreateArray();
    const cJSON *text = json_find(item, "text"), *one;
    bool is_alive = is_kind(item, "task") || is_kind(item, "tasks");
    cJSON_AddItemToObject(all, "config", config_of(item));
    cJSON_AddItemToObject(all, "tasks", tasks);
    cJSON_AddStringToObject(all, "state", is_alive ? "RUNNING" : "FAILED");
    if (is_kind(item, "task"))
        add_task(tasks, text->valuestring);
    if (is_kind(item, "tasks"))
        cJSON_ArrayForEach(one, text)
        {
            add_task(tasks, one->valuestring);
        }
    if (is_kind(item, "connector"))
        cJSON_AddStringToObject(all, "ctrace", text->valuestring);
    if (is_kind(item, "log")) {
        cJSON_AddStringToObject(all, "code", "UnknownError.Unknown");
        cJSON_AddStringToObject(all, "message", "The last operation failed.");
    }
    if (is_kind(item, "state")) {
        const char *bar = strchr(text->valuestring, '|');
        char code[128];
        snprintf(code, sizeof code, "%.*s", (int)(bar - text->valuestring), text->valuestring);
        cJSON_AddStringToObject(all, "code", code);
        cJSON_AddStringToObject(all, "message", bar + 1);
    }
    return all;
}

/* Lines as CloudWatch's filter lets them through, half a second apart. */
static void read_log(const cJSON *item, const struct conn *conn, struct conn_log *log)
{
    struct log_blocks blocks;
    const cJSON *line;
    cJSON *events = cJSON_CreateArray();
    int age_ms = 100000;
    cJSON_ArrayForEach(line, json_find(item, "text"))
    {
        cJSON *event = cJSON_CreateObject();
        cJSON_AddStringToObject(event, "stream", "s");
        cJSON_AddNumberToObject(event, "age_ms", age_ms -= 500);
        cJSON_AddStringToObject(event, "message", line->valuestring);
        cJSON_AddItemToArray(events, event);
    }
    cases_cut(events, conn->name, &blocks);
    log_witness(&blocks, conn, log);
    log_blocks_done(&blocks);
    cJSON_Delete(events);
}

/* "a|b": one of them is enough. */
static bool has_one(const char *text, const char *words)
{
    char word[256];
    for (const char *at = words; *at != '\0'; at += strspn(at, "|")) {
        size_t n = strcspn(at, "|");
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        if (strcasestr(text, word) != NULL)
            return true;
        at += n;
    }
    return false;
}

static void check(const cJSON *item, const struct judgement *j)
{
    const char *name = json_get(item, "name");
    const cJSON *word;
    if (strcmp(j->rule, json_get(item, "rule")) != 0)
        fail_msg("%s: rule '%s'\n  %s\n  %s", name, j->rule, j->cause, j->fix);
    cJSON_ArrayForEach(word, json_find(item, "cause"))
    {
        if (!has_one(j->cause, word->valuestring))
            fail_msg("%s: the cause lacks '%s': %s", name, word->valuestring, j->cause);
    }
    cJSON_ArrayForEach(word, json_find(item, "fix"))
    {
        if (!has_one(j->fix, word->valuestring))
            fail_msg("%s: the fix lacks '%s': %s", name, word->valuestring, j->fix);
    }
    cJSON_ArrayForEach(word, json_find(item, "not"))
    {
        if (has_one(j->cause, word->valuestring) || has_one(j->fix, word->valuestring))
            fail_msg("%s: an innocent is accused, '%s':\n  %s\n  %s", name, word->valuestring,
                     j->cause, j->fix);
    }
}

static void each_text_accuses_the_guilty(void **state)
{
    cJSON *all = cases_json("tests/data/cases/texts.json");
    const cJSON *item;
    (void)state;
    assert_true(cJSON_GetArraySize(all) >= 190);
    cJSON_ArrayForEach(item, all)
    {
        struct conn conn;
        struct judgement j;
        struct conn_log log = {0};
        cJSON *from = describe(item);
        bool is_msk = is_kind(item, "log") || is_kind(item, "state");
        cases_conn(&conn, json_get(item, "name"), from);
        if (is_msk)
            snprintf(conn.role_arn, sizeof conn.role_arn, "%s", ROLE);
        if (conn.trace != NULL)
            conn_cause_of(conn.trace, conn.message, sizeof conn.message);
        conn_read_rules(&conn);
        if (is_kind(item, "log"))
            read_log(item, &conn, &log);
        cases_judge(&conn, is_kind(item, "log") ? &log : NULL, &j);
        check(item, &j);
        free(log.text);
        conn_done(&conn);
        cJSON_Delete(from);
    }
    json_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text_accuses_the_guilty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
