#include "ui/when.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY_MS = 86400000 };

static pt_code when_refuse(const char *text, const char *what, struct pt_error *err)
{
    return pt_error_set(err, PT_EUSAGE,
                        "Write 2026-11-30T03:10:00Z, 03:10 (UTC), or -2h for two hours ago.",
                        "%s '%s': this is no time", what, text);
}

/* Reads exactly so many digits. */
static bool when_digits(const char **at, int n, int *value)
{
    *value = 0;
    for (; n > 0 && isdigit((unsigned char)**at); n--)
        *value = *value * 10 + *(*at)++ - '0';
    return n == 0;
}

static bool when_sign(const char **at, char sign)
{
    return *(*at)++ == sign;
}

/* "-2h". */
static bool when_ago(const char *text, int64_t now_ms, int64_t *time_ms)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {
        {'s', 1000   },
        {'m', 60000  },
        {'h', 3600000},
        {'d', DAY_MS }
    };
    if (text[0] != '-')
        return false;
    const char *at = text + 1;
    int n = 0, n_digits = (int)strspn(at, "0123456789");
    if (n_digits == 0 || n_digits > 7 || !when_digits(&at, n_digits, &n) || at[0] == '\0' ||
        at[1] != '\0')
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].unit == at[0]) {
            *time_ms = now_ms - n * units[i].ms;
            return true;
        }
    return false;
}

/* What follows the seconds: nothing, or a Z. */
static bool when_is_end(const char *rest)
{
    return rest[0] == '\0' || strcmp(rest, "Z") == 0;
}

static bool when_clock(const char *at, int *ms_of_day)
{
    int hour, minute, second = 0;
    if (!when_digits(&at, 2, &hour) || !when_sign(&at, ':') || !when_digits(&at, 2, &minute))
        return false;
    if (at[0] == ':') {
        at++;
        if (!when_digits(&at, 2, &second))
            return false;
    }
    if (at[0] == '.') /* parts of a second */
        at += 1 + strspn(at + 1, "0123456789");
    *ms_of_day = ((hour * 60 + minute) * 60 + second) * 1000;
    return hour < 24 && minute < 60 && second < 60 && when_is_end(at);
}

/* With a date. A date that the calendar has not is refused. */
static bool when_full(const char *at, int64_t *time_ms)
{
    struct tm date = {0}, same;
    int ms_of_day = 0;
    if (!when_digits(&at, 4, &date.tm_year) || !when_sign(&at, '-') ||
        !when_digits(&at, 2, &date.tm_mon) || !when_sign(&at, '-') ||
        !when_digits(&at, 2, &date.tm_mday) || (at[0] != 'T' && at[0] != ' ') ||
        !when_clock(at + 1, &ms_of_day))
        return false;
    date.tm_year -= 1900;
    date.tm_mon--;
    int mday = date.tm_mday, mon = date.tm_mon;
    time_t day_s = timegm(&date);
    if (gmtime_r(&day_s, &same) == NULL || same.tm_mday != mday || same.tm_mon != mon)
        return false;
    *time_ms = (int64_t)day_s * 1000 + ms_of_day;
    return true;
}

pt_code when_parse(const char *text, int64_t now_ms, const char *what, int64_t *time_ms,
                   struct pt_error *err)
{
    int ms_of_day;
    if (when_ago(text, now_ms, time_ms) || when_full(text, time_ms))
        return PT_OK;
    if (!when_clock(text, &ms_of_day))
        return when_refuse(text, what, err);
    int64_t day_ms = now_ms - now_ms % DAY_MS;
    *time_ms = day_ms + ms_of_day <= now_ms ? day_ms + ms_of_day : day_ms - DAY_MS + ms_of_day;
    return PT_OK;
}
