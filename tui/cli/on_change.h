/* `status --watch S --on-change CMD`: a command for the shell that is run when the verdict on the
 * pipeline changes.
 *
 * One command runs at a time, at most ON_CHANGE_LIMIT_MS; then it is killed with all of its process
 * group. What changes meanwhile is told when it has ended: the latest verdict, unless it is the one
 * that was told. The first verdict counts as a change only when it is neither OK nor IDLE.
 *
 * The command gets nothing on its standard input, and what it prints goes to standard error. Its
 * environment is this process's with
 *   PINTOP_VERDICT, PINTOP_VERDICT_BEFORE (empty the first time), PINTOP_SINCE (RFC 3339, empty
 *   when unknown), PINTOP_TEXT (where and why), PINTOP_NEXT (its meaning, the next step): the names
 *   are PT_CHANGE_VARIABLES.
 * Thread: one. */
#ifndef CLI_ON_CHANGE_H
#define CLI_ON_CHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pintop/snapshot.h"

enum {
    ON_CHANGE_LIMIT_MS = 30000,
    ON_CHANGE_AGAIN_MS = 5000 /* until a command that could not be started is tried again */
};

struct on_change {
    const char *command; /* NULL: nothing is ever run */
    bool has_told;
    enum pt_verdict told; /* by the last command; before the first one: the first verdict */
    pid_t pid;            /* of the command that runs; 0 none */
    int64_t deadline_ms;
    int64_t again_ms; /* a command could not be started: not before; 0: none */
};

/* Looks at a snapshot, and at the command that runs; starts the command when there is something to
 * tell. Never blocks. A command that cannot be started, fails or is killed is named on standard
 * error; one that cannot be started has told nothing, and is tried again. now_ms: monotonic. */
void on_change_look(struct on_change *change, const struct pt_snapshot *snap, int64_t now_ms);
/* Returns when to look again although nothing has changed (monotonic ms); INT64_MAX never. */
int64_t on_change_next_ms(const struct on_change *change, int64_t now_ms);
/* Waits at most wait_ms for the command that runs, then kills it. */
void on_change_end(struct on_change *change, int64_t wait_ms);

#endif
