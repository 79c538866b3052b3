/* What was read, as memory of its own. */
#ifndef REPORT_SETTLE_H
#define REPORT_SETTLE_H

#include <stdbool.h>

#include "pintop/command.h"
#include "pintop/snapshot.h"

struct json_reader;

/* A result with one reference, as the engine makes it. NULL without memory. */
const struct pt_result *settle_result(const struct pt_result *draft);

/* Once all is read: the samples of the series go to their places. Those that a change leaves out
 * are taken from the series before; before is NULL for a whole snapshot. False: there are not as
 * many as its last one says, which is the reader's error. */
bool series_settle(struct json_reader *from, struct pt_series_section *series,
                   const struct pt_series_section *before);

/* Returns whether the version of a section was read; at: of its pointer, in struct pt_snapshot. */
bool snapshot_is_revised(const struct json_reader *from, size_t at);

#endif
