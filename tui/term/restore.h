/* Giving the terminal back, from anywhere: the UI's normal end, the signal thread at its deadline,
 * the crash handler. Does not use curses, only termios and a string that were saved at the start.
 */
#ifndef TERM_RESTORE_H
#define TERM_RESTORE_H

#include <stdbool.h>
#include <stddef.h>

/* Saves termios of fd and the restore string (at most 511 bytes: leave the alternate screen, show
 * the cursor, reset attributes and title), and installs the crash handler (SIGSEGV, SIGBUS, SIGILL,
 * SIGFPE, SIGABRT) on its own stack. Call it before the screen starts. */
void restore_save(int fd, const char *string, size_t len);
/* Says whether pintop uses the terminal: true at the start and after a suspend, false when curses
 * has given it back. */
void restore_arm(bool is_ours);
/* Says whether an answer of the terminal is still to come. Then restore_now waits a moment for it
 * and drops it, or the shell would take it for something typed. */
void restore_expect(bool is_expected);
/* Gives the terminal back if it is in use. Async-signal-safe. With is_stuck it first makes the
 * terminal non-blocking and drops its queued output (tcflush). */
void restore_now(bool is_stuck);

#endif
