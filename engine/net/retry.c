#include "net/retry.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <curl/curl.h>

bool retry_is_status(int status)
{
    return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

bool retry_parse_date(const char *text, int64_t *unix_s)
{
    time_t at = curl_getdate(text, NULL);
    *unix_s = (int64_t)at;
    return at != (time_t)-1;
}

static bool parse_retry_after(const char *text, int64_t now_s, int64_t *wait_ms)
{
    int64_t at_s;
    if (isdigit((unsigned char)*text)) {
        char *end;
        long long seconds = strtoll(text, &end, 10);
        *wait_ms = seconds > RETRY_MAX_MS / 1000 ? RETRY_MAX_MS : seconds * 1000;
        return *end == '\0';
    }
    if (!retry_parse_date(text, &at_s))
        return false;
    *wait_ms = at_s <= now_s                        ? 0
               : at_s - now_s > RETRY_MAX_MS / 1000 ? RETRY_MAX_MS
                                                    : (at_s - now_s) * 1000;
    return true;
}

int64_t retry_wait_ms(unsigned attempt, double part, const char *retry_after, int64_t now_s)
{
    int64_t wait_ms;
    if (retry_after != NULL && parse_retry_after(retry_after, now_s, &wait_ms))
        return wait_ms;
    double limit_ms = attempt > 4 ? RETRY_MAX_MS : (double)(1000 << attempt);
    if (limit_ms > RETRY_MAX_MS)
        limit_ms = RETRY_MAX_MS;
    return (int64_t)(part * limit_ms);
}

double retry_random(void)
{
    uint32_t bits = 0;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        bits = (uint32_t)now.tv_nsec << 2;
    }
    return bits / 4294967296.0;
}
