/* Giving the terminal back, from anywhere: the UI's normal end, the signal thread at its deadline,
 * the crash handler. Knows no curses: termios and a string that were saved at start. */
#ifndef TERM_RESTORE_H
#define TERM_RESTORE_H

#include <stdbool.h>
#include <stddef.h>

/* Save termios of fd and the restore string (at most 511 bytes: leave the alternate screen, show
 * the cursor, reset attributes and title), and install the crash handler (SIGSEGV, SIGBUS, SIGILL,
 * SIGFPE, SIGABRT) on its own stack. Before the screen starts. */
void restore_save(int fd, const char *string, size_t len);
/* The terminal is ours again (start, after a suspend), or given back by curses itself. */
void restore_arm(bool is_ours);
/* Give it back if it is ours: write, tcsetattr only; async-signal-safe. With is_stuck, first make
 * it non-blocking and drop its queued output (tcflush). */
void restore_now(bool is_stuck);

#endif
