/* The recorder: a thread that records an engine's snapshots, so that no other thread waits for the
 * disk. A disk that is full, or refuses, is told once; the engine goes on, and the recorder begins
 * again as soon as there is room. Thread: the three functions on the same one. */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

#include "pintop/error.h"
#include "record/recording.h"
#include "record/turn.h"

struct recorder;

/* hooks: called on the recorder's thread. Errors PT_ENOMEM, PT_EIO (no thread). */
pt_code recorder_start(const struct recording_opts *opts, const struct recorder_hooks *hooks,
                       struct recorder **out, struct pt_error *err);
/* Records the newest snapshot and ends the file; waits for that until the deadline (mono µs). Only
 * recorder_free may follow. NULL is fine. */
void recorder_finish(struct recorder *recorder, int64_t deadline_us);
/* Ends the thread, and frees the recorder. NULL is fine. */
void recorder_free(struct recorder *recorder);

#endif
