/* The lock of a state directory: which process streams from it. It is taken when the first
 * stream starts (on embedded: at start) and kept to the end of the process; the kernel releases
 * it with the process.
 *
 * Each shard has a lock of its own (DIR/lock.2of4), so that all shards of one host may use one
 * directory, in which their checkpoints lie side by side. Shards of different n never run beside
 * each other there, nor beside the whole: their indexes overlap. */
#ifndef STATE_LOCK_H
#define STATE_LOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/shard.h"
#include "pintop/error.h"

struct lock_note {
    int64_t pid;
    char bootstrap[256]; /* the embedded cluster's servers, otherwise "" */
};

/* Takes the lock of the shard. fd is out and stays open as long as the lock is held; -1 after an
 * error.
 * Errors PT_ELOCKED (owner: who has it, or a shard that excludes this one; may be NULL), PT_EIO. */
pt_code lock_take_shard(const char *dir, struct shard shard, int *fd, struct lock_note *owner,
                        struct pt_error *err);
/* The same for the whole: DIR/lock. */
pt_code lock_take(const char *dir, int *fd, struct lock_note *owner, struct pt_error *err);
/* Writes pid and bootstrap servers for other processes to read. Errors PT_EIO, PT_EFULL. */
pt_code lock_note_write(int fd, const struct lock_note *note, struct pt_error *err);
/* Reads who keeps the shard from running here now: the process that holds its lock, or that of a
 * shard that excludes it. Errors PT_ENOTFOUND: no process does; PT_EIO:
 * that cannot be told. Takes nothing. */
pt_code lock_read_shard(const char *dir, struct shard shard, struct lock_note *owner,
                        struct pt_error *err);
/* The same for the whole. */
pt_code lock_read(const char *dir, struct lock_note *owner, struct pt_error *err);

#endif
