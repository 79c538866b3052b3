#include "record/turn.h"

#include <stdio.h>

enum {
    SYNC_MS = 5000,
    RETRY_MS = 5000 /* after the disk refused to write */
};

/* Whether it has failed now; told when that is new. */
static void turn_tell(const struct turn *turn, bool *has_failed, const struct pt_error *err)
{
    char text[PT_TEXT_MAX];
    if (err != NULL && !*has_failed) {
        snprintf(text, sizeof text, "%s%s%s", err->what, err->fix[0] != '\0' ? ". " : "", err->fix);
        turn->hooks.tell(turn->hooks.arg, PT_WARN, text);
    }
    if (err == NULL && *has_failed)
        turn->hooks.tell(turn->hooks.arg, PT_NOTICE, "recording: it goes on");
    *has_failed = err != NULL;
}

static void turn_record(struct turn *turn, int64_t now_ms)
{
    struct pt_error err = {0};
    if (turn->has_failed && now_ms < turn->retry_ms)
        return;
    const struct pt_snapshot *snap = turn->hooks.acquire(turn->hooks.arg);
    if (recording_take(turn->recording, snap, now_ms, &err) != PT_OK) {
        turn->retry_ms = now_ms + RETRY_MS;
        turn_tell(turn, &turn->has_failed, &err);
    } else if (recording_has_written(turn->recording)) {
        turn->is_unsynced = true;
        turn_tell(turn, &turn->has_failed, NULL);
    }
    pt_snapshot_release(snap);
}

static void turn_sync(struct turn *turn, int64_t now_ms)
{
    struct pt_error err = {0};
    if (turn->has_failed || !turn->is_unsynced || now_ms - turn->synced_ms < SYNC_MS)
        return;
    bool is_synced = recording_sync(turn->recording, &err) == PT_OK;
    turn->synced_ms = now_ms;
    turn->is_unsynced = false;
    turn_tell(turn, &turn->has_failed_to_sync, is_synced ? NULL : &err);
}

void turn_take(struct turn *turn, int64_t now_ms)
{
    turn_record(turn, now_ms);
    turn_sync(turn, now_ms);
}
