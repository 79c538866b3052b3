/* Time. Logic takes `now` as a parameter; only threads' loops ask the clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Monotonic microseconds; goes on during a suspend of the process, not of the machine. */
int64_t clock_mono_us(void);
/* Unix milliseconds, UTC. */
int64_t clock_real_ms(void);
/* RFC 3339 UTC with milliseconds, "2026-11-23T01:52:06.000Z"; cap at least 32. */
void clock_format_ms(int64_t real_ms, char *out, size_t cap);

#endif
