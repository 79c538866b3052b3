/* How grave verdicts are, and since when a verdict holds. Pure functions. */
#ifndef DESK_SINCE_H
#define DESK_SINCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/connector.h"

/* Returns how grave a verdict is; greater is graver. UNKNOWN is no proof of health: it ranks
 * between PAUSED and the faults. */
int verdict_rank(enum pt_verdict verdict);

/* Since when a verdict holds. A verdict that follows an UNKNOWN was found, and its beginning was
 * not seen: it began at `ms` or earlier, unless a witness reports a time before the UNKNOWN. */
struct since {
    int64_t ms;       /* Unix */
    int64_t blind_ms; /* UNKNOWN since then, before; PT_UNKNOWN: the beginning was seen */
    bool is_found;
};

void since_init(struct since *since, int64_t now_ms);
/* Notes the verdict `after`, which replaces `before`. began_ms: its beginning as a witness reports
 * it, or PT_UNKNOWN. While the verdict stays the same, only an earlier time is taken. */
void since_note(struct since *since, enum pt_verdict before, enum pt_verdict after,
                int64_t began_ms, int64_t now_ms);

enum { SINCE_WORDS_MAX = 64 };
/* Writes " (since 2026-11-29T01:52:07Z or before)", for an event about the verdict at now_ms; ""
 * when it began just now, or when the time is unknown. Pure. */
void since_words(int64_t since_ms, bool is_found, int64_t now_ms, char *out, size_t cap);

#endif
