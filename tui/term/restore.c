/* Giving the terminal back. A process has one terminal, so the state is static. Everything after
 * restore_save may run in a signal handler, or while the UI thread is stuck. */
#include "term/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "term/private_file.h"

enum { RESTORE_MAX = 511, STACK_BYTES = 65536, STUCK_TRIES = 40, STUCK_MS = 5, ANSWER_MS = 200 };

static struct {
    int fd;
    bool has_termios;
    struct termios termios;
    char string[RESTORE_MAX + 1];
    size_t len;
    volatile sig_atomic_t is_ours, is_expecting;
} saved = {.fd = -1};

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

static void restore_write_all(int fd, const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n <= 0)
            return; /* do not wait for a terminal that has stopped reading */
        p += n;
        len -= (size_t)n;
    }
}

/* Another thread may be stuck in write(). It holds the lock of the terminal, so a write here fails
 * with EAGAIN, and it does not notice that dropping the output made room. TCOON wakes it. */
static void restore_write_beside(int fd, const char *p, size_t len)
{
    size_t done = 0;
    for (int i = 0; i < STUCK_TRIES && done < len; i++) {
        if (done == 0) {
            tcflush(fd, TCOFLUSH);
            tcflow(fd, TCOOFF);
            tcflow(fd, TCOON);
        }
        ssize_t n = write(fd, p + done, len - done);
        if (n < 0 && errno != EAGAIN)
            return;
        if (n > 0)
            done += (size_t)n;
        else
            poll(NULL, 0, STUCK_MS);
    }
}

static void restore_on_crash(int number)
{
    static const char text[] = "pintop: crashed: the terminal is restored, the account is on disk. "
                               "Start it again to go on\n";
    private_file_remove_now();
    if (saved.is_ours) {
        restore_now(false);
        restore_write_all(saved.fd, text, sizeof text - 1);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void restore_catch_crashes(void)
{
    static uint8_t stack[STACK_BYTES];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = restore_on_crash;
    action.sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof crash_signals / sizeof *crash_signals; i++)
        sigaction(crash_signals[i], &action, NULL);
}

void restore_save(int fd, const char *string, size_t len)
{
    saved.fd = fd;
    saved.has_termios = tcgetattr(fd, &saved.termios) == 0;
    saved.len = len < RESTORE_MAX ? len : RESTORE_MAX;
    memcpy(saved.string, string, saved.len);
    restore_catch_crashes();
}

void restore_arm(bool is_ours)
{
    saved.is_ours = is_ours;
}

void restore_expect(bool is_expected)
{
    saved.is_expecting = is_expected;
}

static void restore_drop_answer(bool is_stuck)
{
    struct pollfd fd = {.fd = saved.fd, .events = POLLIN};
    if (!saved.is_expecting)
        return;
    if (!is_stuck)
        poll(&fd, 1, ANSWER_MS);
    tcflush(saved.fd, TCIFLUSH);
}

void restore_now(bool is_stuck)
{
    if (!saved.is_ours)
        return;
    saved.is_ours = false;
    int flags = is_stuck ? fcntl(saved.fd, F_GETFL) : -1;
    if (flags >= 0) {
        fcntl(saved.fd, F_SETFL, flags | O_NONBLOCK);
        restore_write_beside(saved.fd, saved.string, saved.len);
    } else {
        restore_write_all(saved.fd, saved.string, saved.len);
    }
    restore_drop_answer(is_stuck);
    if (saved.has_termios)
        tcsetattr(saved.fd, TCSANOW, &saved.termios);
    if (flags >= 0)
        fcntl(saved.fd, F_SETFL, flags); /* the shell shares this file description */
}
