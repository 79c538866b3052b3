#include "net/http.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/url.h"
#include "base/wipe.h"
#include "net/trust.h"
#include "net/verify.h"

enum { HEADERS_MAX = 64 * 1024, POLL_MS = 1000 };

struct http {
    CURLM *multi; /* curl_multi_wakeup on it ends a call at once */
    CURL *easy;
    char *ca_file;
    atomic_bool is_cancelled;
};

/* ------------------------------------------------------------------ URLs */

pt_code http_url_split(const char *url, char *host, size_t cap, const char **path,
                       struct pt_error *err)
{
    static const char fix[] = "Write http://HOST:PORT or https://HOST:PORT, optionally with a path";
    const char *fault = url_fault(url, false);
    host[0] = '\0';
    *path = "";
    if (fault != NULL)
        return pt_error_set(err, PT_EUSAGE, fix, "a URL: it %s", fault);
    const char *begin = strstr(url, "://") + 3;
    size_t len = strcspn(begin, "/?#");
    if (len >= cap)
        return pt_error_set(err, PT_EUSAGE, fix, "a URL: its host name is too long");
    snprintf(host, cap, "%.*s", (int)len, begin);
    *path = begin + len;
    return PT_OK;
}

/* ------------------------------------------------------------------ curl's callbacks */

/* One call in progress. */
struct call {
    struct http *http;
    const struct http_request *req;
    struct http_answer *answer;
    size_t max_bytes;
    bool is_over, is_no_memory;
};

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    size_t len = size * n;
    call->answer->is_begun = true;
    call->is_over = len > call->max_bytes - call->answer->len;
    if (call->is_over)
        return 0;
    call->is_no_memory = !http_answer_add(call->answer, bytes, len);
    return call->is_no_memory ? 0 : len;
}

/* A proxy's answer and 100 Continue come first: only the headers of the last response are kept. */
static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    size_t len = size * n, text = len;
    call->answer->is_begun = true;
    if (len > 5 && strncmp(line, "HTTP/", 5) == 0)
        call->answer->headers_len = 0;
    while (text > 0 && (line[text - 1] == '\n' || line[text - 1] == '\r'))
        text--;
    if (text == 0)
        return len;
    if (call->answer->headers_len + text > HEADERS_MAX) {
        call->is_over = true;
        return 0;
    }
    call->is_no_memory = !http_answer_add_header(call->answer, line, text);
    return call->is_no_memory ? 0 : len;
}

/* ------------------------------------------------------------------ a call */

static struct curl_slist *http_add_line(struct curl_slist *list, const char *line, bool *is_ok)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    *is_ok = *is_ok && longer != NULL;
    return longer != NULL ? longer : list;
}

/* libcurl adds Expect and Content-Type on its own unless they are listed without a value. */
static struct curl_slist *header_list(const struct http_request *req, bool *is_ok)
{
    struct curl_slist *list = http_add_line(NULL, "Expect:", is_ok);
    bool has_type = false;
    for (size_t i = 0; i < req->n_headers; i++) {
        const struct http_header *header = &req->headers[i];
        size_t size = strlen(header->name) + strlen(header->value) + 4;
        char *line = malloc(size);
        if (line == NULL) {
            *is_ok = false;
            break;
        }
        /* libcurl sends an empty value for "Name;". */
        snprintf(line, size, header->value[0] != '\0' ? "%s: %s" : "%s;", header->name,
                 header->value);
        list = http_add_line(list, line, is_ok);
        wipe_bytes(line, size);
        has_type = has_type || strcasecmp(header->name, "content-type") == 0;
    }
    return has_type ? list : http_add_line(list, "Content-Type:", is_ok);
}

static void free_list(struct curl_slist *list)
{
    for (struct curl_slist *line = list; line != NULL; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(list);
}

static void set_method(CURL *easy, const struct http_request *req)
{
    if (strcmp(req->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    /* An empty body is still a body: without it libcurl sends no Content-Length, and S3 answers
     * 411. */
    if (req->body_len > 0 || strcmp(req->method, "POST") == 0 || strcmp(req->method, "PUT") == 0) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, req->body_len > 0 ? req->body : "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, req->method);
}

static void set_options(CURL *easy, struct call *call, struct curl_slist *list)
{
    const struct http_request *req = call->req;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, req->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(req->connect_ms > 0 ? req->connect_ms : HTTP_CONNECT_MS));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     (long)(req->call_ms > 0 ? req->call_ms : HTTP_CALL_MS));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    trust_set(easy, call->http->ca_file);
    if (req->is_change) {
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    }
    if (req->is_direct)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    set_method(easy, req);
}

static CURLcode take_result(CURLM *multi)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            return message->data.result;
    return CURLE_GOT_NOTHING;
}

/* Tells how much of the body was sent. Returns false when the caller wants no more of it. */
static bool http_is_wanted(struct http *http, const struct http_request *req)
{
    curl_off_t sent = 0;
    if (req->sent == NULL)
        return true;
    curl_easy_getinfo(http->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return req->sent(req->sent_arg, sent);
}

/* Returns CURLE_ABORTED_BY_CALLBACK when the call is cancelled. */
static CURLcode http_perform(struct http *http, const struct http_request *req)
{
    int running = 1;
    while (running > 0) {
        if (atomic_load(&http->is_cancelled))
            return CURLE_ABORTED_BY_CALLBACK;
        if (curl_multi_perform(http->multi, &running) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
        if (running > 0 && !http_is_wanted(http, req))
            return CURLE_ABORTED_BY_CALLBACK;
        if (running > 0)
            curl_multi_poll(http->multi, NULL, 0, POLL_MS, NULL);
    }
    return take_result(http->multi);
}

static pt_code http_cancelled(struct pt_error *err)
{
    return pt_error_set(err, PT_ECANCELLED, NULL, "HTTP: cancelled");
}

/* clang-format off */
static const struct failure {
    CURLcode res;
    pt_code code;
    bool is_retriable;
    const char *why, *fix;
} FAILURES[] = {
    {CURLE_COULDNT_RESOLVE_HOST, PT_EUNREACHABLE, true, "its host name cannot be resolved",
     "Check the host name and the region in it, and the DNS servers of this host"},
    {CURLE_COULDNT_RESOLVE_PROXY, PT_EUNREACHABLE, false, "the proxy's host name cannot be resolved",
     "Correct HTTPS_PROXY, or add the host to NO_PROXY"},
    {CURLE_COULDNT_CONNECT, PT_EUNREACHABLE, true, "the connection was refused, or the host is unreachable",
     "Check the address, the network and HTTPS_PROXY"},
    {CURLE_SSL_CACERT_BADFILE, PT_ETLS, false, "the file of trusted CA certificates cannot be read",
     "Set AWS_CA_BUNDLE to a readable PEM file"},
    {CURLE_SSL_CONNECT_ERROR, PT_ETLS, true, "the TLS handshake failed",
     "Check that the port speaks TLS, and check HTTPS_PROXY"},
    {CURLE_OPERATION_TIMEDOUT, PT_ETIMEOUT, true, "no answer in time",
     "Check the network: a VPC endpoint or a route may be missing"},
    {CURLE_GOT_NOTHING, PT_EIO, true, "the server closed the connection without an answer",
     "Check the address and the port; a proxy or a load balancer in between may have closed it"},
    {CURLE_PARTIAL_FILE, PT_EIO, true, "the answer was cut off", "Try again"},
    {CURLE_RECV_ERROR, PT_EIO, true, "the connection broke", "Try again"},
    {CURLE_SEND_ERROR, PT_EIO, true, "the connection broke", "Try again"},
    {CURLE_URL_MALFORMAT, PT_EUSAGE, false, "the URL is malformed", "Correct the URL"},
    {CURLE_UNSUPPORTED_PROTOCOL, PT_EUSAGE, false, "the URL is malformed", "Correct the URL"},
};
/* clang-format on */

/* ------------------------------------------------------------------ certificates */

/* Reads the certificates of a server whose certificate was just refused: connects once more
 * without verification, and sends nothing. chain is valid until the handle's next use. */
static CURLcode look_at_peer(struct http *http, const struct http_request *req,
                             struct curl_certinfo **chain)
{
    *chain = NULL;
    curl_easy_reset(http->easy);
    curl_easy_setopt(http->easy, CURLOPT_URL, req->url);
    curl_easy_setopt(http->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(http->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(http->easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(http->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(http->easy, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(http->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(http->easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(http->easy, CURLOPT_TIMEOUT_MS,
                     (long)(req->connect_ms > 0 ? req->connect_ms : HTTP_CONNECT_MS));
    if (req->is_direct)
        curl_easy_setopt(http->easy, CURLOPT_NOPROXY, "*");
    if (curl_multi_add_handle(http->multi, http->easy) != CURLM_OK)
        return CURLE_OUT_OF_MEMORY;
    CURLcode res = http_perform(http, req);
    if (res == CURLE_OK)
        res = curl_easy_getinfo(http->easy, CURLINFO_CERTINFO, chain);
    return res;
}

/* Returns the proxy that libcurl uses for a URL, or NULL; *name is the environment variable. */
static const char *proxy_of(const char *url, const char **name)
{
    static const char *const of_https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    static const char *const of_http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    const char *const *names = strncasecmp(url, "https:", 6) == 0 ? of_https : of_http;
    for (size_t i = 0; i < 4 && names[i] != NULL; i++) {
        const char *value = getenv(names[i]); /* NOLINT(concurrency-mt-unsafe): no thread sets a
                                               * variable */
        *name = names[i];
        if (value != NULL && *value != '\0')
            return value;
    }
    return NULL;
}

bool http_has_proxy(const char *url, const char **variable)
{
    return proxy_of(url, variable) != NULL;
}

/* True when the proxy's address is wrong, and not the server's; libcurl reports that in several
 * ways. */
static bool is_proxy_wrong(const struct call *call, CURLcode res, const char *host,
                           struct pt_error *err)
{
    const char *name, *proxy = call->req->is_direct ? NULL : proxy_of(call->req->url, &name);
    const char *fault = proxy != NULL ? url_proxy_fault(proxy) : NULL;
    if (fault == NULL || (res != CURLE_COULDNT_RESOLVE_PROXY && res != CURLE_COULDNT_CONNECT &&
                          res != CURLE_URL_MALFORMAT && res != CURLE_UNSUPPORTED_PROTOCOL))
        return false;
    char fix[160];
    snprintf(fix, sizeof fix,
             "Set %s to the proxy's http://HOST:PORT, or unset it, or add the host to NO_PROXY",
             name);
    pt_error_set(err, PT_ECONFIG, fix, "%s: the proxy in %s cannot be used: it %s", host, name,
                 fault);
    return true;
}

static pt_code fail_certificate(const struct call *call, const char *host, long check,
                                struct pt_error *err)
{
    struct curl_certinfo *chain;
    CURLcode res = look_at_peer(call->http, call->req, &chain);
    pt_code code = res == CURLE_ABORTED_BY_CALLBACK
                       ? http_cancelled(err)
                       : verify_explain(host, res == CURLE_OK ? chain : NULL, check,
                                        clock_real_ms() / 1000, err);
    curl_multi_remove_handle(call->http->multi, call->http->easy);
    return code;
}

/* check is the result of verifying the server's certificate. */
static pt_code http_fail(const struct call *call, CURLcode res, long check, struct pt_error *err)
{
    char host[256];
    const char *path;
    http_url_split(call->req->url, host, sizeof host, &path, NULL);
    if (call->is_over)
        return pt_error_set(err, PT_EDATA, "Check that the address is right",
                            "%s: the answer is longer than %zu KiB", host, call->max_bytes / 1024);
    if (call->is_no_memory || res == CURLE_OUT_OF_MEMORY)
        return pt_error_set(err, PT_ENOMEM, NULL, "%s: out of memory for the answer", host);
    if (res == CURLE_PEER_FAILED_VERIFICATION)
        return fail_certificate(call, host, check, err);
    if (is_proxy_wrong(call, res, host, err))
        return PT_ECONFIG;
    for (size_t i = 0; i < sizeof FAILURES / sizeof *FAILURES; i++) {
        if (FAILURES[i].res != res)
            continue;
        pt_code code =
            pt_error_set(err, FAILURES[i].code, FAILURES[i].fix, "%s: %s", host, FAILURES[i].why);
        if (err != NULL)
            err->is_retriable = FAILURES[i].is_retriable;
        return code;
    }
    return pt_error_set(err, PT_EIO, "Check the address and the network", "%s: %s", host,
                        curl_easy_strerror(res));
}

/* Logs only the part of the path that the caller allows, and never the query: the path of the
 * container credentials endpoint and the query of a signed URL give access. */
static void log_call(const struct http_request *req, const char *host, long status, CURLcode res,
                     int64_t begun_us)
{
    char said[80];
    if (res == CURLE_OK)
        snprintf(said, sizeof said, "%ld", status);
    else
        snprintf(said, sizeof said, "%s", curl_easy_strerror(res));
    const char *path = req->log_path != NULL ? req->log_path : "/…";
    log_line(PT_DEBUG, "http", "%s %s%.*s: %s in %lld ms", req->method, host,
             (int)strcspn(path, "?#"), path, said, (long long)(clock_mono_us() - begun_us) / 1000);
}

pt_code http_call(struct http *http, const struct http_request *req, struct http_answer *answer,
                  struct pt_error *err)
{
    struct call call = {.http = http,
                        .req = req,
                        .answer = answer,
                        .max_bytes = req->max_bytes > 0 ? req->max_bytes : HTTP_BODY_MAX};
    char host[256];
    const char *path;
    bool is_ok = true;
    memset(answer, 0, sizeof *answer);
    pt_code code = http_url_split(req->url, host, sizeof host, &path, err);
    if (code != PT_OK)
        return code;
    if (atomic_load(&http->is_cancelled))
        return http_cancelled(err);
    struct curl_slist *list = header_list(req, &is_ok);
    set_options(http->easy, &call, list);
    if (!is_ok || !http_answer_add(answer, "", 0) ||
        curl_multi_add_handle(http->multi, http->easy) != CURLM_OK) {
        free_list(list);
        return pt_error_set(err, PT_ENOMEM, NULL, "%s: out of memory for the call", host);
    }
    int64_t begun_us = clock_mono_us();
    CURLcode res = http_perform(http, req);
    long status = 0, check = 0;
    curl_off_t connected_us = 0; /* includes the TLS handshake; the request can be sent from then
                                  * on */
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(http->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    curl_easy_getinfo(http->easy, CURLINFO_SSL_VERIFYRESULT, &check);
    log_call(req, host, status, res, begun_us);
    curl_multi_remove_handle(http->multi, http->easy);
    curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, NULL);
    free_list(list);
    answer->status = (int)status;
    answer->was_sent = connected_us > 0;
    if (res == CURLE_OK)
        return PT_OK;
    code =
        res == CURLE_ABORTED_BY_CALLBACK ? http_cancelled(err) : http_fail(&call, res, check, err);
    /* A change that was never sent did not happen: no one has to check whether it did. */
    bool is_unsent = req->is_change && !answer->was_sent;
    if (is_unsent && (code == PT_ETIMEOUT || code == PT_EIO)) {
        code = PT_EUNREACHABLE;
        if (err != NULL)
            err->code = code;
    }
    return code;
}

bool http_is_answer_lost(pt_code code)
{
    return code == PT_EIO || code == PT_ETIMEOUT || code == PT_ESERVER;
}

/* ------------------------------------------------------------------ life */

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct http *http_new(const char *ca_file)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL)
        return NULL;
    http->multi = curl_multi_init();
    http->easy = curl_easy_init();
    http->ca_file = ca_file != NULL && *ca_file != '\0' ? strdup(ca_file) : NULL;
    if (http->multi != NULL && http->easy != NULL)
        return http;
    http_free(http);
    return NULL;
}

void http_free(struct http *http)
{
    if (http == NULL)
        return;
    curl_easy_cleanup(http->easy);
    if (http->multi != NULL)
        curl_multi_cleanup(http->multi);
    free(http->ca_file);
    free(http);
}

void http_cancel(struct http *http)
{
    atomic_store(&http->is_cancelled, true);
    curl_multi_wakeup(http->multi);
}

static pt_code call_curl(void *arg, const struct http_request *req, struct http_answer *answer,
                         struct pt_error *err)
{
    return http_call(arg, req, answer, err);
}

static pt_code wait_curl(void *arg, int64_t ms)
{
    struct http *http = arg;
    int64_t end_us = clock_mono_us() + ms * 1000;
    while (!atomic_load(&http->is_cancelled)) {
        int64_t left_us = end_us - clock_mono_us();
        if (left_us <= 0)
            return PT_OK;
        int poll_ms = left_us > POLL_MS * 1000 ? POLL_MS : (int)(left_us / 1000) + 1;
        curl_multi_poll(http->multi, NULL, 0, poll_ms, NULL);
    }
    return PT_ECANCELLED;
}

bool http_is_cancelled(void *net)
{
    const struct http_transport *transport = net;
    return transport->wait(transport->arg, 0) != PT_OK;
}

struct http_transport http_transport(struct http *http)
{
    return (struct http_transport){.arg = http, .call = call_curl, .wait = wait_curl};
}
