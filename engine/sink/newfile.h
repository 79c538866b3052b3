/* New files that become durable several at a time: write all, then sync all, then rename all, so
 * that they share the file system's journal. Thread: any; each call is independent. */
#ifndef SINK_NEWFILE_H
#define SINK_NEWFILE_H

#include <stddef.h>

#include "pintop/error.h"

/* The prefix of a temporary file, which is beside the file it becomes. */
#define NEWFILE_TMP_PREFIX ".tmp-"

/* Makes the error of an operation on path, from errno: PT_EFULL when there is no room, else
 * PT_EIO. */
pt_code newfile_error(struct pt_error *err, const char *doing, const char *path);
/* Writes bytes to a file (an older one of that name is emptied) and starts writing it to disk.
 * Returns its descriptor for newfile_sync, or -1 with err (not NULL); nothing is left behind
 * then. */
int newfile_write(const char *path, const char *bytes, size_t len, struct pt_error *err);
/* Waits until it is durable, and closes it. Errors PT_EIO, PT_EFULL. */
pt_code newfile_sync(int fd, const char *path, struct pt_error *err);
/* Renames it. Errors PT_EEXISTS (`to` exists: it is never replaced), PT_EIO. */
pt_code newfile_rename(const char *from, const char *to, struct pt_error *err);

#endif
