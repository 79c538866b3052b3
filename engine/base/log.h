/* Log capture: every line of pintop and of librdkafka comes here. It goes to one receiver, and
 * to a file when a command has one; nothing else is printed. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "pintop/error.h"
#include "pintop/event.h"

/* The receiver of lines. It is called from any thread, must not block and must not log. line is
 * printable; a receiver that keeps it beyond the call acquires it (base/event.h). With NULL,
 * lines are dropped. Set it before threads start. */
typedef void (*log_receive_fn)(void *arg, const struct pt_event *line);
void log_set_receiver(log_receive_fn receive, void *arg);
/* Lines below this severity are dropped (default PT_INFO). */
void log_set_level(enum pt_severity level);

/* Opens a log file that each thread writes its lines to directly; for short commands, which have
 * no thread for it. Errors PT_EIO. */
pt_code log_to_file(const char *path, struct pt_error *err);
/* Writes one line to that file, if it is open. */
void log_write(const struct pt_event *line);
/* Opens a file for appending lines. Returns -1 with errno on failure. */
int log_open(const char *path);
/* Writes "2026-11-29T01:02:03.004Z warning kafka    text\n" to fd in one call, so that lines of
 * several threads stay whole. Returns false when the line was not written completely. */
bool log_put(int fd, const struct pt_event *line);

/* Logs one line. It is made printable and masked here, and kept in full (base/event.h). */
void log_line(enum pt_severity severity, const char *area, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
