/* What a running fix tells of its progress, at most four times a second: how far a transfer is,
 * what is waited for, and what goes on without pintop. Thread: the fix's. */
#ifndef DOCTOR_PROGRESS_H
#define DOCTOR_PROGRESS_H

#include <stdatomic.h>

#include "base/clock.h"
#include "doctor/check.h"

enum { PROGRESS_EVERY_MS = 250 };

struct check_progress {
    struct pt_progress now;
    const struct clock *clock;
    void (*tell)(void *arg, const struct pt_progress *now); /* NULL: nobody is told */
    void *arg;
    const atomic_bool *is_leaving; /* the fix is to end; NULL: it cannot be cancelled */
    int64_t told_us, begun_us;     /* monotonic: the last call of tell, the begin of the step */
    int64_t first_bytes;           /* of the transfer's end that was there at its begin */
    char goes_on[PT_WHAT_MAX];
};

/* All functions take a check without a progress, and then do nothing. */

/* Begins a step, "uploading FILE", which is told at once. limit_ms: how long it may take, or
 * PT_UNKNOWN. */
void progress_step(struct check *check, int64_t limit_ms, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* How far the transfer is. arg: a struct check, as s3_progress_fn passes it. Returns false when it
 * is to end. */
bool progress_bytes(void *arg, int64_t done, int64_t total);
/* AWS's word for what is waited for. */
void progress_state(struct check *check, const char *word);
/* The last lines of its log, or why they are not read; made printable here. */
void progress_log(struct check *check, const char *text);
/* Whether the fix is to end. */
bool progress_is_leaving(const struct check *check);
/* Tells again, for whoever shows the time. */
void progress_tick(struct check *check);
/* What goes on without pintop and costs money, as a sentence. */
void progress_goes_on(struct check *check, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
