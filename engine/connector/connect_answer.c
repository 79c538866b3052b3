#include "connector/connect_answer.h"

#include <ctype.h>
#include <string.h>

#include "aws/json.h"
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

/* What Connect says in {"error_code":…,"message":…}, on one line. */
static void message_of(const struct http_answer *answer, char *out, size_t cap)
{
    cJSON *json = NULL;
    out[0] = '\0';
    if (answer->body != NULL && json_parse(answer->body, answer->len, &json, NULL) == PT_OK)
        json_copy(json, "message", out, cap);
    json_free(json);
}

/* While its workers share the tasks out anew, or it starts, Connect can't say: 409, and 500 with
 * these words where another worker had to be asked. Nothing was changed then. */
static bool is_rebalancing(int status, const char *said)
{
    return status == 409 || (status >= 500 && strcasestr(said, "rebalanc") != NULL);
}

static pt_code refused(const struct conn_backend *b, const struct http_answer *answer,
                       struct pt_error *err)
{
    char said[PT_WHAT_MAX], where[1024];
    int status = answer->status;
    message_of(answer, said, sizeof said);
    if (status >= 300 && status < 400) {
        if (!http_answer_header(answer, "Location", where, sizeof where))
            text_copy(where, sizeof where, "elsewhere");
        return pt_error_set(err, PT_EDATA, "Set pintop.connector.url to the worker itself",
                            "Kafka Connect: %s sends on to %s", b->access.url, where);
    }
    const char *colon = said[0] != '\0' ? ": " : "";
    if (status == 401)
        return pt_error_set(err, PT_ELOGIN,
                            b->access.user[0] != '\0'
                                ? "Correct pintop.connector.user and pintop.connector.password "
                                  "(or what stands for them in the URL)"
                                : "Set pintop.connector.user and pintop.connector.password (or put "
                                  "them in the URL)",
                            "Kafka Connect: 401, %s%s%s",
                            b->access.user[0] != '\0' ? "the login is refused"
                                                      : "it wants a login, and none is set",
                            colon, said);
    if (status == 403)
        return pt_error_set(err, PT_EAUTH,
                            b->access.user[0] != '\0'
                                ? "Let the user of pintop.connector.user do this, or set another"
                                : "Set pintop.connector.user and pintop.connector.password of "
                                  "somebody who may do this",
                            "Kafka Connect: 403, this is not allowed%s%s%s%s",
                            b->access.user[0] != '\0' ? " to " : "", b->access.user, colon, said);
    if (status == 407)
        return pt_error_set(err, PT_ELOGIN,
                            "Put user and password into the proxy's URL (http_proxy, "
                            "http://USER:PASSWORD@HOST:PORT), or let no_proxy name the worker's "
                            "host",
                            "Kafka Connect: not reached: the proxy on the way refuses the login "
                            "(HTTP 407)");
    /* A gateway's 5xx may come after it has passed the request on: a change may be done. */
    if (is_html(answer))
        return pt_error_set(err, status >= 500 ? PT_ESERVER : PT_EDATA,
                            "Set pintop.connector.url to the worker itself",
                            "Kafka Connect: HTTP %d with a web page: that is a proxy, or another "
                            "program",
                            status);
    if (status == 404)
        return pt_error_set(err, PT_ENOTFOUND, "`pintop connector list` shows those there are",
                            "Kafka Connect: %s", said[0] != '\0' ? said : "404, not found");
    if (is_rebalancing(status, said)) {
        pt_error_set(err, PT_EBUSY, "It takes seconds: ask again", "Kafka Connect: %d, %s", status,
                     said[0] != '\0' ? said : "a rebalance is under way");
        if (err != NULL)
            err->is_retriable = true;
        return PT_EBUSY;
    }
    struct rule_words words;
    const struct rule *rule = rules_find(said, RULE_STATE | RULE_LOG | RULE_API, NULL, &words);
    if (status == 400)
        return pt_error_set(err, PT_ECONFIG,
                            rule != NULL && !rule->is_generic ? words.fix
                                                              : "Correct what the message names",
                            "Kafka Connect: %s", said[0] != '\0' ? said : "400, bad request");
    return pt_error_set(err, rule != NULL ? PT_ECONFIG : PT_EIO,
                        rule != NULL ? words.fix : "Read the worker's log around this time",
                        "Kafka Connect: HTTP %d%s%s", status, said[0] != '\0' ? ", " : "", said);
}

pt_code connect_silent(const struct conn_backend *b, pt_code code, struct pt_error *err)
{
    if (err == NULL || code == PT_ECANCELLED)
        return code;
    struct pt_error why = *err;
    bool is_tls = why.code == PT_ETLS;
    pt_error_set(err, why.code,
                 is_tls ? why.fix
                 : why.code == PT_ETIMEOUT
                     ? "See whether the worker hangs, or rebalances (its log says); restart it"
                 : why.code == PT_EIO || why.code == PT_EUNREACHABLE
                     ? "See whether the worker lives; start it, or correct "
                       "pintop.connector.url"
                     : why.fix,
                 "Kafka Connect doesn't answer at %s: %s", b->access.url,
                 strchr(why.what, ' ') != NULL ? strchr(why.what, ' ') + 1 : why.what);
    err->is_retriable = why.is_retriable;
    return why.code;
}

/* Some gateways pass an error's body on with a status of their own. 0: it is none. */
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
        return refused(b, &as, err);
    if (as.len > 0 && json_parse(as.body, as.len, json, NULL) != PT_OK)
        return pt_error_set(err, is_change ? PT_ESERVER : PT_EDATA,
                            "See that pintop.connector.url is Kafka Connect's",
                            "Kafka Connect: the answer isn't JSON, or was cut off");
    as.status = error_in(*json);
    if (as.status == 0)
        return PT_OK;
    json_free(*json);
    *json = NULL;
    return refused(b, &as, err);
}

pt_code connect_confirmed(const cJSON *json, struct pt_error *err)
{
    if (cJSON_IsObject(json_find(json, "config")))
        return PT_OK;
    return pt_error_set(err, PT_ESERVER, "See that pintop.connector.url is Kafka Connect's",
                        "Kafka Connect: the answer doesn't tell the configuration that it took");
}
