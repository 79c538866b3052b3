/* Kafka Connect's REST interface (KIP-26, KIP-465, KIP-745): GET /connectors?expand=…, and a
 * path for each change. Answers of proxies, of other programs and of workers that are just
 * rebalancing are distinguished. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/patience.h"
#include "base/text.h"
#include "base/url.h"
#include "base/wipe.h"
#include "connector/backend/backend.h"
#include "connector/backend/connect_answer.h"
#include "connector/backend/connect_facts.h"

enum {
    CALL_MS = 4000,    /* for a read request */
    CHANGE_MS = 30000, /* Connect answers a change within its own 90 s, usually at once */
    CONNECT_MS = 2000,
    PATH_MAX_BYTES = 1024,
    URL_BYTES = 2048,
    BODY_MAX = 64 * 1024 * 1024,
    LISTED_MAX = 1000 /* from a worker that does not support expand */
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
    char *name_is = name != NULL ? url_decode_copy(name) : NULL;
    char *secret_is = secret != NULL ? url_decode_copy(secret) : NULL;
    bool is_good = name_is != NULL && secret_is != NULL && strlen(name_is) < cap &&
                   strlen(secret_is) < cap &&
                   (size_t)snprintf(bare, cap, "%.*s%s", (int)(host - url), url, at + 1) < cap;
    if (is_good) {
        text_copy(user, cap, name_is);
        text_copy(password, cap, secret_is);
    }
    free(name);
    wipe_text(secret);
    free(name_is);
    wipe_text(secret_is);
    return is_good;
}

/* ------------------------------------------------------------------ one call */

/* Makes "Basic …" of user and password; the caller wipes it. */
static char *connect_authorization(const struct conn_access *access)
{
    struct buf pair;
    buf_init_secret(&pair, 1024);
    buf_printf(&pair, "%s:%s", access->user, access->password);
    char *coded = pair.is_over ? NULL : base64_make(pair.data, pair.len), *out = NULL;
    if (coded != NULL && asprintf(&out, "Basic %s", coded) < 0)
        out = NULL;
    wipe_text(coded);
    buf_done(&pair);
    return out;
}

static pt_code connect_send(struct conn_backend *b, const char *method, const char *path,
                            const char *body, struct http_answer *answer, struct pt_error *err)
{
    char url[URL_BYTES];
    bool is_change = strcmp(method, "GET") != 0;
    size_t base = strlen(b->access.url);
    while (base > 0 && b->access.url[base - 1] == '/')
        base--;
    memset(answer, 0, sizeof *answer);
    if ((size_t)snprintf(url, sizeof url, "%.*s%s", (int)base, b->access.url, path) >= sizeof url)
        return pt_error_set(err, PT_EUSAGE, "Use a shorter name",
                            "Kafka Connect: the URL is too "
                            "long");
    char *basic = b->access.user[0] != '\0' ? connect_authorization(&b->access) : NULL;
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
    wipe_text(basic);
    return code;
}

/* json is out, may be NULL, and belongs to the caller. NULL for an empty answer. */
static pt_code connect_call(struct conn_backend *b, const char *method, const char *path,
                            const char *body, cJSON **json, struct pt_error *err)
{
    struct http_answer answer;
    cJSON *said = NULL;
    if (json != NULL)
        *json = NULL;
    pt_code code = connect_send(b, method, path, body, &answer, err);
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

/* ------------------------------------------------------------------ reading */

static pt_code connect_no_memory(struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "Kafka Connect: out of memory");
}

/* A worker before 2.3 answers with names only. */
static pt_code ask_one(struct conn_backend *b, const char *name, struct conn_list *out,
                       struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    cJSON *status = NULL, *info = NULL;
    if (!url_path(path, sizeof path, "/connectors/", name, "/status"))
        return pt_error_set(err, PT_EUSAGE, "Use a shorter name",
                            "connector: the name is too long");
    pt_code code = connect_call(b, "GET", path, NULL, &status, err);
    url_path(path, sizeof path, "/connectors/", name, "");
    if (code == PT_OK)
        code = connect_call(b, "GET", path, NULL, &info, err);
    if (code == PT_OK) {
        struct conn *conn = conn_list_add(out);
        if (conn == NULL || !connect_facts_take(name, status, info, conn))
            code = connect_no_memory(err);
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
        return pt_error_set(err, PT_EDATA,
                            "Check that pintop.connector.url is the address of Kafka Connect",
                            "Kafka Connect: the answer is not a list of connectors");
    cJSON_ArrayForEach(item, json)
    {
        struct conn *conn = item->string != NULL ? conn_list_add(out) : NULL;
        if (conn == NULL || !connect_facts_take(item->string, json_find(item, "status"),
                                                json_find(item, "info"), conn))
            return connect_no_memory(err);
    }
    return PT_OK;
}

/* There is nothing at that path, although no connector was named: the server is not Kafka
 * Connect. */
static pt_code nothing_there(const struct conn_backend *b, struct pt_error *err)
{
    return pt_error_set(
        err, PT_ENOTFOUND,
        "Wait some seconds if the worker is starting. Otherwise check that pintop.connector.url is "
        "the address of Kafka Connect, with the path that a proxy needs",
        "Kafka Connect: %.200s answers 404, not found", b->access.url);
}

/* Asks for the version of the server: the first time, and after a failure. */
static pt_code ask_version(struct conn_backend *b, struct pt_error *err)
{
    cJSON *json;
    if (b->version[0] != '\0')
        return PT_OK;
    pt_code code = connect_call(b, "GET", "/", NULL, &json, err);
    if (code != PT_OK)
        return code == PT_ENOTFOUND ? nothing_there(b, err) : code;
    connect_facts_copy(json, "version", b->version, sizeof b->version);
    json_free(json);
    if (b->version[0] == '\0')
        return pt_error_set(
            err, PT_EDATA, "Check that pintop.connector.url is the address of Kafka Connect",
            "Kafka Connect: %.100s answers, but does not report its version", b->access.url);
    if (strtol(b->version, NULL, 10) < 3)
        b->can &= ~(unsigned)PT_CONN_CAN_RESTART_FAILED;
    return PT_OK;
}

static pt_code connect_list(struct conn_backend *b, const char *only, struct conn_list *out,
                            struct pt_error *err)
{
    cJSON *json = NULL;
    memset(out, 0, sizeof *out);
    pt_code code = ask_version(b, err);
    if (code == PT_OK && only[0] != '\0') {
        code = ask_one(b, only, out, err);
    } else if (code == PT_OK) {
        code = connect_call(b, "GET", "/connectors?expand=status&expand=info", NULL, &json, err);
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

static pt_code connect_read_one(struct conn_backend *b, const struct conn *conn, struct conn *fresh,
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

static pt_code connect_change(struct conn_backend *b, const char *method, const struct conn *conn,
                              const char *what, const char *body, struct pt_error *err)
{
    char path[PATH_MAX_BYTES];
    cJSON *json;
    if (!url_path(path, sizeof path, "/connectors/", conn->id, what))
        return pt_error_set(err, PT_EUSAGE, "Use a shorter name",
                            "connector: the name is too long");
    pt_code code = connect_call(b, method, path, body, &json, err);
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
        pt_code code = connect_change(b, "POST", conn, what, NULL, err);
        if (code != PT_OK)
            return code;
    }
    return PT_OK;
}

static pt_code connect_restart(struct conn_backend *b, const struct conn *conn, bool is_failed_only,
                               char *said, struct pt_error *err)
{
    pt_code code = ask_version(b, err);
    bool is_old = strtol(b->version, NULL, 10) < 3; /* KIP-745 came with 3.0 */
    if (code == PT_OK && is_old) {
        code = is_failed_only ? PT_OK : connect_change(b, "POST", conn, "/restart", NULL, err);
        if (code == PT_OK)
            code = restart_tasks(b, conn, is_failed_only, err);
    } else if (code == PT_OK) {
        code = connect_change(b, "POST", conn,
                              is_failed_only ? "/restart?includeTasks=true&onlyFailed=true"
                                             : "/restart?includeTasks=true&onlyFailed=false",
                              NULL, err);
    }
    snprintf(said, PT_REASON_MAX, "%s",
             is_failed_only ? "the failed tasks are being restarted"
                            : "the connector is being restarted");
    return code;
}

static pt_code connect_pause_it(struct conn_backend *b, const struct conn *conn, char *said,
                                struct pt_error *err)
{
    snprintf(said, PT_REASON_MAX, "the connector is being paused");
    return connect_change(b, "PUT", conn, "/pause", NULL, err);
}

static pt_code connect_resume_it(struct conn_backend *b, const struct conn *conn, char *said,
                                 struct pt_error *err)
{
    snprintf(said, PT_REASON_MAX, "the connector is being resumed");
    return connect_change(b, "PUT", conn, "/resume", NULL, err);
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

static pt_code connect_update(struct conn_backend *b, const struct conn *conn,
                              const struct conn_setting *settings, size_t n, char *said,
                              struct pt_error *err)
{
    cJSON *map = map_of(settings, n);
    char *body = cJSON_PrintUnformatted(map);
    pt_code code = body != NULL ? connect_change(b, "PUT", conn, "/config", body, err)
                                : connect_no_memory(err);
    snprintf(said, PT_REASON_MAX, "the new configuration is accepted; the tasks restart");
    wipe_text(body);
    json_free(map);
    return code;
}

static pt_code connect_create(struct conn_backend *b, const struct conn_creation *creation,
                              char *said, struct pt_error *err)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "name", creation->name);
    cJSON_AddItemToObject(json, "config", map_of(creation->settings, creation->n_settings));
    char *body = cJSON_PrintUnformatted(json);
    cJSON *made = NULL;
    pt_code code = body != NULL ? connect_call(b, "POST", "/connectors", body, &made, err)
                                : connect_no_memory(err);
    if (code == PT_OK)
        code = connect_confirmed(made, err);
    json_free(made);
    if (code == PT_EBUSY && err != NULL && strstr(err->what, "already exists") != NULL)
        code =
            pt_error_set(err, PT_EEXISTS, "Choose another name, or update the existing connector",
                         "connector %s: a connector of that name already exists", creation->name);
    snprintf(said, PT_REASON_MAX, "the connector is created; its tasks are starting");
    wipe_text(body);
    json_free(json);
    return code;
}

static pt_code connect_remove_it(struct conn_backend *b, const struct conn *conn, char *said,
                                 struct pt_error *err)
{
    snprintf(said, PT_REASON_MAX,
             "the connector is deleted; the offsets of its group stay in Kafka");
    return connect_change(b, "DELETE", conn, "", NULL, err);
}

static bool connect_is_meant(const struct pt_config *cfg)
{
    return pt_config_get(cfg, "pintop.connector.url") != NULL;
}

const struct conn_backend_ops conn_connect = {
    .info = {.name = "connect",
             .title = "Kafka Connect",
             .can = PT_CONN_CAN_RESTART | PT_CONN_CAN_RESTART_FAILED | PT_CONN_CAN_PAUSE |
                    PT_CONN_CAN_UPDATE | PT_CONN_CAN_CREATE | PT_CONN_CAN_DELETE,
             .is_asked = true,
             .does_start_empty = true,
             .cannot = "this worker cannot do that"},
    .is_meant = connect_is_meant,
    .state_source = "Connect",
    .tasks_source = "REST",
    .tasks_from = "Kafka Connect",
    .running_means = "workers, not tasks",
    .has_workers = true,
    .list = connect_list,
    .read = connect_read_one,
    .restart = connect_restart,
    .pause = connect_pause_it,
    .resume = connect_resume_it,
    .update = connect_update,
    .create = connect_create,
    .remove = connect_remove_it,
};
