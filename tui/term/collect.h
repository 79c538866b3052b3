/* One write for a frame: curses writes as often as it likes into a file in memory, and the terminal
 * gets all of it at once. Knows no curses. */
#ifndef TERM_COLLECT_H
#define TERM_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct collect {
    FILE *out;     /* what curses writes to: the terminal, but for the time of a frame */
    int tty, file; /* file -1: no such thing here, curses writes to the terminal itself */
    char *bytes;
    size_t len, cap;
    bool has_sync; /* the terminal takes a frame as one picture (DEC mode 2026) */
};

/* Between tty and curses. False: the terminal can't be opened again. */
bool collect_open(struct collect *collect, int tty, bool has_sync);
void collect_close(struct collect *collect);
/* Bytes that go out with the next frame, before it. */
void collect_add(struct collect *collect, const char *bytes, size_t len);
/* What curses writes between the two is one frame. The end sends all that was collected, by one
 * write() if the terminal takes it in one; none when there is nothing. */
void collect_begin(struct collect *collect);
void collect_end(struct collect *collect);
/* Send what is left over, and drop it when the terminal is gone. */
void collect_flush(struct collect *collect);

/* Does this terminal take a frame as one picture? By what its database entry says (Sync, NULL: it
 * says nothing), and by the names under which terminals are known that do. */
bool collect_knows_sync(const char *capability, const char *term, const char *program,
                        const char *version);

#endif
