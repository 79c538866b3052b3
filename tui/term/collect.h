/* Sends a frame in one write: curses writes as often as it likes into a file in memory, and the
 * terminal gets all of it at once. Does not include curses. */
#ifndef TERM_COLLECT_H
#define TERM_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct collect {
    FILE *out;     /* what curses writes to: the file during a frame, otherwise the terminal */
    int tty, file; /* file -1: the system has no such files, curses writes to the terminal */
    char *bytes;
    size_t len, cap;
    bool has_sync; /* the terminal takes a frame as one picture (DEC mode 2026) */
};

/* Put the file between curses and the terminal. False: the terminal cannot be opened again. */
bool collect_open(struct collect *collect, int tty, bool has_sync);
void collect_close(struct collect *collect);
/* Bytes to send at the start of the next frame. */
void collect_add(struct collect *collect, const char *bytes, size_t len);
/* What curses writes between collect_begin and collect_end is one frame. collect_end sends all that
 * was collected, by one write() if the terminal accepts that many bytes; it writes nothing when
 * nothing was collected. */
void collect_begin(struct collect *collect);
void collect_end(struct collect *collect);
/* Send what is left over, and drop it when the terminal is gone. */
void collect_flush(struct collect *collect);

/* Whether this terminal can take a frame as one picture: its database entry says so (capability is
 * its Sync, NULL when it has none), or it has the name of a terminal that is known to support
 * it. */
bool collect_knows_sync(const char *capability, const char *term, const char *program,
                        const char *version);

#endif
