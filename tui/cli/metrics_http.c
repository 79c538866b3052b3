#include "cli/metrics_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pintop/metrics.h"

#ifdef PT_HAS_HTTPD
#include <microhttpd.h>
#endif

/* ---- the address ---- */

struct http_address {
    struct sockaddr_storage storage;
    socklen_t len;
    char shown[80]; /* "127.0.0.1:9404" */
};

static pt_code http_refuse(const char *address, struct pt_error *err)
{
    return pt_error_set(
        err, PT_EUSAGE,
        "Give a port, which this host alone reaches, or an address of this host with "
        "it: 9404, 127.0.0.1:9404, 0.0.0.0:9404 or [::]:9404.",
        "--metrics '%s': not an address and a port", address);
}

/* Splits "HOST:PORT" and "PORT"; brackets around an IPv6 address go. */
static bool http_split(const char *address, char host[64], uint16_t *port)
{
    const char *colon = strrchr(address, ':');
    const char *digits = colon ? colon + 1 : address;
    size_t len = colon ? (size_t)(colon - address) : 0;
    char *end;
    long number = strtol(digits, &end, 10);
    if (*digits < '0' || *digits > '9' || *end != '\0' || number < 1 || number > 65535)
        return false;
    *port = (uint16_t)number;
    bool has_brackets = len > 2 && address[0] == '[' && address[len - 1] == ']';
    if (len >= 64 || (colon && len == 0) || (!has_brackets && memchr(address, ':', len)))
        return false;
    snprintf(host, 64, "%.*s", (int)(has_brackets ? len - 2 : len), address + has_brackets);
    if (len == 0 || strcmp(host, "localhost") == 0)
        snprintf(host, 64, "127.0.0.1");
    return true;
}

static pt_code http_parse(const char *address, struct http_address *to, struct pt_error *err)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&to->storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&to->storage;
    char host[64];
    uint16_t port;
    memset(to, 0, sizeof *to);
    if (!http_split(address, host, &port))
        return http_refuse(address, err);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        to->len = sizeof *v4;
        snprintf(to->shown, sizeof to->shown, "%s:%u", host, port);
    } else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        to->len = sizeof *v6;
        snprintf(to->shown, sizeof to->shown, "[%s]:%u", host, port);
    } else {
        return http_refuse(address, err);
    }
    return PT_OK;
}

pt_code metrics_http_check(const char *address, struct pt_error *err)
{
    struct http_address parsed;
    return http_parse(address, &parsed, err);
}

#ifndef PT_HAS_HTTPD

pt_code metrics_http_start(const char *address, const struct pt_link *link,
                           struct metrics_http **server, char *where, size_t cap,
                           struct pt_error *err)
{
    (void)address, (void)link, (void)where, (void)cap;
    *server = NULL;
    return pt_error_set(err, PT_EUNSUPPORTED,
                        "Install libmicrohttpd-dev (Fedora: libmicrohttpd-devel) and build pintop "
                        "again, or have `pintop status --openmetrics` write a file for "
                        "node_exporter's textfile collector.",
                        "--metrics: this pintop was built without libmicrohttpd");
}

void metrics_http_stop(struct metrics_http *server)
{
    (void)server;
}

#else

enum { HTTP_CONNECTIONS = 16, HTTP_PATIENCE_S = 10, HTTP_BACKLOG = 16 };

struct metrics_http {
    struct pt_link link;
    struct MHD_Daemon *daemon;
};

static enum MHD_Result http_answer(struct MHD_Connection *to, unsigned status, char *text,
                                   bool is_owned, const char *type)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), text, is_owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (response == NULL) {
        if (is_owned)
            free(text);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    enum MHD_Result result = MHD_queue_response(to, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result http_say(struct MHD_Connection *to, unsigned status, const char *text)
{
    return http_answer(to, status, (char *)(uintptr_t)text, false, "text/plain; charset=utf-8");
}

static enum MHD_Result http_fail(struct MHD_Connection *to, const struct pt_error *err)
{
    char *text = NULL;
    if (asprintf(&text, "%s\n%s%s", err->what, err->fix, err->fix[0] != '\0' ? "\n" : "") < 0)
        return MHD_NO;
    return http_answer(to, MHD_HTTP_INTERNAL_SERVER_ERROR, text, true, "text/plain; charset=utf-8");
}

static enum MHD_Result http_metrics(const struct metrics_http *server, struct MHD_Connection *to)
{
    const struct pt_snapshot *snap = pt_link_acquire(&server->link);
    struct pt_error err = {.what = "metrics: out of memory"};
    char *text = snap ? pt_snapshot_openmetrics(snap, &err) : NULL;
    pt_snapshot_release(snap);
    if (text == NULL)
        return http_fail(to, &err);
    return http_answer(to, MHD_HTTP_OK, text, true,
                       "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

/* A body is refused before it is read. */
static enum MHD_Result http_handle(void *arg, struct MHD_Connection *to, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *data_size, void **state)
{
    (void)version, (void)data, (void)data_size, (void)state;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return http_say(to, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET is answered\n");
    if (strcmp(url, "/metrics") != 0)
        return http_say(to, MHD_HTTP_NOT_FOUND, "there is only /metrics here\n");
    return http_metrics(arg, to);
}

/* Opens the port here, so that the reason of a failure is known. */
static pt_code http_listen(const struct http_address *address, int *fd, struct pt_error *err)
{
    char why[128];
    int on = 1, family = address->storage.ss_family;
    *fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd >= 0) {
        setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(*fd, (const struct sockaddr *)&address->storage, address->len) == 0 &&
            listen(*fd, HTTP_BACKLOG) == 0)
            return PT_OK;
    }
    int number = errno;
    if (*fd >= 0)
        close(*fd);
    return pt_error_set(err, PT_EIO,
                        number == EADDRINUSE ? "Choose another port, or end what listens there."
                                             : "Choose another address or port.",
                        "--metrics %s: cannot listen there: %s", address->shown,
                        strerror_r(number, why, sizeof why));
}

pt_code metrics_http_start(const char *address, const struct pt_link *link,
                           struct metrics_http **out, char *where, size_t cap, struct pt_error *err)
{
    struct http_address parsed;
    int fd = -1;
    *out = NULL;
    pt_code code = http_parse(address, &parsed, err);
    if (code == PT_OK)
        code = http_listen(&parsed, &fd, err);
    if (code != PT_OK)
        return code;
    struct metrics_http *server = calloc(1, sizeof *server);
    if (server != NULL) {
        server->link = *link;
        server->daemon = MHD_start_daemon(
            MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, http_handle, server,
            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_PATIENCE_S, MHD_OPTION_END);
    }
    if (server == NULL || server->daemon == NULL) {
        close(fd);
        free(server);
        return pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                            "--metrics %s: the server cannot be started", parsed.shown);
    }
    snprintf(where, cap, "http://%s/metrics", parsed.shown);
    *out = server;
    return PT_OK;
}

void metrics_http_stop(struct metrics_http *server)
{
    if (server == NULL)
        return;
    MHD_stop_daemon(server->daemon);
    free(server);
}

#endif
