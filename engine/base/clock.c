#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t clock_mono_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_real_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void clock_format_ms(int64_t real_ms, char *out, size_t cap)
{
    int64_t s = real_ms / 1000, ms = real_ms % 1000;
    if (ms < 0) {
        ms += 1000;
        s -= 1;
    }
    time_t t = (time_t)s;
    struct tm tm;
    if (gmtime_r(&t, &tm) == NULL) {
        snprintf(out, cap, "-");
        return;
    }
    snprintf(out, cap, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
             tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)ms);
}

/* "+02:00", "-0330", "Z" or nothing, as seconds; false: something else. */
static bool parse_zone(const char *text, int64_t *offset_s)
{
    int hours, minutes, used = 0;
    *offset_s = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if (*text != '+' && *text != '-')
        return false;
    if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 &&
        sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &used) != 2)
        return false;
    *offset_s = (*text == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return text[1 + used] == '\0';
}

bool clock_parse_iso(const char *text, int64_t *real_ms)
{
    struct tm tm = {0};
    char sign;
    int used = 0, fraction_ms = 0;
    int64_t offset_s;
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &sign,
               &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 7 ||
        (sign != 'T' && sign != 't' && sign != ' '))
        return false;
    const char *rest = text + used;
    if (*rest == '.')
        for (int scale = 100; isdigit((unsigned char)*++rest); scale /= 10)
            fraction_ms += (*rest - '0') * scale;
    if (!parse_zone(rest, &offset_s) || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *real_ms = ((int64_t)timegm(&tm) - offset_s) * 1000 + fraction_ms;
    return true;
}
