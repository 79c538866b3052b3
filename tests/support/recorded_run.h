/* The real program, streaming to the embedded cluster and recording to the test's state directory,
 * to be killed. After scratch_make. */
#ifndef SUPPORT_RECORDED_RUN_H
#define SUPPORT_RECORDED_RUN_H

#include <sys/types.h>

enum { RECORDED_RUN_RATE = 100 }; /* records a second of each stream */

/* Starts it; the caller ends it and waits for it. */
pid_t recorded_run_spawn(void);

#endif
