/* Making sections, results and snapshots: counted, immutable once published. */
#ifndef CORE_SECTION_H
#define CORE_SECTION_H

#include <stddef.h>

#include "pintop/snapshot.h"

/* Zeroed memory with one reference; NULL without memory. size: with the arrays that follow. */
void *section_new(size_t size);
void section_acquire(const void *section);
/* The last release calls its let_go and frees it; NULL is fine. */
void section_release(const void *section);

/* What three sections hold, for their let_go: completed its results, the others their events. */
void section_drop_results(const void *completed);
void section_drop_events(const void *events);
void section_drop_lines(const void *log);

/* A result with what its public part points to. */
struct result {
    struct pt_result pub; /* first */
};
struct result *result_new(uint64_t id, enum pt_command_kind kind);
void result_acquire(struct result *result);
void result_release(const struct pt_result *result);
/* Bytes of everything that hangs on it, for the limits. */
size_t result_bytes(const struct pt_result *result);

/* A snapshot that takes one reference on each section of parts (whose own head is ignored). */
struct pt_snapshot *snapshot_new(const struct pt_snapshot *parts, uint64_t version);

#endif
