/* The rings of events and log lines, and their sections. The reactor's thread. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/log.h"
#include "core/engine_state.h"

static bool ring_init(struct line_ring *ring, size_t cap)
{
    *ring =
        (struct line_ring){.cap = cap, .lines = calloc(cap, sizeof *ring->lines), .is_dirty = true};
    return ring->lines != NULL;
}

static const struct pt_event *ring_at(const struct line_ring *ring, size_t i)
{
    return ring->lines[(ring->total - ring->n + i) % ring->cap];
}

static void ring_drop(struct line_ring *ring)
{
    const struct pt_event *oldest = ring_at(ring, 0);
    ring->bytes -= strlen(oldest->text);
    ring->n--;
    event_release(oldest);
}

static void ring_done(struct line_ring *ring)
{
    while (ring->n > 0)
        ring_drop(ring);
    free(ring->lines);
}

static void ring_add(struct line_ring *ring, const struct pt_event *line)
{
    size_t bytes = strlen(line->text);
    if (ring->lines == NULL)
        return;
    while (ring->n == ring->cap || (ring->n > 0 && ring->bytes + bytes > PT_EVENTS_BYTES))
        ring_drop(ring);
    ring->lines[ring->total++ % ring->cap] = event_acquire(line);
    ring->n++;
    ring->bytes += bytes;
    ring->is_dirty = true;
}

void model_events_init(struct model *m)
{
    ring_init(&m->events, PT_EVENTS_MAX);
    ring_init(&m->log, PT_LOG_MAX);
}

void model_events_done(struct model *m)
{
    ring_done(&m->events);
    ring_done(&m->log);
}

void model_line(struct pt_engine *eng, const struct pt_event *line, bool is_event)
{
    struct model *m = &eng->model;
    if (line == NULL)
        return;
    ring_add(&m->log, line);
    if (is_event) {
        ring_add(&m->events, line);
        log_write(line); /* the others were, when they were made */
    }
    /* Lines from before the boot are few, and on the screen. */
    if (m->is_booted)
        disk_log(eng->disk, line);
    m->is_dirty = true;
}

void model_event(struct pt_engine *eng, enum pt_severity severity, const char *area,
                 const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct pt_event *line = event_new(severity, area, fmt, args);
    va_end(args);
    model_line(eng, line, true);
    event_release(line);
}

/* A ring as an array behind the section's head: oldest first, each held by the section. */
static const struct pt_event **copy_ring(const struct line_ring *ring, void *behind)
{
    const struct pt_event **lines = behind;
    for (size_t i = 0; i < ring->n; i++)
        lines[i] = event_acquire(ring_at(ring, i));
    return lines;
}

const void *model_events_section(struct pt_engine *eng)
{
    struct line_ring *ring = &eng->model.events;
    if (!ring->is_dirty)
        return NULL;
    struct pt_events_section *s = section_new(sizeof *s + ring->n * sizeof *s->events);
    if (s == NULL)
        return NULL;
    s->section.let_go = section_drop_events;
    s->first_number = ring->total - ring->n + 1;
    s->n_events = ring->n;
    s->events = copy_ring(ring, s + 1);
    ring->is_dirty = false;
    return s;
}

const void *model_log_section(struct pt_engine *eng)
{
    struct line_ring *ring = &eng->model.log;
    if (!ring->is_dirty)
        return NULL;
    struct pt_log_section *s = section_new(sizeof *s + ring->n * sizeof *s->lines);
    if (s == NULL)
        return NULL;
    s->section.let_go = section_drop_lines;
    s->first_number = ring->total - ring->n + 1;
    s->n_lines = ring->n;
    s->lines = copy_ring(ring, s + 1);
    s->dropped = eng->disk && eng->model.is_booted ? disk_dropped(eng->disk) : 0;
    ring->is_dirty = false;
    return s;
}
