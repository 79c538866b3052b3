/* Times as people write them. */
#ifndef UI_WHEN_H
#define UI_WHEN_H

#include <stdint.h>

#include "pintop/error.h"

/* Parses a time: "2026-11-30T03:10:00Z" (the zone may be left out: UTC; so may the seconds, and a
 * blank may stand for the T), "03:10" or "03:10:05" (the last time it was that, UTC), "-2h" (so
 * long ago: s, m, h, d).
 *
 * text    a final Z is fine everywhere.
 * now_ms  Unix.
 * what    the option, as the error names it.
 * Errors  PT_EUSAGE. */
pt_code when_parse(const char *text, int64_t now_ms, const char *what, int64_t *time_ms,
                   struct pt_error *err);

#endif
