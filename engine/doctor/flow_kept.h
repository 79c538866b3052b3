/* What became of the records that sink.flow's action has sent, kept in the state directory for the
 * next rounds: what was measured stands until it is old. Thread: any that may block. */
#ifndef DOCTOR_FLOW_KEPT_H
#define DOCTOR_FLOW_KEPT_H

#include "doctor/check.h"

struct flow_kept {
    enum flow_end flow; /* FLOW_NOT_SENT: nothing is kept, or it is old, or of another connector */
    int64_t age_ms;     /* since they were sent, by AWS's clock */
    char says[3000], fix[300]; /* printable */
};

enum { FLOW_KEPT_MS = 15 * 60 * 1000 }; /* from then on it is old */

/* Keeps what found->flow, flow_says and flow_fix say, of the connector that was found. A state
 * directory that cannot be written is a line of the log. */
void flow_keep(const struct check *check, int64_t sent_at_s);
/* Returns what is kept of this connector. */
void flow_recall(const struct check *check, struct flow_kept *out);

#endif
