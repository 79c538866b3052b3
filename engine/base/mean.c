#include <math.h>

#include "base/mean.h"

void mean_add(struct mean *mean, int64_t mono_us, double value)
{
    mean->samples[mean->next] = (struct mean_sample){mono_us, value};
    mean->next = (mean->next + 1) % HISTORY;
    if (mean->n < HISTORY)
        mean->n++;
}

double mean_per_s(const struct mean *mean)
{
    if (mean->n < 2)
        return NAN;
    const struct mean_sample *last = &mean->samples[(mean->next + HISTORY - 1) % HISTORY];
    const struct mean_sample *first = last;
    for (unsigned i = 2; i <= mean->n; i++) {
        const struct mean_sample *s = &mean->samples[(mean->next + HISTORY - i) % HISTORY];
        int64_t span_us = last->mono_us - s->mono_us;
        /* Half a tick of slack, so that a late tick does not shorten the span. A counter that is
         * read more rarely has its mean since the previous reading. */
        if (span_us > MEAN_US + 500000 && (first != last || span_us > RARE_US))
            break;
        first = s;
    }
    int64_t span_us = last->mono_us - first->mono_us;
    return span_us > 0 ? (last->value - first->value) * 1e6 / (double)span_us : NAN;
}
