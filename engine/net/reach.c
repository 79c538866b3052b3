#include "net/reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/trust.h"
#include "net/verify.h"
#include "pintop/stream.h"

enum { REACH_POLL_MS = 100 };

static void reach_url(const struct reach *host, char *url, size_t cap)
{
    bool is_v6 = strchr(host->host, ':') != NULL;
    snprintf(url, cap, "%s://%s%s%s:%d/", host->is_tls ? "https" : "http", is_v6 ? "[" : "",
             host->host, is_v6 ? "]" : "", host->port);
}

/* libcurl tells an address only of a connection that came about; here the one that did not is of
 * interest. */
static curl_socket_t reach_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct reach *host = arg;
    const struct sockaddr *address = &to->addr;
    (void)purpose;
    const void *bytes =
        to->family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr
            : &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    inet_ntop(to->family, bytes, host->address, sizeof host->address);
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* Whether there was a connection when its socket is closed: libcurl's times do not tell, as long as
 * the TLS handshake has not ended. */
static int reach_closed(void *arg, curl_socket_t fd)
{
    struct reach *host = arg;
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
        host->is_connected = true;
    return close(fd);
}

static void reach_set(CURL *easy, struct reach *host, const char *ca_file, int64_t limit_ms)
{
    char url[400];
    reach_url(host, url, sizeof url);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, reach_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, host);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, reach_closed);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, host);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)limit_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)limit_ms);
    trust_set(easy, ca_file);
}

static void reach_say(struct reach *host, pt_code code, const char *fix, const char *why)
{
    host->code = code;
    text_copy(host->fix, sizeof host->fix, fix);
    text_copy(host->why, sizeof host->why, why);
}

/* The certificate was refused: connects once more, without looking at it, to see why. */
static void reach_why(CURL *easy, struct reach *host, int64_t limit_ms)
{
    struct curl_certinfo *chain = NULL;
    struct pt_error err;
    long check = 0;
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &check);
    curl_easy_reset(easy);
    reach_set(easy, host, NULL, limit_ms);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    if (curl_easy_perform(easy) != CURLE_OK ||
        curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK)
        chain = NULL;
    verify_explain(host->host, chain, check, clock_real_ms() / 1000, &err);
    reach_say(host, PT_ETLS, err.fix, err.what);
}

static int64_t between_ms(curl_off_t from_us, curl_off_t to_us)
{
    return to_us > 0 && to_us >= from_us ? (to_us - from_us) / 1000 : PT_UNKNOWN;
}

static void reach_times(CURL *easy, struct reach *host)
{
    curl_off_t name = 0, tcp = 0, tls = 0;
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &name);
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &tcp);
    curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &tls);
    host->name_ms = between_ms(0, name);
    host->tcp_ms = between_ms(name, tcp);
    host->tls_ms = host->is_tls ? between_ms(tcp, tls) : PT_UNKNOWN;
    bool is_connected = tcp > 0 || host->is_connected;
    host->step = name == 0 ? REACH_NAME : is_connected ? REACH_TLS : REACH_TCP;
}

static void reach_failed(CURLcode res, struct reach *host)
{
    char why[sizeof host->why];
    bool is_late = res == CURLE_OPERATION_TIMEDOUT;
    if (res == CURLE_COULDNT_RESOLVE_HOST || host->step == REACH_NAME) {
        snprintf(why, sizeof why, "the name %s %s", host->host,
                 is_late ? "was not resolved in time" : "cannot be resolved");
        reach_say(host, is_late ? PT_ETIMEOUT : PT_EUNREACHABLE,
                  "Check the name, and the DNS servers of this host.", why);
    } else if (host->step == REACH_TCP) {
        snprintf(why, sizeof why, "TCP to %s port %d %s", host->host, host->port,
                 is_late ? "timed out" : "was refused, or there is no route");
        reach_say(host, is_late ? PT_ETIMEOUT : PT_EUNREACHABLE,
                  is_late ? "Check the route, and the security groups and firewalls between."
                          : "Check the port, and that something listens there.",
                  why);
    } else {
        snprintf(why, sizeof why, "%s port %d accepts TCP, but %s", host->host, host->port,
                 is_late ? "no TLS handshake came about in time" : "the TLS handshake failed");
        reach_say(host, is_late ? PT_ETIMEOUT : PT_ETLS, "Check that this port speaks TLS.", why);
    }
}

static void reach_end(CURL *easy, CURLcode res, struct reach *host, int64_t limit_ms)
{
    long fault = 0;
    reach_times(easy, host);
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &fault);
    host->is_refused = res == CURLE_COULDNT_CONNECT && fault == ECONNREFUSED;
    if (res == CURLE_OK) {
        host->step = REACH_DONE;
        reach_say(host, PT_OK, "", "");
    } else if (res == CURLE_PEER_FAILED_VERIFICATION) {
        reach_why(easy, host, limit_ms);
    } else {
        reach_failed(res, host);
    }
}

/* Which of the handles it is. */
static size_t reach_index(CURL *const *handles, size_t n, const CURL *easy)
{
    for (size_t i = 0; i < n; i++)
        if (handles[i] == easy)
            return i;
    return n;
}

static void reach_run(CURLM *multi, CURL *const *handles, struct reach *hosts, size_t n,
                      int64_t limit_ms)
{
    int running = 1, left;
    CURLMsg *message;
    while (running > 0 && curl_multi_perform(multi, &running) == CURLM_OK)
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, REACH_POLL_MS, NULL);
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode res = message->data.result;
        size_t i = reach_index(handles, n, easy);
        if (i == n)
            continue;
        curl_multi_remove_handle(multi, easy);
        reach_end(easy, res, &hosts[i], limit_ms);
    }
}

void reach_hosts(struct reach *hosts, size_t n, const char *ca_file, int64_t limit_ms)
{
    CURL *handles[REACH_MAX] = {NULL};
    CURLM *multi = curl_multi_init();
    int64_t limit = limit_ms > 1 ? limit_ms : 1;
    for (size_t i = 0; i < n && i < REACH_MAX; i++) {
        hosts[i].step = REACH_NAME;
        hosts[i].name_ms = hosts[i].tcp_ms = hosts[i].tls_ms = PT_UNKNOWN;
        reach_say(&hosts[i], PT_ENOMEM, "", "out of memory"); /* until it has come to an end */
        handles[i] = multi != NULL ? curl_easy_init() : NULL;
        if (handles[i] == NULL)
            continue;
        reach_set(handles[i], &hosts[i], ca_file, limit);
        curl_multi_add_handle(multi, handles[i]);
    }
    if (multi != NULL)
        reach_run(multi, handles, hosts, n < REACH_MAX ? n : REACH_MAX, limit);
    for (size_t i = 0; i < n && i < REACH_MAX; i++)
        curl_easy_cleanup(handles[i]);
    curl_multi_cleanup(multi);
}

bool reach_is_private(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address, &v4) == 1) {
        uint32_t ip = ntohl(v4.s_addr);
        return ip >> 24 == 10 || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8;
    }
    return inet_pton(AF_INET6, address, &v6) == 1 && (v6.s6_addr[0] & 0xfe) == 0xfc;
}

/* "HOST:PORT", "[v6]:PORT", with or without "SSL://" before it. */
static bool reach_server_take(const char *at, size_t len, struct reach_server *out)
{
    char text[300];
    snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1), at);
    char *start = strstr(text, "://");
    start = start != NULL ? start + 3 : text + strspn(text, " ");
    char *colon = strrchr(start, ':');
    if (colon == NULL || colon == start)
        return false;
    *colon = '\0';
    out->port = (int)strtol(colon + 1, NULL, 10);
    bool is_v6 = start[0] == '[' && colon[-1] == ']';
    if (is_v6)
        colon[-1] = '\0';
    text_copy(out->host, sizeof out->host, is_v6 ? start + 1 : start);
    return out->port > 0 && out->port < 65536 && out->host[0] != '\0';
}

size_t reach_servers(const char *servers, struct reach_server *out, size_t cap)
{
    size_t n = 0;
    while (*servers != '\0' && n < cap) {
        size_t len = strcspn(servers, ",");
        n += len > 0 && reach_server_take(servers, len, &out[n]);
        servers += len + (servers[len] == ',');
    }
    return n;
}
