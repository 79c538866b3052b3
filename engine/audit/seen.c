#include "audit/seen.h"

#include <stdlib.h>

enum { NEVER = 0, ONCE = 1, OFTEN = 2 };

pt_code seen_init(struct seen *seen, uint64_t first, uint64_t n, struct pt_error *err)
{
    *seen = (struct seen){.first = first, .n = n};
    seen->bits = n / 4 < SIZE_MAX - 1 ? calloc(n / 4 + 1, 1) : NULL;
    if (seen->bits == NULL)
        return pt_error_set(err, PT_ENOMEM, "Audit a part: --from-index N --until N",
                            "audit: out of memory for %llu indexes", (unsigned long long)n);
    return PT_OK;
}

void seen_done(struct seen *seen)
{
    free(seen->bits);
    seen->bits = NULL;
}

static unsigned state_of(const struct seen *seen, uint64_t at)
{
    return seen->bits[at / 4] >> (at % 4 * 2) & 3u;
}

bool seen_add(struct seen *seen, uint64_t index)
{
    if (index < seen->first || index - seen->first >= seen->n)
        return false;
    uint64_t at = index - seen->first;
    switch (state_of(seen, at)) {
    case NEVER:
        seen->bits[at / 4] |= (uint8_t)(ONCE << (at % 4 * 2));
        seen->present++;
        break;
    case ONCE:
        seen->bits[at / 4] ^= (uint8_t)((ONCE ^ OFTEN) << (at % 4 * 2));
        seen->doubled++;
        break;
    default:
        break;
    }
    return true;
}

bool seen_has(const struct seen *seen, uint64_t index)
{
    return state_of(seen, index - seen->first) != NEVER;
}

void seen_exclude(struct seen *seen, uint64_t index)
{
    uint64_t at = index - seen->first;
    seen->bits[at / 4] |= (uint8_t)(ONCE << (at % 4 * 2));
    seen->n_excluded++;
}

bool seen_gap(const struct seen *seen, uint64_t from, uint64_t *first, uint64_t *last)
{
    uint64_t at = from > seen->first ? from - seen->first : 0;
    while (at < seen->n && state_of(seen, at) != NEVER)
        at++;
    if (at >= seen->n)
        return false;
    *first = seen->first + at;
    while (at < seen->n && state_of(seen, at) == NEVER)
        at++;
    *last = seen->first + at - 1;
    return true;
}
