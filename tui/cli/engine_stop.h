/* `pintop engine --stop`: asks the engine that holds the lock of the state directory to drain and
 * to end, and says what it drained. */
#ifndef CLI_ENGINE_STOP_H
#define CLI_ENGINE_STOP_H

#include "cli/cli.h"

/* Asks, waits, and prints what it drained; with --dry-run what would end. Returns the exit
 * status. */
int engine_stop_run(struct cli *cli, const struct pt_config *cfg);

#endif
