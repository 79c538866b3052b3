/* Numbers as they are typed: counts (12, 10k, 2M) and times (30, 0.5, 30s, 5m, 2h, 1d). */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "pintop/units.h"

static pt_code bad_int(const char *text, const char *what, int64_t min, int64_t max, bool is_number,
                       struct pt_error *err)
{
    char range[120];
    bool has_units = max >= 1000000;
    int n = max == INT64_MAX
                ? snprintf(range, sizeof range, "Give a whole number, %lld or more", (long long)min)
                : snprintf(range, sizeof range, "Give a whole number from %lld to %lld",
                           (long long)min, (long long)max);
    snprintf(range + n, sizeof range - (size_t)n, "%s",
             has_units ? "; 10k and 2M are understood." : ".");
    return pt_error_set(err, PT_EUSAGE, range, "%s '%s': %s", what, text,
                        is_number ? "out of range" : "not a whole number");
}

pt_code cli_parse_int(const char *text, const char *what, int64_t min, int64_t max, int64_t *out,
                      struct pt_error *err)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool is_number = end != text && isdigit((unsigned char)end[-1]) &&
                     (isdigit((unsigned char)text[0]) || text[0] == '-');
    bool is_over = errno != 0;
    int64_t factor = pt_unit_count(end, strlen(end));
    if (factor != 0)
        is_over = is_over || __builtin_mul_overflow(value, factor, &value);
    else
        is_number = is_number && *end == '\0';
    if (!is_number || is_over || value < min || value > max)
        return bad_int(text, what, min, max, is_number, err);
    *out = value;
    return PT_OK;
}

/* The seconds in one unit of len bytes; without a unit a number is in seconds. NAN: not a unit. */
static double seconds_of(const char *unit, size_t len)
{
    int64_t ms = len > 0 ? pt_unit_ms(unit, len) : 1000;
    return ms > 0 ? (double)ms / 1000 : NAN;
}

/* Reads one number and its unit at *p, such as the 1h of 1h30m, and moves *p behind them. NAN when
 * *p has no number. */
static double take_seconds(const char **p, bool *has_unit)
{
    static const char digits[] = "0123456789.";
    char *end;
    size_t len = strspn(*p, digits), unit_len = strcspn(*p + len, digits);
    double value = strtod(*p, &end);
    bool is_number = len > 0 && end == *p + len; /* strtod would also accept 1e3 and 0x10 */
    const char *unit = *p + len;
    *has_unit = unit_len > 0;
    *p = unit + unit_len;
    return is_number ? value * seconds_of(unit, unit_len) : NAN;
}

pt_code cli_parse_seconds(const char *text, const char *what, int64_t *ms, struct pt_error *err)
{
    enum { SECONDS_MAX = 366 * 86400 };
    double value = 0;
    bool has_units;
    const char *p = text;
    do {
        value += take_seconds(&p, &has_units);
    } while (*p && has_units);
    if (*p || !isfinite(value) || value < 0.001 || value > SECONDS_MAX) {
        return pt_error_set(err, PT_EUSAGE,
                            "Give seconds, like 10 or 0.5, or 30s, 5m, 2h, 1d, 1h30m.",
                            "%s '%s': not a time above 0", what, text);
    }
    *ms = (int64_t)(value * 1000 + 0.5);
    return PT_OK;
}
