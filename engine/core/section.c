#include "core/section.h"

#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "kafka/admin.h"

/* The sections of a snapshot, as what they have in common. */
enum { N_SECTIONS = 10 };

static void list_sections(const struct pt_snapshot *snap, const void *list[N_SECTIONS])
{
    const void *all[N_SECTIONS] = {
        snap->session, snap->cluster, snap->streams, snap->topics, snap->connectors,
        snap->events,  snap->log,     snap->series,  snap->auth,   snap->completed,
    };
    memcpy(list, all, sizeof all);
}

/* References are counted in memory that is const to everybody else. */
static int *refs_of(const void *section)
{
    return (int *)(uintptr_t) & ((const struct pt_section *)section)->refs;
}

static int count(int *refs, int by)
{
    return __atomic_add_fetch(refs, by, __ATOMIC_ACQ_REL);
}

void *section_new(size_t size)
{
    struct pt_section *section = calloc(1, size);
    if (section)
        section->refs = 1;
    return section;
}

void section_acquire(const void *section)
{
    count(refs_of(section), 1);
}

void section_release(const void *section)
{
    const struct pt_section *head = section;
    if (head == NULL || count(refs_of(head), -1) > 0)
        return;
    if (head->let_go != NULL)
        head->let_go(head);
    free((void *)(uintptr_t)head);
}

struct result *result_new(uint64_t id, enum pt_command_kind kind)
{
    struct result *result = calloc(1, sizeof *result);
    if (result) {
        result->pub.refs = 1;
        result->pub.id = id;
        result->pub.kind = kind;
    }
    return result;
}

void result_acquire(struct result *result)
{
    count(&result->pub.refs, 1);
}

void result_release(const struct pt_result *pub)
{
    struct result *result = (struct result *)(uintptr_t)pub;
    if (result == NULL || count(&result->pub.refs, -1) > 0)
        return;
    admin_result_done(&result->pub);
    free(result);
}

size_t result_bytes(const struct pt_result *pub)
{
    return sizeof *pub + pub->bytes;
}

struct pt_snapshot *snapshot_new(const struct pt_snapshot *parts, uint64_t version)
{
    struct pt_snapshot *snap = malloc(sizeof *snap);
    const void *sections[N_SECTIONS];
    if (snap == NULL)
        return NULL;
    *snap = *parts;
    snap->section = (struct pt_section){.refs = 1, .version = version};
    list_sections(snap, sections);
    for (int i = 0; i < N_SECTIONS; i++)
        section_acquire(sections[i]);
    return snap;
}

const struct pt_snapshot *pt_snapshot_acquire(const struct pt_snapshot *snap)
{
    section_acquire(snap);
    return snap;
}

void section_drop_results(const void *section)
{
    const struct pt_completed_section *completed = section;
    for (size_t i = 0; i < completed->n_results; i++)
        result_release(completed->results[i]);
}

static void drop_all(const struct pt_event *const *events, size_t n)
{
    for (size_t i = 0; i < n; i++)
        event_release(events[i]);
}

void section_drop_events(const void *section)
{
    const struct pt_events_section *events = section;
    drop_all(events->events, events->n_events);
}

void section_drop_lines(const void *section)
{
    const struct pt_log_section *log = section;
    drop_all(log->lines, log->n_lines);
}

void pt_snapshot_release(const struct pt_snapshot *snap)
{
    const void *sections[N_SECTIONS];
    if (snap == NULL || count(refs_of(snap), -1) > 0)
        return;
    list_sections(snap, sections);
    for (int i = 0; i < N_SECTIONS; i++)
        section_release(sections[i]);
    free((void *)(uintptr_t)snap);
}
