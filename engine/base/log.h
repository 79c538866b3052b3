/* Log capture: every line of pintop and of librdkafka goes here, and from here to one receiver, and
 * to a file when a command has one. Nothing is printed else. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "pintop/error.h"
#include "pintop/event.h"

/* Who gets the lines; called from any thread, must not block, must not log. line is printable; to
 * be kept longer than the call it is acquired (base/event.h). NULL: lines are dropped. Set before
 * threads start. */
typedef void (*log_receive_fn)(void *arg, const struct pt_event *line);
void log_set_receiver(log_receive_fn receive, void *arg);
/* Lines below this severity are dropped (default PT_INFO). */
void log_set_level(enum pt_severity level);

/* Whoever makes a line writes it, too: for commands that end at once, which have no thread for
 * it. Errors PT_EIO. */
pt_code log_to_file(const char *path, struct pt_error *err);
/* One line to that file, if there is one. */
void log_write(const struct pt_event *line);
/* A file to add lines to. -1: errno. */
int log_open(const char *path);
/* "2026-11-29T01:02:03.004Z warning kafka    text\n" to fd, in one call: lines of threads stay
 * whole. False: not all of it was written. */
bool log_put(int fd, const struct pt_event *line);

/* One line; made printable and masked here, and kept whole (base/event.h). */
void log_line(enum pt_severity severity, const char *area, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
