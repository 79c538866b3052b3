/* Runs a program: see child.h. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    CLOSED_MS = 5000, /* from the end of its output to its own */
    KILLED_MS = 2000,
    SLICE_MS = 50,
    CLOSED_SLICE_MS = 2,   /* it ends right after it has closed its output */
    TURN_BYTES = 64 * 1024 /* that much is in a pipe at most */
};

extern char **environ;

struct child {
    pid_t pid;
    int out, err; /* for reading; -1 when closed */
    bool is_ended;
    int status;
    int lost; /* errno: it has ended, and its status was taken by the kernel */
};

static int child_spawn(const struct child_run *run, const int out[2], const int err[2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    /* A process group of its own, so that programs that it starts are ended with it. */
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    int error = posix_spawnp(pid, run->words[0], &actions, &attributes, run->words,
                             run->environment != NULL ? run->environment : environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int child_start(const struct child_run *run, struct child *child)
{
    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return errno;
    if (pipe2(err, O_CLOEXEC) != 0) {
        int error = errno;
        close(out[0]);
        close(out[1]);
        return error;
    }
    int error = child_spawn(run, out, err, &child->pid);
    close(out[1]);
    close(err[1]);
    child->out = out[0];
    child->err = err[0];
    fcntl(child->out, F_SETFL, O_NONBLOCK);
    fcntl(child->err, F_SETFL, O_NONBLOCK);
    return error;
}

/* Takes what is there, and leaves off in time from a program that prints without an end. */
static void child_take(int *fd, struct buf *buf)
{
    char bytes[4096];
    ssize_t n = 1;
    size_t taken = 0;
    while (taken < TURN_BYTES && (n = read(*fd, bytes, sizeof bytes)) > 0) {
        buf_append(buf, bytes, (size_t)n);
        taken += (size_t)n;
    }
    explicit_bzero(bytes, sizeof bytes);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        close(*fd);
        *fd = -1;
    }
}

/* The program has ended: its status is known from now on, unless it is lost. */
static bool child_has_ended(struct child *child)
{
    if (child->is_ended)
        return true;
    pid_t pid;
    while ((pid = waitpid(child->pid, &child->status, WNOHANG)) < 0 && errno == EINTR) {
    }
    if (pid < 0)
        child->lost = errno;
    child->is_ended = pid != 0;
    return child->is_ended;
}

static void child_read_some(struct child *child, struct buf *out, struct buf *err, int timeout_ms)
{
    struct pollfd fds[2] = {
        {.fd = child->out, .events = POLLIN},
        {.fd = child->err, .events = POLLIN}
    };
    poll(fds, 2, timeout_ms);
    if (fds[0].revents != 0)
        child_take(&child->out, out);
    if (fds[1].revents != 0)
        child_take(&child->err, err);
    err->is_over = false; /* only its beginning is shown */
}

/* Reads both pipes until the program has ended. A program that it started may keep them open;
 * nothing more is waited for then. */
static enum child_end child_read_all(const struct child_run *run, struct child *child,
                                     struct child_result *result)
{
    int64_t end_us = clock_mono_us() + run->limit_ms * 1000;
    int64_t closed_us = 0; /* when it had closed both */
    while (!child_has_ended(child)) {
        int64_t now_us = clock_mono_us();
        bool is_closed = child->out < 0 && child->err < 0;
        if (run->is_cancelled != NULL && run->is_cancelled(run->arg))
            return CHILD_CANCELLED;
        if (is_closed && closed_us == 0)
            closed_us = now_us;
        if (now_us > end_us)
            return CHILD_LATE;
        if (is_closed && now_us - closed_us > CLOSED_MS * INT64_C(1000))
            return CHILD_LINGERED;
        child_read_some(child, &result->out, &result->err, is_closed ? CLOSED_SLICE_MS : SLICE_MS);
        if (result->out.is_over)
            return CHILD_TOO_MUCH;
    }
    /* What it wrote before its end has arrived by now. */
    child_read_some(child, &result->out, &result->err, 0);
    if (result->out.is_over)
        return CHILD_TOO_MUCH;
    return child->lost != 0 ? CHILD_LOST : CHILD_ENDED;
}

/* Returns its exit status; is_killed: it was still running. SIGKILL cannot be ignored, but a
 * process that the kernel cannot end (a dead network disk) is not waited for. */
static int child_finish(struct child *child, bool is_killed)
{
    if (is_killed && !child->is_ended)
        kill(-child->pid, SIGKILL);
    if (child->out >= 0)
        close(child->out);
    if (child->err >= 0)
        close(child->err);
    int64_t end_us = clock_mono_us() + KILLED_MS * INT64_C(1000);
    while (!child_has_ended(child) && clock_mono_us() < end_us)
        poll(NULL, 0, 1);
    return child->status;
}

void child_run(const struct child_run *run, struct child_result *result)
{
    struct child child = {.pid = -1, .out = -1, .err = -1};
    memset(result, 0, sizeof *result);
    buf_init_secret(&result->out, run->out_max);
    buf_init_secret(&result->err, run->err_max);
    result->error = child_start(run, &child);
    if (result->error != 0) {
        result->end = CHILD_NOT_STARTED;
        child.out >= 0 ? close(child.out) : 0;
        child.err >= 0 ? close(child.err) : 0;
        return;
    }
    result->end = child_read_all(run, &child, result);
    result->is_output_ended = child.out < 0;
    result->status = child_finish(&child, result->end != CHILD_ENDED);
    if (result->end == CHILD_LOST)
        result->error = child.lost;
}

void child_result_done(struct child_result *result)
{
    buf_done(&result->out);
    buf_done(&result->err);
}

bool child_exited(const struct child_result *result, int status)
{
    return result->end == CHILD_ENDED && WIFEXITED(result->status) &&
           WEXITSTATUS(result->status) == status;
}

/* ------------------------------------------------------------------ its environment */

static bool is_left_out(const char *variable, const char *const *without, char *const *with)
{
    for (; *without != NULL; without++)
        if (strncmp(variable, *without, strlen(*without)) == 0)
            return true;
    for (; *with != NULL; with++)
        if (strncmp(variable, *with, strcspn(*with, "=") + 1) == 0)
            return true;
    return false;
}

char **child_environment(const char *const *without, char *const *with)
{
    size_t n = 1, k = 0;
    for (char **at = environ; *at != NULL; at++)
        n++;
    for (char *const *at = with; *at != NULL; at++)
        n++;
    char **list = calloc(n, sizeof *list);
    if (list == NULL)
        return NULL;
    for (char **at = environ; *at != NULL; at++)
        if (!is_left_out(*at, without, with))
            list[k++] = *at;
    for (; *with != NULL; with++)
        list[k++] = *with;
    return list;
}
