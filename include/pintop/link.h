/* A link to an engine, wherever the engine runs: in this process (pt_engine_link), in another one,
 * or in a recording. The dashboard and the commands know nothing else about an engine.
 *
 * A kind of link is a struct of functions and the argument they are called with. Only acquire must
 * be there: a NULL function means that this kind of link cannot do it, and the pt_link_ functions
 * answer in its place. A zeroed struct is a closed link; every pt_link_ function takes one, and
 * NULL, too, except that pt_link_acquire needs a link that is open. */
#ifndef PINTOP_LINK_H
#define PINTOP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/command.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

PT_API_BEGIN

struct pt_run;

/* The limits of a stop that are not a time, and the longest one that is. */
enum {
    PT_STOP_UNLIMITED = -1,  /* wait for every acknowledgement: the end of a count */
    PT_STOP_CONFIGURED = -2, /* pintop.stop.timeout.ms */
    PT_STOP_MAX_MS = 600000  /* a longer one is cut to it */
};

/* How one moves in a recording. */
enum pt_replay_deed {
    PT_REPLAY_PLAY, /* plays, or pauses */
    PT_REPLAY_STEP,
    PT_REPLAY_STEP_BACK,
    PT_REPLAY_FASTER,
    PT_REPLAY_SLOWER,
    PT_REPLAY_NEXT, /* to the next event or change of a verdict */
    PT_REPLAY_BACK, /* to the one before */
    PT_REPLAY_JUMP  /* to a time */
};

/* What of a recording is shown. */
struct pt_replay_state {
    int64_t time_ms;           /* Unix: the present of what is shown */
    int64_t first_ms, last_ms; /* Unix: of the recording */
    double speed;              /* 1: as it happened */
    bool is_playing, is_at_end;
    uint64_t n_notes;
    char note[200]; /* what there is to say about the last move; it is a new one when n_notes is */
};

struct pt_link {
    void *arg;
    const struct pt_snapshot *(*acquire)(void *arg);
    int (*wake_fd)(void *arg);
    pt_code (*check)(void *arg, const struct pt_command *cmd, struct pt_error *err);
    pt_code (*submit)(void *arg, const struct pt_command *cmd, uint64_t *id, struct pt_error *err);
    void (*look_at)(void *arg, const char *const *topics, size_t n);
    void (*stop)(void *arg, const char *why, int64_t limit_ms);
    void (*end)(void *arg, const char *why, int64_t limit_ms);
    bool (*is_stopped)(void *arg);
    const char *(*ended_by)(void *arg);
    pt_code (*failure)(void *arg, struct pt_error *err);
    void (*close)(void *arg, int64_t wait_ms);
    void (*free)(void *arg);
    /* Of an engine in this process that may be recorded, which nobody has decided yet. */
    pt_code (*record)(void *arg, bool is_on, struct pt_error *err);
    /* Of a recording alone. */
    void (*replay)(void *arg, enum pt_replay_deed deed, int64_t time_ms);
    void (*replay_state)(void *arg, struct pt_replay_state *state);
};

/* Opens a link for this configuration and run. Both stay the caller's, unchanged until the process
 * ends. Errors: why there is no engine at the other end; *link is closed then. */
typedef pt_code (*pt_link_open_fn)(const struct pt_config *cfg, const struct pt_run *run,
                                   struct pt_link *link, struct pt_error *err);

bool pt_link_is_open(const struct pt_link *link);
/* Returns whether commands can be submitted: a recording takes none. */
bool pt_link_can_submit(const struct pt_link *link);

/* Returns the newest snapshot, one reference for the caller; never NULL. The wake descriptor is not
 * readable after that until there is a newer one. Thread: any. */
const struct pt_snapshot *pt_link_acquire(const struct pt_link *link);

/* Returns a descriptor for poll(): it is readable when there is a newer snapshot than the one
 * acquired last; do not read it. -1: this link has none, acquire from time to time. */
int pt_link_wake_fd(const struct pt_link *link);

/* Returns what pt_link_submit would refuse at once, without queueing anything. Errors as there, but
 * not PT_EBUSY. Thread: any. */
pt_code pt_link_check(const struct pt_link *link, const struct pt_command *cmd,
                      struct pt_error *err);

/* Queues one command; never blocks.
 *
 * cmd     copied with its strings; the caller keeps its own.
 * id      out, may be NULL: look for it in snapshot->completed.
 * Errors  PT_EBUSY too many commands wait, nothing is queued; PT_ECLOSED there is no engine, it is
 *         stopping, or this link takes no commands; PT_EREADONLY; PT_ENAME; PT_EUSAGE.
 * Thread  any; no I/O. The effect shows in a later snapshot. */
pt_code pt_link_submit(const struct pt_link *link, const struct pt_command *cmd, uint64_t *id,
                       struct pt_error *err);

/* Sets the topics that are on the screen now; replaces the previous list. Names are copied. Thread:
 * any. */
void pt_link_look_at(const struct pt_link *link, const char *const *topics, size_t n);

/* Stops the engine: halts the streams, drains, lets the sink commit, writes the checkpoint. The end
 * shows as pt_link_is_stopped. A second call with a limit puts it on a drain that has none, and
 * ends a drain that has one; a second call with PT_STOP_UNLIMITED does nothing.
 *
 * why       kept for the next start; printable.
 * limit_ms  of the drain, or PT_STOP_….
 * Thread    any. */
void pt_link_stop(const struct pt_link *link, const char *why, int64_t limit_ms);
/* Returns whether the engine belongs to another process: stopping or closing such a link ends only
 * the link, and the engine goes on. */
bool pt_link_is_attached(const struct pt_link *link);
/* Stops the engine itself, as pt_link_stop does with one in this process; the same for both kinds.
 * An attached link is stopped when the engine is. */
void pt_link_end(const struct pt_link *link, const char *why, int64_t limit_ms);
/* Returns whether there is nothing to wait for any more: true for a link that is closed. */
bool pt_link_is_stopped(const struct pt_link *link);

/* Returns why the run has ended, when every bounded stream has ended and the engine may be stopped
 * without loss: "count", "duration", "end of file", "stop.after" or "error" (valid until the link
 * is closed); NULL while it runs. */
const char *pt_link_ended_by(const struct pt_link *link);

/* Returns why the engine could not start what was requested, as an error with its fix; PT_OK: no
 * failure. Thread: any. */
pt_code pt_link_failure(const struct pt_link *link, struct pt_error *err);

/* Returns whether the user is to be asked if this engine is recorded. */
bool pt_link_asks_record(const struct pt_link *link);
/* Answers that for good: for this engine, and every later one of its state directory. Errors: it
 * cannot be recorded. Thread: the one that opened the link; never blocks. */
pt_code pt_link_record(const struct pt_link *link, bool is_on, struct pt_error *err);

/* Returns whether this is a recording, and what of it is shown. Thread: any; never blocks. */
bool pt_link_replay_state(const struct pt_link *link, struct pt_replay_state *state);
/* Moves in a recording; otherwise does nothing. The effect shows in a later snapshot and state.
 * time_ms: of PT_REPLAY_JUMP, Unix. Thread: any; never blocks. */
void pt_link_replay(const struct pt_link *link, enum pt_replay_deed deed, int64_t time_ms);

/* Closes the link before the process ends: waits at most wait_ms for what must last. An engine in
 * this process is not joined, and nothing of it is freed. *link is closed after that. */
void pt_link_close(struct pt_link *link, int64_t wait_ms);

/* Closes the link while the process goes on: an engine in this process is stopped, joined and
 * freed, which takes as long as its connections do. A snapshot of it that is still held can be
 * read until it is released. *link is closed after that. */
void pt_link_free(struct pt_link *link);

PT_API_END

#endif
