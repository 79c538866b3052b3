/* An incident file that is made and written by a thread of its own: it takes a while to make, and
 * a disk may hang. */
#ifndef UI_INCIDENT_JOB_H
#define UI_INCIDENT_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

struct incident_job;

enum { INCIDENT_END_MS = 3000 }; /* a program that ends waits so long for one */

/* What it is made of, as struct pt_incident says. */
struct incident_parts {
    const struct pt_snapshot *snap;    /* the job takes a reference of its own */
    char *screen, *config, *recording; /* free(): the job takes them over, also after an error */
    int64_t now_ms;
};

/* Begins to make it, and to write it to path. Errors PT_ENOMEM, PT_EIO (no thread). */
pt_code incident_job_start(const char *path, const struct incident_parts *parts,
                           struct incident_job **out, struct pt_error *err);
/* Returns whether it is written, or could not be. */
bool incident_job_is_over(struct incident_job *job);
/* Waits for its end, but no longer than limit_ms, and gives the job away: one that is not over is
 * freed by its thread. Returns how it ended, as pt_incident_make and pt_incident_write;
 * PT_ETIMEOUT: it is not over. NULL is fine. */
pt_code incident_job_end(struct incident_job *job, int64_t limit_ms, struct pt_error *err);

#endif
