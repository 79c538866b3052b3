/* Log capture: every line of pintop and of librdkafka goes here and from here to one receiver.
 * Nothing is ever printed. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "pintop/event.h"

/* Who gets the lines; called from any thread, must not block, must not log. line is valid during
 * the call and already printable. NULL: lines are dropped. Set before threads start. */
typedef void (*log_receive_fn)(void *arg, const struct pt_event *line);
void log_set_receiver(log_receive_fn receive, void *arg);
/* Lines below this severity are dropped (default PT_INFO). */
void log_set_level(enum pt_severity level);

/* One line; made printable here. area at most 11 bytes. Never put a secret into it. */
void log_line(enum pt_severity severity, const char *area, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
