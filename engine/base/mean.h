/* The rate of a counter over the last seconds. */
#ifndef BASE_MEAN_H
#define BASE_MEAN_H

#include <stdint.h>

enum { HISTORY = 8, /* samples for the 5-second means */ MEAN_US = 5000000, RARE_US = 60000000 };

struct mean {
    struct mean_sample {
        int64_t mono_us;
        double value;
    } samples[HISTORY];
    unsigned n, next;
};
void mean_add(struct mean *mean, int64_t mono_us, double value);
/* Growth per second over at most the last 5 s, or since the previous sample, up to a minute; NAN
 * with fewer than two samples. */
double mean_per_s(const struct mean *mean);

#endif
