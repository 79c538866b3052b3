/* scripted COMMAND…: run a program in a terminal that does what standard input says, a line each:
 *
 *   answer at-once | never | late MS | split MS | mixed KEYS
 *                        how it answers a request for its status (ESC [ 5 n) from now on: split
 *                        sends the first byte at once and the others one by one, MS apart; mixed
 *                        sends the answer between these keys, all in one write
 *   speed BYTES          how many bytes a second it reads (0: none, -1: as they come)
 *   type TEXT            \e is an Esc, \r Enter
 *   slowly MS TEXT       the same, byte by byte, MS apart
 *   wait S TEXT          until the screen shows TEXT, S seconds at most; it is an error if not
 *   lacks TEXT           an error if the screen shows it
 *   asked N              until N requests have come; 20 s at most
 *   polls MS             until the program's main thread waits in poll, and in no write (Linux says
 * so in /proc/PID/wchan, unless it hides that: then nothing is checked) count NAME MS NAME=BYTES
 * that come in MS milliseconds bytes NAME           NAME=BYTES so far most NAME NAME=most bytes
 * that were unread at a time since the last `most` shown NAME TEXT      NAME=milliseconds until the
 * screen shows TEXT, 10 s at most mode NAME            NAME=1 while the program wants to know of
 * the focus (mode 1004) signal NUMBER        to the program stopped              until the program
 * is stopped by a signal; 5 s at most end                  until the program ends: status=, ms=;
 * and then left=, how many bytes somebody who reads the terminal next would get when all answers
 * are in left NAME            NAME= the same number now, once all answers that are due have been
 * sent
 *
 * Prints assignments for the shell. Exit status 1: a line failed, and standard error says which. */
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

#include "../bench/vt.h"

enum { ROWS = 24, COLS = 100, DUE_MAX = 64, TURN_MS = 10, WAIT_MS = 20000 };

static struct {
    int fd, slave;
    pid_t pid;
    struct vt vt;
    long bytes, requests, most;
    long speed, speed_ms; /* bytes a second; when it was counted last */
    double may_read;
    size_t matched; /* of a request */
    bool has_focus_mode;
    char mode[16], keys[64];
    long mode_ms;
    struct {
        long at_ms;
        char bytes[80];
    } due[DUE_MAX];
    int n_due;
} term = {.speed = -1, .mode = "at-once"};

/* Sanitizers are slow: SLOW is how many times as long everything may take. */
static long patience(long ms)
{
    const char *slow = getenv("SLOW");
    return slow != NULL ? ms * strtol(slow, NULL, 10) : ms;
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void send_later(long ms, const char *bytes)
{
    if (term.n_due == DUE_MAX)
        return;
    term.due[term.n_due].at_ms = now_ms() + ms;
    snprintf(term.due[term.n_due++].bytes, sizeof term.due[0].bytes, "%s", bytes);
}

static void answer(void)
{
    char mixed[160];
    term.requests++;
    if (strcmp(term.mode, "at-once") == 0)
        send_later(0, "\033[0n");
    else if (strcmp(term.mode, "late") == 0)
        send_later(term.mode_ms, "\033[0n");
    else if (strcmp(term.mode, "split") == 0)
        for (int i = 0; i < 4; i++)
            send_later(i * term.mode_ms, (const char *[]){"\033", "[", "0", "n"}[i]);
    else if (strcmp(term.mode, "mixed") == 0) {
        snprintf(mixed, sizeof mixed, "%s\033[0n%s", term.keys, term.keys);
        send_later(0, mixed);
    }
}

/* What of the output is for the terminal itself. */
static void look_at(const char *bytes, size_t n)
{
    static const char request[] = "\033[5n";
    static char last[16]; /* the newest bytes, to find modes across two reads */
    for (size_t i = 0; i < n; i++) {
        term.matched = bytes[i] == request[term.matched] ? term.matched + 1
                       : bytes[i] == request[0]          ? 1
                                                         : 0;
        if (term.matched == 4) {
            term.matched = 0;
            answer();
        }
        memmove(last, last + 1, sizeof last - 2);
        last[sizeof last - 2] = bytes[i];
        if (memcmp(last + sizeof last - 9, "\033[?1004h", 8) == 0)
            term.has_focus_mode = true;
        if (memcmp(last + sizeof last - 9, "\033[?1004l", 8) == 0)
            term.has_focus_mode = false;
    }
}

static void send_due(void)
{
    int kept = 0;
    for (int i = 0; i < term.n_due; i++) {
        if (term.due[i].at_ms > now_ms()) {
            term.due[kept++] = term.due[i];
            continue;
        }
        ssize_t n = write(term.fd, term.due[i].bytes, strlen(term.due[i].bytes));
        (void)n;
    }
    term.n_due = kept;
}

/* How many bytes may be read now. */
static size_t allowance(void)
{
    long now = now_ms();
    if (term.speed < 0)
        return 16384;
    term.may_read += (double)term.speed * (double)(now - term.speed_ms) / 1000;
    term.speed_ms = now;
    return term.may_read > 4096 ? 4096 : (size_t)term.may_read;
}

/* One turn of the terminal. */
static void turn(void)
{
    char bytes[16384];
    int unread = 0;
    send_due();
    if (ioctl(term.fd, FIONREAD, &unread) == 0 && unread > term.most)
        term.most = unread;
    size_t most = allowance();
    struct pollfd ready = {.fd = term.fd, .events = most > 0 ? POLLIN : 0};
    if (poll(&ready, 1, TURN_MS) <= 0 || (ready.revents & POLLIN) == 0)
        return;
    ssize_t n = read(term.fd, bytes, most);
    if (n <= 0)
        return;
    term.may_read -= term.speed < 0 ? 0 : (double)n;
    term.bytes += n;
    vt_feed(&term.vt, bytes, (size_t)n);
    look_at(bytes, (size_t)n);
}

static bool is_shown(const char *text)
{
    return vt_shows(&term.vt, 0, ROWS, text);
}

static bool wait_shown(const char *text, long ms)
{
    long end = now_ms() + patience(ms);
    while (!is_shown(text) && now_ms() < end)
        turn();
    return is_shown(text);
}

static int unread_input(void)
{
    int n = 0;
    return ioctl(term.slave, FIONREAD, &n) == 0 ? n : -1;
}

/* What the next reader would get: lines do not matter to it. */
static int left_for_others(void)
{
    struct termios now, raw;
    long end = now_ms() + WAIT_MS;
    while (term.n_due > 0 && now_ms() < end)
        turn();
    tcgetattr(term.slave, &now);
    raw = now;
    raw.c_lflag &= ~(tcflag_t)ICANON;
    tcsetattr(term.slave, TCSANOW, &raw);
    int n = unread_input();
    tcsetattr(term.slave, TCSANOW, &now);
    return n;
}

static void unescape(char *text)
{
    char *out = text;
    for (char *p = text; *p != '\0'; p++) {
        bool is_escape = p[0] == '\\' && (p[1] == 'e' || p[1] == 'r');
        *out++ = (char)(!is_escape ? *p : p[1] == 'e' ? '\033' : '\r');
        p += is_escape;
    }
    *out = '\0';
}

static bool do_end(void)
{
    long began = now_ms();
    int status;
    while (waitpid(term.pid, &status, WNOHANG) != term.pid) {
        if (now_ms() - began > patience(WAIT_MS))
            return false;
        turn();
    }
    printf("ms=%ld status=%d ", now_ms() - began,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    printf("left=%d\n", left_for_others());
    term.pid = 0;
    return true;
}

static bool is_stopped(void)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)term.pid);
    FILE *file = fopen(path, "re");
    bool is = file != NULL && fgets(line, sizeof line, file) != NULL && strstr(line, ") T") != NULL;
    if (file != NULL)
        fclose(file);
    return is;
}

static bool do_slowly(const char *words)
{
    char *text;
    long ms = strtol(words, &text, 10);
    for (text++; *text != '\0'; text++) {
        ssize_t n = write(term.fd, text, 1);
        (void)n;
        for (long end = now_ms() + ms; now_ms() < end;)
            turn();
    }
    return true;
}

static bool do_count(const char *name, long ms)
{
    long before = term.bytes;
    for (long end = now_ms() + ms; now_ms() < end;)
        turn();
    printf("%s=%ld\n", name, term.bytes - before);
    return true;
}

static bool wait_until_true(bool (*is)(long), long arg, long ms)
{
    long end = now_ms() + patience(ms);
    while (!is(arg) && now_ms() < end)
        turn();
    return is(arg);
}

static bool has_asked(long n)
{
    return term.requests >= n;
}

static bool is_polling(long unused)
{
    char path[64], where[64] = "";
    (void)unused;
    snprintf(path, sizeof path, "/proc/%d/wchan", (int)term.pid);
    FILE *file = fopen(path, "re");
    bool is_known = file != NULL && fgets(where, sizeof where, file) != NULL;
    if (file != NULL)
        fclose(file);
    return !is_known || strcmp(where, "0") == 0 || strstr(where, "poll") != NULL;
}

static bool has_stopped(long unused)
{
    (void)unused;
    return is_stopped();
}

static bool do_answer(const char *words)
{
    char mode[16] = "", rest[64] = "";
    sscanf(words, "%15s %63[^\n]", mode, rest);
    snprintf(term.mode, sizeof term.mode, "%s", mode);
    snprintf(term.keys, sizeof term.keys, "%s", rest);
    term.mode_ms = strtol(rest, NULL, 10);
    return true;
}

static bool do_line(const char *verb, char *rest)
{
    char name[32] = "";
    int at = 0;
    sscanf(rest, "%31s %n", name, &at);
    unescape(rest);
    long number = strtol(rest, NULL, 10);
    if (strcmp(verb, "answer") == 0)
        return do_answer(rest);
    if (strcmp(verb, "type") == 0)
        return write(term.fd, rest, strlen(rest)) == (ssize_t)strlen(rest);
    if (strcmp(verb, "slowly") == 0)
        return do_slowly(rest);
    if (strcmp(verb, "wait") == 0)
        return wait_shown(rest + at, number * 1000);
    if (strcmp(verb, "lacks") == 0)
        return !is_shown(rest);
    if (strcmp(verb, "asked") == 0)
        return wait_until_true(has_asked, number, 3 * WAIT_MS);
    if (strcmp(verb, "polls") == 0)
        return wait_until_true(is_polling, 0, number);
    if (strcmp(verb, "stopped") == 0)
        return wait_until_true(has_stopped, 0, 5000);
    if (strcmp(verb, "count") == 0)
        return do_count(name, strtol(rest + at, NULL, 10));
    if (strcmp(verb, "end") == 0)
        return do_end();
    if (strcmp(verb, "signal") == 0)
        return kill(term.pid, (int)number) == 0;
    if (strcmp(verb, "speed") == 0) {
        term.speed = number;
        term.may_read = 0;
        term.speed_ms = now_ms();
    } else if (strcmp(verb, "shown") == 0) {
        long began = now_ms();
        bool is = wait_shown(rest + at, 10000);
        printf("%s=%ld\n", name, now_ms() - began);
        return is;
    } else if (strcmp(verb, "bytes") == 0) {
        printf("%s=%ld\n", name, term.bytes);
    } else if (strcmp(verb, "most") == 0) {
        printf("%s=%ld\n", name, term.most);
        term.most = 0;
    } else if (strcmp(verb, "mode") == 0) {
        printf("%s=%d\n", name, term.has_focus_mode);
    } else if (strcmp(verb, "left") == 0) {
        printf("%s=%d\n", name, left_for_others());
    } else {
        return false;
    }
    return true;
}

static void dump(void)
{
    for (int y = 0; y < ROWS; y++) {
        for (int x = 0; x < COLS; x++)
            fputc(term.vt.cell[y][x] < 0x80 ? (int)term.vt.cell[y][x] : '~', stderr);
        fputc('\n', stderr);
    }
}

int main(int argc, char **argv)
{
    struct winsize size = {.ws_row = ROWS, .ws_col = COLS};
    char line[512];
    if (argc < 2 || openpty(&term.fd, &term.slave, NULL, NULL, &size) != 0)
        return 2;
    vt_init(&term.vt, ROWS, COLS);
    term.pid = fork();
    if (term.pid == 0) {
        close(term.fd);
        login_tty(term.slave);
        if (getenv("TERM") == NULL || strcmp(getenv("TERM"), "dumb") == 0)
            setenv("TERM", "xterm-256color", 1);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        char verb[16] = "", whole[512];
        line[strcspn(line, "\n")] = '\0';
        snprintf(whole, sizeof whole, "%s", line);
        char *rest = line + strcspn(line, " ");
        snprintf(verb, sizeof verb, "%.*s", (int)(rest - line), line);
        rest += *rest == ' ';
        if (do_line(verb, rest))
            continue;
        fprintf(stderr, "scripted: %s\n", whole);
        dump();
        if (term.pid > 0)
            kill(term.pid, SIGKILL);
        return 1;
    }
    if (term.pid > 0)
        kill(term.pid, SIGKILL);
    return 0;
}
