#include "connector/backend/connect_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/text.h"
#include "connector/sink.h"

void connect_facts_copy(const cJSON *json, const char *path, char *out, size_t cap)
{
    const char *text = json_get(json, path);
    printable_str(out, cap, text != NULL ? text : "");
}

static bool has_task(const struct conn *conn, int64_t id)
{
    for (size_t i = 0; i < conn->n_tasks; i++)
        if (conn->tasks[i].id == id)
            return true;
    return false;
}

/* The status lists the tasks that a worker has, or had; a task that was created but never
 * started appears only in the connector's own list. */
static void add_untold_tasks(const cJSON *made, struct conn *conn)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, made)
    {
        int64_t id = json_int(item, "task", -1);
        if (id < 0 || id > INT32_MAX || has_task(conn, id))
            continue;
        struct conn_task *task = &conn->tasks[conn->n_tasks++];
        task->id = (int32_t)id;
        text_copy(task->state, sizeof task->state, "UNASSIGNED");
    }
}

static bool take_tasks(const cJSON *status, const cJSON *info, struct conn *conn)
{
    const cJSON *list = json_find(status, "tasks"), *made = json_find(info, "tasks"), *item;
    int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    int n_made = cJSON_IsArray(made) ? cJSON_GetArraySize(made) : 0;
    conn->has_tasks = cJSON_IsArray(list);
    conn->tasks = calloc((size_t)n + (size_t)n_made + 1, sizeof *conn->tasks);
    if (conn->tasks == NULL)
        return false;
    cJSON_ArrayForEach(item, list)
    {
        struct conn_task *task = &conn->tasks[conn->n_tasks++];
        task->id = (int32_t)json_int(item, "id", (int64_t)conn->n_tasks - 1);
        connect_facts_copy(item, "state", task->state, sizeof task->state);
        connect_facts_copy(item, "worker_id", task->worker, sizeof task->worker);
        task->trace = conn_trace(json_get(item, "trace"));
    }
    if (conn->has_tasks && n_made > 0)
        add_untold_tasks(made, conn);
    return true;
}

/* A value that is not a string (null, a number) is sent back as it came. */
static bool connect_facts_take_setting(const cJSON *item, struct conn *conn)
{
    const char *value = cJSON_GetStringValue(item);
    if (value != NULL)
        return conn_set(conn, item->string, value);
    char *json = cJSON_PrintUnformatted(item);
    bool is_good =
        json != NULL && conn_set_json(conn, item->string, cJSON_IsNull(item) ? "" : json, json);
    free(json);
    return is_good;
}

static bool connect_facts_take_settings(const cJSON *config, struct conn *conn)
{
    const cJSON *item;
    conn->has_settings = cJSON_IsObject(config);
    cJSON_ArrayForEach(item, config)
    {
        if (item->string != NULL && !connect_facts_take_setting(item, conn))
            return false;
    }
    return true;
}

bool connect_facts_take(const char *name, const cJSON *status, const cJSON *info, struct conn *conn)
{
    printable_str(conn->name, sizeof conn->name, name);
    text_copy(conn->id, sizeof conn->id, name);
    connect_facts_copy(status, "connector.state", conn->state, sizeof conn->state);
    connect_facts_copy(status, "connector.worker_id", conn->worker, sizeof conn->worker);
    connect_facts_copy(status, "type", conn->kind, sizeof conn->kind);
    if (conn->kind[0] == '\0')
        connect_facts_copy(info, "type", conn->kind, sizeof conn->kind);
    /* The settings come first: secrets that a trace quotes are known by then. */
    if (!connect_facts_take_settings(json_find(info, "config"), conn))
        return false;
    conn->trace = conn_trace(json_get(status, "connector.trace"));
    if (conn->trace != NULL)
        conn_cause_of(conn->trace, conn->message, sizeof conn->message);
    if (!take_tasks(status, info, conn))
        return false;
    text_copy(conn->class_name, sizeof conn->class_name, conn_get(conn, "connector.class"));
    if (strcmp(conn->kind, "sink") != 0 && strcmp(conn->kind, "source") != 0)
        text_copy(conn->kind, sizeof conn->kind,
                  sink_kind_of(conn->class_name, conn_get(conn, "topics"),
                               conn_get(conn, "topics.regex")));
    return true;
}
