/* Reads the files of contexts on a thread of its own, since they may lie on a disk that hangs.
 * Thread: the UI's alone. */
#ifndef UI_CONTEXT_JOB_H
#define UI_CONTEXT_JOB_H

#include <stdbool.h>

#include "pintop/context.h"

struct context_job;

/* What it found. Whoever takes it owns list and cfg. */
struct context_found {
    struct pt_context *list; /* all of them, free(); NULL: none */
    size_t n;
    pt_code list_code; /* whether the list could be read, and else why not */
    struct pt_error list_err;
    struct pt_config *cfg; /* of the one that was named; NULL: none was, or why not */
    pt_code code;
    struct pt_error err;
};

/* Begins to list the contexts. name: also load this one (NULL: none), with what is carried over,
 * which is copied. NULL: out of memory, or no thread. */
struct context_job *context_job_start(const char *name, const struct pt_context_carry *carry);
/* Returns whether it is over; then what it found is the caller's, and the job is gone. */
bool context_job_take(struct context_job *job, struct context_found *found);
/* Gives it away: nobody waits for it any more. NULL is fine. */
void context_job_leave(struct context_job *job);

#endif
