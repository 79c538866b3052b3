/* What a snapshot says, as metrics for Prometheus and what speaks its format. */
#ifndef PINTOP_METRICS_H
#define PINTOP_METRICS_H

#include "pintop/api.h"
#include "pintop/error.h"
#include "pintop/link.h"
#include "pintop/snapshot.h"

PT_API_BEGIN

/* How many partitions have a lag of their own; with more of them, topics have one. The same limit
 * holds for topics, of which the rest is left out. pintop_lag_left_out says how many. */
enum { PT_METRICS_PARTITIONS = 200 };

/* Returns the snapshot as OpenMetrics 1.0 text, which ends with "# EOF". Free with free(). NULL:
 * PT_ENOMEM, or PT_EFULL when the figures of all connectors need more than 4 MiB.
 *
 * Counters are this process's: they begin at 0 with it, and never go down while it runs. A figure
 * that is unknown has no sample. No text of an error, no secret and no address of a client is in
 * it. Thread: any; pure. */
char *pt_snapshot_openmetrics(const struct pt_snapshot *snap, struct pt_error *err);

PT_API_END

#endif
