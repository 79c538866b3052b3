#include "term/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "term/even_clock.h"
#include "term/private_file.h"
#include "term/restore.h"

/* Static, because signals belong to the process. */
static struct {
    pthread_mutex_t lock; /* protects link */
    struct pt_link link;  /* to the engine that a signal stops; closed until there is one */
    _Atomic int64_t grace_ms;
    bool is_screen;
    int pipe_fds[2];
    atomic_int stopped_by;
    /* Written by the signal thread; valid once stopped_by is set. */
    struct timespec deadline;
    int64_t first_ms; /* monotonic time of the first stop signal */
} signals = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .pipe_fds = {-1, -1}
};

static bool signals_is_ignored(int number)
{
    struct sigaction old;
    return sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
}

/* All the signals that pintop handles, except a SIGHUP that was ignored when it started, as under
 * nohup. */
static void signals_fill(sigset_t *set)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH, SIGPIPE};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i] != SIGHUP || !signals_is_ignored(SIGHUP)) {
            sigaddset(set, numbers[i]);
        }
    }
}

void signals_block(void)
{
    sigset_t set;
    signals_fill(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* A full pipe already holds more than the reader needs to wake up. */
static void signals_tell(char byte)
{
    ssize_t n = write(signals.pipe_fds[1], &byte, 1);
    (void)n;
}

static const char *signals_reason(int number)
{
    switch (number) {
    case SIGHUP:
        return "SIGHUP: terminal hung up";
    case SIGINT:
        return "SIGINT: interrupted";
    default:
        return "SIGTERM: asked to end";
    }
}

static struct timespec signals_after_ms(int64_t ms)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_sec += (time_t)(ms / 1000);
    ts.tv_nsec += (long)(ms % 1000) * 1000000;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_sec++;
        ts.tv_nsec -= 1000000000;
    }
    return ts;
}

/* The time until the deadline; 0 when it has passed. */
static struct timespec signals_time_left(void)
{
    struct timespec now, left;
    clock_gettime(CLOCK_MONOTONIC, &now);
    left.tv_sec = signals.deadline.tv_sec - now.tv_sec;
    left.tv_nsec = signals.deadline.tv_nsec - now.tv_nsec;
    if (left.tv_nsec < 0) {
        left.tv_sec--;
        left.tv_nsec += 1000000000;
    }
    return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

static void signals_stop_engine(const char *why)
{
    pthread_mutex_lock(&signals.lock);
    pt_link_stop(&signals.link, why, PT_STOP_CONFIGURED);
    pthread_mutex_unlock(&signals.lock);
}

/* Stopping the engine a second time ends its drain. A second signal must therefore come later than
 * the first: `timeout`, a shell and a service manager signal the process and its group, or send
 * TERM and HUP together, within microseconds. */
static void signals_take_stop(int number)
{
    enum { SAME_WISH_MS = 1000 };
    bool is_first = signals_stopped_by() == 0;
    if (is_first) {
        signals.first_ms = even_clock_ms(NULL);
        signals.deadline = signals_after_ms(signals.grace_ms);
        atomic_store(&signals.stopped_by, number);
    }
    if (is_first || even_clock_ms(NULL) - signals.first_ms >= SAME_WISH_MS) {
        signals_stop_engine(signals_reason(number));
    }
    signals_tell('T');
}

static void signals_take(int number)
{
    switch (number) {
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
        signals_take_stop(number);
        break;
    case SIGTSTP:
        if (signals.is_screen) {
            signals_tell('Z');
        } else {
            raise(SIGSTOP);
        }
        break;
    case SIGCONT:
    case SIGWINCH:
        if (signals.is_screen) {
            signals_tell(number == SIGCONT ? 'C' : 'W');
        }
        break;
    default: /* SIGPIPE: the write has returned EPIPE already */
        break;
    }
}

/* Prints one line if stderr accepts it at once, because stderr may be a terminal that does not
 * read. */
static void signals_say_why(void)
{
    char text[160];
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    const char *why = signals_reason(signals_stopped_by());
    int len = snprintf(text, sizeof text,
                       "%spintop: interrupted: %.*s: the work in progress did not end in time.\n",
                       isatty(STDERR_FILENO) ? "\r\033[K" : "", (int)strcspn(why, ":"), why);
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT)) {
        ssize_t n = write(STDERR_FILENO, text, (size_t)len);
        (void)n;
    }
}

/* The only exit outside main: every other thread may be stuck. */
static void signals_give_up(void)
{
    restore_now(true);
    private_file_remove_now();
    if (!signals.is_screen) {
        signals_say_why();
    }
    _exit(1);
}

static void *signals_loop(void *arg)
{
    (void)arg;
    pthread_setname_np(pthread_self(), "signals");
    sigset_t set;
    signals_fill(&set);
    for (;;) {
        int number;
        if (signals_stopped_by()) {
            struct timespec left = signals_time_left();
            number = sigtimedwait(&set, NULL, &left);
            if (number < 0 && errno == EAGAIN) {
                signals_give_up();
            }
        } else {
            number = sigwaitinfo(&set, NULL);
        }
        if (number > 0) {
            signals_take(number);
        }
    }
    return NULL;
}

pt_code signals_start(const struct pt_link *link, int64_t grace_ms, bool is_screen,
                      struct pt_error *err)
{
    if (pipe2(signals.pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0) {
        return pt_error_set(err, PT_EIO, NULL, "signals: cannot create a pipe: %s",
                            strerror(errno));
    }
    signals_set_grace(grace_ms);
    signals.is_screen = is_screen;
    if (link) {
        signals_set_link(link);
    }
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, signals_loop, NULL);
    if (rc != 0) {
        close(signals.pipe_fds[0]);
        close(signals.pipe_fds[1]);
        signals.pipe_fds[0] = signals.pipe_fds[1] = -1;
        return pt_error_set(err, PT_EIO, NULL, "signals: cannot create a thread: %s", strerror(rc));
    }
    pthread_detach(thread);
    return PT_OK;
}

int64_t signals_grace_ms(int64_t stop_ms)
{
    enum { RESTORE_MS = 700 }; /* to restore the terminal and end the process after the drain */
    return stop_ms + RESTORE_MS;
}

void signals_set_grace(int64_t grace_ms)
{
    atomic_store(&signals.grace_ms, grace_ms);
}

void signals_set_link(const struct pt_link *link)
{
    pthread_mutex_lock(&signals.lock);
    signals.link = *link;
    pthread_mutex_unlock(&signals.lock);
    int number = signals_stopped_by();
    if (number) {
        /* The signal came before there was an engine to stop. */
        signals_stop_engine(signals_reason(number));
    }
}

int64_t signals_left_ms(void)
{
    if (signals_stopped_by() == 0) {
        return INT64_MAX;
    }
    struct timespec left = signals_time_left();
    return (int64_t)left.tv_sec * 1000 + left.tv_nsec / 1000000;
}

int signals_fd(void)
{
    return signals.pipe_fds[0];
}

int signals_stopped_by(void)
{
    return atomic_load(&signals.stopped_by);
}

void signals_suspend(void)
{
    raise(SIGSTOP); /* all threads stop; this call returns when the process continues */
}
