#include "connector/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"

void conn_init(struct conn *conn)
{
    memset(conn, 0, sizeof *conn);
    conn->mcu = conn->workers = conn->workers_max = conn->task_cause = -1;
    conn->created_ms = conn->operation.created_ms = conn->operation.ended_ms = PT_UNKNOWN;
}

static void free_secret(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

void conn_done(struct conn *conn)
{
    for (size_t i = 0; i < conn->n_tasks; i++)
        free(conn->tasks[i].trace);
    for (size_t i = 0; i < conn->n_settings; i++) {
        free(conn->settings[i].name);
        free_secret(conn->settings[i].value);
        free(conn->settings[i].json);
    }
    free(conn->trace);
    free(conn->tasks);
    free(conn->settings);
    conn_init(conn);
}

static const struct conn_setting *find(const struct conn *conn, const char *name)
{
    for (size_t i = 0; i < conn->n_settings; i++)
        if (strcmp(conn->settings[i].name, name) == 0)
            return &conn->settings[i];
    return NULL;
}

const char *conn_get(const struct conn *conn, const char *name)
{
    const struct conn_setting *setting = find(conn, name);
    return setting != NULL ? setting->value : "";
}

int64_t conn_get_int(const struct conn *conn, const char *name, int64_t otherwise)
{
    const char *text = conn_get(conn, name);
    char *end;
    long long value = strtoll(text, &end, 10);
    return *text != '\0' && *end == '\0' ? value : otherwise;
}

bool conn_set_json(struct conn *conn, const char *name, const char *value, const char *json)
{
    struct conn_setting *grown =
        realloc(conn->settings, (conn->n_settings + 1) * sizeof *conn->settings);
    if (grown == NULL)
        return false;
    conn->settings = grown;
    struct conn_setting *setting = &grown[conn->n_settings];
    *setting = (struct conn_setting){strdup(name), strdup(value), json ? strdup(json) : NULL};
    if (setting->name == NULL || setting->value == NULL || (json && setting->json == NULL)) {
        free(setting->name);
        free_secret(setting->value);
        free(setting->json);
        return false;
    }
    conn->n_settings++;
    return true;
}

bool conn_set(struct conn *conn, const char *name, const char *value)
{
    return conn_set_json(conn, name, value, NULL);
}

bool conn_setting_is_same(const struct conn_setting *a, const struct conn_setting *b)
{
    bool is_same_kind = (a->json == NULL) == (b->json == NULL);
    return is_same_kind && strcmp(a->value, b->value) == 0 &&
           (a->json == NULL || strcmp(a->json, b->json) == 0);
}

char *conn_trace(const char *text)
{
    static const char gap[] = "\n[...]\n";
    if (text == NULL || *text == '\0')
        return NULL;
    size_t len = strlen(text), half = CONN_TRACE_MAX / 2;
    if (len <= CONN_TRACE_MAX)
        return strdup(text);
    char *out = malloc(2 * half + sizeof gap);
    if (out == NULL)
        return NULL;
    memcpy(out, text, half);
    memcpy(out + half, gap, sizeof gap - 1);
    memcpy(out + half + sizeof gap - 1, text + len - half, half + 1);
    return out;
}

static bool copy_tasks(struct conn *to, const struct conn *from)
{
    to->tasks = calloc(from->n_tasks + 1, sizeof *to->tasks);
    if (to->tasks == NULL)
        return false;
    for (; to->n_tasks < from->n_tasks; to->n_tasks++) {
        struct conn_task *task = &to->tasks[to->n_tasks];
        *task = from->tasks[to->n_tasks];
        if (task->trace != NULL && (task->trace = strdup(task->trace)) == NULL)
            return false;
    }
    return true;
}

bool conn_copy(struct conn *to, const struct conn *from)
{
    *to = *from;
    to->n_tasks = to->n_settings = 0;
    to->tasks = NULL;
    to->settings = NULL;
    to->trace = from->trace != NULL ? strdup(from->trace) : NULL;
    bool is_good = (from->trace == NULL || to->trace != NULL) && copy_tasks(to, from);
    for (size_t i = 0; is_good && i < from->n_settings; i++)
        is_good = conn_set_json(to, from->settings[i].name, from->settings[i].value,
                                from->settings[i].json);
    if (!is_good)
        conn_done(to);
    return is_good;
}

struct conn *conn_list_add(struct conn_list *list)
{
    struct conn *grown = realloc(list->items, (list->n + 1) * sizeof *list->items);
    if (grown == NULL)
        return NULL;
    list->items = grown;
    conn_init(&grown[list->n]);
    return &grown[list->n++];
}

void conn_list_done(struct conn_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        conn_done(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof *list);
}

bool conn_is_sink(const struct conn *conn)
{
    return strcmp(conn->kind, "sink") == 0;
}

void conn_group(const struct conn *conn, char *out, size_t cap)
{
    const char *own = conn_get(conn, "consumer.override.group.id");
    if (*own != '\0')
        snprintf(out, cap, "%s", own);
    else
        snprintf(out, cap, "connect-%s", conn->name);
}

void conn_count_tasks(const struct conn *conn, int32_t *running, int32_t *failed)
{
    *running = *failed = 0;
    for (size_t i = 0; i < conn->n_tasks; i++) {
        *running += strcmp(conn->tasks[i].state, "RUNNING") == 0;
        *failed += strcmp(conn->tasks[i].state, "FAILED") == 0;
    }
}

void conn_cause_of(const char *trace, char *out, size_t cap)
{
    const char *line = trace, *at = trace;
    while ((at = strstr(at, "Caused by: ")) != NULL)
        line = at += strlen("Caused by: ");
    printable_copy(out, cap, line, strcspn(line, "\n"));
}

enum { TRACES_READ = 4 };

void conn_read_rules(struct conn *conn)
{
    char text[sizeof conn->code + sizeof conn->message + 3];
    int n = 0;
    conn->state_rule = conn->task_rule = NULL;
    memset(&conn->state_words, 0, sizeof conn->state_words);
    memset(&conn->task_words, 0, sizeof conn->task_words);
    conn->task_said[0] = '\0';
    conn->task_cause = -1;
    if (conn->code[0] != '\0' || conn->message[0] != '\0') {
        snprintf(text, sizeof text, "%s: %s", conn->code, conn->message);
        conn->state_rule = rules_match(text, RULE_STATE | RULE_LOG);
        if (conn->state_rule != NULL)
            rules_explain(conn->state_rule, text, &conn->state_words);
    }
    for (size_t i = 0; i < conn->n_tasks && n < TRACES_READ; i++) {
        const char *trace = conn->tasks[i].trace;
        bool is_better = conn->task_rule == NULL;
        if (trace == NULL)
            continue;
        n++;
        const struct rule *rule = rules_match(trace, RULE_LOG);
        rule = rule != NULL ? rule : rules_by_id("task-killed");
        if (!is_better && (rule->is_generic || !conn->task_rule->is_generic))
            continue;
        conn->task_rule = rule;
        rules_explain(rule, trace, &conn->task_words);
        conn->task_cause = (int32_t)i;
        conn_cause_of(trace, conn->task_said, sizeof conn->task_said);
    }
}
