#include "term/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "term/even_clock.h"

static const char sync_on[] = "\033[?2026h", sync_off[] = "\033[?2026l";
enum { SYNC_LEN = sizeof sync_on - 1 };

/* O_NONBLOCK belongs to the open file, which the shell and its other programs share. */
static void collect_open_own(struct collect *collect)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", collect->tty);
    int fd = isatty(collect->tty) ? open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    collect->tty = fd;
    collect->is_own = true;
}

bool collect_open(struct collect *collect, int tty, bool has_sync)
{
    memset(collect, 0, sizeof *collect);
    collect->tty = collect->shared = tty;
    collect->has_sync = has_sync;
    int fd = fcntl(tty, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return false;
    collect->out = fdopen(fd, "w");
    if (collect->out == NULL) {
        close(fd);
        return false;
    }
    collect->file = memfd_create("frame", MFD_CLOEXEC);
    collect_open_own(collect);
    return true;
}

void collect_close(struct collect *collect)
{
    if (collect->out != NULL)
        fclose(collect->out);
    if (collect->out != NULL && collect->file >= 0)
        close(collect->file);
    if (collect->is_own)
        close(collect->tty);
    free(collect->bytes);
    memset(collect, 0, sizeof *collect);
}

static bool collect_reserve(struct collect *collect, size_t more)
{
    if (more <= collect->cap - collect->len)
        return true;
    size_t cap = collect->len + more + 4096;
    char *bytes = realloc(collect->bytes, cap);
    if (bytes == NULL)
        return false;
    collect->bytes = bytes;
    collect->cap = cap;
    return true;
}

void collect_add(struct collect *collect, const char *bytes, size_t len)
{
    if (!collect_reserve(collect, len))
        return;
    memcpy(collect->bytes + collect->len, bytes, len);
    collect->len += len;
}

void collect_begin(struct collect *collect)
{
    if (collect->file >= 0)
        dup3(collect->file, fileno(collect->out), O_CLOEXEC);
}

/* Moves what curses wrote into bytes. The next frame overwrites the file from its start. */
static void collect_take(struct collect *collect)
{
    off_t len = lseek(collect->file, 0, SEEK_CUR);
    if (len <= 0)
        return;
    lseek(collect->file, 0, SEEK_SET);
    if (!collect_reserve(collect, (size_t)len + 2 * SYNC_LEN))
        return; /* the screen stays as it is until Ctrl-L */
    if (collect->has_sync)
        collect_add(collect, sync_on, SYNC_LEN);
    ssize_t n = pread(collect->file, collect->bytes + collect->len, (size_t)len, 0);
    if (n > 0)
        collect->len += (size_t)n;
    if (collect->has_sync)
        collect_add(collect, sync_off, SYNC_LEN);
}

void collect_end(struct collect *collect)
{
    if (collect->file >= 0) {
        dup3(collect->shared, fileno(collect->out), O_CLOEXEC);
        collect_take(collect);
    }
    collect->frames += collect->len > 0;
    collect_push(collect);
}

size_t collect_pending(const struct collect *collect)
{
    return collect->len - collect->at;
}

void collect_push(struct collect *collect)
{
    while (collect->at < collect->len) {
        ssize_t n = write(collect->tty, collect->bytes + collect->at, collect->len - collect->at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0)
            break; /* the terminal is gone */
        collect->at += (size_t)n;
        collect->sent += (uint64_t)n;
    }
    collect->at = collect->len = 0;
}

bool collect_flush(struct collect *collect, int64_t patience_ms)
{
    int64_t end_ms = even_clock_ms(NULL) + patience_ms, left_ms = patience_ms;
    collect_push(collect);
    while (collect_pending(collect) > 0 && left_ms > 0) {
        struct pollfd fd = {.fd = collect->tty, .events = POLLOUT};
        if (poll(&fd, 1, (int)left_ms) > 0)
            collect_push(collect);
        left_ms = end_ms - even_clock_ms(NULL);
    }
    bool is_sent = collect_pending(collect) == 0;
    collect->at = collect->len = 0;
    return is_sent;
}

static bool collect_begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Version 3.4 or newer: "3.4", "3.5a", "next-3.6", and whatever was built from "master". */
static bool collect_is_tmux_new(const char *version)
{
    if (collect_begins(version, "next-"))
        version += 5;
    char *end;
    long major = strtol(version, &end, 10);
    if (end == version)
        return strcmp(version, "master") == 0;
    long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    return major > 3 || (major == 3 && minor >= 4);
}

bool collect_knows_sync(const char *capability, const char *term, const char *program,
                        const char *version)
{
    static const char *const terms[] = {"alacritty", "contour",       "foot",    "ghostty",
                                        "mintty",    "xterm-ghostty", "wezterm", "xterm-kitty"};
    static const char *const programs[] = {"WezTerm", "ghostty", "iTerm.app", "mintty", "contour"};
    if (capability != NULL && capability[0] != '\0')
        return true;
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        if (collect_begins(term, terms[i]))
            return true;
    /* A terminal program gives its name in TERM_PROGRAM, and everything inside it inherits the
     * variable, even another terminal such as tmux. So the variable counts only when TERM is that
     * of an xterm. */
    if (collect_begins(term, "tmux") || collect_begins(term, "screen"))
        return strcmp(program, "tmux") == 0 && collect_is_tmux_new(version);
    for (size_t i = 0; collect_begins(term, "xterm") && i < sizeof programs / sizeof *programs; i++)
        if (strcmp(program, programs[i]) == 0)
            return true;
    return false;
}
