/* The checks of the setup, as the doctor's worker reports them. Thread: the reactor's, except
 * setup_check_copy. */
#ifndef PARTS_SETUP_H
#define PARTS_SETUP_H

#include "desk/part.h"
#include "pintop/doctor.h"

struct setup_part {
    const struct desk *desk;
    struct pt_check *checks[PT_CHECKS_MAX]; /* owned; NULL: not made yet */
    bool is_running, is_dirty;
    int64_t begun_ms, ended_ms;
    char error[PT_REASON_MAX];
    int64_t n_rounds;
    struct pt_progress fix;
    char goes_on[PT_REASON_MAX];
};

extern const struct part setup_part;

/* desk must outlive it. */
void setup_part_init(struct setup_part *sp, const struct desk *desk);
void setup_part_done(struct setup_part *sp);

/* Returns a copy with its texts in one allocation, for free(); NULL when out of memory. Thread:
 * any. */
struct pt_check *setup_check_copy(const struct pt_check *check);

#endif
