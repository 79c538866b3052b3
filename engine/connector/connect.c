/* Kafka Connect's REST interface (KIP-26, KIP-465, KIP-745): GET /connectors?expand=…, and a path
 * for each change. Answers of proxies, of other programs and of workers that are just rebalancing
 * are told apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "aws/invoke.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/patience.h"
#include "base/printable.h"
#include "base/text.h"
#include "connector/backend.h"
#include "connector/connect_answer.h"
#include "connector/sink.h"

enum {
    CALL_MS = 4000,    /* a question */
    CHANGE_MS = 30000, /* Connect answers a change within its own 90 s, mostly at once */
    CONNECT_MS = 2000,
    PATH_MAX_BYTES = 1024,
    URL_BYTES = 2048,
    BODY_MAX = 64 * 1024 * 1024,
    LISTED_MAX = 1000 /* of a worker that can't expand */
};

bool conn_url_split(const char *url, char *bare, char *user, char *password, size_t cap)
{
    const char *scheme = strstr(url, "://");
    const char *host = scheme != NULL ? scheme + 3 : url;
    size_t len = strcspn(host, "/?#");
    const char *at = memchr(host, '@', len), *colon;
    user[0] = password[0] = '\0';
    for (const char *next = at; next != NULL;
         next = memchr(at + 1, '@', len - (size_t)(at + 1 - host)))
        at = next;
    if (at == NULL)
        return (size_t)snprintf(bare, cap, "%s", url) < cap;
    colon = memchr(host, ':', (size_t)(at - host));
    const char *user_end = colon != NULL ? colon : at;
    char *name = strndup(host, (size_t)(user_end - host));
    char *secret = colon != NULL ? strndup(colon + 1, (size_t)(at - colon - 1)) : strdup("");
    char *name_is = name != NULL ? aws_percent_decode(name) : NULL;
    char *secret_is = secret != NULL ? aws_percent_decode(secret) : NULL;
    bool is_good = name_is != NULL && secret_is != NULL && strlen(name_is) < cap &&
                   strlen(secret_is) < cap &&
                   (size_t)snprintf(bare, cap, "%.*s%s", (int)(host - url), url, at + 1) < cap;
    if (is_good) {
        text_copy(user, cap, name_is);
        text_copy(password, cap, secret_is);
    }
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    if (secret_is != NULL)
        explicit_bzero(secret_is, strlen(secret_is));
    free(name);
    free(secret);
    free(name_is);
    free(secret_is);
    return is_good;
}

/* ------------------------------------------------------------------ one call */

/* "Basic …" of user and password; wiped by the caller. */
static char *authorization(const struct conn_access *access)
{
    struct buf pair;
    buf_init_secret(&pair, 1024);
    buf_printf(&pair, "%s:%s", access->user, access->password);
    char *out = pair.is_over ? NULL : malloc(pair.len * 2 + 16);
    if (out != NULL) {
        memcpy(out, "Basic ", 6);
        EVP_EncodeBlock((unsigned char *)out + 6, (const unsigned char *)pair.data, (int)pair.len);
    }
    buf_done(&pair);
    return out;
}

static pt_code send(struct conn_backend *b, const char *method, const char *path, const char *body,
                    struct http_answer *answer, struct pt_error *err)
{
    char url[URL_BYTES];
    bool is_change = strcmp(method, "GET") != 0;
    size_t base = strlen(b->access.url);
    while (base > 0 && b->access.url[base - 1] == '/')
        base--;
    memset(answer, 0, sizeof *answer);
    if ((size_t)snprintf(url, sizeof url, "%.*s%s", (int)base, b->access.url, path) >= sizeof url)
        return pt_error_set(err, PT_EUSAGE, "Name a shorter one",
                            "Kafka Connect: the URL is too "
                            "long");
    char *basic = b->access.user[0] != '\0' ? authorization(&b->access) : NULL;
    struct http_header headers[3];
    size_t n = 0;
    headers[n++] = (struct http_header){"Accept", "application/json"};
    if (body != NULL)
        headers[n++] = (struct http_header){"Content-Type", "application/json"};
    if (basic != NULL)
        headers[n++] = (struct http_header){"Authorization", basic};
    int64_t wait_ms = b->access.wait_ms;
    const struct http_request request = {.method = method,
                                         .url = url,
                                         .log_path = path,
                                         .headers = headers,
                                         .n_headers = n,
                                         .body = body,
                                         .body_len = body != NULL ? strlen(body) : 0,
                                         .connect_ms = patience_ms(CONNECT_MS, wait_ms),
                                         .call_ms =
                                             is_change ? CHANGE_MS : patience_ms(CALL_MS, wait_ms),
                                         .max_bytes = BODY_MAX,
                                         .is_change = is_change};
    pt_code code = b->access.net.call(b->access.net.arg, &request, answer, err);
    if (basic != NULL)
        explicit_bzero(basic, strlen(basic));
    free(basic);
    return code;
}

/* json: out, may be NULL; the caller's. NULL for an empty answer. */
static pt_code call(struct conn_backend *b, const char *method, const char *path, const char *body,
                    cJSON **json, struct pt_error *err)
{
    struct http_answer answer;
    cJSON *said = NULL;
    if (json != NULL)
        *json = NULL;
    pt_code code = send(b, method, path, body, &answer, err);
    if (code != PT_OK)
        code = connect_silent(b, code, err);
    else
        code = connect_take(b, &answer, strcmp(method, "GET") != 0, &said, err);
    http_answer_done(&answer);
    if (json != NULL)
        *json = said;
    else
        json_free(said);
    return code;
}

/* ------------------------------------------------------------------ facts */

static void copy_text(const cJSON *json, const char *path, char *out, size_t cap)
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

/* The status tells of the tasks that a worker has, or had; one that was made and never taken stands
 * in the connector's own list alone. */
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
        copy_text(item, "state", task->state, sizeof task->state);
        copy_text(item, "worker_id", task->worker, sizeof task->worker);
        task->trace = conn_trace(json_get(item, "trace"));
    }
    if (conn->has_tasks && n_made > 0)
        add_untold_tasks(made, conn);
    return true;
}

/* What is no string (null, a number) goes back as it came. */
static bool take_setting(const cJSON *item, struct conn *conn)
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

static bool take_settings(const cJSON *config, struct conn *conn)
{
    const cJSON *item;
    conn->has_settings = cJSON_IsObject(config);
    cJSON_ArrayForEach(item, config)
    {
        if (item->string != NULL && !take_setting(item, conn))
            return false;
    }
    return true;
}

static bool take_connector(const char *name, const cJSON *status, const cJSON *info,
                           struct conn *conn)
{
    printable_str(conn->name, sizeof conn->name, name);
    text_copy(conn->id, sizeof conn->id, name);
    copy_text(status, "connector.state", conn->state, sizeof conn->state);
    copy_text(status, "connector.worker_id", conn->worker, sizeof conn->worker);
    copy_text(status, "type", conn->kind, sizeof conn->kind);
    if (conn->kind[0] == '\0')
        copy_text(info, "type", conn->kind, sizeof conn->kind);
    conn->trace = conn_trace(json_get(status, "connector.trace"));
    if (conn->trace != NULL)
        conn_cause_of(conn->trace, conn->message, sizeof conn->message);
    /* The settings first: secrets that a trace quotes are known by then. */
    if (!take_settings(json_find(info, "config"), conn) || !take_tasks(status, info, conn))
        return false;
    text_copy(conn->class_name, sizeof conn->class_name, conn_get(conn, "connector.class"));
    if (strcmp(conn->kind, "sink") != 0 && strcmp(conn->kind, "source") != 0)
        text_copy(conn->kind, sizeof conn->kind,
                  sink_kind_of(conn->class_name, conn_get(conn, "topics"),
                               conn_get(conn, "topics.regex")));
    return true;
}

static pt_code no_memory(struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "Kafka Connect: no memory");
}

/* A worker before 2.3 answers with names alone. */
static pt_code ask_one(struct conn_backend *b, const char *name, struct conn_list *out,
                       struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    cJSON *status = NULL, *info = NULL;
    if (!aws_path(path, sizeof path, "/connectors/", name, "/status"))
        return pt_error_set(err, PT_EUSAGE, "Correct it", "connector: the name is too long");
    pt_code code = call(b, "GET", path, NULL, &status, err);
    aws_path(path, sizeof path, "/connectors/", name, "");
    if (code == PT_OK)
        code = call(b, "GET", path, NULL, &info, err);
    if (code == PT_OK) {
        struct conn *conn = conn_list_add(out);
        if (conn == NULL || !take_connector(name, status, info, conn))
            code = no_memory(err);
    }
    json_free(status);
    json_free(info);
    return code;
}

static pt_code ask_each(struct conn_backend *b, const cJSON *names, struct conn_list *out,
                        struct pt_error *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, names)
    {
        const char *name = cJSON_GetStringValue(item);
        if (name == NULL)
            continue;
        if (out->n == LISTED_MAX) {
            out->is_truncated = true;
            break;
        }
        pt_code code = ask_one(b, name, out, err);
        if (code != PT_OK && code != PT_ENOTFOUND) /* deleted in between */
            return code;
    }
    return PT_OK;
}

static pt_code take_all(const cJSON *json, struct conn_list *out, struct pt_error *err)
{
    const cJSON *item;
    bool is_list = cJSON_IsObject(json);
    cJSON_ArrayForEach(item, json) is_list &= cJSON_IsObject(item) || cJSON_IsNull(item);
    if (!is_list)
        return pt_error_set(err, PT_EDATA, "See that pintop.connector.url is Kafka Connect's",
                            "Kafka Connect: the answer is no list of connectors");
    cJSON_ArrayForEach(item, json)
    {
        struct conn *conn = item->string != NULL ? conn_list_add(out) : NULL;
        if (conn == NULL ||
            !take_connector(item->string, json_find(item, "status"), json_find(item, "info"), conn))
            return no_memory(err);
    }
    return PT_OK;
}

/* Nothing is at that path, though no connector was asked for: it isn't Kafka Connect's. */
static pt_code nothing_there(const struct conn_backend *b, struct pt_error *err)
{
    return pt_error_set(err, PT_ENOTFOUND,
                        "A worker that is starting answers so for some seconds; else see that "
                        "pintop.connector.url is Kafka Connect's, with the path that a proxy puts "
                        "before it",
                        "Kafka Connect: %.200s answers 404, not found", b->access.url);
}

/* Which version answers: the first time, and after a failure. */
static pt_code ask_version(struct conn_backend *b, struct pt_error *err)
{
    cJSON *json;
    if (b->version[0] != '\0')
        return PT_OK;
    pt_code code = call(b, "GET", "/", NULL, &json, err);
    if (code != PT_OK)
        return code == PT_ENOTFOUND ? nothing_there(b, err) : code;
    copy_text(json, "version", b->version, sizeof b->version);
    json_free(json);
    if (b->version[0] == '\0')
        return pt_error_set(err, PT_EDATA, "See that pintop.connector.url is Kafka Connect's",
                            "Kafka Connect: %.100s answers, but doesn't say its version",
                            b->access.url);
    if (strtol(b->version, NULL, 10) < 3)
        b->can &= ~(unsigned)PT_CONN_CAN_RESTART_FAILED;
    return PT_OK;
}

static pt_code list(struct conn_backend *b, const char *only, struct conn_list *out,
                    struct pt_error *err)
{
    cJSON *json = NULL;
    memset(out, 0, sizeof *out);
    pt_code code = ask_version(b, err);
    if (code == PT_OK && only[0] != '\0') {
        code = ask_one(b, only, out, err);
    } else if (code == PT_OK) {
        code = call(b, "GET", "/connectors?expand=status&expand=info", NULL, &json, err);
        if (code == PT_OK)
            code = cJSON_IsArray(json) ? ask_each(b, json, out, err) : take_all(json, out, err);
        else if (code == PT_ENOTFOUND)
            code = nothing_there(b, err);
    }
    json_free(json);
    out->asked_ms = clock_real_ms();
    if (code != PT_OK && code != PT_ENOTFOUND)
        b->version[0] = '\0';
    if (code != PT_OK)
        conn_list_done(out);
    return code;
}

static pt_code read_one(struct conn_backend *b, const struct conn *conn, struct conn *fresh,
                        struct pt_error *err)
{
    struct conn_list list = {0};
    conn_init(fresh);
    pt_code code = ask_one(b, conn->id, &list, err);
    if (code == PT_OK && list.n == 1) {
        *fresh = list.items[0];
        conn_init(&list.items[0]);
    }
    conn_list_done(&list);
    return code;
}

/* ------------------------------------------------------------------ changes */

static pt_code change(struct conn_backend *b, const char *method, const struct conn *conn,
                      const char *what, const char *body, struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    cJSON *json;
    if (!aws_path(path, sizeof path, "/connectors/", conn->id, what))
        return pt_error_set(err, PT_EUSAGE, "Correct it", "connector: the name is too long");
    pt_code code = call(b, method, path, body, &json, err);
    if (code == PT_OK && body != NULL)
        code = connect_confirmed(json, err);
    json_free(json);
    return code;
}

static pt_code restart_tasks(struct conn_backend *b, const struct conn *conn, bool is_failed_only,
                             struct pt_error *err)
{
    for (size_t i = 0; i < conn->n_tasks; i++) {
        char what[64];
        if (is_failed_only && strcmp(conn->tasks[i].state, "FAILED") != 0)
            continue;
        snprintf(what, sizeof what, "/tasks/%d/restart", conn->tasks[i].id);
        pt_code code = change(b, "POST", conn, what, NULL, err);
        if (code != PT_OK)
            return code;
    }
    return PT_OK;
}

static pt_code restart(struct conn_backend *b, const struct conn *conn, bool is_failed_only,
                       char *said, struct pt_error *err)
{
    pt_code code = ask_version(b, err);
    bool is_old = strtol(b->version, NULL, 10) < 3; /* KIP-745 came with 3.0 */
    if (code == PT_OK && is_old) {
        code = is_failed_only ? PT_OK : change(b, "POST", conn, "/restart", NULL, err);
        if (code == PT_OK)
            code = restart_tasks(b, conn, is_failed_only, err);
    } else if (code == PT_OK) {
        code = change(b, "POST", conn,
                      is_failed_only ? "/restart?includeTasks=true&onlyFailed=true"
                                     : "/restart?includeTasks=true&onlyFailed=false",
                      NULL, err);
    }
    snprintf(said, PT_REASON_MAX, "%s",
             is_failed_only ? "the failed tasks are being restarted" : "it is being restarted");
    return code;
}

static pt_code pause_it(struct conn_backend *b, const struct conn *conn, char *said,
                        struct pt_error *err)
{
    snprintf(said, PT_REASON_MAX, "it is being paused");
    return change(b, "PUT", conn, "/pause", NULL, err);
}

static pt_code resume_it(struct conn_backend *b, const struct conn *conn, char *said,
                         struct pt_error *err)
{
    snprintf(said, PT_REASON_MAX, "it is being resumed");
    return change(b, "PUT", conn, "/resume", NULL, err);
}

static cJSON *map_of(const struct conn_setting *settings, size_t n)
{
    cJSON *map = cJSON_CreateObject();
    for (size_t i = 0; map != NULL && i < n; i++)
        if (settings[i].json != NULL)
            cJSON_AddRawToObject(map, settings[i].name, settings[i].json);
        else
            cJSON_AddStringToObject(map, settings[i].name, settings[i].value);
    return map;
}

static void free_secret(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

static pt_code update(struct conn_backend *b, const struct conn *conn,
                      const struct conn_setting *settings, size_t n, char *said,
                      struct pt_error *err)
{
    cJSON *map = map_of(settings, n);
    char *body = cJSON_PrintUnformatted(map);
    pt_code code = body != NULL ? change(b, "PUT", conn, "/config", body, err) : no_memory(err);
    snprintf(said, PT_REASON_MAX, "the new configuration is taken; its tasks start anew");
    free_secret(body);
    json_free(map);
    return code;
}

static pt_code create(struct conn_backend *b, const struct conn_creation *creation, char *said,
                      struct pt_error *err)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "name", creation->name);
    cJSON_AddItemToObject(json, "config", map_of(creation->settings, creation->n_settings));
    char *body = cJSON_PrintUnformatted(json);
    cJSON *made = NULL;
    pt_code code = body != NULL ? call(b, "POST", "/connectors", body, &made, err) : no_memory(err);
    if (code == PT_OK)
        code = connect_confirmed(made, err);
    json_free(made);
    if (code == PT_EBUSY && err != NULL && strstr(err->what, "already exists") != NULL)
        code = pt_error_set(err, PT_EEXISTS, "Choose another name, or update that one",
                            "connector %s: there is one of that name already", creation->name);
    snprintf(said, PT_REASON_MAX, "it is made; its tasks start");
    free_secret(body);
    json_free(json);
    return code;
}

static pt_code remove_it(struct conn_backend *b, const struct conn *conn, char *said,
                         struct pt_error *err)
{
    snprintf(said, PT_REASON_MAX, "deleted; its group's offsets stay in Kafka");
    return change(b, "DELETE", conn, "", NULL, err);
}

const struct conn_backend_ops conn_connect = {
    .name = "connect",
    .title = "Kafka Connect",
    .can = PT_CONN_CAN_RESTART | PT_CONN_CAN_RESTART_FAILED | PT_CONN_CAN_PAUSE |
           PT_CONN_CAN_UPDATE | PT_CONN_CAN_CREATE | PT_CONN_CAN_DELETE,
    .list = list,
    .read = read_one,
    .restart = restart,
    .pause = pause_it,
    .resume = resume_it,
    .update = update,
    .create = create,
    .remove = remove_it,
};
