#include "local_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http_read.h"

enum { REQUEST_MAX = 65536, WAIT_S = 20 };

/* With the lock. */
static void note(struct local_aws *aws, const char *request)
{
    size_t len = strlen(request);
    if (aws->n_heard + len + 1 < sizeof aws->heard) {
        memcpy(aws->heard + aws->n_heard, request, len + 1); /* one string after the other */
        aws->n_heard += len + 1;
    }
    pthread_cond_broadcast(&aws->changed);
}

static void answer(struct local_aws *aws, int fd, const char *request)
{
    char head[256], date[64] = "";
    int status = 404;
    const char *body = "{}";
    pthread_mutex_lock(&aws->lock);
    for (size_t i = 0; i < aws->n_rules; i++) {
        if (strstr(request, aws->rules[i].in) != NULL) {
            status = aws->rules[i].status;
            body = aws->rules[i].body;
        }
    }
    bool is_answered = aws->hook != NULL && aws->hook(aws->hook_arg, fd, request);
    if (status == 0 && !is_answered && aws->n_held < LOCAL_HELD)
        aws->held[aws->n_held++] = fd;
    time_t when = (time_t)aws->date_s;
    note(aws, request);
    pthread_mutex_unlock(&aws->lock);
    if (is_answered)
        close(fd);
    if (status == 0 || is_answered)
        return;
    struct tm tm;
    if (when != 0 && gmtime_r(&when, &tm) != NULL)
        strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
    int len = snprintf(head, sizeof head,
                       "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nConnection: close\r\n"
                       "x-amzn-RequestId: request-1\r\n%sContent-Length: %zu\r\n\r\n",
                       status, date, strlen(body));
    send(fd, head, (size_t)len, MSG_NOSIGNAL | MSG_MORE);
    send(fd, body, strlen(body), MSG_NOSIGNAL);
    close(fd);
}

static void *serve(void *arg)
{
    static _Thread_local char request[REQUEST_MAX];
    struct local_aws *aws = arg;
    for (;;) {
        int fd = accept(aws->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        http_read_request(fd, request, sizeof request);
        answer(aws, fd, request);
    }
}

void local_aws_start(struct local_aws *aws)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    memset(aws, 0, sizeof *aws);
    pthread_mutex_init(&aws->lock, NULL);
    pthread_cond_init(&aws->changed, NULL);
    aws->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(aws->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(aws->fd, 16), 0);
    assert_int_equal(getsockname(aws->fd, (struct sockaddr *)&at, &len), 0);
    aws->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&aws->thread, NULL, serve, aws), 0);
}

void local_aws_stop(struct local_aws *aws)
{
    shutdown(aws->fd, SHUT_RDWR);
    pthread_join(aws->thread, NULL);
    close(aws->fd);
    for (size_t i = 0; i < aws->n_held; i++)
        close(aws->held[i]);
    pthread_cond_destroy(&aws->changed);
    pthread_mutex_destroy(&aws->lock);
}

void local_aws_say(struct local_aws *aws, const char *in, int status, const char *body)
{
    pthread_mutex_lock(&aws->lock);
    assert_true(aws->n_rules < LOCAL_RULES);
    aws->rules[aws->n_rules].in = in;
    aws->rules[aws->n_rules].status = status;
    aws->rules[aws->n_rules++].body = body;
    pthread_mutex_unlock(&aws->lock);
}

void local_aws_hook(struct local_aws *aws, bool (*hook)(void *arg, int fd, const char *request),
                    void *arg)
{
    pthread_mutex_lock(&aws->lock);
    aws->hook = hook;
    aws->hook_arg = arg;
    pthread_mutex_unlock(&aws->lock);
}

void local_aws_set_date(struct local_aws *aws, long date_s)
{
    pthread_mutex_lock(&aws->lock);
    aws->date_s = date_s;
    pthread_mutex_unlock(&aws->lock);
}

static int count(const struct local_aws *aws, const char *in)
{
    int n = 0;
    for (size_t at = 0; at < aws->n_heard; at += strlen(aws->heard + at) + 1)
        n += strstr(aws->heard + at, in) != NULL;
    return n;
}

int local_aws_count(struct local_aws *aws, const char *in)
{
    pthread_mutex_lock(&aws->lock);
    int n = count(aws, in);
    pthread_mutex_unlock(&aws->lock);
    return n;
}

void local_aws_await(struct local_aws *aws, const char *in, int n)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&aws->lock);
    while (rc == 0 && count(aws, in) < n)
        rc = pthread_cond_timedwait(&aws->changed, &aws->lock, &until);
    pthread_mutex_unlock(&aws->lock);
    if (rc != 0)
        fail_msg("no request %d with \"%s\" in it came", n, in);
}

const char *local_aws_url(const struct local_aws *aws)
{
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", aws->port);
    return url;
}
