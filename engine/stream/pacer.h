/* When the next record is due. A token bucket that holds at most 100 ms' worth, so that neither a
 * stop nor a suspend is followed by a burst. Pure: `now` is given. Thread: the streamer. */
#ifndef STREAM_PACER_H
#define STREAM_PACER_H

#include <stdint.h>

struct pacer {
    double per_s;   /* PT_RATE_MAX, PT_RATE_ORIGINAL, or records a second */
    uint64_t seed;  /* of the original pace's coin */
    double next_us; /* when the next record is due */
};

/* Start, or start again, at now: the first record is due at once. */
void pacer_init(struct pacer *pacer, double per_s, uint64_t seed, int64_t now_us);
/* Another rate from now on; the next record is at most one new interval away. */
void pacer_set_rate(struct pacer *pacer, double per_s, int64_t now_us);
/* Microseconds until the next record is due; 0: now. */
int64_t pacer_wait_us(struct pacer *pacer, int64_t now_us);
/* Record index was taken: the one after it is due one interval later. */
void pacer_took(struct pacer *pacer, uint64_t index);

#endif
