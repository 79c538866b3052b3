/* One file of a recording that is being written: lines, compressed as gzip, which `zcat` reads.
 * What was flushed can be read although the file was never closed. Thread: one at a time, one that
 * may wait for the disk. */
#ifndef RECORD_SEGMENT_H
#define RECORD_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

struct segment;

/* Opens a file of mode 0600 for appending, and locks it for as long as it is open. After what it
 * has already, a new gzip member begins. Errors PT_EIO, PT_EFULL, PT_ENOMEM; PT_ELOCKED: another
 * process records to it; PT_EEXISTS: it has something else in it. */
pt_code segment_open(const char *path, struct segment **out, struct pt_error *err);
/* Whether a process has this file open as a segment. */
bool segment_is_held(const char *path);
/* Adds a line; a newline is added to it. Nothing is written before segment_flush. */
void segment_line(struct segment *segment, const char *text, size_t len);
/* Writes the lines that were added. Errors PT_EIO, PT_EFULL: the file ends as after the last flush
 * that succeeded, and the segment can only be closed. */
pt_code segment_flush(struct segment *segment, struct pt_error *err);
/* Syncs what was written. Errors PT_EIO. */
pt_code segment_sync(struct segment *segment, struct pt_error *err);
/* The bytes of the file. */
uint64_t segment_bytes(const struct segment *segment);
/* Ends the gzip member, unless a flush has failed, and closes the file. One that was made by
 * segment_open is deleted when nothing could be written to it. NULL is fine. */
void segment_close(struct segment *segment);

#endif
