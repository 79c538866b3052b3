/* A snapshot out of its JSON. It is read into the reader's memory first; when all of it was good,
 * each section becomes what the engine itself makes: one allocation, counted, immutable. */
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "desk/section.h"
#include "pintop/report.h"
#include "report/delta.h"
#include "report/pack.h"
#include "report/reader.h"
#include "report/settle.h"
#include "report/tables.h"

/* What is known of the sections; all of them are there, however little the JSON has. */
struct draft {
    struct pt_snapshot root;
    struct pt_session_section session;
    struct pt_cluster_section cluster;
    struct pt_streams_section streams;
    struct pt_topics_section topics;
    struct pt_connectors_section connectors;
    struct pt_events_section events;
    struct pt_log_section log;
    struct pt_series_section series, minutes;
    struct pt_auth_section auth;
    struct pt_completed_section completed;
    struct pt_setup_section setup;
};

static struct draft *draft_new(struct json_reader *from)
{
    struct draft *draft = scratch_new(from, sizeof *draft);
    if (draft == NULL)
        return NULL;
    draft->root.session = &draft->session;
    draft->root.cluster = &draft->cluster;
    draft->root.streams = &draft->streams;
    draft->root.topics = &draft->topics;
    draft->root.connectors = &draft->connectors;
    draft->root.events = &draft->events;
    draft->root.log = &draft->log;
    draft->root.series = &draft->series;
    draft->root.minutes = &draft->minutes;
    draft->root.auth = &draft->auth;
    draft->root.completed = &draft->completed;
    draft->root.setup = &draft->setup;
    return draft;
}

/* A section of this size that begins as the draft's. */
static void *section_of(const void *draft, size_t own, size_t size)
{
    struct pt_section *section = section_new(size);
    if (section == NULL)
        return NULL;
    memcpy(section, draft, own);
    section->refs = 1;
    section->let_go = NULL;
    return section;
}

/* With all that it points to behind it, in one allocation. */
static void *settle_section(const struct field_table *table, void *draft)
{
    size_t size = field_pack(table, draft, NULL, table->size);
    void *section = section_of(draft, table->size, size);
    if (section != NULL)
        field_pack(table, section, section, table->size);
    return section;
}

/* ---- topics ---- */

static int snapshot_read_compare_topics(const void *a, const void *b)
{
    return strcmp(((const struct pt_topic *)a)->name, ((const struct pt_topic *)b)->name);
}

/* One allocation: the topics, sorted by name, then their partitions. */
static void *settle_topics(const struct settling *by, const void *drafted)
{
    const struct json_reader *from = by->from;
    const struct pt_topics_section *draft = drafted;
    size_t topics = draft->n_topics * sizeof *draft->topics;
    size_t partitions = from->n_partitions * sizeof *from->partitions;
    struct pt_topics_section *section =
        section_of(draft, sizeof *draft, sizeof *draft + topics + partitions);
    if (section == NULL)
        return NULL;
    struct pt_topic *to = (struct pt_topic *)(section + 1);
    if (topics > 0)
        memcpy(to, draft->topics, topics);
    qsort(to, draft->n_topics, sizeof *to, snapshot_read_compare_topics);
    section->topics = to;
    if (partitions > 0)
        memcpy(to + draft->n_topics, from->partitions, partitions);
    section->partitions = (struct pt_partition *)(to + draft->n_topics);
    section->n_partitions = from->n_partitions;
    return section;
}

/* ---- events ---- */

/* Events of which the first `n_old` are those of the section before, and the others are copies of
 * the drafts. *n is how many there were memory for. */
static bool join_events(const struct pt_event **to, const struct pt_event *const *old, size_t n_old,
                        const struct pt_event *const *drafts, size_t *n)
{
    size_t all = *n;
    for (*n = 0; *n < all; ++*n) {
        to[*n] =
            old != NULL && *n < n_old ? event_acquire(old[*n]) : event_copy(drafts[*n - n_old]);
        if (to[*n] == NULL)
            return false;
    }
    return true;
}

static void *settle_events(const struct settling *by, const void *drafted)
{
    const struct pt_events_section *draft = drafted, *before = NULL;
    uint64_t from = draft->first_number;
    if (by->before != NULL && by->delta->events_from < from) {
        before = by->before->events;
        from = by->delta->events_from;
    }
    size_t n_old = (size_t)(draft->first_number - from), n = n_old + draft->n_events;
    struct pt_events_section *section =
        section_of(draft, sizeof *draft, sizeof *draft + n * sizeof *draft->events);
    if (section == NULL)
        return NULL;
    const struct pt_event **events = (const struct pt_event **)(void *)(section + 1);
    const struct pt_event *const *old =
        before != NULL ? before->events + (from - before->first_number) : NULL;
    section->first_number = from;
    section->n_events = n;
    section->events = events;
    section->section.let_go = section_drop_events;
    if (join_events(events, old, n_old, draft->events, &section->n_events))
        return section;
    section_release(section);
    return NULL;
}

static void *settle_log(const struct settling *by, const void *drafted)
{
    const struct pt_log_section *draft = drafted, *before = NULL;
    uint64_t from = draft->first_number;
    if (by->before != NULL && by->delta->log_from < from) {
        before = by->before->log;
        from = by->delta->log_from;
    }
    size_t n_old = (size_t)(draft->first_number - from), n = n_old + draft->n_lines;
    struct pt_log_section *section =
        section_of(draft, sizeof *draft, sizeof *draft + n * sizeof *draft->lines);
    if (section == NULL)
        return NULL;
    const struct pt_event **lines = (const struct pt_event **)(void *)(section + 1);
    const struct pt_event *const *old =
        before != NULL ? before->lines + (from - before->first_number) : NULL;
    section->first_number = from;
    section->n_lines = n;
    section->lines = lines;
    section->section.let_go = section_drop_lines;
    if (join_events(lines, old, n_old, draft->lines, &section->n_lines))
        return section;
    section_release(section);
    return NULL;
}

/* ---- results ---- */

static bool add_settled(struct pt_completed_section *section, const struct pt_result *result)
{
    if (result != NULL)
        section->results[section->n_results++] = result;
    return result != NULL;
}

/* Those of a whole snapshot. */
static bool settle_results(struct pt_completed_section *to,
                           const struct pt_completed_section *draft)
{
    for (size_t i = 0; i < draft->n_results; i++)
        if (!add_settled(to, settle_result(draft->results[i])))
            return false;
    return true;
}

/* In the order of the change: new ones, and those of the snapshot before. */
static bool join_results(const struct settling *by, struct pt_completed_section *to,
                         const struct pt_completed_section *draft)
{
    for (size_t i = 0; i < by->delta->n_results; i++) {
        const struct pt_result *made = delta_find_result(draft, by->delta->results[i].id);
        const struct pt_result *old =
            made == NULL ? delta_find_result(by->before->completed, by->delta->results[i].id)
                         : NULL;
        if (old != NULL)
            section_acquire(old); /* a result's count is its first member, as a section's */
        if (!add_settled(to, old != NULL ? old : settle_result(made)))
            return false;
    }
    return true;
}

static void *settle_completed(const struct settling *by, const void *drafted)
{
    const struct pt_completed_section *draft = drafted;
    struct pt_completed_section *section = section_of(draft, sizeof *draft, sizeof *draft);
    if (section == NULL)
        return NULL;
    section->section.let_go = section_drop_results;
    section->n_results = 0;
    if (by->before != NULL ? join_results(by, section, draft) : settle_results(section, draft))
        return section;
    section_release(section);
    return NULL;
}

/* ---- all of it ---- */

/* How each section is made: by the table of its fields, or by a function. */
static const struct settler {
    size_t at; /* of its pointer, in the snapshot */
    const struct field_table *table;
    void *(*settle)(const struct settling *by, const void *drafted);
} settlers[] = {
    {offsetof(struct pt_snapshot, session),    &session_table,    NULL            },
    {offsetof(struct pt_snapshot, cluster),    &cluster_table,    NULL            },
    {offsetof(struct pt_snapshot, streams),    &streams_table,    NULL            },
    {offsetof(struct pt_snapshot, topics),     NULL,              settle_topics   },
    {offsetof(struct pt_snapshot, connectors), &connectors_table, NULL            },
    {offsetof(struct pt_snapshot, events),     NULL,              settle_events   },
    {offsetof(struct pt_snapshot, log),        NULL,              settle_log      },
    {offsetof(struct pt_snapshot, series),     &series_table,     NULL            },
    {offsetof(struct pt_snapshot, auth),       &token_table,      NULL            },
    {offsetof(struct pt_snapshot, completed),  NULL,              settle_completed},
    {offsetof(struct pt_snapshot, setup),      &setup_table,      NULL            },
    {offsetof(struct pt_snapshot, minutes),    &series_table,     NULL            },
};

static void **section_place(const void *snap, size_t at)
{
    return (void **)(void *)((char *)(uintptr_t)snap + at);
}

/* One section: made of the draft, or, when a change leaves it out, the one before. */
static void *settle_one(const struct settling *by, const struct settler *settler,
                        const struct draft *draft)
{
    void *drafted = *section_place(&draft->root, settler->at);
    if (by->before != NULL && !snapshot_is_revised(by->from, settler->at)) {
        void *old = *section_place(by->before, settler->at);
        section_acquire(old);
        return old;
    }
    return settler->table != NULL ? settle_section(settler->table, drafted)
                                  : settler->settle(by, drafted);
}

static const struct pt_snapshot *snapshot_read_settle(const struct settling *by,
                                                      const struct draft *draft)
{
    struct pt_snapshot parts = {.time_ms = draft->root.time_ms};
    const struct pt_snapshot *snap = NULL;
    bool is_whole = true;
    for (size_t i = 0; i < sizeof settlers / sizeof *settlers; i++) {
        void *made = settle_one(by, &settlers[i], draft);
        *section_place(&parts, settlers[i].at) = made;
        is_whole = is_whole && made != NULL;
    }
    if (is_whole)
        snap = snapshot_new(&parts, draft->root.section.version);
    sections_release(&parts);
    return snap;
}

static bool draft_settle_series(struct json_reader *from, struct draft *draft,
                                const struct pt_snapshot *before)
{
    return series_settle(from, &draft->series, before != NULL ? before->series : NULL) &&
           series_settle(from, &draft->minutes, before != NULL ? before->minutes : NULL);
}

pt_code pt_snapshot_read(const char *json, size_t len, const struct pt_snapshot **snap,
                         struct pt_error *err)
{
    struct json_reader from;
    *snap = NULL;
    json_reader_init(&from, "snapshot", json, len, err);
    struct settling by = {.from = &from};
    struct draft *draft = draft_new(&from);
    if (draft != NULL && json_read_document(&from, &snapshot_table, &draft->root) &&
        draft_settle_series(&from, draft, NULL)) {
        *snap = snapshot_read_settle(&by, draft);
        if (*snap == NULL)
            json_read_no_memory(&from);
    }
    json_reader_done(&from);
    return from.code;
}

pt_code pt_snapshot_apply(const char *json, size_t len, const struct pt_snapshot *before,
                          const struct pt_snapshot **snap, struct pt_error *err)
{
    struct json_reader from;
    struct delta delta = {0};
    *snap = NULL;
    json_reader_init(&from, "snapshot", json, len, err);
    struct draft *draft = draft_new(&from);
    delta.root = draft != NULL ? &draft->root : NULL;
    if (draft != NULL && json_read_document(&from, &delta_table, &delta)) {
        struct settling by = {&from, delta.is_keyframe ? NULL : before, &delta};
        if ((delta.is_keyframe || delta_follows(&by)) &&
            draft_settle_series(&from, draft, by.before)) {
            *snap = snapshot_read_settle(&by, draft);
            if (*snap == NULL)
                json_read_no_memory(&from);
        }
    }
    json_reader_done(&from);
    return from.code;
}
