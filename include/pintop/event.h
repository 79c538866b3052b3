/* What happened, for people: the events of the screen and of `status --json`. */
#ifndef PINTOP_EVENT_H
#define PINTOP_EVENT_H

#include <stdint.h>

enum pt_severity { PT_DEBUG, PT_INFO, PT_NOTICE, PT_WARN, PT_ERROR };

enum { PT_AREA_MAX = 12 };

/* One of them never changes, and is there once: every snapshot that shows it holds it, and frees it
 * with the last. */
struct pt_event {
    int refs; /* the engine's, atomic */
    enum pt_severity severity;
    int64_t time_ms;        /* Unix, UTC */
    char area[PT_AREA_MAX]; /* "pin", "sink", "kafka", "topics", "pintop" … */
    const char *text;       /* whole, of less than PT_TEXT_MAX bytes: printable UTF-8, one line */
};

/* "debug" … "error". */
const char *pt_severity_word(enum pt_severity severity);

#endif
