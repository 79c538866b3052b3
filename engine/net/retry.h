/* When to try again. Pure. Thread: any. */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum { RETRY_ATTEMPTS = 3, RETRY_MAX_MS = 20000 };

/* 429, 500, 502, 503, 504. */
bool retry_is_status(int status);

/* How long to wait after a failed attempt (0 the first): a random part (0 ≤ part < 1) of 2^attempt
 * seconds, at most RETRY_MAX_MS ("full jitter"). A Retry-After of the server's (seconds, or an HTTP
 * date; NULL none) is waited for instead, within the same bound. now_s: Unix. */
int64_t retry_wait_ms(unsigned attempt, double part, const char *retry_after, int64_t now_s);

/* A number from 0 to below 1, of the system's random bytes. */
double retry_random(void);

/* An HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT") as Unix seconds; false: it is none. */
bool retry_parse_date(const char *text, int64_t *unix_s);

#endif
