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

#include "term/restore.h"

/* One per process: signals are. */
static struct {
    pthread_mutex_t lock; /* eng: stopping it, or taking it away */
    struct pt_engine *eng;
    int64_t grace_ms;
    bool is_screen;
    int pipe_fds[2];
    atomic_int stopped_by;
    /* Of the signal thread; valid once stopped_by is set. */
    struct timespec deadline;
    int64_t first_ms; /* monotonic: when the first stop signal came */
} signals = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .pipe_fds = {-1, -1}
};

static bool is_ignored(int number)
{
    struct sigaction old;
    return sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
}

/* Ours, all but a SIGHUP that was ignored when we came: nohup means it. */
static void fill(sigset_t *set)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH, SIGPIPE};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i] != SIGHUP || !is_ignored(SIGHUP)) {
            sigaddset(set, numbers[i]);
        }
    }
}

void signals_block(void)
{
    sigset_t set;
    fill(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* A full pipe already holds more than the reader needs to wake up. */
static void tell(char byte)
{
    ssize_t n = write(signals.pipe_fds[1], &byte, 1);
    (void)n;
}

static const char *reason(int number)
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

static int64_t mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct timespec after_ms(int64_t ms)
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

/* What is left until the deadline; 0 when it has passed. */
static struct timespec time_left(void)
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

static void stop_engine(const char *why)
{
    pthread_mutex_lock(&signals.lock);
    if (signals.eng) {
        pt_engine_stop(signals.eng, why, -2);
    }
    pthread_mutex_unlock(&signals.lock);
}

/* Stopping the engine a second time ends its drain. That is for somebody who has waited and has had
 * enough: `timeout`, a shell and a service manager send the same wish to the process and to its
 * group, or TERM and HUP together, within microseconds. */
static void take_stop(int number)
{
    enum { SAME_WISH_MS = 1000 };
    bool is_first = signals_stopped_by() == 0;
    if (is_first) {
        signals.first_ms = mono_ms();
        signals.deadline = after_ms(signals.grace_ms);
        atomic_store(&signals.stopped_by, number);
    }
    if (is_first || mono_ms() - signals.first_ms >= SAME_WISH_MS) {
        stop_engine(reason(number));
    }
    tell('T');
}

static void take(int number)
{
    switch (number) {
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
        take_stop(number);
        break;
    case SIGTSTP:
        if (signals.is_screen) {
            tell('Z');
        } else {
            raise(SIGSTOP);
        }
        break;
    case SIGCONT:
    case SIGWINCH:
        if (signals.is_screen) {
            tell(number == SIGCONT ? 'C' : 'W');
        }
        break;
    default: /* SIGPIPE: the write said EPIPE already */
        break;
    }
}

/* One line, if stderr takes it at once: it may be the terminal that does not read. */
static void say_why(void)
{
    char text[160];
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    const char *why = reason(signals_stopped_by());
    int len = snprintf(text, sizeof text,
                       "%spintop: interrupted: %.*s: what was under way did not end in time.\n",
                       isatty(STDERR_FILENO) ? "\r\033[K" : "", (int)strcspn(why, ":"), why);
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT)) {
        ssize_t n = write(STDERR_FILENO, text, (size_t)len);
        (void)n;
    }
}

/* The one exit outside main: nobody else may still be able to end the process. */
static void give_up(void)
{
    restore_now(true);
    if (!signals.is_screen) {
        say_why();
    }
    _exit(1);
}

static void *signal_loop(void *arg)
{
    (void)arg;
    pthread_setname_np(pthread_self(), "signals");
    sigset_t set;
    fill(&set);
    for (;;) {
        int number;
        if (signals_stopped_by()) {
            struct timespec left = time_left();
            number = sigtimedwait(&set, NULL, &left);
            if (number < 0 && errno == EAGAIN) {
                give_up();
            }
        } else {
            number = sigwaitinfo(&set, NULL);
        }
        if (number > 0) {
            take(number);
        }
    }
    return NULL;
}

pt_code signals_start(struct pt_engine *eng, int64_t grace_ms, bool is_screen, struct pt_error *err)
{
    if (pipe2(signals.pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0) {
        return pt_error_set(err, PT_EIO, NULL, "signals: no pipe: %s", strerror(errno));
    }
    signals.grace_ms = grace_ms;
    signals.is_screen = is_screen;
    signals_set_engine(eng);
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, signal_loop, NULL);
    if (rc != 0) {
        close(signals.pipe_fds[0]);
        close(signals.pipe_fds[1]);
        signals.pipe_fds[0] = signals.pipe_fds[1] = -1;
        return pt_error_set(err, PT_EIO, NULL, "signals: no thread: %s", strerror(rc));
    }
    pthread_detach(thread);
    return PT_OK;
}

void signals_set_engine(struct pt_engine *eng)
{
    pthread_mutex_lock(&signals.lock);
    signals.eng = eng;
    pthread_mutex_unlock(&signals.lock);
    int number = signals_stopped_by();
    if (eng && number) {
        stop_engine(reason(number)); /* it came before there was an engine to stop */
    }
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
    raise(SIGSTOP); /* all threads stop; this call returns when the process goes on */
}
