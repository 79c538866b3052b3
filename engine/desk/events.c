#include "desk/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/log.h"
#include "desk/section.h"

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

bool events_init(struct events *events)
{
    *events = (struct events){.is_dirty = true};
    bool has_events = ring_init(&events->events, PT_EVENTS_MAX);
    return ring_init(&events->log, PT_LOG_MAX) && has_events;
}

void events_done(struct events *events)
{
    ring_done(&events->events);
    ring_done(&events->log);
}

void events_add_line(struct events *events, const struct pt_event *line)
{
    if (line == NULL)
        return;
    ring_add(&events->log, line);
    if (events->file.keep != NULL)
        events->file.keep(events->file.arg, line);
    events->is_dirty = true;
}

void events_add(struct events *events, const struct pt_event *line)
{
    if (line == NULL)
        return;
    events_add_line(events, line);
    ring_add(&events->events, line);
    log_write(line); /* other lines were written when they were made */
}

/* Copies a ring into an array behind the section's head: oldest first, each referenced by the
 * section. */
static const struct pt_event **copy_ring(const struct line_ring *ring, void *behind)
{
    const struct pt_event **lines = behind;
    for (size_t i = 0; i < ring->n; i++)
        lines[i] = event_acquire(ring_at(ring, i));
    return lines;
}

const void *events_section(struct events *events)
{
    struct line_ring *ring = &events->events;
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

const void *events_log_section(struct events *events)
{
    struct line_ring *ring = &events->log;
    if (!ring->is_dirty)
        return NULL;
    struct pt_log_section *s = section_new(sizeof *s + ring->n * sizeof *s->lines);
    if (s == NULL)
        return NULL;
    s->section.let_go = section_drop_lines;
    s->first_number = ring->total - ring->n + 1;
    s->n_lines = ring->n;
    s->lines = copy_ring(ring, s + 1);
    s->dropped = events->file.dropped != NULL ? events->file.dropped(events->file.arg) : 0;
    ring->is_dirty = false;
    return s;
}
