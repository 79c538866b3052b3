/* A link to the engine of another process: a pt_link over the socket in its state directory. No
 * function of it waits, except the opening and the closing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/attached.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/text.h"
#include "desk/section.h"
#include "pintop/attach.h"
#include "pintop/report.h"

static const struct pt_snapshot *socket_acquire(void *arg)
{
    struct attached *at = arg;
    uint64_t count;
    ssize_t n = read(at->wake_fd, &count, sizeof count);
    (void)n; /* nothing to read: there is no newer snapshot */
    pthread_mutex_lock(&at->lock);
    const struct pt_snapshot *snap = pt_snapshot_acquire(at->shown);
    pthread_mutex_unlock(&at->lock);
    return snap;
}

static int socket_wake_fd(void *arg)
{
    return ((struct attached *)arg)->wake_fd;
}

/* What the guards need. */
static void socket_guards(struct attached *at, bool *is_readonly, char prefix[64])
{
    pthread_mutex_lock(&at->lock);
    *is_readonly = at->shown->session->is_readonly;
    text_copy(prefix, 64, at->shown->session->prefix);
    pthread_mutex_unlock(&at->lock);
}

static pt_code socket_check(void *arg, const struct pt_command *cmd, struct pt_error *err)
{
    bool is_readonly;
    char prefix[64];
    pt_code code = attached_is_there(arg, err);
    if (code != PT_OK)
        return code;
    socket_guards(arg, &is_readonly, prefix);
    return pt_command_check(cmd, is_readonly, prefix, err);
}

static pt_code socket_submit(void *arg, const struct pt_command *cmd, uint64_t *id,
                             struct pt_error *err)
{
    pt_code code = socket_check(arg, cmd, err);
    return code == PT_OK ? attached_ask(arg, cmd, id, err) : code;
}

static void socket_look_at(void *arg, const char *const *topics, size_t n)
{
    struct attached *at = arg;
    struct buf line;
    buf_init(&line, WIRE_LINE_MAX);
    buf_puts(&line, "look");
    for (size_t i = 0; i < n; i++)
        buf_printf(&line, " %s", topics[i]);
    char *text = buf_take(&line, NULL);
    buf_done(&line);
    if (text == NULL)
        return;
    char *list = strdup(text + (text[4] == ' ' ? 5 : 4));
    pthread_mutex_lock(&at->lock);
    bool is_new = list != NULL && (at->look == NULL || strcmp(at->look, list) != 0);
    if (is_new) {
        free(at->look);
        at->look = list;
    }
    pthread_mutex_unlock(&at->lock);
    if (is_new)
        attached_send(at, text);
    else
        free(list);
    free(text);
}

/* The end of the link, not of the engine. */
static void socket_stop(void *arg, const char *why, int64_t limit_ms)
{
    struct attached *at = arg;
    (void)why, (void)limit_ms;
    pthread_mutex_lock(&at->lock);
    at->is_left = true;
    pthread_mutex_unlock(&at->lock);
}

static void socket_end(void *arg, const char *why, int64_t limit_ms)
{
    struct attached *at = arg;
    char line[200];
    snprintf(line, sizeof line, "stop %" PRId64 " %" PRId64 " %.120s", clock_even_ms(), limit_ms,
             why);
    pthread_mutex_lock(&at->lock);
    at->is_ended = true;
    pthread_mutex_unlock(&at->lock);
    attached_send(at, line);
}

static bool socket_is_stopped(void *arg)
{
    struct attached *at = arg;
    pthread_mutex_lock(&at->lock);
    bool is_stopped = at->is_left || (at->is_ended && at->state == PT_LINK_GONE);
    pthread_mutex_unlock(&at->lock);
    return is_stopped;
}

/* Joins the thread, which ends at once. */
static void socket_leave(struct attached *at)
{
    uint64_t one = 1;
    pthread_mutex_lock(&at->lock);
    at->is_closing = true;
    pthread_mutex_unlock(&at->lock);
    ssize_t n = write(at->work_fd, &one, sizeof one);
    (void)n; /* a full counter wakes it, too */
    if (at->has_thread)
        pthread_join(at->thread, NULL);
    at->has_thread = false;
    wire_done(&at->wire);
}

static void socket_close(void *arg, int64_t wait_ms)
{
    (void)wait_ms;
    socket_leave(arg);
}

static void socket_free(void *arg)
{
    socket_leave(arg);
    attached_free(arg);
}

/* ---- opening ---- */

/* Waits for the first snapshot, or for why there will be none. */
static pt_code socket_await(struct attached *at, int64_t wait_ms, struct pt_error *err)
{
    int64_t until_us = clock_mono_us() + wait_ms * 1000;
    pthread_mutex_lock(&at->lock);
    while (at->shown == NULL && at->error.code == PT_OK && clock_mono_us() < until_us)
        cond_wait_until(&at->changed, &at->lock, until_us);
    pt_code code = at->shown != NULL ? PT_OK : at->error.code;
    if (code != PT_OK)
        *err = at->error;
    else if (at->shown == NULL)
        code = pt_error_set(err, PT_ETIMEOUT, "Try again, or see what that process does.",
                            "state directory %s: its engine has not answered in %" PRId64 " ms",
                            at->dir, wait_ms);
    pthread_mutex_unlock(&at->lock);
    return code;
}

pt_code pt_attach_open(const struct pt_config *cfg, const struct pt_run *run, int64_t wait_ms,
                       struct pt_link *link, struct pt_error *err)
{
    struct attached *at = attached_new(cfg, run);
    *link = (struct pt_link){0};
    if (at == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "attach: out of memory");
    pt_code code = at->wake_fd >= 0 && at->work_fd >= 0
                       ? attached_connect(at, err)
                       : pt_error_set(err, PT_EIO, "Raise the limit of open files (ulimit -n).",
                                      "attach: no file descriptor is left");
    if (code == PT_OK) {
        at->has_thread = pthread_create(&at->thread, NULL, attached_run, at) == 0;
        code = at->has_thread ? socket_await(at, wait_ms, err)
                              : pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                                             "attach: a thread cannot be started");
    }
    if (code != PT_OK) {
        socket_free(at);
        return code;
    }
    *link = (struct pt_link){
        .arg = at,
        .acquire = socket_acquire,
        .wake_fd = socket_wake_fd,
        .check = socket_check,
        .submit = socket_submit,
        .look_at = socket_look_at,
        .stop = socket_stop,
        .end = socket_end,
        .is_stopped = socket_is_stopped,
        .close = socket_close,
        .free = socket_free,
    };
    return PT_OK;
}
