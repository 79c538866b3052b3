/* A log-linear histogram of non-negative integers: 16 buckets for each power of two, so a quantile
 * is at most 6 % off. Values above 2^40 count in the last bucket.
 * Thread: one writer; hist_read may run beside it and sees each bucket before or after an
 * update. */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stdatomic.h>
#include <stdint.h>

enum { HIST_BUCKETS = 38 * 16 };

struct hist {
    _Atomic uint64_t counts[HIST_BUCKETS];
    _Atomic uint64_t total;
    _Atomic uint64_t max;
    _Atomic uint64_t sum;
};

struct hist_summary {
    uint64_t total, p50, p99, max;
};

void hist_init(struct hist *hist);
void hist_add(struct hist *hist, uint64_t value);
/* Quantiles of all values so far; all are 0 when there are no values. */
struct hist_summary hist_read(const struct hist *hist);

/* Counts the values by powers of two: counts[0] is how many are below 2^first_bit, counts[i] how
 * many are below 2^(first_bit + i) and not below the half of it. first_bit is at least 4. Returns
 * how many values there are, those above the last power included; it is never less than the sum of
 * counts, and neither goes down from one call to the next. */
uint64_t hist_powers(const struct hist *hist, unsigned first_bit, uint64_t *counts, unsigned n);

/* The counts at one moment, for quantiles of what is added after it. */
struct hist_mark {
    uint64_t counts[HIST_BUCKETS];
};
void hist_mark(const struct hist *hist, struct hist_mark *mark);
/* Quantiles of the values since the mark; max is the middle of the highest bucket in use. */
struct hist_summary hist_read_since(const struct hist *hist, const struct hist_mark *mark);

#endif
