/* Which indexes of a range were seen, and whether more than once: two bits an index. */
#ifndef CORE_SEEN_H
#define CORE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

struct seen {
    uint8_t *bits;
    uint64_t first, n;         /* the range first … first + n - 1 */
    uint64_t present, doubled; /* indexes seen; of these, indexes seen more than once */
};

/* Errors PT_ENOMEM. n may be 0. */
pt_code seen_init(struct seen *seen, uint64_t first, uint64_t n, struct pt_error *err);
void seen_done(struct seen *seen);
/* false: index is not in the range. */
bool seen_add(struct seen *seen, uint64_t index);
/* The next range of indexes not seen, from `from` on: inclusive. false: none. */
bool seen_gap(const struct seen *seen, uint64_t from, uint64_t *first, uint64_t *last);

#endif
