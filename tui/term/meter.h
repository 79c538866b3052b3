/* What the screen itself costs, measured in whole seconds over the last minute. Pure: its caller
 * has the clocks and the counters. */
#ifndef TERM_METER_H
#define TERM_METER_H

#include <stdint.h>

enum { METER_SECONDS = 60, METER_MEAN_SECONDS = 10 };

struct meter_counters {
    uint64_t bytes, frames; /* sent to the terminal since the start */
    int64_t cpu_ms;         /* that the process has used since its start; PT_UNKNOWN */
};

struct meter {
    int64_t second_ms; /* monotonic: when the second that is being measured began; 0: no one has */
    struct meter_counters began; /* the counters then */
    uint64_t n;                  /* seconds measured so far */
    struct meter_second {
        uint64_t bytes, frames;
        int64_t cpu_ms; /* PT_UNKNOWN */
    } seconds[METER_SECONDS];
};

/* Call it once a second or more often. What happened since the last call belongs to the second of
 * that call; when several have gone by, the others were quiet. */
void meter_take(struct meter *meter, const struct meter_counters *now, int64_t now_ms);

struct meter_reading {
    /* The mean of the last 10 s (of fewer, when there are no more), and the highest second of the
     * last minute. PT_UNKNOWN: no second is over yet. */
    int64_t bytes_per_s, bytes_per_s_most;
    double frames_per_s, cpu_pct; /* NAN: unknown. cpu_pct: 100 is one core */
};

struct meter_reading meter_read(const struct meter *meter);

#endif
