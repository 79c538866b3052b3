/* HTTP calls over libcurl: one request, one answer, with deadlines, a limit on the answer's
 * size, and an immediate end when cancelled. Knows nothing of AWS; net/retry.h decides on
 * retries. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

enum { HTTP_BODY_MAX = 16 * 1024 * 1024, HTTP_CONNECT_MS = 10000, HTTP_CALL_MS = 60000 };

struct http_header {
    const char *name, *value;
};

struct http_request {
    const char *method;                /* GET, HEAD, POST, PUT, DELETE */
    const char *url;                   /* sent unchanged: not encoded, not normalised */
    const struct http_header *headers; /* without Content-Length; Content-Type only when listed
                                        * here */
    size_t n_headers;
    const void *body; /* valid during the call */
    size_t body_len;
    int64_t connect_ms, call_ms; /* deadlines; 0 HTTP_CONNECT_MS, HTTP_CALL_MS */
    size_t max_bytes;            /* of the answer; 0 HTTP_BODY_MAX */
    const char *log_path; /* what the debug log shows of the path; NULL: nothing, because it may
                           * be a secret. The query is never logged. */
    /* Told now and then how many bytes of the body were sent; false ends this call with
     * PT_ECANCELLED. May be NULL. */
    bool (*sent)(void *arg, int64_t bytes);
    void *sent_arg;
    bool is_direct; /* never goes through a proxy */
    bool is_change; /* uses a connection of its own: on a kept connection that has died, libcurl
                     * would silently send the change a second time */
};

/* An answer with any status. http_answer_done wipes its memory, which may hold secrets. */
struct http_answer {
    int status;
    char *body; /* NUL-terminated, never NULL after PT_OK */
    size_t len, cap;
    char *headers; /* "name: value\n…" of the last response */
    size_t headers_len, headers_cap;
    bool is_begun; /* a byte of the answer arrived; also set after an error */
    bool was_sent; /* the request may have reached the server; also set after an error */
};

/* Whether a change that ended so may have been made: it was sent, and its answer did not come, or
 * told of a server's internal error. One that was never sent is PT_EUNREACHABLE (http_call). Pure.
 */
bool http_is_answer_lost(pt_code code);

/* The interface through which callers make HTTP calls, so that tests can replace the network. */
struct http_transport {
    void *arg;
    pt_code (*call)(void *arg, const struct http_request *req, struct http_answer *answer,
                    struct pt_error *err);
    /* Sleeps. Returns PT_ECANCELLED at once, and from then on always, when it is cancelled;
     * PT_ETIMEOUT at once when there is less time than that (a transport with a limit). */
    pt_code (*wait)(void *arg, int64_t ms);
};

/* Whether nothing more is to be waited for: it is cancelled, or its time is up. net: a struct
 * http_transport, as struct child_run takes it. Thread: the transport's. */
bool http_is_cancelled(void *net);

struct http;

/* Makes a client with its own connections. ca_file is PEM, NULL for the system's. NULL when out of
 * memory.
 * Thread: one at a time, except for http_cancel. */
struct http *http_new(const char *ca_file);
void http_free(struct http *http);
/* Ends the current call or wait, and all later ones, with PT_ECANCELLED. Thread: any. */
void http_cancel(struct http *http);
struct http_transport http_transport(struct http *http);

/* Makes one call. Redirects are not followed.
 *
 * answer  out; call http_answer_done, also after an error.
 * Errors  PT_EUNREACHABLE (name not resolved, connection refused), PT_ETLS, PT_ETIMEOUT, PT_EIO
 *         (cut off), PT_EDATA over max_bytes, PT_ECANCELLED, PT_EUSAGE malformed URL, PT_ECONFIG
 *         malformed proxy. is_retriable is set where another attempt may help. */
pt_code http_call(struct http *http, const struct http_request *req, struct http_answer *answer,
                  struct pt_error *err);
void http_answer_done(struct http_answer *answer);

/* Copies the value of a header (in any case) into out. Returns false when the answer lacks it. */
bool http_answer_header(const struct http_answer *answer, const char *name, char *out, size_t cap);
/* Appends to the answer's body or headers, growing by copies that are wiped. Returns false when
 * out of memory. For transports. */
bool http_answer_add(struct http_answer *answer, const void *bytes, size_t len);
bool http_answer_add_header(struct http_answer *answer, const char *line, size_t len);

/* Returns whether the environment names a proxy for URLs of this scheme, which hosts in NO_PROXY do
 * without. variable: out, the one that names it; its value may hold a password. */
bool http_has_proxy(const char *url, const char **variable);

/* Returns host and port as the URL writes them ("127.0.0.1:5057"), and where its path begins.
 * Errors PT_EUSAGE with the reason of url_fault (base/url.h), also for a user name in the URL. */
pt_code http_url_split(const char *url, char *host, size_t cap, const char **path,
                       struct pt_error *err);

#endif
