/* What a dashboard says at its end. */
#ifndef UI_UNRESOLVED_H
#define UI_UNRESOLVED_H

#include "pintop/error.h"
#include "pintop/snapshot.h"

/* Returns the exit status: 1, with the error, when records of the last snapshot have no answer;
 * else 0. snap may be NULL. */
int unresolved_status(const struct pt_snapshot *snap, struct pt_error *err);

#endif
