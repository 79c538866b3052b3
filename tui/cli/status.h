/* What `pintop status` prints. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "cli/cli.h"
#include "pintop/snapshot.h"

/* Waits for the facts that the verdict needs, at most wait_ms (0: 5 s), on an open link. The
 * verdict says what is missing after that. The caller releases *snap. */
pt_code status_wait(struct cli *cli, int64_t wait_ms, const struct pt_snapshot **snap,
                    struct pt_error *err);

/* Prints a snapshot as text on stdout. */
void status_print(const struct pt_snapshot *snap);

/* The table of its streams alone, after an empty line. */
void status_print_streams(const struct pt_snapshot *snap);

#endif
