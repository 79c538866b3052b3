/* The losses that were seen within a day, of all clusters and connectors, in DIR/losses-seen.json,
 * and those that somebody has acknowledged, in DIR/losses.json. */
#ifndef CORE_LOSS_FILE_H
#define CORE_LOSS_FILE_H

#include <sys/stat.h>

#include "connector/loss_marks.h"
#include "pintop/error.h"

enum loss_file { LOSS_FILE_ACKNOWLEDGED, LOSS_FILE_SEEN };

/* No file: empty. marks: loss_marks_done. Errors PT_EIO, PT_EDATA (it is none of ours: then it is
 * left alone), PT_ENOMEM; marks is empty then. */
pt_code loss_file_read(const char *dir, enum loss_file which, struct loss_marks *marks,
                       struct pt_error *err);
/* Has it changed since it was read? known: in and out; begin with zeroes. */
bool loss_file_changed(const char *dir, enum loss_file which, struct stat *known);
/* Add these to what the file holds by then, and replace it as a whole; other pintops may do the
 * same. all: out, what it holds now, as by loss_file_read. Errors as there, and PT_EBUSY: another
 * pintop holds it for seconds. Thread: any that may block. */
pt_code loss_file_add(const char *dir, enum loss_file which, const struct loss_marks *more,
                      struct loss_marks *all, struct pt_error *err);

#endif
