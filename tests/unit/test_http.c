/* HTTP over libcurl against a server of our own on loopback that does what servers do: answers,
 * refuses, hangs, drips, cuts off, sends too much. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "http_read.h"
#include "net/http.h"
#include "net/retry.h"

/* --- the server: one connection, one request, one behaviour -------------------------------------
 */

static struct {
    int fd, port;
    pthread_t thread;
    const char *answer; /* sent after the request's end */
    enum { CLOSE, HANG, DRIP, FLOOD } then;
    char request[8192];
    struct http *to_cancel; /* once the request is in; NULL none */
} server;

/* Until the client closes. */
static void hang(int fd)
{
    char byte;
    while (read(fd, &byte, 1) > 0) {
    }
}

static void send_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

static void *serve(void *arg)
{
    (void)arg;
    int fd = accept(server.fd, NULL, NULL);
    if (fd < 0)
        return NULL;
    http_read_request(fd, server.request, sizeof server.request);
    if (server.to_cancel != NULL)
        http_cancel(server.to_cancel);
    send_all(fd, server.answer, strlen(server.answer));
    if (server.then == HANG)
        hang(fd);
    if (server.then == FLOOD) {
        static char zeros[65536];
        for (int i = 0; i < 64; i++)
            send_all(fd, zeros, sizeof zeros);
    }
    /* A byte each 50 ms: never silent, never done. */
    for (int i = 0; server.then == DRIP && i < 200; i++) {
        if (send(fd, "x", 1, MSG_NOSIGNAL) <= 0)
            break;
        usleep(50000);
    }
    close(fd);
    return NULL;
}

static void start(const char *answer, int then)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server.fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(server.fd, 4), 0);
    assert_int_equal(getsockname(server.fd, (struct sockaddr *)&at, &len), 0);
    server.port = ntohs(at.sin_port);
    server.answer = answer;
    server.then = then;
    server.request[0] = '\0';
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void stop(void)
{
    shutdown(server.fd, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.fd);
}

static pt_code ask(struct http *http, const char *method, const char *path, const char *body,
                   int64_t call_ms, struct http_answer *answer, struct pt_error *err)
{
    char url[256];
    const struct http_header headers[] = {
        {"x-one",   "1"},
        {"x-empty", "" }
    };
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server.port, path);
    const struct http_request req = {.method = method,
                                     .url = url,
                                     .headers = headers,
                                     .n_headers = 2,
                                     .body = body,
                                     .body_len = body != NULL ? strlen(body) : 0,
                                     .call_ms = call_ms,
                                     .max_bytes = 1 << 20,
                                     .is_direct = true};
    return http_call(http, &req, answer, err);
}

#define ANSWER(text, len)                                                                          \
    "HTTP/1.1 200 OK\r\nContent-Length: " len "\r\nX-Two:  b \r\nConnection: close\r\n\r\n" text

/* --- tests --------------------------------------------------------------------------------------
 */

static void an_answer_comes_whole(void **state)
{
    struct http *http = http_new(NULL);
    struct http_answer answer;
    char value[64];
    (void)state;
    start(ANSWER("hello", "5"), CLOSE);
    assert_int_equal(ask(http, "GET", "/a%2Fb/../c?x=%3A", NULL, 5000, &answer, NULL), PT_OK);
    stop();
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "hello");
    assert_true(http_answer_header(&answer, "x-two", value, sizeof value));
    assert_string_equal(value, "b ");
    assert_false(http_answer_header(&answer, "x-three", value, sizeof value));
    /* As it was written, with what was asked for and nothing that libcurl adds. */
    assert_non_null(strstr(server.request, "GET /a%2Fb/../c?x=%3A HTTP/1.1\r\n"));
    assert_non_null(strstr(server.request, "\r\nx-one: 1\r\n"));
    assert_non_null(strstr(server.request, "\r\nx-empty:\r\n"));
    assert_null(strcasestr(server.request, "expect:"));
    assert_null(strcasestr(server.request, "content-type:"));
    http_answer_done(&answer);
    http_free(http);
}

static void an_empty_body_has_its_length(void **state)
{
    static const char *const methods[] = {"POST", "PUT"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct http *http = http_new(NULL);
        struct http_answer answer;
        start(ANSWER("", "0"), CLOSE);
        assert_int_equal(ask(http, methods[i], "/", NULL, 5000, &answer, NULL), PT_OK);
        stop();
        assert_non_null(strstr(server.request, "Content-Length: 0\r\n"));
        http_answer_done(&answer);
        http_free(http);
    }
}

static void a_head_waits_for_no_body(void **state)
{
    struct http *http = http_new(NULL);
    struct http_answer answer;
    (void)state;
    start("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\nConnection: close\r\n\r\n", CLOSE);
    assert_int_equal(ask(http, "HEAD", "/", NULL, 5000, &answer, NULL), PT_OK);
    stop();
    assert_int_equal(answer.status, 404);
    assert_string_equal(answer.body, "");
    http_answer_done(&answer);
    http_free(http);
}

static void expect_failure(const char *text, int then, int64_t call_ms, pt_code code,
                           const char *says)
{
    struct http *http = http_new(NULL);
    struct http_answer answer;
    struct pt_error err;
    start(text, then);
    assert_int_equal(ask(http, "GET", "/", NULL, call_ms, &answer, &err), code);
    if (strstr(err.what, says) == NULL)
        fail_msg("\"%s\" should hold \"%s\"", err.what, says);
    assert_true(err.fix[0] != '\0');
    http_answer_done(&answer);
    http_free(http);
    stop();
}

static void what_servers_do_wrong_is_named(void **state)
{
    (void)state;
    expect_failure("", HANG, 300, PT_ETIMEOUT, "no answer in time");
    expect_failure("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", DRIP, 300, PT_ETIMEOUT,
                   "no answer in time");
    expect_failure("", CLOSE, 5000, PT_EIO, "without an answer");
    expect_failure("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc", CLOSE, 5000, PT_EIO,
                   "cut off");
    expect_failure("HTTP/1.1 200 OK\r\n\r\n", FLOOD, 5000, PT_EDATA, "longer than 1024 KiB");
}

static void a_refused_connection_was_not_sent(void **state)
{
    struct http *http = http_new(NULL);
    struct http_answer answer;
    struct pt_error err;
    (void)state;
    server.port = 1;
    assert_int_equal(ask(http, "GET", "/", NULL, 5000, &answer, &err), PT_EUNREACHABLE);
    assert_false(answer.was_sent);
    assert_true(err.is_retriable);
    assert_non_null(strstr(err.what, "127.0.0.1:1: the connection was refused"));
    http_answer_done(&answer);
    http_free(http);
}

static void *cancel(void *http)
{
    http_cancel(http);
    return NULL;
}

static void a_call_is_cancelled_at_once(void **state)
{
    struct http *http = http_new(NULL);
    struct http_answer answer;
    struct http_transport net = http_transport(http);
    struct pt_error err;
    (void)state;
    server.to_cancel = http;
    start("", HANG);
    assert_int_equal(ask(http, "GET", "/", NULL, 600000, &answer, &err), PT_ECANCELLED);
    server.to_cancel = NULL;
    http_answer_done(&answer);
    /* And for ever after. */
    assert_int_equal(ask(http, "GET", "/", NULL, 600000, &answer, &err), PT_ECANCELLED);
    assert_int_equal(net.wait(net.arg, 600000), PT_ECANCELLED);
    http_answer_done(&answer);
    http_free(http);
    stop();
}

static bool want_no_more(void *arg, int64_t bytes)
{
    int *n = arg;
    assert_true(bytes >= 0);
    return ++*n < 2;
}

/* Only this call: the client can make others afterwards. */
static void a_body_that_is_not_wanted_any_more_ends_its_call(void **state)
{
    struct http *http = http_new(NULL);
    struct http_answer answer;
    struct pt_error err;
    char url[80];
    int n = 0;
    (void)state;
    start("", HANG);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", server.port);
    const struct http_request req = {.method = "PUT",
                                     .url = url,
                                     .body = "body",
                                     .body_len = 4,
                                     .sent = want_no_more,
                                     .sent_arg = &n};
    assert_int_equal(http_call(http, &req, &answer, &err), PT_ECANCELLED);
    assert_int_equal(n, 2);
    http_answer_done(&answer);
    stop();
    start("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", CLOSE);
    assert_int_equal(ask(http, "GET", "/", NULL, 60000, &answer, &err), PT_OK);
    http_answer_done(&answer);
    http_free(http);
    stop();
}

static pt_code no_time_left(void *arg, int64_t ms)
{
    (void)arg;
    (void)ms;
    return PT_ETIMEOUT;
}

/* What is run beside the calls asks for its end. */
static void its_end_is_told(void **state)
{
    (void)state;
    struct http *http = http_new(NULL);
    struct http_transport net = http_transport(http);
    assert_false(http_is_cancelled(&net));
    http_cancel(http);
    assert_true(http_is_cancelled(&net));
    http_free(http);
    net.wait = no_time_left;
    assert_true(http_is_cancelled(&net));
}

static void a_wait_is_cancelled_at_once(void **state)
{
    struct http *http = http_new(NULL);
    struct http_transport net = http_transport(http);
    pthread_t thread;
    (void)state;
    assert_int_equal(net.wait(net.arg, 1), PT_OK);
    assert_int_equal(pthread_create(&thread, NULL, cancel, http), 0);
    assert_int_equal(net.wait(net.arg, 600000), PT_ECANCELLED);
    pthread_join(thread, NULL);
    http_free(http);
}

static void urls_are_split_or_refused(void **state)
{
    static const char *const bad[] = {"",          "ftp://h/",       "http://",      "http:///x",
                                      "http://:1", "http://u:p@h/",  "http://h /",   "http://h\n",
                                      "h:1",       "file:///etc/pw", "https://a\\b/"};
    char host[64];
    const char *path;
    struct pt_error err;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (http_url_split(bad[i], host, sizeof host, &path, &err) != PT_EUSAGE)
            fail_msg("%s is taken", bad[i]);
    assert_int_equal(http_url_split("HTTPS://h:1/p?q", host, sizeof host, &path, NULL), PT_OK);
    assert_string_equal(host, "h:1");
    assert_string_equal(path, "/p?q");
    assert_int_equal(http_url_split("http://[::1]:8/", host, sizeof host, &path, NULL), PT_OK);
    assert_string_equal(host, "[::1]:8");
}

static void waits_grow_and_are_random(void **state)
{
    (void)state;
    assert_int_equal(retry_wait_ms(0, 0, NULL, 0), 0);
    assert_int_equal(retry_wait_ms(0, 0.5, NULL, 0), 500);
    assert_int_equal(retry_wait_ms(2, 0.5, NULL, 0), 2000);
    assert_true(retry_wait_ms(40, 0.999, NULL, 0) <= RETRY_MAX_MS);
    assert_int_equal(retry_wait_ms(0, 0.5, "3", 0), 3000);
    assert_int_equal(retry_wait_ms(0, 0.5, "86400", 0), RETRY_MAX_MS);
    assert_int_equal(retry_wait_ms(0, 0.5, "soon", 0), 500);
    assert_int_equal(retry_wait_ms(0, 0.5, "Fri, 02 Jan 2026 03:04:10 GMT", INT64_C(1767323045)),
                     5000);
    assert_int_equal(retry_wait_ms(0, 0.5, "Fri, 02 Jan 2026 03:04:00 GMT", INT64_C(1767323045)),
                     0);
    for (int i = 0; i < 100; i++) {
        double part = retry_random();
        assert_true(part >= 0 && part < 1);
    }
}

static void moments_are_parsed(void **state)
{
    static const char *const bad[] = {"",    "2026-01-02",           "2026-13-02T03:04:05Z",
                                      "now", "2026-01-02T03:04:05Q", "2026-01-02T03:04:05+1"};
    int64_t at_ms;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (clock_parse_iso(bad[i], &at_ms))
            fail_msg("%s is taken", bad[i]);
    assert_true(clock_parse_iso("2026-01-02T03:04:05Z", &at_ms));
    assert_int_equal(at_ms, INT64_C(1767323045000));
    assert_true(clock_parse_iso("2026-01-02T03:04:05.1239Z", &at_ms));
    assert_int_equal(at_ms, INT64_C(1767323045123));
    assert_true(clock_parse_iso("2026-01-02T05:04:05+02:00", &at_ms));
    assert_int_equal(at_ms, INT64_C(1767323045000));
    assert_true(clock_parse_iso("2026-01-02T03:04:05+0000", &at_ms));
    assert_int_equal(at_ms, INT64_C(1767323045000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_whole),
        cmocka_unit_test(an_empty_body_has_its_length),
        cmocka_unit_test(a_head_waits_for_no_body),
        cmocka_unit_test(what_servers_do_wrong_is_named),
        cmocka_unit_test(a_refused_connection_was_not_sent),
        cmocka_unit_test(a_call_is_cancelled_at_once),
        cmocka_unit_test(a_body_that_is_not_wanted_any_more_ends_its_call),
        cmocka_unit_test(its_end_is_told),
        cmocka_unit_test(a_wait_is_cancelled_at_once),
        cmocka_unit_test(urls_are_split_or_refused),
        cmocka_unit_test(waits_grow_and_are_random),
        cmocka_unit_test(moments_are_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
