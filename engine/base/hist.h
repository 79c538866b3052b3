/* A log-linear histogram of non-negative integers: 16 buckets for each power of two, so a quantile
 * is at most 6 % off. Values above 2^40 count in the last bucket.
 * Thread: one writer; hist_read may run beside it and sees each count old or new. */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stdatomic.h>
#include <stdint.h>

enum { HIST_BUCKETS = 38 * 16 };

struct hist {
    _Atomic uint32_t counts[HIST_BUCKETS];
    _Atomic uint64_t total;
    _Atomic uint64_t max;
};

struct hist_summary {
    uint64_t total, p50, p99, max;
};

void hist_init(struct hist *hist);
void hist_add(struct hist *hist, uint64_t value);
/* Quantiles of all values so far; all 0 when there are none. */
struct hist_summary hist_read(const struct hist *hist);

/* What was counted at a moment, for quantiles of what came after it. */
struct hist_mark {
    uint32_t counts[HIST_BUCKETS];
};
void hist_mark(const struct hist *hist, struct hist_mark *mark);
/* Quantiles of the values since the mark; max is the middle of the highest bucket in use. */
struct hist_summary hist_read_since(const struct hist *hist, const struct hist_mark *mark);

#endif
