/* What is written to a recording: whole snapshots, what changed since, and marks.
 *
 * A file begins with a header and a whole snapshot. A patch follows at once when something
 * happened, and every three seconds while only figures change. Each minute's patch is made from the
 * minute before, so that a reader need not pass through all that lies between. Damage of a patch is
 * felt up to the next minute, damage of a minute or of the whole snapshot up to the next whole one.
 * That comes every ten minutes: in a ring it begins a new file, which also begins when one is
 * large. Thread: one at a time, one that may wait for the disk. */
#ifndef RECORD_RECORDING_H
#define RECORD_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

struct recording;

struct recording_opts {
    const char *path; /* a directory for a ring, which is made; or a file */
    bool is_ring;
    int64_t hours;        /* of a ring */
    uint64_t limit_bytes; /* of a ring */
};

/* Nothing is opened before the first snapshot. path is copied. Errors PT_ENOMEM. */
pt_code recording_new(const struct recording_opts *opts, struct recording **out,
                      struct pt_error *err);
/* Looks at a snapshot, and writes what is to be kept of it.
 *
 * now_ms  even milliseconds (clock_even_ms), for the pace.
 * Errors  PT_EIO, PT_EFULL, PT_ELOCKED, PT_ENOMEM: nothing is recorded; a later call begins a new
 *         file. */
pt_code recording_take(struct recording *rec, const struct pt_snapshot *snap, int64_t now_ms,
                       struct pt_error *err);
/* Returns whether the last call of recording_take has written something. */
bool recording_has_written(const struct recording *rec);
/* Syncs what was written. Errors PT_EIO. */
pt_code recording_sync(struct recording *rec, struct pt_error *err);
/* Writes the end. NULL is fine. */
void recording_free(struct recording *rec);

#endif
