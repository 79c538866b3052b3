/* The signal thread of the dashboard and of the commands that start an engine.
 *
 * Whoever creates the first thread calls signals_block before that (TERM, INT, HUP, TSTP, CONT,
 * WINCH, PIPE), and then signals_start. Without threads, signals end the process as usual. TERM,
 * INT and HUP stop the engine and start the deadline. At the deadline the signal thread drops the
 * terminal's output, restores the terminal and calls _exit, because the UI may be stuck in write()
 * or a command in a request that cannot be cancelled. This is the one exit outside main. Without a
 * screen it prints the reason on stderr. WINCH, TSTP and CONT go to the UI as one byte each through
 * a pipe. */
#ifndef TERM_SIGNALS_H
#define TERM_SIGNALS_H

#include <stdbool.h>

#include "pintop/link.h"

/* Blocks the signals in this thread and in all threads that it creates. */
void signals_block(void);

/* Start the thread.
 *
 * link     of the engine that is stopped, copied; may be NULL (no engine yet): signals_set_link
 *          later.
 * grace_ms how long after the first stop signal the program may take in all
 *          (pintop.stop.timeout.ms + 700); a second signal ends the drain, if it comes 1 s or
 *          more after the first.
 * is_screen  also forward WINCH, TSTP, CONT.
 * Errors   PT_EIO. */
pt_code signals_start(const struct pt_link *link, int64_t grace_ms, bool is_screen,
                      struct pt_error *err);
/* Another grace_ms, unless a stop signal came already; and how long it is for a stop of so long. */
void signals_set_grace(int64_t grace_ms);
int64_t signals_grace_ms(int64_t stop_ms);
void signals_set_link(const struct pt_link *link);

/* For poll(). One byte for each event: 'W' the terminal was resized, 'Z' suspend was requested, 'C'
 * the process was continued, 'T' a stop signal arrived. */
int signals_fd(void);
/* The number of the first stop signal, 0 when none came. */
int signals_stopped_by(void);
/* How long until the program is ended after it; INT64_MAX when none came. */
int64_t signals_left_ms(void);

/* The UI calls this for 'Z' after it has restored the terminal. Stops the whole process as SIGSTOP
 * does, and returns when the process continues. */
void signals_suspend(void);

#endif
