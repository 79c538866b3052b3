/* One sample per minute of the last 24 hours: made of the samples of the engine's seconds, and
 * before those, of what earlier engines have recorded; beside them, what CloudWatch has of the time
 * before. Thread: the reactor's. */
#ifndef PARTS_MINUTES_H
#define PARTS_MINUTES_H

#include "desk/part.h"
#include "parts/past_asking.h"
#include "pintop/series.h"

struct minutes_part {
    const struct desk *desk;
    struct pt_series_section minutes; /* its head is not used */
    int64_t last_second;              /* number of the newest sample that was taken in; -1 none */
    int64_t minute_ms;                /* when the minute began, Unix; PT_UNKNOWN: none has */
    struct pt_series_sum sums[PT_SERIES_FIGURES]; /* of the minute that has not ended yet */
    int64_t begun_ms;                             /* the engine's first second, Unix */
    int64_t own_from;               /* the number of the first minute that is the engine's own */
    struct pt_series_section *past; /* what is to be put before them; NULL nothing */
    bool has_grown;                 /* since the section was made */
    struct past_asking asking;
};

extern const struct part minutes_part;

/* desk must outlive it. Its seat must follow those of the series and the cluster, because it reads
 * their sections. hooks: NULL: CloudWatch is never asked. */
void minutes_part_init(struct minutes_part *mp, const struct desk *desk,
                       const struct minutes_hooks *hooks);
void minutes_part_done(struct minutes_part *mp);

#endif
