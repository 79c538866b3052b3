#include "connector/backend/connect_answer.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

static bool is_html(const struct http_answer *answer)
{
    char type[64];
    const char *body = answer->body != NULL ? answer->body : "";
    if (http_answer_header(answer, "Content-Type", type, sizeof type) &&
        strstr(type, "html") != NULL)
        return true;
    while (isspace((unsigned char)*body))
        body++;
    return *body == '<';
}

/* Copies the message of {"error_code":…,"message":…}, on one line. */
static void message_of(const struct http_answer *answer, char *out, size_t cap)
{
    cJSON *json = NULL;
    out[0] = '\0';
    if (answer->body != NULL && json_parse(answer->body, answer->len, &json, NULL) == PT_OK)
        json_copy(json, "message", out, cap);
    json_free(json);
}

/* During a rebalance or a start, Connect cannot answer: 409, and 500 with these words when
 * another worker had to be asked. Nothing was changed then. */
static bool is_rebalancing(int status, const char *said)
{
    return status == 409 || (status >= 500 && strcasestr(said, "rebalanc") != NULL);
}

static pt_code connect_answer_redirected(const struct conn_backend *b,
                                         const struct http_answer *answer, struct pt_error *err)
{
    char where[1024];
    if (!http_answer_header(answer, "Location", where, sizeof where))
        text_copy(where, sizeof where, "elsewhere");
    return pt_error_set(err, PT_EDATA, "Set pintop.connector.url to the worker itself",
                        "Kafka Connect: %s redirects to %s", b->access.url, where);
}

static pt_code login_refused(const struct conn_backend *b, const char *said, struct pt_error *err)
{
    bool has_user = b->access.user[0] != '\0';
    return pt_error_set(
        err, PT_ELOGIN,
        has_user ? "Correct pintop.connector.user and pintop.connector.password (or "
                   "the user and password in the URL)"
                 : "Set pintop.connector.user and pintop.connector.password (or put "
                   "them in the URL)",
        "Kafka Connect: 401, %s%s%s",
        has_user ? "the credentials are rejected" : "a login is required, and none is configured",
        said[0] != '\0' ? ": " : "", said);
}

static pt_code permission_denied(const struct conn_backend *b, const char *said,
                                 struct pt_error *err)
{
    bool has_user = b->access.user[0] != '\0';
    return pt_error_set(
        err, PT_EAUTH,
        has_user ? "Allow the user of pintop.connector.user to do this, or use another user"
                 : "Set pintop.connector.user and pintop.connector.password of a user who is "
                   "allowed to do this",
        "Kafka Connect: 403, permission denied%s%s%s%s", has_user ? " to " : "", b->access.user,
        said[0] != '\0' ? ": " : "", said);
}

static pt_code proxy_refused(struct pt_error *err)
{
    return pt_error_set(err, PT_ELOGIN,
                        "Put user and password into the proxy's URL (http_proxy, "
                        "http://USER:PASSWORD@HOST:PORT), or add the worker's host to no_proxy",
                        "Kafka Connect: unreachable, because the proxy in between rejects the "
                        "login (HTTP 407)");
}

/* A gateway's 5xx may come after it has forwarded the request: a change may have been made. */
static pt_code web_page(int status, struct pt_error *err)
{
    return pt_error_set(
        err, status >= 500 ? PT_ESERVER : PT_EDATA, "Set pintop.connector.url to the worker itself",
        "Kafka Connect: HTTP %d with a web page: the server is a proxy, or another program",
        status);
}

static pt_code not_found(const char *said, struct pt_error *err)
{
    return pt_error_set(err, PT_ENOTFOUND,
                        "List the existing connectors with `pintop connector list`",
                        "Kafka Connect: %s", said[0] != '\0' ? said : "404, not found");
}

static pt_code connect_answer_rebalancing(int status, const char *said, struct pt_error *err)
{
    pt_error_set(err, PT_EBUSY, "Try again in a few seconds", "Kafka Connect: %d, %s", status,
                 said[0] != '\0' ? said : "a rebalance is in progress");
    if (err != NULL)
        err->is_retriable = true;
    return PT_EBUSY;
}

/* Connect's own message, for which a rule may know the cause. */
static pt_code refused_by_connect(int status, const char *said, struct pt_error *err)
{
    struct rule_words words;
    const struct rule *rule = rules_find(said, RULE_STATE | RULE_LOG | RULE_API, NULL, &words);
    if (status == 400)
        return pt_error_set(err, PT_ECONFIG,
                            rule != NULL && !rule->is_generic ? words.fix
                                                              : "Correct what the message names",
                            "Kafka Connect: %s", said[0] != '\0' ? said : "400, bad request");
    return pt_error_set(err, rule != NULL ? PT_ECONFIG : PT_EIO,
                        rule != NULL ? words.fix : "Read the worker log around this time",
                        "Kafka Connect: HTTP %d%s%s", status, said[0] != '\0' ? ", " : "", said);
}

static pt_code connect_answer_refused(const struct conn_backend *b,
                                      const struct http_answer *answer, struct pt_error *err)
{
    char said[PT_WHAT_MAX];
    int status = answer->status;
    message_of(answer, said, sizeof said);
    if (status >= 300 && status < 400)
        return connect_answer_redirected(b, answer, err);
    if (status == 401)
        return login_refused(b, said, err);
    if (status == 403)
        return permission_denied(b, said, err);
    if (status == 407)
        return proxy_refused(err);
    if (is_html(answer))
        return web_page(status, err);
    if (status == 404)
        return not_found(said, err);
    if (is_rebalancing(status, said))
        return connect_answer_rebalancing(status, said, err);
    return refused_by_connect(status, said, err);
}

pt_code connect_silent(const struct conn_backend *b, pt_code code, struct pt_error *err)
{
    if (err == NULL || code == PT_ECANCELLED)
        return code;
    struct pt_error why = *err;
    bool is_tls = why.code == PT_ETLS;
    pt_error_set(
        err, why.code,
        is_tls ? why.fix
        : why.code == PT_ETIMEOUT
            ? "Check whether the worker hangs or rebalances (its log shows it), and restart it"
        : why.code == PT_EIO || why.code == PT_EUNREACHABLE
            ? "Check whether the worker is running; start it, or correct pintop.connector.url"
            : why.fix,
        "Kafka Connect does not answer at %s: %s", b->access.url,
        strchr(why.what, ' ') != NULL ? strchr(why.what, ' ') + 1 : why.what);
    err->is_retriable = why.is_retriable;
    return why.code;
}

/* Some gateways pass an error's body on with a status of their own. Returns 0 when there is
 * none. */
static int error_in(const cJSON *json)
{
    if (!cJSON_IsNumber(json_find(json, "error_code")) || json_get(json, "message") == NULL)
        return 0;
    int64_t status = json_int(json, "error_code", 0);
    return status >= 400 && status <= 599 ? (int)status : 500;
}

pt_code connect_take(const struct conn_backend *b, const struct http_answer *answer, bool is_change,
                     cJSON **json, struct pt_error *err)
{
    struct http_answer as = *answer;
    *json = NULL;
    if (as.status < 200 || as.status > 299 || (as.len > 0 && is_html(&as)))
        return connect_answer_refused(b, &as, err);
    if (as.len > 0 && json_parse(as.body, as.len, json, NULL) != PT_OK)
        return pt_error_set(err, is_change ? PT_ESERVER : PT_EDATA,
                            "Check that pintop.connector.url is the address of Kafka Connect",
                            "Kafka Connect: the answer is not JSON, or was cut off");
    as.status = error_in(*json);
    if (as.status == 0)
        return PT_OK;
    json_free(*json);
    *json = NULL;
    return connect_answer_refused(b, &as, err);
}

pt_code connect_confirmed(const cJSON *json, struct pt_error *err)
{
    if (cJSON_IsObject(json_find(json, "config")))
        return PT_OK;
    return pt_error_set(
        err, PT_ESERVER, "Check that pintop.connector.url is the address of Kafka Connect",
        "Kafka Connect: the answer does not contain the configuration that was set");
}
