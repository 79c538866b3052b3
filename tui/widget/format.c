/* Formats figures for people. Pure, but for the zone of times and the wish for exact figures. */
#include "widget/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pintop/config.h"
#include "pintop/snapshot.h"
#include "term/canvas.h"

static const char unknown[] = "–";

static struct shown show_dash(void)
{
    struct shown out;
    memcpy(out.s, unknown, sizeof unknown);
    return out;
}

static _Thread_local bool is_exact_wanted;

bool show_set_exact(bool is_exact)
{
    bool was_exact = is_exact_wanted;
    is_exact_wanted = is_exact;
    return was_exact;
}

/* At most four signs and a letter: "12.3k", "999k", "1.2M". */
static struct shown show_scaled(double n)
{
    static const char letters[] = "kMGTPE";
    size_t i = 0;
    n /= 1000;
    while (fabs(n) >= 999.5 && i < sizeof letters - 2) {
        n /= 1000;
        i++;
    }
    struct shown out;
    snprintf(out.s, sizeof out.s, fabs(n) < 99.95 ? "%.1f%c" : "%.0f%c", n, letters[i]);
    return out;
}

/* A figure has three decimals, wherever it comes from: an engine here, another process or a
 * recording. Otherwise one that lies between two roundings would be shown in two ways. */
static double show_decimals(double figure)
{
    return fabs(figure) < 1e11 ? round(figure * 1000) / 1000 : figure;
}

struct shown show_count(int64_t n)
{
    if (n == PT_UNKNOWN)
        return show_dash();
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n < 0 ? -n : n);
    struct shown out = {""};
    char *p = out.s;
    if (n < 0)
        *p++ = '-';
    for (int i = 0; i < len; i++) {
        *p++ = digits[i];
        if ((len - 1 - i) % 3 == 0 && i != len - 1)
            *p++ = ',';
    }
    *p = '\0';
    return out;
}

struct shown show_some(int64_t n)
{
    return n < 0 ? show_dash() : show_count(n);
}

struct shown show_count_in(int64_t n, int cols)
{
    struct shown exact = show_count(n);
    if (n == PT_UNKNOWN || is_exact_wanted || (int)strlen(exact.s) <= cols)
        return exact;
    return show_scaled((double)n);
}

struct shown show_offset_in(int64_t n, int cols)
{
    struct shown plain = show_count_in(n, cols);
    if (n < 0 || n == PT_UNKNOWN || (int)strlen(show_count(n).s) <= cols)
        return plain;
    snprintf(plain.s, sizeof plain.s, "%" PRId64, n);
    return (int)strlen(plain.s) <= cols ? plain : show_count_in(n, cols);
}

/* "12,345.678" */
static struct shown show_thousandths(double n)
{
    int64_t thousandths = (int64_t)llround(n * 1000);
    struct shown out;
    snprintf(out.s, sizeof out.s, "%.30s.%03d", show_count(thousandths / 1000).s,
             (int)(thousandths % 1000));
    return out;
}

struct shown show_rate(double per_s)
{
    if (!isfinite(per_s))
        return show_dash();
    per_s = show_decimals(per_s);
    if (is_exact_wanted && per_s >= 0 && per_s < 1e15)
        return show_thousandths(per_s);
    if (per_s >= 9999.5)
        return show_scaled(per_s);
    if (per_s >= 99.95)
        return show_count((int64_t)(per_s + 0.5));
    struct shown out;
    snprintf(out.s, sizeof out.s, "%.1f", per_s < 0 ? 0.0 : per_s);
    return out;
}

struct shown show_mb(double bytes_per_s)
{
    double mb = show_decimals(bytes_per_s) / 1e6;
    if (!isfinite(mb) || mb >= 9.995 || is_exact_wanted)
        return show_rate(mb);
    struct shown out;
    snprintf(out.s, sizeof out.s, "%.2f", mb < 0 ? 0.0 : mb);
    return out;
}

struct shown show_pace(double per_s)
{
    struct shown out;
    if (isnan(per_s) || per_s == 0 || per_s < PT_RATE_ORIGINAL)
        return show_dash();
    if (per_s >= PT_RATE_MAX)
        snprintf(out.s, sizeof out.s, "max");
    else if (per_s < 0)
        snprintf(out.s, sizeof out.s, "orig");
    else if (is_exact_wanted)
        return show_thousandths(per_s);
    else if (per_s >= 999.5e9)
        snprintf(out.s, sizeof out.s, "%.0fT", per_s / 1e12);
    else if (per_s >= 999.5e6)
        snprintf(out.s, sizeof out.s, "%.0fG", per_s / 1e9);
    else if (per_s >= 999999.5)
        snprintf(out.s, sizeof out.s, "%.0fM", per_s / 1e6);
    else if (per_s >= 9999.5)
        snprintf(out.s, sizeof out.s, "%.0fk", per_s / 1e3);
    else
        snprintf(out.s, sizeof out.s, per_s < 9.95 ? "%.2g" : "%.0f", per_s);
    return out;
}

struct shown show_ms(double ms)
{
    if (!isfinite(ms) || ms < 0)
        return show_dash();
    struct shown out;
    ms = show_decimals(ms);
    if (is_exact_wanted)
        snprintf(out.s, sizeof out.s, "%.26sms", show_thousandths(ms).s);
    else if (ms < 9.95)
        snprintf(out.s, sizeof out.s, "%.1fms", ms);
    else if (ms < 999.5)
        snprintf(out.s, sizeof out.s, "%.0fms", ms);
    else if (ms < 9950)
        snprintf(out.s, sizeof out.s, "%.1fs", ms / 1000);
    else
        return show_age((int64_t)ms);
    return out;
}

struct shown show_age(int64_t ms)
{
    if (ms == PT_UNKNOWN)
        return show_dash();
    long long s = ms < 0 ? 0 : ms / 1000;
    struct shown out;
    if (s < 60)
        snprintf(out.s, sizeof out.s, "%llds", s);
    else if (s < 3600)
        snprintf(out.s, sizeof out.s, "%lldm%02llds", s / 60, s % 60);
    else if (s < 48 * 3600)
        snprintf(out.s, sizeof out.s, "%lldh%02lldm", s / 3600, s / 60 % 60);
    else
        snprintf(out.s, sizeof out.s, "%lldd", s / 86400);
    return out;
}

struct shown show_oldest(int64_t ms)
{
    return ms <= 0 ? show_dash() : show_ms((double)ms);
}

struct shown show_right(struct shown text, int cols)
{
    struct shown out;
    int blanks = cols - text_cols(text.s);
    snprintf(out.s, sizeof out.s, "%*s%.30s", blanks > 0 ? blanks : 0, "", text.s);
    return out;
}

struct shown show_left(struct shown text, int cols)
{
    struct shown out;
    int blanks = cols - text_cols(text.s);
    snprintf(out.s, sizeof out.s, "%.30s%*s", text.s, blanks > 0 ? blanks : 0, "");
    return out;
}

struct shown show_bytes(int64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 0)
        return show_dash();
    struct shown out;
    if (bytes < 1000) {
        snprintf(out.s, sizeof out.s, "%" PRId64 " B", bytes);
        return out;
    }
    double n = (double)bytes / 1000;
    size_t i = 0;
    for (; n >= 999.5 && i + 1 < sizeof units / sizeof *units; i++)
        n /= 1000;
    snprintf(out.s, sizeof out.s, n < 99.95 ? "%.1f %s" : "%.0f %s", n, units[i]);
    return out;
}

static _Thread_local bool is_local_time;

bool show_set_local(bool is_local)
{
    bool was_local = is_local_time;
    is_local_time = is_local;
    return was_local;
}

bool show_is_local(void)
{
    return is_local_time;
}

static void show_tm(int64_t time_ms, struct tm *out)
{
    time_t seconds = (time_t)(time_ms / 1000);
    memset(out, 0, sizeof *out);
    if (is_local_time)
        localtime_r(&seconds, out);
    else
        gmtime_r(&seconds, out);
}

/* A Z at the end of the format stands for the zone: local times have none. */
static void show_time(struct shown *out, int64_t time_ms, const char *format)
{
    struct tm tm;
    char plain[40];
    size_t len = strlen(format);
    show_tm(time_ms, &tm);
    if (is_local_time && len > 0 && format[len - 1] == 'Z')
        len--;
    snprintf(plain, sizeof plain, "%.*s", (int)len, format);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (strftime(out->s, sizeof out->s, plain, &tm) == 0)
        out->s[0] = '\0';
#pragma GCC diagnostic pop
}

/* Whether this is a Unix time. 0 is none, and neither is a sum with an unknown time. */
static bool show_is_time(int64_t time_ms)
{
    return time_ms > 0 && time_ms < INT64_C(253402300800000); /* the year 10000 */
}

static bool show_is_one_day(int64_t one_ms, int64_t other_ms)
{
    struct tm one, other;
    show_tm(one_ms, &one);
    show_tm(other_ms, &other);
    return one.tm_yday == other.tm_yday && one.tm_year == other.tm_year;
}

struct shown show_minute(int64_t time_ms, int64_t now_ms)
{
    if (!show_is_time(time_ms))
        return show_dash();
    struct shown out;
    bool is_today = now_ms - time_ms < 86400000 && show_is_one_day(time_ms, now_ms);
    show_time(&out, time_ms, is_today || now_ms - time_ms < 43200000 ? "%H:%MZ" : "%d %b %H:%MZ");
    return out;
}

struct shown show_second(int64_t time_ms)
{
    if (!show_is_time(time_ms))
        return show_dash();
    struct shown out;
    show_time(&out, time_ms, "%H:%M:%SZ");
    return out;
}

struct shown show_day_second(int64_t time_ms)
{
    if (!show_is_time(time_ms))
        return show_dash();
    struct shown out;
    show_time(&out, time_ms, "%d %b %H:%M:%SZ");
    return out;
}

/* "+01:00" */
static struct shown show_offset(int64_t time_ms)
{
    struct tm tm;
    struct shown out;
    show_tm(time_ms, &tm);
    long minutes = tm.tm_gmtoff / 60, most = minutes < 0 ? -minutes : minutes;
    snprintf(out.s, sizeof out.s, "%c%02ld:%02ld", minutes < 0 ? '-' : '+', most / 60, most % 60);
    return out;
}

struct shown show_stamp(int64_t time_ms)
{
    if (!show_is_time(time_ms))
        return show_dash();
    struct shown day, out;
    show_time(&day, time_ms, "%Y-%m-%d %H:%M:%S");
    snprintf(out.s, sizeof out.s, "%.22s.%03d%.8s", day.s, (int)(time_ms % 1000),
             is_local_time ? show_offset(time_ms).s : "Z");
    return out;
}

struct shown show_zone(int64_t now_ms)
{
    struct shown out = {"Z"};
    struct tm tm;
    if (!is_local_time)
        return out;
    show_tm(now_ms, &tm);
    snprintf(out.s, sizeof out.s, " %.8s", tm.tm_zone != NULL ? tm.tm_zone : "local");
    return out;
}

struct shown show_zone_words(int64_t now_ms)
{
    struct shown out = {"UTC"};
    if (is_local_time)
        snprintf(out.s, sizeof out.s, "local time:%.9s, UTC%.8s", show_zone(now_ms).s,
                 show_offset(now_ms).s);
    return out;
}

struct shown show_since(int64_t time_ms, int64_t now_ms)
{
    return show_is_time(time_ms) && show_is_time(now_ms) ? show_age(now_ms - time_ms) : show_dash();
}

struct shown show_from(int64_t time_ms, int64_t now_ms, bool is_found)
{
    struct shown out;
    snprintf(out.s, sizeof out.s, "%.15s%s (%.8s)", show_minute(time_ms, now_ms).s,
             is_found ? " or before" : "", show_since(time_ms, now_ms).s);
    return out;
}

struct shown show_usd(double usd)
{
    if (!isfinite(usd) || usd < 0)
        return show_dash();
    struct shown out;
    snprintf(out.s, sizeof out.s, "$%.2f", show_decimals(usd));
    return out;
}
