/* The disk worker: checkpoints (the latest wins) and log lines, written by one thread, so that no
 * other waits for a file. A full queue drops log lines with a count, never a checkpoint. */
#ifndef CORE_DISK_H
#define CORE_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/error.h"
#include "pintop/event.h"

struct disk;

enum { DISK_SLOTS = 4 };

/* Called on the disk thread after each write of a slot; err->code is PT_OK or why it failed (it is
 * then tried again each second until it works or is replaced). */
typedef void (*disk_written_fn)(void *arg, unsigned slot, const struct pt_error *err);

/* log_path: appended to, or NULL. Errors PT_ENOMEM, PT_EIO. */
pt_code disk_start(const char *log_path, disk_written_fn written, void *arg, struct disk **disk,
                   struct pt_error *err);
/* Have text written to path by replacement; takes text (malloc'd). Replaces what slot holds
 * unwritten. It waits for disk_write, so that those that are put together are written together. */
void disk_put(struct disk *disk, unsigned slot, const char *path, char *text);
/* Write what was put. */
void disk_write(struct disk *disk);
/* Append a line to the log file, or drop and count it. It is held until it is written. */
void disk_log(struct disk *disk, const struct pt_event *line);
uint64_t disk_dropped(struct disk *disk);
/* Write what was put, and wait until it is written, or failed once, at most until the deadline.
 * true: all of it is on disk. */
bool disk_flush(struct disk *disk, int64_t deadline_us);
/* When the disk last answered anything (mono µs); 0 not yet. Thread: any. */
int64_t disk_answered_us(struct disk *disk);
/* Write what is there, end the thread, free. */
void disk_free(struct disk *disk);

#endif
