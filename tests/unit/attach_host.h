/* For tests of the server of an engine: the engine behind it is a snapshot, and its clients are
 * strangers that say anything. */
#ifndef UNIT_ATTACH_HOST_H
#define UNIT_ATTACH_HOST_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/hello.h"
#include "attach/server.h"
#include "attach/wire.h"
#include "base/clock.h"
#include "pintop/attach.h"
#include "pintop/report.h"
#include "scratch.h"

enum { ATTACH_WAIT_MS = 20000, STALL_MS = 300 };

/* ---- the engine behind the server ---- */

static struct {
    const struct pt_snapshot *snap;
    pthread_mutex_t lock;
    int wake_fd;
    atomic_int n_commands, n_stops, n_seen, has_looked;
    atomic_uint_fast64_t last_id;
    atomic_int_fast64_t asked_ms;
    atomic_bool is_refusing, is_booting;
    char why[200], seen[300];
    int64_t stall_ms;
    struct pt_config *cfg;
    struct attach_server *server;
} host;

static const struct pt_snapshot *host_acquire(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&host.lock);
    const struct pt_snapshot *snap = pt_snapshot_acquire(host.snap);
    pthread_mutex_unlock(&host.lock);
    return snap;
}

static pt_code host_submit(void *arg, const struct pt_command *cmd, uint64_t id, int64_t asked_ms,
                           struct pt_error *err)
{
    (void)arg, (void)cmd;
    atomic_store(&host.asked_ms, asked_ms);
    atomic_store(&host.last_id, id);
    atomic_fetch_add(&host.n_commands, 1);
    return atomic_load(&host.is_refusing)
               ? pt_error_set(err, PT_EBUSY, "Wait a moment.", "engine: 256 commands are waiting")
               : PT_OK;
}

static bool host_look_at(void *arg, const char *const *topics, size_t n)
{
    (void)arg;
    atomic_store(&host.has_looked, 1);
    if (atomic_load(&host.is_booting))
        return false;
    pthread_mutex_lock(&host.lock);
    host.seen[0] = '\0';
    for (size_t i = 0; i < n; i++)
        snprintf(host.seen + strlen(host.seen), sizeof host.seen - strlen(host.seen), "%s ",
                 topics[i]);
    pthread_mutex_unlock(&host.lock);
    atomic_store(&host.n_seen, (int)n);
    return true;
}

static bool host_sees(const char *topic)
{
    pthread_mutex_lock(&host.lock);
    bool is_seen = strstr(host.seen, topic) != NULL;
    pthread_mutex_unlock(&host.lock);
    return is_seen;
}

static void host_stop(void *arg, const char *why, int64_t limit_ms, int64_t asked_ms)
{
    (void)arg, (void)limit_ms;
    atomic_store(&host.asked_ms, asked_ms);
    snprintf(host.why, sizeof host.why, "%s", why);
    atomic_fetch_add(&host.n_stops, 1);
}

static bool host_is_stopped(void *arg)
{
    (void)arg;
    return false;
}

/* A snapshot with a text of that many bytes in its events. */
static void host_publish(const char *verdict, size_t bytes)
{
    struct pt_error err;
    uint64_t one = 1;
    char *text = malloc(bytes + 400);
    int n = snprintf(text, 400,
                     "{\"api\":1,\"time\":\"2026-11-30T10:00:00.000Z\",\"verdict\":\"OK\","
                     "\"verdict_text\":\"%s\","
                     "\"session\":{\"state_dir\":\"x\"},\"events\":[{\"text\":\"",
                     verdict);
    memset(text + n, 'x', bytes);
    memcpy(text + n + bytes, "\"}]}", 5);
    const struct pt_snapshot *next, *old;
    assert_int_equal(pt_snapshot_read(text, strlen(text), &next, &err), PT_OK);
    free(text);
    pthread_mutex_lock(&host.lock);
    old = host.snap;
    host.snap = next;
    pthread_mutex_unlock(&host.lock);
    pt_snapshot_release(old);
    assert_int_equal(write(host.wake_fd, &one, sizeof one), sizeof one);
}

static pt_code host_serve(const char *dir, struct pt_error *err)
{
    const struct pt_serving_host funcs = {.wake_fd = host.wake_fd,
                                          .acquire = host_acquire,
                                          .submit = host_submit,
                                          .look_at = host_look_at,
                                          .stop = host_stop,
                                          .is_stopped = host_is_stopped,
                                          .stall_ms = host.stall_ms};
    return attach_server_start(dir, hello_make(host.cfg, true), &funcs, &host.server, err);
}

static int attach_setup(void **state)
{
    char dir[300], own[400];
    struct pt_error err = {0};
    if (scratch_make(state) != 0)
        return -1;
    memset(&host, 0, sizeof host);
    pthread_mutex_init(&host.lock, NULL);
    host.stall_ms = STALL_MS;
    snprintf(dir, sizeof dir, "%s", scratch_dir);
    snprintf(own, sizeof own, "pintop.state.dir=%s", dir);
    const char *const settings[] = {"bootstrap.servers=embedded", own};
    const struct pt_config_args args = {.settings = settings, .n_settings = 2};
    assert_int_equal(pt_config_load(&args, &host.cfg, &err), PT_OK);
    host.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    host_publish("first", 10);
    return 0;
}

static int attach_teardown(void **state)
{
    attach_server_stop(host.server, "the test's end");
    pt_snapshot_release(host.snap);
    pt_config_free(host.cfg);
    close(host.wake_fd);
    return scratch_remove(state);
}

static void must_serve(void)
{
    struct pt_error err;
    if (host_serve(scratch_dir, &err) != PT_OK)
        fail_msg("%s", err.what);
}

/* ---- a client ---- */

struct stranger {
    int fd;
    char *text; /* all that came */
    size_t len;
};

static struct stranger stranger_new(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s/engine.sock", scratch_dir);
    struct stranger one = {socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), NULL, 0};
    assert_int_equal(connect(one.fd, (struct sockaddr *)&to, sizeof to), 0);
    return one;
}

static void stranger_done(struct stranger *one)
{
    close(one->fd);
    free(one->text);
}

static void say_bytes(struct stranger *one, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(one->fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* it was dropped */
        bytes += n;
        len -= (size_t)n;
    }
}

static void stranger_says(struct stranger *one, const char *text)
{
    say_bytes(one, text, strlen(text));
}

/* Reads once. False: the end. */
static bool stranger_reads(struct stranger *one)
{
    char bytes[65536];
    struct pollfd fd = {.fd = one->fd, .events = POLLIN};
    if (poll(&fd, 1, ATTACH_WAIT_MS) != 1)
        fail_msg("nothing comes; so far: %.300s", one->text != NULL ? one->text : "");
    ssize_t n = recv(one->fd, bytes, sizeof bytes, 0);
    if (n <= 0)
        return false;
    one->text = realloc(one->text, one->len + (size_t)n + 1);
    memcpy(one->text + one->len, bytes, (size_t)n);
    one->len += (size_t)n;
    one->text[one->len] = '\0';
    return true;
}

static void stranger_hears(struct stranger *one, const char *text)
{
    while (one->text == NULL || strstr(one->text, text) == NULL)
        if (!stranger_reads(one))
            fail_msg("it was closed without '%s'; it said: %.300s", text,
                     one->text != NULL ? one->text : "");
}

/* To the end, which must come, with this as the last word. */
static void stranger_is_left(struct stranger *one, const char *last)
{
    while (stranger_reads(one))
        ;
    if (last[0] != '\0' && (one->text == NULL || strstr(one->text, last) == NULL))
        fail_msg("it did not end with '%s': %.300s", last, one->text != NULL ? one->text : "");
}

static struct stranger stranger_greeted(void)
{
    struct stranger one = stranger_new();
    stranger_says(&one, "hello 2\n");
    stranger_hears(&one, "\nsnapshot {\"api\":1,\"keyframe\":true,");
    return one;
}

static void until(atomic_int *what, int value)
{
    int64_t until_us = clock_mono_us() + (int64_t)ATTACH_WAIT_MS * 1000;
    while (atomic_load(what) != value) {
        if (clock_mono_us() > until_us)
            fail_msg("it is %d and never became %d", atomic_load(what), value);
        poll(NULL, 0, 2);
    }
}

#endif
