/* Small files, whole: read with a bound, replaced so that a crash leaves the old or the new one. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "pintop/error.h"

/* Write a file: temporary beside it, fsync, rename, fsync of the directory.
 * Errors PT_EIO, PT_EFULL (no space, quota, or size limit); the old file is then as it was.
 * Thread: any that may block; two writers of one path must not meet. */
pt_code file_replace(const char *path, const void *data, size_t len, mode_t mode,
                     struct pt_error *err);
/* Several files, each as by file_replace, with one fsync for each directory, so that together they
 * cost little more than one.
 *
 * is_side_by_side  wait for all at once, in a thread for each: on a slow disk they take as long as
 *                  one.
 * progress         called whenever the disk has answered, from any of these threads; may be NULL.
 * Errors           each file's own, in its err. */
struct file_new {
    const char *path;
    const void *data;
    size_t len;
    mode_t mode;
    struct pt_error err; /* out */
};
void file_replace_all(struct file_new *files, size_t n, bool is_side_by_side,
                      void (*progress)(void *arg), void *arg);
/* The whole of a file of at most max bytes, NUL-terminated, the caller's to free().
 * Errors PT_ENOTFOUND, PT_EIO, PT_EDATA (longer than max), PT_ENOMEM. */
pt_code file_read(const char *path, size_t max, char **data, size_t *len, struct pt_error *err);
/* mkdir -p with this mode for what is missing. Errors PT_EIO. */
pt_code file_make_dirs(const char *path, mode_t mode, struct pt_error *err);
/* fsync a directory, so that names in it last. Errors PT_EIO. */
pt_code file_sync_dir(const char *path, struct pt_error *err);

#endif
