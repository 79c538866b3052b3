/* The engine as commands use it: start it with the signal thread, wait for its snapshots. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <stdint.h>

#include "cli/cli.h"

/* Monotonic milliseconds. */
int64_t session_now_ms(void);

/* Start engine and signal thread; cli->eng is then set. Errors as pt_engine_start. */
pt_code session_open(struct cli *cli, const struct pt_config *cfg, const struct pt_run *run,
                     struct pt_error *err);
/* The newest snapshot after waiting until a newer one is there, a stop signal came (seen once), or
 * the time until_ms. Release it. */
const struct pt_snapshot *session_next(struct cli *cli, int64_t until_ms);
/* Submit a command and wait for its answer, at most wait_ms. *snap out: holds *result, release it;
 * NULL after an error. A result that failed is an error: its own. what: "topics"; which: its
 * subject. */
pt_code session_ask(struct cli *cli, const struct pt_command *cmd, int64_t wait_ms,
                    const char *what, const char *which, const struct pt_snapshot **snap,
                    const struct pt_result **result, struct pt_error *err);
/* A signal that ends the command, as an error; PT_OK: none came. what: "status". */
pt_code session_interrupted(const char *what, struct pt_error *err);
/* "SIGTERM", for the number. */
const char *session_signal_name(int number);
/* Before _exit: let the threads that hold files end. NULL engine is fine. */
void session_end(struct cli *cli);

#endif
