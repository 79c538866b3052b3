/* Making events, and holding them: one allocation each, counted, shared by whoever keeps it (the
 * reactor's rings, the disk's queue, every snapshot). Thread: any. */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

#include <stdarg.h>

#include "pintop/error.h"
#include "pintop/event.h"

/* An event of now, held by the caller: made printable, its secrets masked, and cut ("…") only from
 * PT_TEXT_MAX bytes on. area: at most 11 bytes. NULL without memory. */
struct pt_event *event_new(enum pt_severity severity, const char *area, const char *fmt,
                           va_list args) __attribute__((format(printf, 3, 0)));
/* Hold it once more. */
const struct pt_event *event_acquire(const struct pt_event *event);
/* Let it go; the last one frees it. NULL is fine. */
void event_release(const struct pt_event *event);

#endif
