/* Which indexes of a range were seen, and whether more than once: two bits for each index. */
#ifndef AUDIT_SEEN_H
#define AUDIT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

struct seen {
    uint8_t *bits;
    uint64_t first, n;         /* the range first … first + n - 1 */
    uint64_t present, doubled; /* indexes seen; indexes seen more than once */
    uint64_t n_excluded;       /* that are not looked for */
};

/* Errors PT_ENOMEM. n may be 0. */
pt_code seen_init(struct seen *seen, uint64_t first, uint64_t n, struct pt_error *err);
void seen_done(struct seen *seen);
/* Returns false when index is not in the range. */
bool seen_add(struct seen *seen, uint64_t index);
/* Returns whether an index of the range was added, or excluded. */
bool seen_has(const struct seen *seen, uint64_t index);
/* Excludes an index of the range that was not added: it is in no gap, and not to be added. */
void seen_exclude(struct seen *seen, uint64_t index);
/* Finds the next range of indexes that were not seen, from `from` on: inclusive. Returns false
 * when there is none. */
bool seen_gap(const struct seen *seen, uint64_t from, uint64_t *first, uint64_t *last);

#endif
