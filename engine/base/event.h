/* Making and holding events. An event is one allocation with a reference count, shared by all
 * who keep it (the reactor's rings, the disk's queue, every snapshot). Thread: any. */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

#include <stdarg.h>

#include "pintop/error.h"
#include "pintop/event.h"

/* Returns a new event with the present time, held by the caller. The text is made printable, its
 * secrets are masked, and it is cut ("…") only beyond PT_TEXT_MAX bytes. area has at most 11
 * bytes. NULL when out of memory. */
struct pt_event *event_new(enum pt_severity severity, const char *area, const char *fmt,
                           va_list args) __attribute__((format(printf, 3, 0)));
/* Another one like it, held by the caller. Its text is taken as it is. NULL without memory. */
struct pt_event *event_copy(const struct pt_event *event);
/* Takes another reference. */
const struct pt_event *event_acquire(const struct pt_event *event);
/* Drops a reference; the last one frees the event. NULL is fine. */
void event_release(const struct pt_event *event);

#endif
