/* The disk worker: checkpoints (the latest wins) and log lines, written by one thread, so that
 * no other thread waits for a file. A full queue drops and counts log lines, but never a
 * checkpoint. */
#ifndef STATE_DISK_H
#define STATE_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/event.h"

struct disk;

enum { DISK_SLOTS = 4 };

/* Called on the disk thread after each write of a slot; err->code is PT_OK or why it failed (it
 * is then retried each second until it succeeds or is replaced). */
typedef void (*disk_written_fn)(void *arg, unsigned slot, const struct pt_error *err);

/* log_path is appended to; may be NULL. Errors PT_ENOMEM, PT_EIO. */
pt_code disk_start(const char *log_path, disk_written_fn written, void *arg, struct disk **disk,
                   struct pt_error *err);
/* Hands over text (malloc'd) to be written to path by replacement. It replaces an unwritten text
 * in the slot. It waits for disk_write, so that texts that are put together are written
 * together. */
void disk_put(struct disk *disk, unsigned slot, const char *path, char *text);
/* Writes what was put. */
void disk_write(struct disk *disk);
/* Appends a line to the log file, or drops and counts it. The line is held until it is written. */
void disk_log(struct disk *disk, const struct pt_event *line);
uint64_t disk_dropped(struct disk *disk);
/* Writes what was put, and waits until it is written, or has failed once, at most until the
 * deadline. Returns true when all of it is on disk. */
bool disk_flush(struct disk *disk, int64_t deadline_us);
/* Returns when the disk last answered (mono µs); 0 not yet. Thread: any. */
int64_t disk_answered_us(struct disk *disk);
/* Writes what is left, ends the thread, and frees the worker. */
void disk_free(struct disk *disk);

#endif
