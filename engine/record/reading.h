/* A recording that is read: where in it one stands, and the snapshot there. A ring is read one file
 * at a time. Thread: one at a time, one that may wait for the disk. */
#ifndef RECORD_READING_H
#define RECORD_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/snapshot.h"

struct recorded;

/* Opens a file, or the directory of a ring, and stands at the first snapshot. Errors PT_ENOTFOUND,
 * PT_EIO, PT_EDATA, PT_ENOMEM. */
pt_code reading_open(const char *path, struct recorded **out, struct pt_error *err);
/* NULL is fine. */
void reading_close(struct recorded *reading);

/* Whether all that was opened so far could be read as a recording; a file whose end was not written
 * can be. */
bool reading_is_whole(const struct recorded *reading);
/* Whether another process, or this one, records to it now. */
bool reading_is_held(const struct recorded *reading);

/* The time of the first and of the last snapshot, Unix ms. */
int64_t reading_first_ms(const struct recorded *reading);
int64_t reading_last_ms(const struct recorded *reading);

/* The time of the snapshot where one stands; that of the next one, PT_UNKNOWN: it is the last. */
int64_t reading_ms(const struct recorded *reading);
int64_t reading_next_ms(struct recorded *reading);

/* Goes to the last snapshot at or before a time; to the first one, when all are later. */
void reading_seek(struct recorded *reading, int64_t time_ms);
/* Goes one snapshot on, or back. False: there is none, and one stands where one stood. */
bool reading_step(struct recorded *reading, bool is_on);
/* The time of the whole snapshot from which that one is made: a file of a ring begins with it. */
int64_t reading_key_ms(const struct recorded *reading);
/* Goes to the one before that whole snapshot: the last one of the file before. False: as above. */
bool reading_step_key(struct recorded *reading);
/* Finds the time of the next mark after this time, or of the one before it, among those that
 * pt_history_read has between the first and the last snapshot: a mark may be in a later file than
 * its time (the peak of a lag is told when it is over). One stands where one stood.
 *
 * found_ms  out; PT_UNKNOWN: there is none.
 * Errors    as pt_history_read. */
pt_code reading_find_mark(struct recorded *reading, int64_t time_ms, bool is_next,
                          int64_t *found_ms, struct pt_error *err);
/* Whether the marks are known already: the first reading_find_mark reads the whole recording. */
bool reading_has_marks(const struct recorded *reading);

/* Returns the snapshot, one reference for the caller; NULL: it, or what it is made from, is damaged
 * or missing. */
const struct pt_snapshot *reading_snapshot(struct recorded *reading);

#endif
