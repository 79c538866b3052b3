/* A program in a private terminal whose screen we keep, with the time of what happened there. */
#ifndef BENCH_TERMINAL_H
#define BENCH_TERMINAL_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vt.h"

struct pty {
    pid_t pid;
    int fd;
    bool is_over;      /* the terminal was closed by the program */
    double started_ms; /* just before fork */
    long long bytes;   /* received so far */
    long long pieces;  /* that they came in: writes, unless two come at once */
    struct vt vt;
};

typedef bool (*pty_until_fn)(const struct pty *pty, void *arg);

static double now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static bool pty_start(struct pty *pty, int rows, int cols, char **argv)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

    memset(pty, 0, sizeof *pty);
    vt_init(&pty->vt, rows, cols);
    pty->started_ms = now_ms();
    pty->pid = forkpty(&pty->fd, NULL, NULL, &size);
    if (pty->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        unsetenv("NO_COLOR");
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    if (pty->pid < 0) {
        perror("forkpty");
        return false;
    }
    fcntl(pty->fd, F_SETFL, O_NONBLOCK);
    fcntl(pty->fd, F_SETFD, FD_CLOEXEC);
    return true;
}

/* Give the answers that a terminal gives. */
static void pty_answer(struct pty *pty)
{
    static const char answer[] = "\033[0n";

    for (; pty->vt.requests > 0; pty->vt.requests--)
        if (write(pty->fd, answer, sizeof answer - 1) < 0)
            perror("write to the terminal");
}

/* Take in what the program writes until the condition holds (NULL: never) or the time is over.
 * Returns the moment it held, or -1. */
static double pty_pump(struct pty *pty, double timeout_ms, pty_until_fn until, void *arg)
{
    double deadline_ms = now_ms() + timeout_ms;
    char buf[16384];

    for (;;) {
        struct pollfd pfd = {.fd = pty->fd, .events = POLLIN};
        double left_ms = deadline_ms - now_ms();
        ssize_t n;

        if (until && until(pty, arg))
            return now_ms();
        if (left_ms <= 0 || pty->is_over)
            return -1;
        if (poll(&pfd, 1, left_ms < 1 ? 1 : (int)left_ms) <= 0)
            continue;
        n = read(pty->fd, buf, sizeof buf);
        if (n > 0) {
            pty->bytes += n;
            pty->pieces++;
            vt_feed(&pty->vt, buf, (size_t)n);
            pty_answer(pty);
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            pty->is_over = true;
        }
    }
}

/* Type; returns the moment just before. */
static double pty_type(struct pty *pty, const char *keys)
{
    double at_ms = now_ms();

    if (write(pty->fd, keys, strlen(keys)) < 0)
        perror("write to the terminal");
    return at_ms;
}

/* Wait for the end and return the moment of it, -1 when the time is over. The screen is read on. */
static double pty_wait_end(struct pty *pty, double timeout_ms)
{
    double deadline_ms = now_ms() + timeout_ms;

    while (now_ms() < deadline_ms) {
        if (waitpid(pty->pid, NULL, WNOHANG) == pty->pid) {
            double at_ms = now_ms();

            pty->pid = 0;
            return at_ms;
        }
        if (pty->is_over)
            poll(NULL, 0, 1);
        else
            pty_pump(pty, 1, NULL, NULL);
    }
    return -1;
}

/* End it, kindly first. */
static void pty_stop(struct pty *pty)
{
    if (pty->pid > 0) {
        kill(pty->pid, SIGTERM);
        if (pty_wait_end(pty, 15000) < 0) {
            fprintf(stderr, "dashboard: pid %d did not end within 15 s of SIGTERM\n", pty->pid);
            kill(pty->pid, SIGKILL);
            waitpid(pty->pid, NULL, 0);
        }
    }
    close(pty->fd);
}

/* CPU of the program so far, all its threads; -1 unknown. */
static double pty_cpu_ms(const struct pty *pty)
{
    struct timespec ts;
    clockid_t clock;

    if (clock_getcpuclockid(pty->pid, &clock) || clock_gettime(clock, &ts))
        return -1;
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* The number behind NAME in a file of /proc; -1 unknown. */
static long long proc_number(const char *path, const char *name)
{
    size_t len = strlen(name);
    char line[256];
    long long number = -1;
    FILE *f = fopen(path, "re");

    while (f && number < 0 && fgets(line, sizeof line, f))
        if (!strncmp(line, name, len) && line[len] == ':')
            number = strtoll(line + len + 1, NULL, 10);
    if (f)
        fclose(f);
    return number;
}

/* Resident memory now, in MiB; -1 unknown. */
static double pty_rss_mib(const struct pty *pty)
{
    char path[64];
    long long kib;

    snprintf(path, sizeof path, "/proc/%d/status", pty->pid);
    kib = proc_number(path, "VmRSS");
    return kib < 0 ? -1 : (double)kib / 1024;
}

/* How often its threads woke up so far: each time one had waited. Threads that ended don't count.
 */
static long long pty_wakeups(const struct pty *pty)
{
    char path[300];
    long long sum = 0;
    struct dirent *task;
    DIR *dir;

    snprintf(path, sizeof path, "/proc/%d/task", pty->pid);
    dir = opendir(path);
    while (dir && (task = readdir(dir)) != NULL) {
        long long n;

        snprintf(path, sizeof path, "/proc/%d/task/%s/status", pty->pid, task->d_name);
        n = task->d_name[0] == '.' ? 0 : proc_number(path, "voluntary_ctxt_switches");
        sum += n > 0 ? n : 0;
    }
    if (dir)
        closedir(dir);
    return sum;
}

/* The screen as text, to find out why something did not come. */
static void pty_dump(const struct pty *pty)
{
    for (int row = 0; row < pty->vt.rows; row++) {
        for (int col = 0; col < pty->vt.cols; col++)
            fputc(pty->vt.cell[row][col] < 0x80 ? (int)pty->vt.cell[row][col] : '~', stderr);
        fputc('\n', stderr);
    }
}

#endif
