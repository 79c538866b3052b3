/* Time. Logic takes `now` as a parameter; only the loops of threads read the clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Monotonic microseconds. They advance while the process is suspended, but not while the machine
 * is. */
int64_t clock_mono_us(void);
/* Milliseconds that advance evenly, also while the machine is suspended; setting the system
 * clock does not change them. */
int64_t clock_even_ms(void);
/* Unix milliseconds, UTC. */
int64_t clock_real_ms(void);
/* The three of them, for logic that is to be tested with a clock of the test's own. */
struct clock {
    int64_t (*mono_us)(void);
    int64_t (*even_ms)(void);
    int64_t (*real_ms)(void);
};
extern const struct clock clock_machine;

/* Moves a time that was noted (Unix ms) when the system clock has been set by by_ms. What is no
 * time stays: 0, PT_UNKNOWN, INT64_MAX. */
void clock_shift(int64_t *noted_ms, int64_t by_ms);

/* Formats RFC 3339 UTC with milliseconds, "2026-11-23T01:52:06.000Z"; cap is at least 32. */
void clock_format_ms(int64_t real_ms, char *out, size_t cap);
/* Parses an ISO 8601 time as AWS and Kafka Connect write it: "2026-01-02T03:04:05Z", with or
 * without a fraction, with Z, UTC, +00:00, +0000 or nothing (UTC). Returns false when text is
 * not a time. */
bool clock_parse_iso(const char *text, int64_t *real_ms);

#endif
