/* Time. Logic takes `now` as a parameter; only threads' loops ask the clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Monotonic microseconds; goes on during a suspend of the process, not of the machine. */
int64_t clock_mono_us(void);
/* Milliseconds that go on evenly, a suspend of the machine included: nobody sets this clock. */
int64_t clock_even_ms(void);
/* Unix milliseconds, UTC. */
int64_t clock_real_ms(void);
/* RFC 3339 UTC with milliseconds, "2026-11-23T01:52:06.000Z"; cap at least 32. */
void clock_format_ms(int64_t real_ms, char *out, size_t cap);
/* An ISO 8601 moment as AWS and Kafka Connect write it: "2026-01-02T03:04:05Z", with a fraction or
 * not, with Z, UTC, +00:00, +0000 or nothing (UTC). false: it is none. */
bool clock_parse_iso(const char *text, int64_t *real_ms);

#endif
