/* Losses that were seen, and those that an operator has acknowledged: each is bound to a
 * partition, a range of offsets and a time, so that it never covers a later loss. Pure. Thread:
 * any. */
#ifndef CONNECTOR_WITNESS_LOSS_MARKS_H
#define CONNECTOR_WITNESS_LOSS_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connector/conn.h"
#include "pintop/snapshot.h"

/* Kinds of losses that happen at one moment. The words are stored in the file, so they must not
 * change. */
enum loss_kind { LOSS_DELETED, LOSS_SKIPPED, LOSS_MISSING, LOSS_DEAD, LOSS_KINDS };
/* NULL for an unknown kind. */
const char *loss_kind_word(enum loss_kind kind);
/* LOSS_KINDS for an unknown word. */
enum loss_kind loss_kind_of(const char *word);

/* A loss in one partition, as it is now. */
struct loss_extent {
    enum loss_kind kind;
    const char *topic;
    int32_t partition; /* -1 for dead letters, of the whole topic */
    int64_t from, to;  /* offsets: from … to - 1 */
    int64_t records;   /* of these offsets, at least */
    int64_t born_ms;   /* when it was seen to begin */
    bool is_found;     /* it existed before pintop looked: its age is unknown */
    bool is_even;      /* a part of the offsets holds at most as many lost records */
    int64_t end;       /* of the log, now; PT_UNKNOWN */
};

/* A loss that was seen, or acknowledged. */
struct loss_mark {
    char cluster[64], connector[256], group[CONN_NAME_MAX + 16];
    enum loss_kind kind;
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    int64_t from, to;
    int64_t records;   /* 0: it was seen, and repaired since */
    int64_t end;       /* of the log then: a log that ends before it is another one; PT_UNKNOWN */
    int64_t marked_ms; /* Unix: seen, or acknowledged */
    int64_t written_from_ms, written_to_ms; /* seen: when the records were written; PT_UNKNOWN */
    char by[128];                           /* user@host */
};
struct loss_marks {
    size_t n;
    struct loss_mark *items;
};
void loss_marks_done(struct loss_marks *marks);
/* Returns false when out of memory. */
bool loss_marks_add(struct loss_marks *marks, const struct loss_mark *mark);
/* The same, replacing the marks that it contains; beyond max the oldest are dropped. */
bool loss_marks_put(struct loss_marks *marks, const struct loss_mark *mark, size_t max);
/* Copies those of one connector's group; dead letters belong to each of its groups. Returns
 * false when out of memory. */
bool loss_marks_of(const struct loss_marks *all, const char *cluster, const char *connector,
                   const char *group, struct loss_marks *out);

/* Subtracts what was acknowledged from an extent: from and records then describe the rest, with
 * records 0 when nothing is left. Returns the mark, or NULL when none covers any of it. marks
 * may be NULL. */
const struct loss_mark *loss_marks_apply(const struct loss_marks *marks,
                                         struct loss_extent *extent);

#endif
