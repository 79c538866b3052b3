/* The lock of a state directory: who streams from here. Taken when the first stream starts (on
 * embedded: at start) and kept to the end of the process; the kernel drops it with the process. */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

struct lock_note {
    int64_t pid;
    char bootstrap[256]; /* the embedded cluster's servers, "" else */
};

/* Take DIR/lock. fd: out, stays open as long as the lock is held.
 * Errors PT_ELOCKED (owner: who has it, may be NULL), PT_EIO. */
pt_code lock_take(const char *dir, int *fd, struct lock_note *owner, struct pt_error *err);
/* Write pid and bootstrap servers for others to read. Errors PT_EIO, PT_EFULL. */
pt_code lock_note_write(int fd, const struct lock_note *note, struct pt_error *err);
/* Who holds the lock now. Errors PT_ENOTFOUND: nobody. Takes nothing. */
pt_code lock_read(const char *dir, struct lock_note *owner, struct pt_error *err);

#endif
