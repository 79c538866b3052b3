/* New files that become durable several at a time: write all, then sync all, then name all, so that
 * they share the file system's journal. Thread: any; each function is on its own. */
#ifndef SINK_NEWFILE_H
#define SINK_NEWFILE_H

#include <stddef.h>

#include "pintop/error.h"

/* A temporary file begins with it and lies beside the file it becomes. */
#define NEWFILE_TMP_PREFIX ".tmp-"

/* The error of an operation on path, from errno: PT_EFULL when there is no room, else PT_EIO. */
pt_code newfile_error(struct pt_error *err, const char *doing, const char *path);
/* Write bytes to a file (an older one of that name is emptied) and start its way to the disk.
 * Returns its descriptor for newfile_sync, or -1 with err (not NULL); nothing is left behind then.
 */
int newfile_write(const char *path, const char *bytes, size_t len, struct pt_error *err);
/* Wait until it is durable, and close it. Errors PT_EIO, PT_EFULL. */
pt_code newfile_sync(int fd, const char *path, struct pt_error *err);
/* Rename. Errors PT_EEXISTS (`to` is there: it is never replaced), PT_EIO. */
pt_code newfile_rename(const char *from, const char *to, struct pt_error *err);

#endif
