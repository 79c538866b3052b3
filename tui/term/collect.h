/* Sends a frame in one write: curses writes as often as it likes into a file in memory, and the
 * terminal gets all of it at once. The write does not wait for a terminal that is slow: what it
 * does not take stays here, and no further frame is begun until collect_push has sent the rest.
 * Does not include curses. */
#ifndef TERM_COLLECT_H
#define TERM_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct collect {
    FILE *out;     /* what curses writes to: the file during a frame, otherwise the terminal */
    int tty, file; /* file -1: the system has no such files, curses writes to the terminal */
    int shared;    /* the caller's descriptor of the terminal */
    /* The terminal was opened again as tty, so that writes to it may return early, while all other
     * programs on it wait as they are used to. False: tty is the shared one, and writes wait. */
    bool is_own;
    char *bytes;
    size_t at, len, cap;   /* bytes from at to len are still to be sent */
    uint64_t sent, frames; /* bytes that the terminal has taken, and frames, since the start */
    bool has_sync;         /* the terminal takes a frame as one picture (DEC mode 2026) */
};

/* Put the file between curses and the terminal. False: the terminal cannot be opened again. */
bool collect_open(struct collect *collect, int tty, bool has_sync);
void collect_close(struct collect *collect);
/* Bytes to send at the start of the next frame. */
void collect_add(struct collect *collect, const char *bytes, size_t len);
/* What curses writes between collect_begin and collect_end is one frame. collect_end sends all that
 * was collected, by one write() if the terminal accepts that many bytes; it writes nothing when
 * nothing was collected. Begin no frame while collect_pending is not 0. */
void collect_begin(struct collect *collect);
void collect_end(struct collect *collect);
/* How many bytes the terminal has not taken yet. When it can take some (POLLOUT on tty),
 * collect_push sends them; it drops them when the terminal is gone. */
size_t collect_pending(const struct collect *collect);
void collect_push(struct collect *collect);
/* Sends all of it, and waits so long for the terminal. What it has not taken by then is dropped,
 * and false is returned. */
bool collect_flush(struct collect *collect, int64_t patience_ms);

/* Whether this terminal can take a frame as one picture: its database entry says so (capability is
 * its Sync, NULL when it has none), or it has the name of a terminal that is known to support
 * it. */
bool collect_knows_sync(const char *capability, const char *term, const char *program,
                        const char *version);

#endif
