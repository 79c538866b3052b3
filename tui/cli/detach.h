/* Starting the engine of a dashboard apart, in a process that no terminal ends. */
#ifndef CLI_DETACH_H
#define CLI_DETACH_H

#include "cli/cli.h"

/* Takes the value of --detach: "yes", "no", or none. Errors PT_EUSAGE. */
pt_code detach_take(struct cli *cli, const char *value, struct pt_error *err);

/* Starts `pintop engine` apart when that is wanted: by --detach, or over SSH outside tmux and
 * screen, where it asks once on this terminal and keeps the answer in the state directory. Where an
 * engine runs already, where there is nothing that could be lost (a read-only screen), and on the
 * embedded cluster unless --detach was given, it does nothing. To be called before any thread is
 * made, since the engine is a fork of this process: so it has the same settings, and none is in its
 * arguments. The engine's process never returns from it.
 *
 * Errors  why the engine did not start, as it says it. */
pt_code detach_start(struct cli *cli, const struct pt_config *cfg, struct pt_error *err);

#endif
