/* One HTTP call in, one answer out, over libcurl: with deadlines, a bound on the answer, and an end
 * at once when it is cancelled. Knows no AWS; retries are retry.h's. */
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
    const char *url;                   /* goes out as it is: nothing in it is encoded or tidied */
    const struct http_header *headers; /* no Content-Length; Content-Type only when listed here */
    size_t n_headers;
    const void *body; /* valid during the call */
    size_t body_len;
    int64_t connect_ms, call_ms; /* deadlines; 0 HTTP_CONNECT_MS, HTTP_CALL_MS */
    size_t max_bytes;            /* of the answer; 0 HTTP_BODY_MAX */
    const char *log_path; /* what the debug log says of the path; NULL: nothing, it may be a secret.
                             The query never stands there. */
    bool is_direct;       /* never through a proxy */
    bool is_change; /* over a connection of its own: on one that was kept and died, libcurl would
                       send it a second time by itself */
};

/* An answer of any status. Its memory is wiped by http_answer_done: it may hold secrets. */
struct http_answer {
    int status;
    char *body; /* NUL-terminated, never NULL after PT_OK */
    size_t len, cap;
    char *headers; /* "name: value\n…" of the last response */
    size_t headers_len;
    bool is_begun; /* a byte of the answer came, also after an error */
    bool was_sent; /* the request may have reached the server, also after an error */
};

/* Whoever makes calls does it through one of these, so that tests can answer in the net's place. */
struct http_transport {
    void *arg;
    pt_code (*call)(void *arg, const struct http_request *req, struct http_answer *answer,
                    struct pt_error *err);
    /* Sleep. PT_ECANCELLED at once, and for ever after, when it is cancelled. */
    pt_code (*wait)(void *arg, int64_t ms);
};

struct http;

/* A client with its own connections. ca_file: PEM, NULL the system's. NULL without memory.
 * Thread: one at a time, but for http_cancel. */
struct http *http_new(const char *ca_file);
void http_free(struct http *http);
/* End the call or the wait under way, and all later ones, with PT_ECANCELLED. Thread: any. */
void http_cancel(struct http *http);
struct http_transport http_transport(struct http *http);

/* Make one call. Redirects are not followed.
 *
 * answer  out; http_answer_done, also after an error.
 * Errors  PT_EUNREACHABLE (its name, a refused connection), PT_ETLS, PT_ETIMEOUT, PT_EIO (cut off),
 *         PT_EDATA over max_bytes, PT_ECANCELLED, PT_EUSAGE a URL that is none, PT_ECONFIG a
 *         proxy's that is none. is_retriable where
 *         another try may help. */
pt_code http_call(struct http *http, const struct http_request *req, struct http_answer *answer,
                  struct pt_error *err);
void http_answer_done(struct http_answer *answer);

/* The value of a header (any case) into out; false: it has none. */
bool http_answer_header(const struct http_answer *answer, const char *name, char *out, size_t cap);
/* Append to the answer's body or headers, growing by copies that are wiped; false without memory.
 * For transports. */
bool http_answer_add(struct http_answer *answer, const void *bytes, size_t len);
bool http_answer_add_header(struct http_answer *answer, const char *line, size_t len);

/* Host and port of a URL as they stand in it ("127.0.0.1:5057"), and where its path begins.
 * Errors PT_EUSAGE: what url_fault (base/url.h) says; a user in it too. */
pt_code http_url_split(const char *url, char *host, size_t cap, const char **path,
                       struct pt_error *err);

#endif
