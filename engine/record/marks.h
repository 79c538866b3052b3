/* What history tells: it is found where two snapshots that follow each other differ. Thread: one at
 * a time. */
#ifndef RECORD_MARKS_H
#define RECORD_MARKS_H

#include "pintop/record.h"
#include "pintop/snapshot.h"
#include "record/json_text.h"

enum { MARKS_CONNECTORS = 64 };

/* The lag of one connector since it was low last. */
struct lag_peak {
    char connector[PT_NAME_MAX];
    int64_t low, high;       /* low: PT_UNKNOWN none yet */
    int64_t low_ms, high_ms; /* when it was there last, and first */
    int64_t usual;           /* the height that its peaks have */
    bool is_told;            /* that it rises */
};

struct marks {
    uint64_t n_events; /* the number of the last event that was told */
    struct lag_peak peaks[MARKS_CONNECTORS];
};

typedef void (*mark_fn)(void *arg, const struct pt_mark *mark);

/* Tells what is in now and was not in before (NULL: now is the first). The text of a mark lasts as
 * long as the call. */
void marks_take(struct marks *marks, const struct pt_snapshot *before,
                const struct pt_snapshot *now, mark_fn tell, void *arg);

/* A mark as JSON, free(); NULL when out of memory. */
char *mark_json(const struct pt_mark *mark);
/* The other way round; its text is the caller's to free. False: the text is not a mark, or out of
 * memory. */
bool mark_read(const struct piece *json, struct pt_mark *mark);

#endif
