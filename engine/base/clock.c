#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t clock_mono_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_even_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_real_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const struct clock clock_machine = {clock_mono_us, clock_even_ms, clock_real_ms};

void clock_shift(int64_t *noted_ms, int64_t by_ms)
{
    if (*noted_ms > 0 && *noted_ms != INT64_MAX)
        *noted_ms += by_ms;
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

/* Reads exactly this many digits. */
static bool clock_take_number(const char **at, int digits, int *value)
{
    *value = 0;
    for (; digits > 0; digits--) {
        if (!isdigit((unsigned char)**at))
            return false;
        *value = *value * 10 + (*(*at)++ - '0');
    }
    return true;
}

static bool take_sign(const char **at, const char *signs)
{
    bool is_one = **at != '\0' && strchr(signs, **at) != NULL;
    *at += is_one;
    return is_one;
}

/* Reads "+02:00", "-0330", "Z" or nothing as seconds. Returns false for anything else. */
static bool parse_zone(const char *text, int64_t *offset_s)
{
    int hours, minutes;
    bool is_west = *text == '-';
    *offset_s = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0 ||
        strcmp(text, "UTC") == 0)
        return true;
    if (!take_sign(&text, "+-") || !clock_take_number(&text, 2, &hours))
        return false;
    take_sign(&text, ":");
    if (!clock_take_number(&text, 2, &minutes))
        return false;
    *offset_s = (is_west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return *text == '\0';
}

/* As read: months from 1. A leap second is one. */
static bool is_moment(const struct tm *tm)
{
    return tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31 &&
           tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60;
}

bool clock_parse_iso(const char *text, int64_t *real_ms)
{
    struct tm tm = {0};
    int fraction_ms = 0;
    int64_t offset_s;
    if (!clock_take_number(&text, 4, &tm.tm_year) || !take_sign(&text, "-") ||
        !clock_take_number(&text, 2, &tm.tm_mon) || !take_sign(&text, "-") ||
        !clock_take_number(&text, 2, &tm.tm_mday) || !take_sign(&text, "Tt ") ||
        !clock_take_number(&text, 2, &tm.tm_hour) || !take_sign(&text, ":") ||
        !clock_take_number(&text, 2, &tm.tm_min) || !take_sign(&text, ":") ||
        !clock_take_number(&text, 2, &tm.tm_sec))
        return false;
    if (*text == '.')
        for (int scale = 100; isdigit((unsigned char)*++text); scale /= 10)
            fraction_ms += (*text - '0') * scale;
    if (!parse_zone(text, &offset_s) || !is_moment(&tm))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *real_ms = ((int64_t)timegm(&tm) - offset_s) * 1000 + fraction_ms;
    return true;
}
