#include "base/hist.h"

enum { SUB_BITS = 4, SUB = 1 << SUB_BITS };

static unsigned bucket_of(uint64_t value)
{
    if (value < SUB)
        return (unsigned)value;
    unsigned top = 63u - (unsigned)__builtin_clzll(value);
    unsigned shift = top - SUB_BITS;
    unsigned bucket = (shift + 1) * SUB + (unsigned)((value >> shift) & (SUB - 1));
    return bucket < HIST_BUCKETS ? bucket : HIST_BUCKETS - 1;
}

/* The middle of a bucket, which stands for every value in it. */
static uint64_t bucket_value(unsigned bucket)
{
    if (bucket < SUB)
        return bucket;
    unsigned shift = bucket / SUB - 1;
    uint64_t low = (uint64_t)(SUB + bucket % SUB) << shift;
    return low + (((uint64_t)1 << shift) >> 1);
}

void hist_init(struct hist *hist)
{
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        atomic_store_explicit(&hist->counts[i], 0, memory_order_relaxed);
    atomic_store_explicit(&hist->total, 0, memory_order_relaxed);
    atomic_store_explicit(&hist->max, 0, memory_order_relaxed);
    atomic_store_explicit(&hist->sum, 0, memory_order_relaxed);
}

void hist_add(struct hist *hist, uint64_t value)
{
    /* There is one writer: a load and a store are enough, and cheaper than an atomic addition. */
    _Atomic uint64_t *count = &hist->counts[bucket_of(value)];
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    atomic_store_explicit(&hist->total,
                          atomic_load_explicit(&hist->total, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    atomic_store_explicit(&hist->sum,
                          atomic_load_explicit(&hist->sum, memory_order_relaxed) + value,
                          memory_order_relaxed);
    if (value > atomic_load_explicit(&hist->max, memory_order_relaxed))
        atomic_store_explicit(&hist->max, value, memory_order_relaxed);
}

static uint64_t hist_quantile(const uint64_t *counts, uint64_t total, unsigned pct)
{
    uint64_t rank = (total * pct + 99) / 100, seen = 0;
    for (unsigned i = 0; i < HIST_BUCKETS; i++) {
        seen += counts[i];
        if (seen >= rank && counts[i] > 0)
            return bucket_value(i);
    }
    return 0;
}

struct hist_summary hist_read(const struct hist *hist)
{
    uint64_t counts[HIST_BUCKETS];
    struct hist_summary sum = {.max = atomic_load_explicit(&hist->max, memory_order_relaxed)};
    for (unsigned i = 0; i < HIST_BUCKETS; i++) {
        counts[i] = atomic_load_explicit(&hist->counts[i], memory_order_relaxed);
        sum.total += counts[i];
    }
    if (sum.total == 0)
        return (struct hist_summary){0};
    sum.p50 = hist_quantile(counts, sum.total, 50);
    sum.p99 = hist_quantile(counts, sum.total, 99);
    if (sum.p50 > sum.max)
        sum.p50 = sum.max;
    if (sum.p99 > sum.max)
        sum.p99 = sum.max;
    return sum;
}

uint64_t hist_powers(const struct hist *hist, unsigned first_bit, uint64_t *counts, unsigned n)
{
    uint64_t total = 0;
    unsigned bucket = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned end = bucket_of((uint64_t)1 << (first_bit + i));
        counts[i] = 0;
        for (; bucket < end; bucket++)
            counts[i] += atomic_load_explicit(&hist->counts[bucket], memory_order_relaxed);
        total += counts[i];
    }
    for (; bucket < HIST_BUCKETS; bucket++)
        total += atomic_load_explicit(&hist->counts[bucket], memory_order_relaxed);
    return total;
}

void hist_mark(const struct hist *hist, struct hist_mark *mark)
{
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        mark->counts[i] = atomic_load_explicit(&hist->counts[i], memory_order_relaxed);
}

struct hist_summary hist_read_since(const struct hist *hist, const struct hist_mark *mark)
{
    struct hist_mark now;
    struct hist_summary sum = {0};
    hist_mark(hist, &now);
    for (unsigned i = 0; i < HIST_BUCKETS; i++) {
        now.counts[i] -= mark->counts[i];
        sum.total += now.counts[i];
        if (now.counts[i] > 0)
            sum.max = bucket_value(i);
    }
    if (sum.total > 0) {
        sum.p50 = hist_quantile(now.counts, sum.total, 50);
        sum.p99 = hist_quantile(now.counts, sum.total, 99);
    }
    return sum;
}
