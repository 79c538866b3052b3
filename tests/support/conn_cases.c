#include "conn_cases.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

cJSON *cases_json(const char *path)
{
    char *text;
    size_t len;
    cJSON *json = NULL;
    struct pt_error err;
    if (file_read(path, CASES_ROOM, &text, &len, &err) != PT_OK ||
        json_parse(text, len, &json, &err) != PT_OK)
        fail_msg("%s: %s", path, err.what);
    free(text);
    return json;
}

void cases_conn(struct conn *conn, const char *name, const cJSON *from)
{
    const cJSON *item;
    conn_init(conn);
    snprintf(conn->name, sizeof conn->name, "%s", name);
    cJSON_ArrayForEach(item, json_find(from, "config"))
    {
        assert_true(conn_set(conn, item->string, cJSON_GetStringValue(item)));
    }
    snprintf(conn->class_name, sizeof conn->class_name, "%s", conn_get(conn, "connector.class"));
    snprintf(conn->kind, sizeof conn->kind, "sink");
    snprintf(conn->state, sizeof conn->state, "%s", json_get(from, "state"));
    json_copy(from, "code", conn->code, sizeof conn->code);
    json_copy(from, "message", conn->message, sizeof conn->message);
    conn->trace = conn_trace(json_get(from, "ctrace"));
    size_t n = (size_t)cJSON_GetArraySize(json_find(from, "tasks"));
    conn->tasks = calloc(n + 1, sizeof *conn->tasks);
    cJSON_ArrayForEach(item, json_find(from, "tasks"))
    {
        struct conn_task *task = &conn->tasks[conn->n_tasks++];
        task->id = (int32_t)conn->n_tasks - 1;
        snprintf(task->state, sizeof task->state, "%s", json_get(item, "state"));
        task->trace = conn_trace(json_get(item, "trace"));
    }
    conn->has_tasks = n > 0;
}

/* What the judge makes of it, as the engine would ask it. */
void cases_judge(const struct conn *conn, const struct conn_log *log, struct judgement *j)
{
    struct witnesses w;
    int32_t running, failed;
    witnesses_init(&w);
    conn_count_tasks(conn, &running, &failed);
    w.now_ms = w.state_asked_ms = 1000000;
    w.is_sink = w.is_s3 = true;
    w.name = conn->name;
    w.backend = w.tasks_from = "Kafka Connect";
    w.state = conn->state;
    w.code = conn->code;
    w.message = conn->message;
    w.state_rule = conn->state_rule;
    w.state_words = &conn->state_words;
    w.has_tasks = conn->has_tasks;
    w.n_tasks = (int32_t)conn->n_tasks;
    w.running = running;
    w.failed = failed;
    w.task_rule = conn->task_rule;
    w.task_words = &conn->task_words;
    w.task_said = conn->task_said;
    if (conn->task_other >= 0 && (size_t)conn->task_other < conn->n_tasks) {
        w.task_other = conn->tasks[conn->task_other].id;
        w.other_words = conn->other_words;
    }
    if (failed == 0 && strcmp(conn->state, "RUNNING") == 0) { /* it takes nothing */
        w.n_lag_samples = 2;
        w.lag = w.stuck = 100;
        w.stuck_since_ms = 0;
        w.stuck_topic = "0a1b.pin";
    }
    if (log != NULL && log->rule != NULL) {
        w.log_rule = log->rule;
        w.log_words = &log->words;
        w.log_said = log->said;
    }
    conn_judge(&w, j);
}

/* CloudWatch's filter: any of the words. */
bool cases_pass(const char *message)
{
    char pattern[] = LOG_PATTERN, word[64];
    for (const char *at = pattern; (at = strchr(at, '?')) != NULL;) {
        bool is_quoted = at[1] == '"';
        at += is_quoted ? 2 : 1;
        size_t len = strcspn(at, is_quoted ? "\"" : " ");
        snprintf(word, sizeof word, "%.*s", (int)len, at);
        if (strstr(message, word) != NULL)
            return true;
    }
    return false;
}

void cases_cut(const cJSON *events, const char *connector, struct log_blocks *blocks)
{
    const cJSON *event;
    struct log_cutter cutter;
    log_cutter_init(&cutter);
    cJSON_ArrayForEach(event, events)
    {
        int64_t age_ms = json_int(event, "age_ms", 0);
        if (cases_pass(json_get(event, "message")))
            log_cutter_add(&cutter, json_get(event, "stream"), 1000000 - age_ms,
                           json_get(event, "message"));
    }
    log_cutter_end(&cutter, blocks);
    size_t n = 0;
    for (size_t i = 0; i < blocks->n; i++)
        if (log_block_is_of(&blocks->items[i], connector))
            blocks->items[n++] = blocks->items[i];
        else
            free(blocks->items[i].text);
    blocks->n = n;
}
