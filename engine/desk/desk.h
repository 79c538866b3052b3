/* The desk: everything that a part may use, the same for all parts: settings, the current sections,
 * events, the inbox, clocks. Thread: the reactor's, except what is atomic. */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "config/settings.h"
#include "desk/events.h"
#include "desk/inbox.h"
#include "pintop/engine.h"

/* Which pintop runs the streams, by the lock of the state directory. Written by the opener. */
struct owner {
    _Atomic int64_t pid;    /* another pintop's; PT_UNKNOWN none */
    atomic_bool is_self;    /* this process holds the lock */
    atomic_bool is_watcher; /* this process shows another process's embedded cluster */
    atomic_bool is_unseen;  /* the lock cannot be looked at: whether another one runs them, too */
};

struct desk {
    const struct settings *set;
    const struct pt_run *run;
    const struct pt_config *cfg; /* as it was given; with the servers once they were found */
    const struct clock *clock;
    const struct owner *owner;
    const struct pt_snapshot *now; /* the current sections; NULL ones at the very start */
    struct events *events;
    struct inbox *inbox;
    bool is_booted; /* files, workers and handles exist */
};

/* Return Unix ms and monotonic µs, by the desk's clock. */
int64_t desk_real_ms(const struct desk *desk);
int64_t desk_mono_us(const struct desk *desk);
/* Makes an event with the present time, for the screen and the log. */
void desk_event(const struct desk *desk, enum pt_severity severity, const char *area,
                const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Returns whether another pintop runs the streams, or this one shows another's cluster. Thread:
 * any. */
bool owner_is_other(const struct owner *owner);
/* Says why it is unknown who runs a stream, and what to do: the lock cannot be looked at. */
void owner_unseen(const char *state_dir, struct pt_stream *stream);

#endif
