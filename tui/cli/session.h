/* The engine as commands use it: they start it with the signal thread and wait for its
 * snapshots. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <stdint.h>

#include "cli/cli.h"

/* Monotonic milliseconds. */
int64_t session_now_ms(void);
/* The time of day, Unix ms: for times that were typed. */
int64_t session_real_ms(void);

/* Reaches an engine by cli->open and starts the signal thread; cli->link is then open. Errors as
 * cli->open; PT_EIO. */
pt_code session_open(struct cli *cli, const struct pt_config *cfg, const struct pt_run *run,
                     struct pt_error *err);
/* Waits until there is a newer snapshot, a stop signal arrives (which ends one wait only) or the
 * time is until_ms. Returns the newest snapshot, which the caller releases. */
const struct pt_snapshot *session_next(struct cli *cli, int64_t until_ms);
/* Submits a command and waits for its answer, at most wait_ms. *snap holds *result and is released
 * by the caller; NULL after an error. The error of a result that failed is returned. what:
 * "topics"; which: its subject. */
pt_code session_ask(struct cli *cli, const struct pt_command *cmd, int64_t wait_ms,
                    const char *what, const char *which, const struct pt_snapshot **snap,
                    const struct pt_result **result, struct pt_error *err);
/* The signal that ends the command, as an error; PT_OK when none came. what names the command in
 * the message. */
pt_code session_interrupted(const char *what, struct pt_error *err);
/* The name of a signal: "SIGTERM". */
const char *session_signal_name(int number);
/* Stops the engine and lets the threads that hold files end before _exit. Without an engine it does
 * nothing. */
void session_end(struct cli *cli);

#endif
