#include "base/event.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "base/shown.h"

/* The reference count is the only part of an event that changes; everybody else sees it as
 * const. */
static int event_count(const struct pt_event *event, int by)
{
    return __atomic_add_fetch(&((struct pt_event *)(uintptr_t)event)->refs, by, __ATOMIC_ACQ_REL);
}

struct pt_event *event_new(enum pt_severity severity, const char *area, const char *fmt,
                           va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, fmt, args) < 0)
        return NULL;
    char *shown = shown_copy(text, PT_TEXT_MAX);
    size_t size = shown != NULL ? strlen(shown) + 1 : 0;
    struct pt_event *event = shown != NULL ? malloc(sizeof *event + size) : NULL;
    free(text);
    if (event != NULL) {
        *event = (struct pt_event){.refs = 1, .severity = severity, .time_ms = clock_real_ms()};
        printable_str(event->area, sizeof event->area, area);
        event->text = memcpy(event + 1, shown, size);
    }
    free(shown);
    return event;
}

struct pt_event *event_copy(const struct pt_event *event)
{
    size_t size = strlen(event->text) + 1;
    struct pt_event *copy = malloc(sizeof *copy + size);
    if (copy != NULL) {
        *copy = *event;
        copy->refs = 1;
        copy->text = memcpy(copy + 1, event->text, size);
    }
    return copy;
}

const struct pt_event *event_acquire(const struct pt_event *event)
{
    event_count(event, 1);
    return event;
}

void event_release(const struct pt_event *event)
{
    if (event != NULL && event_count(event, -1) == 0)
        free((void *)(uintptr_t)event);
}
