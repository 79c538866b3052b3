#include "desk/section.h"

#include <stdlib.h>
#include <string.h>

#include "base/event.h"

/* All sections of a snapshot, for what they have in common. */
enum { N_SECTIONS = 12 };

static void list_sections(const struct pt_snapshot *snap, const void *list[N_SECTIONS])
{
    const void *all[N_SECTIONS] = {
        snap->session,    snap->cluster,   snap->streams, snap->topics,
        snap->connectors, snap->events,    snap->log,     snap->series,
        snap->auth,       snap->completed, snap->setup,   snap->minutes,
    };
    memcpy(list, all, sizeof all);
}

/* References are counted in memory that is const to all others. */
static int *refs_of(const void *section)
{
    return (int *)(uintptr_t) & ((const struct pt_section *)section)->refs;
}

static int section_count(int *refs, int by)
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
    section_count(refs_of(section), 1);
}

void section_release(const void *section)
{
    const struct pt_section *head = section;
    if (head == NULL || section_count(refs_of(head), -1) > 0)
        return;
    if (head->let_go != NULL)
        head->let_go(head);
    free((void *)(uintptr_t)head);
}

void section_copy(void *to, const void *from, size_t size)
{
    const struct pt_section *head = from;
    *(struct pt_section *)to = (struct pt_section){.version = head->version};
    memcpy((struct pt_section *)to + 1, head + 1, size - sizeof *head);
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

static void free_const(const void *memory)
{
    free((void *)(uintptr_t)memory);
}

void result_clear(struct pt_result *result)
{
    free_const(result->records);
    free_const(result->partitions);
    free_const(result->configs);
    free_const(result->lines);
    free_const(result->groups);
    result->records = NULL;
    result->partitions = NULL;
    result->configs = NULL;
    result->lines = NULL;
    result->groups = NULL;
    result->n_lines = result->n_groups = 0;
    result->n_records = result->n_partitions = result->n_configs = result->bytes = 0;
}

void result_release(const struct pt_result *pub)
{
    struct result *result = (struct result *)(uintptr_t)pub;
    if (result == NULL || section_count(&result->pub.refs, -1) > 0)
        return;
    result_clear(&result->pub);
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
    section_copy(snap, parts, sizeof *snap);
    snap->section = (struct pt_section){.refs = 1, .version = version};
    list_sections(snap, sections);
    for (int i = 0; i < N_SECTIONS; i++)
        if (sections[i] != NULL) /* NULL: out of memory when it was made */
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

void sections_release(const struct pt_snapshot *parts)
{
    const void *sections[N_SECTIONS];
    list_sections(parts, sections);
    for (int i = 0; i < N_SECTIONS; i++)
        section_release(sections[i]);
}

void pt_snapshot_release(const struct pt_snapshot *snap)
{
    if (snap == NULL || section_count(refs_of(snap), -1) > 0)
        return;
    sections_release(snap);
    free((void *)(uintptr_t)snap);
}
