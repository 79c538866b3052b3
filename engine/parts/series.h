/* One sample per second over all watched topics. Thread: the reactor's. */
#ifndef PARTS_SERIES_H
#define PARTS_SERIES_H

#include "desk/part.h"

struct series_part {
    const struct desk *desk;
    struct pt_series_section series; /* its head is not used */
    bool is_due; /* a second has passed; the sample is taken with the next sections */
};

extern const struct part series_part;

/* desk must outlive it. Its seat must follow those of the streams and the topics, because it reads
 * their sections, and that of the login. */
void series_part_init(struct series_part *sp, const struct desk *desk);

/* Returns a new section with these samples, or NULL without memory. */
const struct pt_series_section *series_copy(const struct pt_series_section *series);

#endif
