/* A change of a snapshot: the root with the sections that are new, and of those that only grow,
 * what is kept of the one before. */
#ifndef REPORT_DELTA_H
#define REPORT_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/snapshot.h"
#include "report/field.h"

struct json_reader;

struct delta_result {
    uint64_t id;
};

struct delta {
    bool is_keyframe;               /* it needs no snapshot before it */
    uint64_t events_from, log_from; /* the first one of the section, which may be an old one */
    size_t n_results;
    struct delta_result results[PT_COMPLETED_MAX]; /* all of them in their order, old and new */
    const struct pt_snapshot *root;
};
extern const struct field_table delta_table;

/* What a snapshot is made with. */
struct settling {
    struct json_reader *from;
    const struct pt_snapshot *before; /* NULL: all sections were read */
    const struct delta *delta;        /* NULL with before */
};

/* Returns whether all that the change keeps is in the snapshot before it; otherwise it is the
 * reader's error. */
bool delta_follows(const struct settling *by);

/* NULL: it has none of this ID. */
const struct pt_result *delta_find_result(const struct pt_completed_section *completed,
                                          uint64_t id);

#endif
