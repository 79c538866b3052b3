/* Events: what happened, for the screen and for `status --json`. */
#ifndef PINTOP_EVENT_H
#define PINTOP_EVENT_H

#include <stdint.h>

#include "pintop/api.h"

PT_API_BEGIN

enum pt_severity { PT_DEBUG, PT_INFO, PT_NOTICE, PT_WARN, PT_ERROR };

enum { PT_AREA_MAX = 12 };

/* An event never changes, and exists once: every snapshot that shows it references it, and the last
 * one frees it. */
struct pt_event {
    int refs; /* the engine's, atomic */
    enum pt_severity severity;
    int64_t time_ms;        /* Unix, UTC */
    char area[PT_AREA_MAX]; /* "pin", "sink", "kafka", "topics", "pintop" … */
    const char *text;       /* in full, less than PT_TEXT_MAX bytes: printable UTF-8, one line */
};

/* "debug" … "error". */
const char *pt_severity_word(enum pt_severity severity);

PT_API_END

#endif
