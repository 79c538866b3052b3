#include "connector/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/printable.h"
#include "base/text.h"
#include "base/wipe.h"

void conn_init(struct conn *conn)
{
    memset(conn, 0, sizeof *conn);
    conn->mcu = conn->workers = conn->workers_max = conn->task_cause = -1;
    conn->task_other = -1;
    conn->created_ms = conn->operation.created_ms = conn->operation.ended_ms = PT_UNKNOWN;
}

void conn_done(struct conn *conn)
{
    for (size_t i = 0; i < conn->n_tasks; i++)
        free(conn->tasks[i].trace);
    for (size_t i = 0; i < conn->n_settings; i++) {
        free(conn->settings[i].name);
        wipe_text(conn->settings[i].value);
        free(conn->settings[i].json);
    }
    free(conn->other_words);
    free(conn->trace);
    free(conn->tasks);
    free(conn->settings);
    conn_init(conn);
}

static const struct conn_setting *conn_setting_find(const struct conn *conn, const char *name)
{
    for (size_t i = 0; i < conn->n_settings; i++)
        if (strcmp(conn->settings[i].name, name) == 0)
            return &conn->settings[i];
    return NULL;
}

const char *conn_get(const struct conn *conn, const char *name)
{
    const struct conn_setting *setting = conn_setting_find(conn, name);
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
        wipe_text(setting->value);
        free(setting->json);
        return false;
    }
    conn->n_settings++;
    return true;
}

bool conn_set(struct conn *conn, const char *name, const char *value)
{
    mask_learn(name, value);
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
    /* The text is masked before it is cut: the second half may begin within a secret, and half a
     * secret would not be recognised. */
    char *whole = mask_copy(text), *out = malloc(2 * half + sizeof gap);
    len = whole != NULL ? strlen(whole) : 0;
    if (out != NULL && len > 2 * half) {
        memcpy(out, whole, half);
        memcpy(out + half, gap, sizeof gap - 1);
        memcpy(out + half + sizeof gap - 1, whole + len - half, half + 1);
    } else if (out != NULL) {
        memcpy(out, whole != NULL ? whole : "", len + 1);
    }
    free(whole);
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
    to->other_words = NULL;
    to->task_other = -1;
    to->trace = from->trace != NULL ? strdup(from->trace) : NULL;
    bool is_good = (from->trace == NULL || to->trace != NULL) && copy_tasks(to, from);
    for (size_t i = 0; is_good && i < from->n_settings; i++)
        is_good = conn_set_json(to, from->settings[i].name, from->settings[i].value,
                                from->settings[i].json);
    if (!is_good)
        conn_done(to);
    return is_good;
}

static void keep_settings(struct conn *next, struct conn *old)
{
    next->has_settings = true;
    next->settings = old->settings;
    next->n_settings = old->n_settings;
    old->settings = NULL;
    old->n_settings = 0;
    old->has_settings = false;
    text_copy(next->kind, sizeof next->kind, old->kind);
    text_copy(next->class_name, sizeof next->class_name, old->class_name);
}

void conn_keep(struct conn *next, struct conn *old)
{
    if (!next->has_settings && old->has_settings)
        keep_settings(next, old);
    next->operation = old->operation;
    if (strcmp(next->state, old->state) != 0)
        return;
    text_copy(next->code, sizeof next->code, old->code);
    text_copy(next->message, sizeof next->message, old->message);
    next->state_rule = old->state_rule;
    next->state_words = old->state_words;
}

struct conn *conn_list_add(struct conn_list *list)
{
    if (list->n == list->cap) {
        size_t cap = list->cap > 0 ? 2 * list->cap : 1;
        struct conn *grown = realloc(list->items, cap * sizeof *list->items);
        if (grown == NULL)
            return NULL;
        list->items = grown;
        list->cap = cap;
    }
    conn_init(&list->items[list->n]);
    return &list->items[list->n++];
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

static size_t line_len(const char *line)
{
    size_t len = strcspn(line, "\n");
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\r'))
        len--;
    return len;
}

/* True for "org.apache.kafka.common.errors.TimeoutException: …" and the like, false for the first
 * line of a log. */
static bool is_exception(const char *line)
{
    size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.");
    return memchr(line, '.', name) != NULL &&
           ((name > 9 && strncmp(line + name - 9, "Exception", 9) == 0) ||
            (name > 5 && strncmp(line + name - 5, "Error", 5) == 0) || line[name] == ':');
}

void conn_cause_of(const char *trace, char *out, size_t cap)
{
    static const char lead[] = "Caused by: ";
    const char *line = NULL, *at = trace;
    while ((at = strstr(at, lead)) != NULL)
        line = at += strlen(lead);
    for (at = trace; line == NULL && at != NULL; at = at != NULL && *at != '\0' ? at + 1 : NULL) {
        if (is_exception(at))
            line = at;
        at = strchr(at, '\n');
    }
    line = line != NULL ? line : trace;
    size_t len = line_len(line);
    printable_copy(out, cap, line, len);
    if (len >= cap && cap > 8 && strlen(out) + 4 > cap - 4)
        text_mark_cut(out, cap);
}

static const char *setting_of(const void *arg, const char *name)
{
    return conn_get(arg, name);
}

static const char *or_null(const char *text)
{
    return *text != '\0' ? text : NULL;
}

/* Returns the first of these settings that the connector has; NULL none. Each class has its own
 * names. */
static const char *conn_first_of(const struct conn *conn, const char *const *names)
{
    for (; *names != NULL; names++)
        if (conn_get(conn, *names)[0] != '\0')
            return conn_get(conn, *names);
    return NULL;
}

void conn_place(const struct conn *conn, struct rule_place *place)
{
    static const char *const buckets[] = {"s3.bucket.name", "aws.s3.bucket.name",
                                          "aws_s3_bucket_name", NULL};
    static const char *const regions[] = {"s3.region", "aws.s3.region", "aws_s3_region",
                                          "connect.s3.aws.region", NULL};
    static const char *const stores[] = {"store.url", "aws.s3.endpoint", "aws_s3_endpoint",
                                         "connect.s3.custom.endpoint", NULL};
    const char *dir = conn_get(conn, "topics.dir");
    const char *plugin = strstr(conn->plugin_arn, "custom-plugin/");
    bool is_s3 = strstr(conn->class_name, "s3.S3Sink") != NULL;
    int32_t running, failed;
    conn_count_tasks(conn, &running, &failed);
    *place = (struct rule_place){
        /* only MSK Connect has a role, and logs of its own */
        .is_msk = conn->role_arn[0] != '\0' || strncmp(conn->id, "arn:", 4) == 0,
        .is_up = failed == 0 && running > 0,
        .is_whole = conn->trace != NULL && failed == 0,
        .connector = or_null(conn->name),
        .class_name = or_null(conn->class_name),
        .plugin = plugin != NULL ? plugin + strlen("custom-plugin/") : NULL,
        .role = or_null(conn->role_arn),
        .bootstrap = or_null(conn->bootstrap),
        .bucket = conn_first_of(conn, buckets),
        .dir = *dir != '\0' ? dir
               : is_s3      ? "topics"
                            : NULL,
        .region = conn_first_of(conn, regions),
        .store_url = conn_first_of(conn, stores),
        .get = setting_of,
        .arg = conn};
}

enum { TRACES_READ = 4 };

static void read_trace(struct conn *conn, const struct rule_place *place)
{
    conn->state_rule = rules_find(conn->trace, RULE_STATE | RULE_LOG, place, &conn->state_words);
    if (conn->state_rule == NULL) {
        conn->state_rule = rules_by_id("connector-unstarted");
        rule_explain(conn->state_rule, "", place, &conn->state_words);
    }
}

/* Finds the rule for the back end's message about the state. Kafka Connect has a trace instead of
 * one. */
static void read_state(struct conn *conn, const struct rule_place *place)
{
    char text[sizeof conn->code + sizeof conn->message + 3];
    conn->state_rule = NULL;
    memset(&conn->state_words, 0, sizeof conn->state_words);
    snprintf(text, sizeof text, "%s: %s", conn->code, conn->message);
    if (conn->trace != NULL)
        read_trace(conn, place);
    else if (conn->code[0] != '\0' || conn->message[0] != '\0')
        conn->state_rule = rules_find(text, RULE_STATE | RULE_LOG, place, &conn->state_words);
}

/* A weak rule says little about the task: no rule matched, or the heap was full, which all tasks of
 * a worker share. */
static bool is_weak(const struct rule *rule)
{
    return rule->is_generic || strncmp(rule->id, "memory", strlen("memory")) == 0;
}

/* The first trace with a specific rule becomes the cause. A task that failed for another reason,
 * which must be fixed as well, is reported beside it; when out of memory it is not, and only its
 * trace remains. */
static void read_task(struct conn *conn, int32_t index, const struct rule_place *place)
{
    struct rule_words words;
    const char *trace = conn->tasks[index].trace;
    const struct rule *rule = rules_find(trace, RULE_LOG, place, &words);
    if (rule == NULL) {
        rule = rules_by_id("task-killed");
        rule_explain(rule, "", place, &words);
    }
    if (conn->task_rule == NULL || (is_weak(conn->task_rule) && !is_weak(rule)) ||
        (conn->task_rule->is_generic && !rule->is_generic)) {
        conn->task_rule = rule;
        conn->task_words = words;
        conn->task_cause = index;
        conn_cause_of(trace, conn->task_said, sizeof conn->task_said);
    } else if (rule != conn->task_rule && !is_weak(rule) && rule->weight == RULE_FATAL &&
               conn->other_words == NULL && (conn->other_words = malloc(sizeof words)) != NULL) {
        *conn->other_words = words;
        conn->task_other = index;
    }
}

void conn_read_rules(struct conn *conn)
{
    struct rule_place place;
    int n = 0;
    conn_place(conn, &place);
    read_state(conn, &place);
    conn->task_rule = NULL;
    memset(&conn->task_words, 0, sizeof conn->task_words);
    conn->task_said[0] = '\0';
    conn->task_cause = conn->task_other = -1;
    free(conn->other_words);
    conn->other_words = NULL;
    for (size_t i = 0; i < conn->n_tasks && n < TRACES_READ; i++) {
        if (conn->tasks[i].trace == NULL)
            continue;
        n++;
        read_task(conn, (int32_t)i, &place);
    }
}
