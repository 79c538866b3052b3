/* When the next record is due. A token bucket that holds at most 100 ms' worth, and what came due
 * in a sleep that the pacer asked for, so that neither a stop nor a suspend is followed by a burst.
 * Pure: `now` is given. Thread: the streamer. */
#ifndef STREAM_PACER_H
#define STREAM_PACER_H

#include <stdbool.h>
#include <stdint.h>

struct pacer {
    double per_s;   /* PT_RATE_MAX, PT_RATE_ORIGINAL, or records a second */
    uint64_t seed;  /* of the original pace's coin */
    double next_us; /* when the next record is due */
    /* The last sleep ended late on purpose (pacer_sleep_us): until when, and what was due from when
     * on counts as made up for. */
    int64_t slept_until_us, slept_from_us;
    bool is_new; /* the first record of this rate is still to come: it is not kept waiting */
};

/* Start, or start again, at now: the first record is due at once. */
void pacer_init(struct pacer *pacer, double per_s, uint64_t seed, int64_t now_us);
/* Another rate from now on; the next record is at most one new interval away. */
void pacer_set_rate(struct pacer *pacer, double per_s, int64_t now_us);
/* Microseconds until the next record is due; 0: now. */
int64_t pacer_wait_us(struct pacer *pacer, int64_t now_us);
/* How long to sleep, when the next record is due in wait_us: until then, or longer, so that several
 * records are made at once. All streams wake on one grid of the clock, and together: a wakeup for
 * each record, and a request for it, costs more than the record. At most `most` records are due
 * then. */
int64_t pacer_sleep_us(struct pacer *pacer, int64_t now_us, int64_t wait_us, uint64_t most);
/* Record index was taken: the one after it is due one interval later. */
void pacer_took(struct pacer *pacer, uint64_t index);

#endif
