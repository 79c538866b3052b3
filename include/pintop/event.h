/* What happened, for people: the events of the screen and of `status --json`. */
#ifndef PINTOP_EVENT_H
#define PINTOP_EVENT_H

#include <stdint.h>

enum pt_severity { PT_DEBUG, PT_INFO, PT_NOTICE, PT_WARN, PT_ERROR };

enum { PT_EVENT_TEXT = 232, PT_AREA_MAX = 12 };

/* text is printable UTF-8, one line. */
struct pt_event {
    int64_t time_ms; /* Unix, UTC */
    enum pt_severity severity;
    char area[PT_AREA_MAX]; /* "pin", "sink", "kafka", "topics", "pintop" … */
    char text[PT_EVENT_TEXT];
};

/* "debug" … "error". */
const char *pt_severity_word(enum pt_severity severity);

#endif
