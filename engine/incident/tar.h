/* A tar archive in memory, as POSIX.1-1988 describes it (ustar): files of mode 0600, in one
 * directory. Thread: one at a time. */
#ifndef INCIDENT_TAR_H
#define INCIDENT_TAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends a file. name has less than 100 bytes. time_ms: Unix. */
void tar_add(struct buf *tar, const char *name, int64_t time_ms, const void *bytes, size_t len);
/* Appends the end. */
void tar_end(struct buf *tar);

#endif
