/* stalled SIGNAL LIMIT_MS COMMAND…: run a program in a terminal whose reader stops reading, send it
 * a signal, and print how it ended, as assignments for the shell:
 *
 *   pid=1234          process ID of the program
 *   stuck=1           it was blocked in a write when the signal came (0: it was not)
 *   ended=1 ms=812    it ended that long after the signal (0: it was killed at the limit)
 *   status=1          its exit status, or 128 + the signal that killed it
 *   settings=1        the terminal's settings are the same as before
 *   screen=1          its last output leaves the alternate screen and shows the cursor
 *
 * The terminal is read until the program has drawn. Then Ctrl-L is typed, which makes the program
 * draw the whole screen, until the unread output no longer grows. */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

enum { DRAW_MS = 15000, QUIET_MS = 600, STEP_MS = 20 };

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void step(void)
{
    poll(NULL, 0, STEP_MS);
}

/* Read until the text appears; false: it did not. */
static bool read_until(int fd, const char *text)
{
    static char seen[65536];
    size_t len = 0;
    long deadline = now_ms() + DRAW_MS;
    while (now_ms() < deadline) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, STEP_MS) <= 0)
            continue;
        if (len > sizeof seen / 2) {
            memmove(seen, seen + len - 256, 256);
            len = 256;
        }
        ssize_t n = read(fd, seen + len, sizeof seen - 1 - len);
        if (n <= 0)
            return false;
        len += (size_t)n;
        seen[len] = '\0';
        if (memmem(seen, len, text, strlen(text)) != NULL)
            return true;
    }
    return false;
}

static int waiting_bytes(int fd)
{
    int n = 0;
    return ioctl(fd, FIONREAD, &n) == 0 ? n : -1;
}

/* Make the program draw until the unread output no longer grows. */
static bool fill(int fd)
{
    int most = -1;
    long since = now_ms(), deadline = since + DRAW_MS;
    while (now_ms() - since < QUIET_MS && now_ms() < deadline) {
        ssize_t n = write(fd, "\f", 1);
        (void)n;
        step();
        int waiting = waiting_bytes(fd);
        if (waiting != most)
            since = now_ms();
        most = waiting;
    }
    return most > 0 && now_ms() < deadline;
}

/* The exit status, or -1: the program still runs at the deadline. */
static int wait_until(pid_t pid, long deadline)
{
    int status;
    while (now_ms() < deadline) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        step();
    }
    return -1;
}

/* Read the rest of the output, which the kernel delivers in pieces, and look for the sequences
 * that give the screen back. */
static bool gave_back_screen(int fd)
{
    static char rest[1 << 20];
    size_t len = 0;
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    while (len < sizeof rest && poll(&ready, 1, QUIET_MS) > 0) {
        ssize_t n = read(fd, rest + len, sizeof rest - len);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    static const char leave[] = "\033[?1049l", cursor[] = "\033[?25h";
    return memmem(rest, len, leave, sizeof leave - 1) != NULL &&
           memmem(rest, len, cursor, sizeof cursor - 1) != NULL;
}

static bool same(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag &&
           a->c_cflag == b->c_cflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    int number = (int)strtol(argv[1], NULL, 10);
    long limit_ms = strtol(argv[2], NULL, 10);
    struct winsize size = {.ws_row = 60, .ws_col = 200};
    struct termios before, after;
    int fd, slave;
    if (openpty(&fd, &slave, NULL, NULL, &size) != 0)
        return 1;
    tcgetattr(slave, &before);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd);
        login_tty(slave);
        setenv("TERM", "xterm-256color", 1);
        execvp(argv[3], argv + 3);
        _exit(127);
    }
    /* The slave side stays open in this process: its settings can be read after the program has
     * ended. */
    if (!read_until(fd, "running")) {
        kill(pid, SIGKILL);
        puts("drew=0");
        return 1;
    }
    bool is_stuck = fill(fd);
    long sent_ms = now_ms();
    kill(pid, number);
    int status = wait_until(pid, sent_ms + limit_ms);
    long took_ms = now_ms() - sent_ms;
    if (status < 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    tcgetattr(slave, &after);
    printf("pid=%ld stuck=%d ended=%d ms=%ld status=%d settings=%d screen=%d\n", (long)pid,
           is_stuck, status >= 0, took_ms, status, same(&before, &after), gave_back_screen(fd));
    return 0;
}
