/* The rings of events and of log lines, and their sections. Thread: the reactor's. */
#ifndef DESK_EVENTS_H
#define DESK_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/event.h"

/* The newest line is at (total - 1) % cap; each is referenced. */
struct line_ring {
    const struct pt_event **lines;
    size_t cap, n;
    size_t bytes; /* of their texts */
    uint64_t total;
    bool is_dirty;
};

/* Where lines go besides the screen: the log file, once there is one. */
struct events_file {
    void *arg;
    void (*keep)(void *arg, const struct pt_event *line); /* NULL: there is none yet */
    uint64_t (*dropped)(void *arg); /* returns how many lines it could not keep */
};

struct events {
    struct line_ring events, log;
    struct events_file file;
    bool is_dirty; /* a line was added since the reactor last published */
};

/* Returns false when out of memory: a ring without memory drops its lines. */
bool events_init(struct events *events);
void events_done(struct events *events);

/* Adds an event, to the log, too. Takes its own reference; NULL (out of memory) is fine. */
void events_add(struct events *events, const struct pt_event *line);
/* Adds a line to the log only. */
void events_add_line(struct events *events, const struct pt_event *line);

/* Return a new section, or NULL when no line was added since the last one. */
const void *events_section(struct events *events);
const void *events_log_section(struct events *events);

#endif
