/* When to retry. Pure. Thread: any. */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum { RETRY_ATTEMPTS = 3, RETRY_MAX_MS = 20000 };

/* True for 429, 500, 502, 503 and 504. */
bool retry_is_status(int status);

/* Returns how long to wait after a failed attempt (the first is 0): a random part (0 ≤ part < 1)
 * of 2^attempt seconds, at most RETRY_MAX_MS ("full jitter"). The server's Retry-After (seconds,
 * or an HTTP date; NULL for none) takes precedence, within the same limit. now_s is Unix time. */
int64_t retry_wait_ms(unsigned attempt, double part, const char *retry_after, int64_t now_s);

/* Returns a random number from 0 to below 1, from the system's random source. */
double retry_random(void);

/* Parses an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT") into Unix seconds. Returns false when
 * text is not one. */
bool retry_parse_date(const char *text, int64_t *unix_s);

#endif
