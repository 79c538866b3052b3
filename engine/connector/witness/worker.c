#include "connector/witness/worker.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

enum { CONNECT_MS = 2000, ANSWER_MAX = 64 * 1024 };

/* Returns host and port of a URL, without a user; *len is out. */
static const char *worker_host_of(const char *url, size_t *len)
{
    const char *scheme = strstr(url, "://");
    const char *host = scheme != NULL ? scheme + 3 : url;
    size_t n = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', n);
    const char *begin = at != NULL ? at + 1 : host;
    *len = n - (size_t)(begin - host);
    return begin;
}

bool worker_is_at(const char *url, const char *id)
{
    size_t len;
    const char *host = worker_host_of(url, &len);
    return strlen(id) == len && strncasecmp(host, id, len) == 0;
}

/* Kafka Connect reports its version at "/", and errors with a code of its own; a login may be
 * required first. Any other answer comes from a gateway, a proxy, or another program at a
 * private address that two networks use. */
static bool is_connects(const struct http_answer *answer)
{
    cJSON *json = NULL;
    bool is_gateways = answer->status == 407 || (answer->status >= 502 && answer->status <= 504);
    bool wants_login = answer->status == 401 || answer->status == 403;
    bool is_own = json_parse(answer->body, answer->len, &json, NULL) == PT_OK &&
                  (json_get(json, "version") != NULL || json_find(json, "error_code") != NULL);
    json_free(json);
    return !is_gateways && (wants_login || is_own);
}

static enum worker_answer answer_of(pt_code code, const struct http_answer *answer)
{
    if (code == PT_OK)
        return is_connects(answer) ? WORKER_ANSWERS : WORKER_UNCLEAR;
    if (answer->is_begun)
        return WORKER_ANSWERS;
    if (code == PT_ETIMEOUT)
        return answer->was_sent ? WORKER_SILENT : WORKER_UNREACHED;
    return code == PT_EUNREACHABLE ? WORKER_UNREACHED : WORKER_UNCLEAR;
}

enum worker_answer worker_ask(const struct http_transport *net, const char *url, const char *id)
{
    char own[160];
    struct http_answer answer = {0};
    struct pt_error why;
    bool is_tls = strncasecmp(url, "https:", 6) == 0;
    /* Text that is not an address must not become another part of a URL. */
    if (strpbrk(id, "/?#@\\ ") != NULL ||
        (size_t)snprintf(own, sizeof own, "%s://%s/", is_tls ? "https" : "http", id) >= sizeof own)
        return WORKER_UNCLEAR;
    const struct http_request request = {.method = "GET",
                                         .url = own,
                                         .log_path = "/",
                                         .connect_ms = CONNECT_MS,
                                         .call_ms = WORKER_ASK_MS,
                                         .max_bytes = ANSWER_MAX};
    pt_code code = net->call(net->arg, &request, &answer, &why);
    enum worker_answer out = answer_of(code, &answer);
    http_answer_done(&answer);
    return out;
}
