/* The signal thread, in children of this program: what it tells, and the exit at the deadline. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "term/signals.h"

enum { WAIT_MS = 10000, LONG_MS = 60000 };

/* Run body in a child; its exit status, or -signal. */
static int in_child(int (*body)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(20); /* not one of ours: a test that hangs ends */
        _exit(body());
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* The next byte told, 0 when none comes in time. */
static char next_byte(int wait_ms)
{
    struct pollfd fd = {.fd = signals_fd(), .events = POLLIN};
    char byte = 0;
    return poll(&fd, 1, wait_ms) == 1 && read(fd.fd, &byte, 1) == 1 ? byte : 0;
}

static bool begin(int64_t grace_ms, bool is_screen)
{
    struct pt_error err;
    signals_block();
    return signals_start(NULL, grace_ms, is_screen, &err) == PT_OK;
}

static int stop_is_told(void)
{
    if (!begin(LONG_MS, false) || signals_stopped_by() != 0) {
        return 10;
    }
    kill(getpid(), SIGTERM);
    if (next_byte(WAIT_MS) != 'T' || signals_stopped_by() != SIGTERM) {
        return 11;
    }
    kill(getpid(), SIGINT); /* told again; the first one counts */
    return next_byte(WAIT_MS) == 'T' && signals_stopped_by() == SIGTERM ? 0 : 12;
}

static int deadline_ends_the_process(void)
{
    if (!begin(50, false)) {
        return 10;
    }
    kill(getpid(), SIGHUP);
    for (;;) {
        pause(); /* the signal thread ends us with 1 */
    }
}

/* What the process says on stderr when the signal thread ends it. */
static void last_words(bool is_screen, char *out, size_t cap)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(20);
        dup2(fds[1], STDERR_FILENO);
        close(fds[0]);
        close(fds[1]);
        if (!begin(20, is_screen)) {
            _exit(10);
        }
        kill(getpid(), SIGINT);
        for (;;) {
            pause();
        }
    }
    close(fds[1]);
    size_t len = 0;
    ssize_t n;
    while (len + 1 < cap && (n = read(fds[0], out + len, cap - len - 1)) > 0) {
        len += (size_t)n;
    }
    out[len] = 0;
    close(fds[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void test_the_deadline_says_why(void **state)
{
    char text[256];
    (void)state;
    last_words(false, text, sizeof text);
    assert_string_equal(text,
                        "pintop: interrupted: SIGINT: the work in progress did not end in time.\n");
    last_words(true, text, sizeof text); /* it would stand on somebody's screen */
    assert_string_equal(text, "");
}

static int screen_signals_are_forwarded(void)
{
    if (!begin(LONG_MS, true)) {
        return 10;
    }
    kill(getpid(), SIGWINCH);
    if (next_byte(WAIT_MS) != 'W') {
        return 11;
    }
    kill(getpid(), SIGTSTP);
    if (next_byte(WAIT_MS) != 'Z') {
        return 12;
    }
    kill(getpid(), SIGCONT);
    return next_byte(WAIT_MS) == 'C' ? 0 : 13;
}

static int broken_pipe_is_swallowed(void)
{
    if (!begin(LONG_MS, false)) {
        return 10;
    }
    kill(getpid(), SIGPIPE);
    kill(getpid(), SIGTERM); /* SIGPIPE's number is lower: it is taken first */
    return next_byte(WAIT_MS) == 'T' && signals_stopped_by() == SIGTERM ? 0 : 11;
}

static int nohup_is_honoured(void)
{
    signal(SIGHUP, SIG_IGN);
    if (!begin(LONG_MS, false)) {
        return 10;
    }
    kill(getpid(), SIGHUP);
    kill(getpid(), SIGTERM);
    return next_byte(WAIT_MS) == 'T' && signals_stopped_by() == SIGTERM ? 0 : 11;
}

static void test_stop_is_told(void **state)
{
    (void)state;
    assert_int_equal(in_child(stop_is_told), 0);
}
static void test_deadline(void **state)
{
    (void)state;
    assert_int_equal(in_child(deadline_ends_the_process), 1);
}
static void test_screen(void **state)
{
    (void)state;
    assert_int_equal(in_child(screen_signals_are_forwarded), 0);
}
static void test_broken_pipe(void **state)
{
    (void)state;
    assert_int_equal(in_child(broken_pipe_is_swallowed), 0);
}
static void test_nohup(void **state)
{
    (void)state;
    assert_int_equal(in_child(nohup_is_honoured), 0);
}

/* Ctrl-Z without a screen stops the whole process, and SIGCONT lets it go on. */
static void test_suspend(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(20);
        if (!begin(LONG_MS, false)) {
            _exit(10);
        }
        kill(getpid(), SIGTSTP);
        _exit(next_byte(WAIT_MS) == 'T' ? 0 : 11);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    kill(pid, SIGCONT);
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_is_told),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_broken_pipe),
        cmocka_unit_test(test_nohup),
        cmocka_unit_test(test_suspend),
        cmocka_unit_test(test_the_deadline_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
