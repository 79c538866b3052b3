/* The plain bytes of a gzip file from any place, in limited memory: forwards as they come,
 * backwards from the nearest of a few states that were kept. Several gzip members in sequence
 * are one file, as in gzip. Thread: one at a time. */
#ifndef STREAM_GZ_H
#define STREAM_GZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "pintop/error.h"

/* Returns whether a file that begins with these bytes is gzip. */
bool gz_is_magic(const void *head, size_t len);

/* Shared by several readers of a file: states to continue from. */
struct gz_points;
struct gz_points *gz_points_new(void);
void gz_points_free(struct gz_points *points);

struct gz;
/* Makes a reader at the start; fd and points (may be NULL) stay the caller's. NULL when out of
 * memory. */
struct gz *gz_new(int fd, struct gz_points *points);
void gz_free(struct gz *gz);

/* Reads up to len plain bytes from offset; *n is less only at the end.
 *
 * shown   the file's name for messages.
 * Errors  PT_EIO, PT_EDATA (damaged, or it ends too early), PT_ENOMEM. */
pt_code gz_read(struct gz *gz, char *out, size_t len, uint64_t offset, const char *shown, size_t *n,
                struct pt_error *err);

#endif
