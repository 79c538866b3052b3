/* When the next record is due. A token bucket that holds at most 100 ms' worth, plus what came due
 * in a sleep that the pacer requested, so that neither a stop nor a suspend is followed by a burst.
 * Pure: `now` is a parameter. Thread: the streamer. */
#ifndef STREAM_PACER_H
#define STREAM_PACER_H

#include <stdbool.h>
#include <stdint.h>

struct pacer {
    double per_s;   /* PT_RATE_MAX, PT_RATE_ORIGINAL, or records per second */
    uint64_t seed;  /* for the coin of the original pace */
    double next_us; /* when the next record is due */
    /* The last sleep was long on purpose (pacer_sleep_us): until when, and from when on due
     * records may be made up for. */
    int64_t slept_until_us, slept_from_us;
    bool is_new; /* the first record of this rate is still to come: it is due at once */
};

/* Starts, or restarts, at now: the first record is due at once. */
void pacer_init(struct pacer *pacer, double per_s, uint64_t seed, int64_t now_us);
/* Sets another rate; the next record is at most one new interval away. */
void pacer_set_rate(struct pacer *pacer, double per_s, int64_t now_us);
/* Returns the microseconds until the next record is due; 0: now. */
int64_t pacer_wait_us(struct pacer *pacer, int64_t now_us);
/* Returns how long to sleep when the next record is due in wait_us: until then, or longer, so
 * that several records are generated at once. All streams wake on one grid of the clock, and
 * together: a wakeup and a request for each record would cost more than the record. At most
 * `most` records are due then. */
int64_t pacer_sleep_us(struct pacer *pacer, int64_t now_us, int64_t wait_us, uint64_t most);
/* Record index was taken: the next one is due one interval later. */
void pacer_took(struct pacer *pacer, uint64_t index);

#endif
