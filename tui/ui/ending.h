/* How a dashboard's run ends, and what it says of that. Thread: the dashboard's. */
#ifndef UI_ENDING_H
#define UI_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/link.h"
#include "pintop/snapshot.h"

/* All zero: it goes on. */
struct ending {
    int64_t stop_ms;       /* monotonic time of the stop; 0: it has not begun */
    bool has_ended_engine; /* of another process, by this dashboard */
    bool is_elsewhere;     /* the engine in this process, by another one */
};

/* Returns whether the stop has been asked for: here, by a signal, or by another process of the
 * engine in this one (`pintop engine --stop`, a screen that is attached to it). */
bool ending_is_asked(struct ending *ending, const struct pt_link *link,
                     const struct pt_snapshot *snap);
/* Returns whether the engine is given up, with the error. own_ms: pintop.stop.timeout.ms here. */
bool ending_is_late(const struct ending *ending, const struct pt_link *link,
                    const struct pt_snapshot *snap, int64_t own_ms, struct pt_error *err);
/* Returns the exit status of a run that ended in order: 1, with the error, when records of the last
 * snapshot have no answer, when its last checkpoint is not on the disk, or when that is not known,
 * because the link to an engine that was ended was lost before its last word; else 0. snap may be
 * NULL. */
int ending_status(const struct ending *ending, const struct pt_link *link,
                  const struct pt_snapshot *snap, struct pt_error *err);

#endif
