/* One fix of a round: planned, offered, and done when it is agreed to. Thread: the check's. */
#ifndef DOCTOR_FIXING_H
#define DOCTOR_FIXING_H

#include <stdatomic.h>

#include "doctor/check.h"
#include "doctor/worker.h"

/* What the round and the fix tell each other. */
struct fixing_flags {
    atomic_bool is_leaving; /* the round's: it is to end, and a running fix cleans up first */
    atomic_bool is_running; /* the fix's */
};

/* Returns whether the fix was done, or at least begun, so that the check is to be made again.
 * check->keyring, setup and client are set. */
bool fixing_offer(struct check *check, struct doctor_worker *worker, const struct pt_doctor *doctor,
                  struct fixing_flags *flags);

/* The monotonic microseconds at which a limit is over; 0 is the usual one. */
int64_t doctor_deadline_in(int32_t limit_ms, int32_t usual_ms);

#endif
