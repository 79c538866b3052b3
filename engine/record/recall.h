/* What a recording has of the minutes before an engine's start. It is read backwards: the last
 * snapshot that an engine recorded has all minutes that this engine knew, so mostly one file is
 * read; those of engines of another subject, and what is damaged, are passed over. Thread: one at a
 * time, one that may wait for the disk. */
#ifndef RECORD_RECALL_H
#define RECORD_RECALL_H

#include <stdbool.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

struct recall;

/* Opens the file, or the directory of a ring, as it is now: what is recorded to a ring afterwards
 * is not read.
 *
 * now     a snapshot of the engine whose start it was: its subject counts, and its time.
 * Errors  PT_ENOTFOUND nothing is recorded yet; PT_ELOCKED a pintop records to it now, so it has
 *         not ended; PT_EIO, PT_EDATA, PT_ENOMEM. */
pt_code recall_open(const char *path, const struct pt_snapshot *now, struct recall **out,
                    struct pt_error *err);
/* Reads on, one snapshot and at most one file of a ring. False: nothing that counts is left. */
bool recall_step(struct recall *recall);
/* Returns what was found, for pt_engine_recall; NULL: nothing. It is the recall's. */
const struct pt_series_section *recall_found(struct recall *recall);
/* What the operator should know of it, a sentence; "" nothing. */
void recall_say(const struct recall *recall, char *text, size_t cap);
/* NULL is fine. */
void recall_close(struct recall *recall);

#endif
