/* Numbers with a unit, as people write them for properties: 30s, 2GiB, 10k. Pure. Thread: any. */
#ifndef PINTOP_UNITS_H
#define PINTOP_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/api.h"

PT_API_BEGIN

/* Converts a value with a unit into a plain number of the property's own unit, which its name
 * tells: …ms: times (ms, s, m, min, h, d, also 1h30m), in milliseconds; …after: the same, in
 * seconds; …bytes: sizes (B, kB, MB, GB in thousands, KiB, MiB, GiB and K, M, G in 1024s); every
 * other name: counts (k, M, G in thousands).
 *
 * Returns false when there is no unit, or another one, or the number is too large. */
bool pt_unit_plain(const char *name, const char *value, int64_t *plain);

/* Returns what the len bytes at word mean as a unit of time, in milliseconds, and as a unit of
 * counts; 0 when they are not a unit. */
int64_t pt_unit_ms(const char *word, size_t len);
int64_t pt_unit_count(const char *word, size_t len);

PT_API_END

#endif
