/* Synthetic records: pin(i), geo(i), user(i) are functions of (seed, i), so the three streams
 * join and any record can be generated again. Shapes and dirty values follow the original
 * tables. */
#ifndef STREAM_RECORD_H
#define STREAM_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "pintop/stream.h"

/* The maximum length of a record. */
enum { RECORD_MAX_BYTES = 4096 };

struct record_gen {
    uint64_t seed;
    uint32_t dirty_per_64k; /* how many of 65,536 dirtyable values are dirty */
};

/* dirty_pct 0 to 100. */
void record_gen_init(struct record_gen *gen, uint64_t seed, double dirty_pct);

/* Writes record index of a stream as one JSON object, without newline, not terminated; returns
 * its length. out has RECORD_MAX_BYTES. Pure: no allocation, no state. Thread: any. */
size_t record_write(const struct record_gen *gen, enum pt_stream_id id, uint64_t index, char *out);

/* Column names of a stream in order, for checks: "index", "unique_id", …; *n out. */
const char *const *record_columns(enum pt_stream_id id, size_t *n);

#endif
