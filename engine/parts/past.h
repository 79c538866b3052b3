/* Minutes of earlier engines before those of this one. Pure. */
#ifndef PARTS_PAST_H
#define PARTS_PAST_H

#include <stdint.h>

#include "pintop/snapshot.h"

/* A time of which one minute is known. */
enum { PAST_MINUTE_MS = 60000 };

/* Puts what is known of earlier minutes before those of a section: none where the section has its
 * own, none of the future, and no more than are ever kept. The samples get other numbers.
 *
 * to       has only minutes of its own.
 * next_ms  when the minute behind its last one begins, Unix; right when there is none yet, too.
 * begun_ms when it began, for the restart between the two.
 * Returns  how many minutes now stand before its own, with unknown ones between; 0: past had none
 *          that fits, and `to` is as it was. */
int64_t past_put(struct pt_series_section *to, int64_t next_ms, int64_t begun_ms,
                 const struct pt_series_section *past);
/* Takes the first n minutes out again: they are unknown then. */
void past_forget(struct pt_series_section *to, int64_t n);
/* Drops the restarts that were before the oldest minute that is kept. */
void past_drop_restarts(struct pt_series_section *series);
/* Returns when the oldest minute of which something is known began; PT_UNKNOWN: there is none. */
int64_t past_oldest_ms(const struct pt_series_section *series);

#endif
