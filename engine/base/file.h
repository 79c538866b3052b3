/* Small files as a whole: read with a size limit, and replaced so that a crash leaves either the
 * old or the new content. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "pintop/error.h"

/* Writes a file: to a temporary file beside it, then fsync, rename, and fsync of the directory.
 * Errors PT_EIO, PT_EFULL (no space, quota, or size limit); the old file is then unchanged.
 * Thread: any that may block. Two threads must not write one path at the same time. */
pt_code file_replace(const char *path, const void *data, size_t len, mode_t mode,
                     struct pt_error *err);
/* Writes a file that is not there yet. Cut off in the middle it leaves no file, nor a part of one
 * under another name (where the file system has nameless files). Errors as file_replace;
 * PT_EEXISTS: there is one of that name, and it is unchanged. */
pt_code file_create(const char *path, const void *data, size_t len, mode_t mode,
                    struct pt_error *err);
/* Writes several files, each like file_replace, with one fsync for each directory, so that together
 * they cost little more than one.
 *
 * is_side_by_side  syncs all at once, in a thread for each file: on a slow disk they then take as
 *                  long as one.
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
/* Reads a file of at most max bytes. The text is NUL-terminated, and the caller frees it.
 * Errors PT_ENOTFOUND, PT_EIO, PT_EDATA (longer than max), PT_ENOMEM. */
pt_code file_read(const char *path, size_t max, char **data, size_t *len, struct pt_error *err);
/* Write all of it, however many calls that takes. False: errno says why, and a part may have been
 * written. */
bool file_write_all(int fd, const void *data, size_t len);
/* Creates a directory and its missing parents with this mode, like mkdir -p. Errors PT_EIO. */
pt_code file_make_dirs(const char *path, mode_t mode, struct pt_error *err);
/* Syncs a directory, so that the names in it survive a crash. Errors PT_EIO. */
pt_code file_sync_dir(const char *path, struct pt_error *err);

#endif
