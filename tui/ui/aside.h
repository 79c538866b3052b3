/* A command with the terminal: the dashboard steps aside and comes back. Thread: the dashboard's.
 */
#ifndef UI_ASIDE_H
#define UI_ASIDE_H

#include "pintop/error.h"
#include "term/screen.h"

/* Runs `ssh …` in the foreground; the engine goes on meanwhile. Errors: it could not be started;
 * PT_EIO: the connection failed, or was lost. */
pt_code aside_run(struct screen *screen, const char *command, struct pt_error *err);

#endif
