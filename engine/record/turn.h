/* What a recorder does each second: it records the newest snapshot, syncs, and tells once what the
 * disk refuses, and once that it is well again. Thread: one at a time, one that may wait for the
 * disk. */
#ifndef RECORD_TURN_H
#define RECORD_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/event.h"
#include "pintop/snapshot.h"
#include "record/recording.h"

/* All are called on the recorder's thread. */
struct recorder_hooks {
    void *arg;
    /* The newest snapshot, one reference for the recorder. */
    const struct pt_snapshot *(*acquire)(void *arg);
    /* Something that the operator should know. */
    void (*tell)(void *arg, enum pt_severity severity, const char *text);
    /* What the recording has of earlier engines, once (record/recall.h); it is copied. */
    void (*recall)(void *arg, const struct pt_series_section *minutes);
};

/* All zero but for hooks and recording, which stays the caller's. */
struct turn {
    struct recorder_hooks hooks;
    struct recording *recording;
    bool has_failed;         /* writing, and that was told */
    bool has_failed_to_sync; /* the same of syncing */
    bool is_unsynced;
    int64_t synced_ms, retry_ms;
};

/* now_ms: even milliseconds (clock_even_ms). */
void turn_take(struct turn *turn, int64_t now_ms);

#endif
