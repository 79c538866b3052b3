/* Makes sections, results and snapshots: reference-counted, immutable once published. */
#ifndef DESK_SECTION_H
#define DESK_SECTION_H

#include <stddef.h>

#include "pintop/snapshot.h"

/* Returns zeroed memory with one reference; NULL when out of memory. size includes the arrays that
 * follow. */
void *section_new(size_t size);
void section_acquire(const void *section);
/* The last release calls its let_go and frees it; NULL is fine. */
void section_release(const void *section);
/* Copies a section of that size but for its count and its let_go: the count is changed by other
 * threads. */
void section_copy(void *to, const void *from, size_t size);

/* For let_go: release the results of the completed section, the events, the log lines. */
void section_drop_results(const void *completed);
void section_drop_events(const void *events);
void section_drop_lines(const void *log);

/* A result with what its public part points to. */
struct result {
    struct pt_result pub; /* first */
};
struct result *result_new(uint64_t id, enum pt_command_kind kind);
void result_release(const struct pt_result *result);
/* Frees what the result points to, and sets it to nothing. The result itself may be in any
 * memory. */
void result_clear(struct pt_result *result);
/* Returns the bytes of the result and of what it points to, for the limits. */
size_t result_bytes(const struct pt_result *result);

/* Releases the sections of parts, whose own head is ignored. */
void sections_release(const struct pt_snapshot *parts);
/* Returns a snapshot with one reference on each section of parts, whose own head is ignored; NULL
 * when out of memory. */
struct pt_snapshot *snapshot_new(const struct pt_snapshot *parts, uint64_t version);

#endif
