#include "desk/desk.h"

#include <stdarg.h>

#include "base/event.h"
#include "base/text.h"

int64_t desk_real_ms(const struct desk *desk)
{
    return desk->clock->real_ms();
}

int64_t desk_mono_us(const struct desk *desk)
{
    return desk->clock->mono_us();
}

void desk_event(const struct desk *desk, enum pt_severity severity, const char *area,
                const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct pt_event *line = event_new(severity, area, fmt, args);
    va_end(args);
    events_add(desk->events, line);
    event_release(line);
}

bool owner_is_other(const struct owner *owner)
{
    return atomic_load(&owner->is_watcher) || atomic_load(&owner->pid) != PT_UNKNOWN;
}

void owner_unseen(const char *state_dir, struct pt_stream *stream)
{
    text_put(stream->reason, sizeof stream->reason,
             "the lock of state directory %.160s cannot be looked at, so another pintop may run it",
             state_dir);
    text_copy(stream->fix, sizeof stream->fix,
              "Make the directory accessible, or choose another with -X pintop.state.dir=DIR.");
}
