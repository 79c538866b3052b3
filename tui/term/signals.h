/* The signal thread: the program's, for the dashboard and for `stream`.
 *
 * Who makes the first thread calls signals_block before (TERM, INT, HUP, TSTP, CONT, WINCH, PIPE),
 * then signals_start; without threads, signals end the process as usual. TERM, INT, HUP stop the
 * engine and start the deadline; at the deadline this thread itself drops the terminal's output,
 * restores it and calls _exit: the one exit outside main, for a UI stuck in write() or a command in
 * a request that can't be cancelled. It says so on stderr. WINCH, TSTP and CONT go to the UI as one
 * byte each through a pipe. */
#ifndef TERM_SIGNALS_H
#define TERM_SIGNALS_H

#include <stdbool.h>

#include "pintop/engine.h"

/* Block the signals in this thread and all that it makes. */
void signals_block(void);

/* Start the thread.
 *
 * eng      may be NULL (no engine yet): signals_set_engine later.
 * grace_ms how long after the first stop signal the program may take in all
 *          (pintop.stop.timeout.ms + 700); a second signal ends the drain, if it comes 1 s or
 *          more after the first.
 * is_screen  also forward WINCH, TSTP, CONT.
 * Errors   PT_EIO. */
pt_code signals_start(struct pt_engine *eng, int64_t grace_ms, bool is_screen,
                      struct pt_error *err);
void signals_set_engine(struct pt_engine *eng);

/* For poll(): one byte per event: 'W' resized, 'Z' suspend asked, 'C' continued, 'T' a stop signal
 * came. */
int signals_fd(void);
/* The first stop signal's number, 0 none: a command that ends by one says so. */
int signals_stopped_by(void);

/* The UI calls this for 'Z', with the terminal already restored: stops the whole process with
 * SIGSTOP semantics and returns when it goes on. */
void signals_suspend(void);

#endif
