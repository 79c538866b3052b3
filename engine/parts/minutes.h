/* One sample per minute of the last 24 hours, made of the samples of its seconds. Thread: the
 * reactor's. */
#ifndef PARTS_MINUTES_H
#define PARTS_MINUTES_H

#include "desk/part.h"

/* The sum, or the extreme, of what is known of the minute that has not ended yet. */
struct minute_figure {
    double value;
    int n; /* the seconds in which it was known */
};
enum { MINUTE_FIGURES = 6 };

struct minutes_part {
    const struct desk *desk;
    struct pt_series_section minutes; /* its head is not used */
    int64_t last_second;              /* number of the newest sample that was taken in; -1 none */
    int64_t minute_ms;                /* when the minute began, Unix; PT_UNKNOWN: none has */
    struct minute_figure figures[MINUTE_FIGURES];
    bool has_grown; /* since the section was made */
};

extern const struct part minutes_part;

/* desk must outlive it. Its seat must follow that of the series, because it reads its section. */
void minutes_part_init(struct minutes_part *mp, const struct desk *desk);

#endif
