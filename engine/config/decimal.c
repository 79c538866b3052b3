#include "config/decimal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pintop/config.h"

/* Anything above it means "max"; the limit also keeps the text of a rate exact. */
#define RATE_TOP 1e12
#define RATE_LEAST 0.1

bool decimal_int(const char *text, int64_t *value)
{
    bool is_negative = *text == '-';
    int64_t sum = 0;
    text += is_negative;
    if (*text == 0)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        int digit = *text - '0';
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, is_negative ? -digit : digit, &sum))
            return false;
    }
    *value = sum;
    return true;
}

bool decimal_parse(const char *text, double *value)
{
    double sum = 0, scale = 1;
    int digits = 0, decimals = -1;
    for (; *text; text++) {
        if (*text == '.' && decimals < 0 && digits > 0) {
            decimals = 0;
            continue;
        }
        if (*text < '0' || *text > '9' || ++digits > 15)
            return false;
        sum = sum * 10 + (*text - '0');
        if (decimals >= 0) {
            decimals++;
            scale *= 10;
        }
    }
    *value = sum / scale;
    return digits > 0 && decimals != 0;
}

/* "10k", "1.5M": thousands and millions, as records are counted. */
static bool parse_scaled(const char *text, double *value)
{
    char digits[24];
    size_t len = strcspn(text, "kKMG");
    double factor = text[len] == 0 ? 1 : text[len] == 'M' ? 1e6 : text[len] == 'G' ? 1e9 : 1e3;
    if (len >= sizeof digits || (text[len] != 0 && text[len + 1] != 0))
        return false;
    memcpy(digits, text, len);
    digits[len] = 0;
    if (!decimal_parse(digits, value))
        return false;
    *value *= factor;
    return true;
}

pt_code pt_rate_parse(const char *text, double *per_s, struct pt_error *err)
{
    double number;
    if (strcmp(text, "max") == 0) {
        *per_s = PT_RATE_MAX;
        return PT_OK;
    }
    if (strcmp(text, "original") == 0) {
        *per_s = PT_RATE_ORIGINAL;
        return PT_OK;
    }
    if (parse_scaled(text, &number) && number >= RATE_LEAST && number <= RATE_TOP) {
        *per_s = number;
        return PT_OK;
    }
    return pt_error_set(err, PT_ECONFIG,
                        "Write records per second (0.1 or more; 10k is 10,000), max, or original",
                        "%.40s: this is not a rate", text);
}

void pt_rate_format(double per_s, char *out, size_t cap)
{
    if (isnan(per_s)) {
        snprintf(out, cap, "–");
    } else if (per_s < 0) {
        snprintf(out, cap, "original");
    } else if (per_s > RATE_TOP) {
        snprintf(out, cap, "max");
    } else {
        long long thousandths = llround(per_s * 1000);
        char fraction[8];
        size_t len = (size_t)snprintf(fraction, sizeof fraction, ".%03lld", thousandths % 1000);
        while (len > 0 && (fraction[len - 1] == '0' || fraction[len - 1] == '.'))
            fraction[--len] = 0;
        snprintf(out, cap, "%lld%s", thousandths / 1000, fraction);
    }
}
