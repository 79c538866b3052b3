#include "attach/attached.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/shown.h"
#include "base/text.h"
#include "desk/section.h"
#include "pintop/report.h"

enum {
    ATTACHED_OLD_MS = 5000, /* without a word from the engine */
    ATTACHED_AGAIN_MS = 250 /* between two tries to find another engine */
};

/* ---- the beginning and the end of one ---- */

struct attached *attached_new(const struct pt_config *cfg, const struct pt_run *run)
{
    const char *dir = pt_config_get(cfg, "pintop.state.dir");
    struct attached *at = calloc(1, sizeof *at);
    if (at == NULL)
        return NULL;
    at->cfg = cfg;
    at->needs_connectors = run->has_connectors;
    at->needs = run->is_stop_alone ? HELLO_NEEDS_NOTHING
                : run->is_oneshot  ? HELLO_NEEDS_CLUSTER
                                   : HELLO_NEEDS_ALL;
    at->is_readonly = pt_config_is_readonly(cfg);
    at->state = PT_LINK_GONE;
    at->hello.pid = PT_UNKNOWN;
    at->since_ms = clock_real_ms();
    at->wire.fd = -1;
    at->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    at->work_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    text_copy(at->dir, sizeof at->dir, dir != NULL ? dir : "");
    /* The embedded cluster has one engine in a directory, whatever its shard. Whoever only stops
     * need not name the cluster, so the engine of the shard that is named is meant, if there is
     * one. */
    at->shard = SHARD_WHOLE;
    at->may_be_whole = pt_config_is_embedded(cfg);
    if (!pt_config_is_embedded(cfg) || run->is_stop_alone)
        pt_config_shard(cfg, &at->shard.i, &at->shard.n);
    buf_init(&at->out, ATTACHED_OUT_MAX);
    pthread_mutex_init(&at->lock, NULL);
    cond_init(&at->changed);
    return at;
}

void attached_free(struct attached *at)
{
    wire_done(&at->wire);
    pt_snapshot_release(at->base);
    pt_snapshot_release(at->shown);
    for (size_t i = 0; i < at->n_refused; i++)
        result_release(at->refused[i]);
    buf_done(&at->out);
    free(at->look);
    if (at->wake_fd >= 0)
        close(at->wake_fd);
    if (at->work_fd >= 0)
        close(at->work_fd);
    pthread_cond_destroy(&at->changed);
    pthread_mutex_destroy(&at->lock);
    free(at);
}

/* ---- what the other threads see ---- */

static void attached_wake(const struct attached *at)
{
    uint64_t one = 1;
    ssize_t n = write(at->wake_fd, &one, sizeof one);
    (void)n; /* a full counter is readable, too */
}

/* The caller holds the lock. */
static void attached_become(struct attached *at, enum pt_link_state state, const char *why)
{
    if (state != PT_LINK_GONE) {
        at->is_unread = false;
        at->fix[0] = '\0';
        why = "";
    }
    if (at->state == state && strcmp(at->why, why) == 0)
        return;
    if (at->state != state)
        at->since_ms = clock_real_ms();
    if (at->state != state && state == PT_LINK_OLD) /* since its last word */
        at->since_ms -= (clock_mono_us() - at->heard_us) / 1000;
    at->state = state;
    at->n_states++;
    shown_str(at->why, sizeof at->why, why);
    attached_dress(at);
    attached_wake(at);
    pthread_cond_broadcast(&at->changed);
}

/* ---- connecting ---- */

/* Why there is nothing to show, for whoever waits for the first snapshot. */
static void attached_fail(struct attached *at, const struct pt_error *why)
{
    pthread_mutex_lock(&at->lock);
    if (at->shown == NULL && at->error.code == PT_OK) /* the first one tells most */
        at->error = *why;
    pthread_cond_broadcast(&at->changed);
    pthread_mutex_unlock(&at->lock);
}

/* The same of an engine that is there and cannot be shown: for this pintop it is gone. */
static void attached_give_up(struct attached *at, const struct pt_error *why, bool is_unread)
{
    attached_fail(at, why);
    pthread_mutex_lock(&at->lock);
    at->is_unread = is_unread;
    text_copy(at->fix, sizeof at->fix, why->fix);
    attached_become(at, PT_LINK_GONE, why->what);
    pthread_mutex_unlock(&at->lock);
}

static void attached_unread(struct attached *at, const struct pt_error *what)
{
    struct pt_error why;
    char fix[160];
    attached_unread_fix(at, fix, sizeof fix);
    pt_error_set(&why, what->code, fix,
                 "what the engine (pintop %" PRId64 ") says cannot be read: %s", at->hello.pid,
                 what->what);
    attached_give_up(at, &why, true);
}

/* Nobody serves there any more: one that could not be shown is gone, too. */
static void attached_empty(struct attached *at)
{
    pthread_mutex_lock(&at->lock);
    bool is_new = at->state == PT_LINK_GONE && (at->is_unread || at->fix[0] != '\0');
    if (is_new) {
        at->is_unread = false;
        at->fix[0] = '\0';
        attached_become(at, PT_LINK_GONE, "");
    }
    pthread_mutex_unlock(&at->lock);
}

static pt_code attached_refuses(struct pt_error *err, const struct attached *at, int why)
{
    char text[128], name[40], shard[SHARD_TEXT];
    const char *dir = at->dir;
    bool is_whole = shard_is_whole(at->shard);
    shard_format(at->shard, shard);
    wire_socket_name(at->shard, name, sizeof name);
    if (why == ENOENT || why == ECONNREFUSED)
        return pt_error_set(err, PT_ENOTFOUND,
                            "Start one: `pintop engine`, or `pintop` on a terminal.",
                            "state directory %s: no engine serves %s%s", dir,
                            is_whole ? "it" : "shard ", is_whole ? "" : shard);
    if (why == EACCES || why == EPERM)
        return pt_error_set(err, PT_EAUTH, "Attach as the user whose engine it is.",
                            "state directory %s: its engine is another user's", dir);
    return pt_error_set(err, PT_EIO, NULL, "%s/%s: %s", dir, name,
                        strerror_r(why, text, sizeof text));
}

pt_code attached_connect(struct attached *at, struct pt_error *err)
{
    struct sockaddr_un to;
    int dir_fd;
    int64_t uid, pid = 0;
    char hello[64];
    pt_code code = wire_address(at->dir, at->shard, &to, &dir_fd, err);
    if (code != PT_OK)
        return code;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int rc = fd >= 0 ? connect(fd, (const struct sockaddr *)&to, sizeof to) : -1;
    int why = rc != 0 ? errno : 0;
    if (dir_fd >= 0)
        close(dir_fd);
    if (rc == 0 && !wire_is_ours(fd, &uid, &pid))
        why = EACCES;
    if (why != 0) {
        if (fd >= 0)
            close(fd);
        if (why == ENOENT && at->may_be_whole && !shard_is_whole(at->shard)) {
            at->shard = SHARD_WHOLE;
            return attached_connect(at, err);
        }
        return attached_refuses(err, at, why);
    }
    at->peer_pid = pid;
    wire_init(&at->wire, fd, WIRE_FRAME_MAX);
    snprintf(hello, sizeof hello, "%d", WIRE_PROTOCOL);
    wire_put(&at->wire, "hello", hello);
    at->is_greeted = false;
    at->heard_us = clock_mono_us();
    return PT_OK;
}

/* ---- what the engine says ---- */

static bool attached_hello(struct attached *at, char *rest)
{
    struct hello hello;
    struct pt_error err = {0};
    pt_code code = hello_read(rest, at->cfg, at->needs, &hello, &err);
    if (code == PT_OK && at->needs_connectors && !hello.has_connectors)
        code =
            pt_error_set(&err, PT_EMISMATCH,
                         "`pintop stream --status` shows its streams, and `pintop engine --stop` "
                         "ends it",
                         "the engine of pintop %" PRId64 " does not watch connectors", hello.pid);
    if (code != PT_OK) {
        attached_give_up(at, &err, false);
        return false;
    }
    if (at->peer_pid > 0)
        hello.pid = at->peer_pid;
    pthread_mutex_lock(&at->lock);
    at->hello = hello;
    at->next_id = (uint64_t)hello.first_id;
    at->is_greeted = at->is_first = true;
    if (at->look != NULL)
        wire_put(&at->wire, "look", at->look);
    pthread_mutex_unlock(&at->lock);
    return true;
}

static bool attached_snapshot(struct attached *at, const char *rest)
{
    const struct pt_snapshot *next = NULL;
    struct pt_error err = {0};
    if (!at->is_greeted)
        return false;
    /* Only this thread writes base. That of an engine before is shown until there is another. */
    const struct pt_snapshot *base = at->is_first ? NULL : at->base;
    if (pt_snapshot_apply(rest, strlen(rest), base, &next, &err) != PT_OK) {
        attached_unread(at, &err);
        return false;
    }
    at->is_first = false;
    pthread_mutex_lock(&at->lock);
    pt_snapshot_release(at->base);
    at->base = next;
    attached_settle(at);
    if (at->state == PT_LINK_ATTACHED) {
        attached_dress(at);
        attached_wake(at);
        pthread_cond_broadcast(&at->changed);
    } else {
        attached_become(at, PT_LINK_ATTACHED, "");
    }
    pthread_mutex_unlock(&at->lock);
    return true;
}

static bool attached_refusal(struct attached *at, char *rest)
{
    int64_t id;
    struct pt_error why, err;
    if (!wire_number(&rest, &id) || pt_error_read(rest, strlen(rest), &why, &err) != PT_OK)
        return false;
    pthread_mutex_lock(&at->lock);
    attached_fails(at, (uint64_t)id, &why);
    attached_dress(at);
    attached_wake(at);
    pthread_mutex_unlock(&at->lock);
    return true;
}

static void attached_bye(struct attached *at, const char *why)
{
    pthread_mutex_lock(&at->lock);
    if (at->base == NULL) {
        char shown[160];
        shown_str(shown, sizeof shown, why);
        pt_error_set(&at->error, PT_EREFUSED, NULL,
                     "attach: the engine turned this pintop away: %s", shown);
    }
    attached_become(at, PT_LINK_GONE, why);
    pthread_mutex_unlock(&at->lock);
}

bool attached_take(struct attached *at, char *line)
{
    char *rest, *word = wire_word(line, &rest);
    at->heard_us = clock_mono_us();
    if (strcmp(word, "snapshot") == 0)
        return attached_snapshot(at, rest);
    if (strcmp(word, "hello") == 0)
        return !at->is_greeted && attached_hello(at, rest);
    if (strcmp(word, "refused") == 0)
        return attached_refusal(at, rest);
    if (strcmp(word, "bye") == 0) {
        attached_bye(at, rest);
        return false;
    }
    return true; /* a word of a later version */
}

/* ---- the thread ---- */

static void attached_lost(struct attached *at)
{
    wire_done(&at->wire);
    pthread_mutex_lock(&at->lock);
    buf_reset(&at->out); /* commands for the engine that is gone */
    if (at->state != PT_LINK_GONE)
        attached_become(at, PT_LINK_GONE, "");
    if (attached_forsaken(at)) {
        attached_dress(at);
        attached_wake(at);
    }
    pthread_mutex_unlock(&at->lock);
}

/* Gives the lines of the other threads to the wire. */
static void attached_collect(struct attached *at)
{
    pthread_mutex_lock(&at->lock);
    if (at->is_greeted && at->out.len > 0) {
        buf_append(&at->wire.out, at->out.data, at->out.len);
        buf_reset(&at->out);
    }
    pthread_mutex_unlock(&at->lock);
}

/* Nothing can be written any more. What the engine has said before it went is still read; the
 * shutdown lets the other end close a connection that is there. */
static void attached_hush(struct attached *at)
{
    shutdown(at->wire.fd, SHUT_WR);
    buf_reset(&at->wire.out);
    at->wire.out_at = 0;
}

static bool attached_serve(struct attached *at, short events)
{
    bool moved, is_good = true;
    size_t len;
    char *line;
    if (events & (POLLIN | POLLHUP | POLLERR))
        is_good = wire_read(&at->wire);
    while ((line = wire_line(&at->wire, &len)) != NULL)
        if (!attached_take(at, line))
            return false;
    if (!is_good || at->wire.is_too_long)
        return false;
    attached_collect(at);
    if (!wire_flush(&at->wire, &moved))
        attached_hush(at);
    return true;
}

/* The time until the next thing that is due without a word from outside. */
static int attached_left_ms(const struct attached *at)
{
    int64_t now_us = clock_mono_us();
    int64_t due_us = at->wire.fd >= 0 ? at->heard_us + ATTACHED_OLD_MS * 1000
                                      : at->tried_us + ATTACHED_AGAIN_MS * 1000;
    int64_t left_ms = (due_us - now_us) / 1000 + 1;
    if (at->wire.fd >= 0 && left_ms <= 0)
        return ATTACHED_OLD_MS; /* it is said already */
    return left_ms < 0 ? 0 : (int)left_ms;
}

static void attached_look_again(struct attached *at)
{
    struct pt_error err = {0};
    int64_t now_us = clock_mono_us();
    if (at->wire.fd >= 0 || now_us - at->tried_us < ATTACHED_AGAIN_MS * 1000)
        return;
    at->tried_us = now_us;
    if (attached_connect(at, &err) != PT_OK)
        attached_fail(at, &err);
    if (err.code == PT_ENOTFOUND)
        attached_empty(at);
}

void attached_turn(struct attached *at)
{
    struct pollfd fds[2] = {
        {.fd = at->work_fd, .events = POLLIN},
        {.fd = at->wire.fd, .events = POLLIN},
    };
    uint64_t count;
    if (at->wire.fd >= 0 && wire_pending(&at->wire) > 0)
        fds[1].events |= POLLOUT;
    if (poll(fds, 2, attached_left_ms(at)) < 0)
        return;
    if (fds[0].revents != 0) {
        ssize_t n = read(at->work_fd, &count, sizeof count);
        (void)n; /* it only wakes */
    }
    if (at->wire.fd >= 0 && !attached_serve(at, fds[1].revents))
        attached_lost(at);
    attached_look_again(at);
    if (at->wire.fd >= 0 && clock_mono_us() - at->heard_us >= ATTACHED_OLD_MS * 1000) {
        pthread_mutex_lock(&at->lock);
        if (at->state == PT_LINK_ATTACHED)
            attached_become(at, PT_LINK_OLD, "");
        pthread_mutex_unlock(&at->lock);
    }
}

static bool attached_is_closing(struct attached *at)
{
    pthread_mutex_lock(&at->lock);
    bool is_closing = at->is_closing;
    pthread_mutex_unlock(&at->lock);
    return is_closing;
}

void *attached_run(void *arg)
{
    struct attached *at = arg;
    bool moved;
    pthread_setname_np(pthread_self(), "attached");
    while (!attached_is_closing(at))
        attached_turn(at);
    if (at->wire.fd >= 0) {
        attached_collect(at); /* what was asked last */
        wire_flush(&at->wire, &moved);
    }
    return NULL;
}
