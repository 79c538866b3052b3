/* The line on a terminal that says how far `pintop stream` is. */
#ifndef CLI_STREAM_PROGRESS_H
#define CLI_STREAM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/snapshot.h"

struct progress {
    bool is_on;
    int64_t next_ms; /* monotonic */
};

/* Prints one line that overwrites the one before, once a second. It never waits for a terminal that
 * does not read. */
void progress_show(struct progress *progress, const struct pt_snapshot *snap, unsigned streams);
/* Removes that line. */
void progress_clear(const struct progress *progress);

#endif
