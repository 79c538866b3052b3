#include "pintop/units.h"

#include <stddef.h>
#include <string.h>

struct unit {
    const char *word;
    int64_t factor;
};

/* clang-format off */
static const struct unit times[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0},
};
static const struct unit seconds[] = {
    {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0},
};
static const struct unit sizes[] = {
    {"B", 1}, {"kB", 1000}, {"MB", 1000000}, {"GB", 1000000000},
    {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
    {"k", 1 << 10}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0},
};
static const struct unit counts[] = {
    {"k", 1000}, {"K", 1000}, {"M", 1000000}, {"G", 1000000000}, {NULL, 0},
};
/* clang-format on */

static const struct unit *units_of(const char *name)
{
    const char *last = strrchr(name, '.');
    last = last ? last + 1 : name;
    if (strcmp(last, "ms") == 0)
        return times;
    if (strcmp(last, "after") == 0)
        return seconds;
    return strcmp(last, "bytes") == 0 ? sizes : counts;
}

static int64_t factor_of(const struct unit *units, const char *word, size_t len)
{
    for (; units->word; units++)
        if (strlen(units->word) == len && memcmp(units->word, word, len) == 0)
            return units->factor;
    return 0;
}

int64_t pt_unit_ms(const char *word, size_t len)
{
    return factor_of(times, word, len);
}

int64_t pt_unit_count(const char *word, size_t len)
{
    return factor_of(counts, word, len);
}

/* Takes digits and letters at *p, and advances. */
static bool take_part(const struct unit *units, const char **p, int64_t *sum)
{
    static const char digits[] = "0123456789";
    int64_t number = 0;
    size_t n = strspn(*p, digits);
    for (size_t i = 0; i < n; i++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (*p)[i] - '0', &number))
            return false;
    const char *word = *p + n;
    size_t len = strcspn(word, digits);
    int64_t factor = factor_of(units, word, len);
    *p = word + len;
    return n > 0 && factor != 0 && !__builtin_mul_overflow(number, factor, &number) &&
           !__builtin_add_overflow(*sum, number, sum);
}

bool pt_unit_plain(const char *name, const char *value, int64_t *plain)
{
    const struct unit *units = units_of(name);
    int64_t sum = 0;
    const char *p = value;
    if (!take_part(units, &p, &sum))
        return false;
    /* Only times have two parts: 1h30m. */
    while (*p && (units == times || units == seconds))
        if (!take_part(units, &p, &sum))
            return false;
    *plain = sum;
    return *p == 0;
}
