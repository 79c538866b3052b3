/* Losses that were seen, and those that an operator has acknowledged: each is bound to a partition,
 * a range of offsets and a time, so that it never stands for a loss that came later. Pure. Thread:
 * any. */
#ifndef CONNECTOR_LOSS_MARKS_H
#define CONNECTOR_LOSS_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connector/conn.h"
#include "pintop/snapshot.h"

/* Kinds that are over once they happened. The words stand in the file: they stay. */
enum loss_kind { LOSS_DELETED, LOSS_SKIPPED, LOSS_MISSING, LOSS_DEAD, LOSS_KINDS };
/* NULL: no such kind. */
const char *loss_kind_word(enum loss_kind kind);
/* LOSS_KINDS: no such word. */
enum loss_kind loss_kind_of(const char *word);

/* A loss in one partition, as it is seen now. */
struct loss_extent {
    enum loss_kind kind;
    const char *topic;
    int32_t partition; /* -1: dead letters, of the whole topic */
    int64_t from, to;  /* offsets: from … to - 1 */
    int64_t records;   /* of these, at the least */
    int64_t born_ms;   /* when it was seen to begin */
    bool is_found;     /* it was there before pintop looked: how old it is isn't known */
    bool is_even;      /* of a part of the offsets at most as many records are lost */
    int64_t end;       /* of the log, now; PT_UNKNOWN */
};

/* One that was seen, or acknowledged. */
struct loss_mark {
    char cluster[64], connector[256], group[CONN_NAME_MAX + 16];
    enum loss_kind kind;
    char topic[PT_TOPIC_MAX];
    int32_t partition;
    int64_t from, to;
    int64_t records;   /* 0: seen, and put right since */
    int64_t end;       /* of the log then: one that ends before it is another log; PT_UNKNOWN */
    int64_t marked_ms; /* Unix: seen, or acknowledged */
    int64_t written_from_ms, written_to_ms; /* seen: when the records were made; PT_UNKNOWN */
    char by[128];                           /* user@host */
};
struct loss_marks {
    size_t n;
    struct loss_mark *items;
};
void loss_marks_done(struct loss_marks *marks);
/* False: no memory. */
bool loss_marks_add(struct loss_marks *marks, const struct loss_mark *mark);
/* The same, in place of those that it contains; the oldest leave above max. */
bool loss_marks_put(struct loss_marks *marks, const struct loss_mark *mark, size_t max);
/* Those of one connector's group, copied; dead letters are of each of its groups. False: no memory.
 */
bool loss_marks_of(const struct loss_marks *all, const char *cluster, const char *connector,
                   const char *group, struct loss_marks *out);

/* Take what was acknowledged out of an extent: from and records are then of what was not, records 0
 * when nothing is left. Returns the mark, NULL: none covers any of it. marks may be NULL. */
const struct loss_mark *loss_marks_apply(const struct loss_marks *marks,
                                         struct loss_extent *extent);

#endif
