/* Waiting within a fix, for what a service does after it was asked. Thread: the fix's. */
#ifndef DOCTOR_WAIT_H
#define DOCTOR_WAIT_H

#include "doctor/check.h"

/* Looks again and again, at most every_ms apart, until look says that it is over, or fails, or the
 * fix's time is up; then *is_over stays false. A look that a service did not answer, or was too
 * busy for (PT_ETIMEOUT, PT_EUNREACHABLE, PT_EIO, PT_ETHROTTLED, PT_ESERVER), is made again;
 * the last four are the end when the time is up then. check->keys are fresh at each look. Errors
 * those of look; PT_ECANCELLED. */
pt_code fix_wait(struct check *check,
                 pt_code (*look)(struct check *check, void *arg, bool *is_over,
                                 struct pt_error *err),
                 void *arg, int64_t every_ms, bool *is_over, struct pt_error *err);

#endif
