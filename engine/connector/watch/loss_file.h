/* Losses on disk, of all clusters and connectors: those that were seen in the last day in
 * DIR/losses-seen.json, and those that somebody acknowledged in DIR/losses.json. */
#ifndef CONNECTOR_WATCH_LOSS_FILE_H
#define CONNECTOR_WATCH_LOSS_FILE_H

#include <sys/stat.h>

#include "connector/witness/loss_marks.h"
#include "pintop/error.h"

enum loss_file { LOSS_FILE_ACKNOWLEDGED, LOSS_FILE_SEEN };

/* Reads the file; without one marks is empty. marks: loss_marks_done. Errors PT_EIO, PT_EDATA (it
 * is not a list of losses, and is left alone), PT_ENOMEM; marks is empty then. */
pt_code loss_file_read(const char *dir, enum loss_file which, struct loss_marks *marks,
                       struct pt_error *err);
/* Whether the file has changed since it was read. known: in and out; begin with zeroes. */
bool loss_file_changed(const char *dir, enum loss_file which, struct stat *known);
/* Adds more to what the file holds at that moment, and replaces it as a whole; other pintops may do
 * the same. all: out, what it holds now, as by loss_file_read. Errors as there, and PT_EBUSY:
 * another pintop has held the lock for seconds. Thread: any that may block. */
pt_code loss_file_add(const char *dir, enum loss_file which, const struct loss_marks *more,
                      struct loss_marks *all, struct pt_error *err);

#endif
