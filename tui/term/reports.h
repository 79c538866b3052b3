/* Takes out of what is typed the terminal's own reports: its answer to a status request (ESC [ 0 n)
 * and whether its window has the focus (ESC [ I and ESC [ O). What is left are keys, and a sequence
 * is passed on only when it is whole. So neither a report nor a key that arrives in pieces, as it
 * may over SSH, is taken for an Esc and some letters. Pure. */
#ifndef TERM_REPORTS_H
#define TERM_REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORTS_HELD_MAX = 64 };

struct reports {
    char held[REPORTS_HELD_MAX]; /* a sequence that has begun */
    size_t len;
    int64_t held_ms; /* monotonic: when the last byte of it arrived */
    int64_t esc_ms;  /* how long an Esc may be the beginning of a sequence, before it is a key */
    bool has_focus;  /* the focus is reported; otherwise ESC [ I and ESC [ O may be keys */
    /* What was reported, each counted from the start. */
    uint64_t answers, focus_in, focus_out;
};

enum {
    REPORTS_ESC_MS = 25,         /* while no report is expected */
    REPORTS_ESC_LONG_MS = 100,   /* at least, while one is */
    REPORTS_ESC_LONGEST_MS = 500 /* on a link as slow as that */
};

/* All that is zero is a beginning, but for esc_ms. */
void reports_init(struct reports *reports);

/* Takes n bytes that were read, and returns how many it wrote to keys.
 *
 * keys  out: room for n + REPORTS_HELD_MAX bytes. */
size_t reports_take(struct reports *reports, const char *bytes, size_t n, int64_t now_ms,
                    char *keys);

/* How long until reports_release has something to do; -1: nothing is held. */
int64_t reports_left_ms(const struct reports *reports, int64_t now_ms);
/* Passes on an Esc that no sequence has followed in time, and drops a sequence that was never
 * completed. Returns how many bytes it wrote to keys, which has room for REPORTS_HELD_MAX. */
size_t reports_release(struct reports *reports, int64_t now_ms, char *keys);

#endif
