#include "term/reports.h"

#include <string.h>

enum {
    ESC = 27,
    CUT_MS = 5000,    /* a sequence with parameters is no key, so its end is waited for longer */
    OLD_MOUSE_LEN = 6 /* ESC [ M, and then button, column and row */
};

void reports_init(struct reports *reports)
{
    memset(reports, 0, sizeof *reports);
    reports->esc_ms = REPORTS_ESC_MS;
}

/* Whether a person may have typed what is held: Esc alone, or Esc and one of the two letters that a
 * sequence begins with. */
static bool reports_may_be_typed(const struct reports *reports)
{
    return reports->len <= 2;
}

static size_t reports_pass(struct reports *reports, char *keys)
{
    size_t n = reports->len;
    memcpy(keys, reports->held, n);
    reports->len = 0;
    return n;
}

static void reports_hold(struct reports *reports, char byte)
{
    if (reports->len < sizeof reports->held)
        reports->held[reports->len++] = byte;
}

static bool reports_holds(const struct reports *reports, const char *text)
{
    return reports->len == strlen(text) && memcmp(reports->held, text, reports->len) == 0;
}

/* Counts what is held when it is a report. False: it is a key. */
static bool reports_count(struct reports *reports)
{
    uint64_t *counter = NULL;
    if (reports_holds(reports, "\033[0n") || reports_holds(reports, "\033[3n"))
        counter = &reports->answers;
    else if (reports->has_focus && reports_holds(reports, "\033[I"))
        counter = &reports->focus_in;
    else if (reports->has_focus && reports_holds(reports, "\033[O"))
        counter = &reports->focus_out;
    if (counter == NULL)
        return false;
    (*counter)++;
    reports->len = 0;
    return true;
}

/* The byte completes the sequence. */
static size_t reports_complete(struct reports *reports, char byte, char *keys)
{
    reports_hold(reports, byte);
    return reports_count(reports) ? 0 : reports_pass(reports, keys);
}

/* The byte cannot belong to the sequence: what was held is over, and the byte is on its own. */
static size_t reports_break(struct reports *reports, char byte, char *keys)
{
    size_t n = reports_may_be_typed(reports) ? reports_pass(reports, keys) : 0;
    reports->len = 0;
    if (byte == ESC)
        reports_hold(reports, byte);
    else
        keys[n++] = byte;
    return n;
}

static bool reports_is_parameter(char byte)
{
    return byte >= 0x20 && byte < 0x40;
}

/* A byte after ESC [. */
static size_t reports_take_csi(struct reports *reports, signed char byte, char *keys)
{
    bool is_first = reports->len == 2;
    bool is_old_mouse = !is_first && reports->held[2] == 'M';
    bool is_console_key = !is_first && reports->held[2] == '[';
    if (is_old_mouse && byte == ESC) /* no button, column or row has this number */
        return reports_break(reports, byte, keys);
    if (is_old_mouse && reports->len + 1 < OLD_MOUSE_LEN) {
        reports_hold(reports, byte);
        return 0;
    }
    if (is_old_mouse || is_console_key)
        return reports_complete(reports, byte, keys);
    if (byte < 0x20 || byte == 127) /* a control character, or a part of a character above 127 */
        return reports_break(reports, byte, keys);
    if (reports_is_parameter(byte) || (is_first && (byte == 'M' || byte == '['))) {
        if (reports->len + 1 == sizeof reports->held) /* no terminal sends that */
            reports->len = 3;
        reports_hold(reports, byte);
        return 0;
    }
    return reports_complete(reports, byte, keys);
}

static size_t reports_take_byte(struct reports *reports, char byte, char *keys)
{
    if (reports->len == 0 && byte != ESC) {
        keys[0] = byte;
        return 1;
    }
    if (reports->len == 0) {
        reports_hold(reports, byte);
        return 0;
    }
    if (reports->len == 1 && (byte == '[' || byte == 'O')) {
        reports_hold(reports, byte);
        return 0;
    }
    if (reports->len == 1)
        return reports_break(reports, byte, keys);
    if (reports->held[1] == '[')
        return reports_take_csi(reports, (signed char)byte, keys);
    if (byte >= '0' && byte <= '9' && reports->len < 8) { /* ESC O 5 P */
        reports_hold(reports, byte);
        return 0;
    }
    return byte == ESC ? reports_break(reports, byte, keys) : reports_complete(reports, byte, keys);
}

size_t reports_take(struct reports *reports, const char *bytes, size_t n, int64_t now_ms,
                    char *keys)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += reports_take_byte(reports, bytes[i], keys + len);
    if (n > 0)
        reports->held_ms = now_ms;
    return len;
}

int64_t reports_left_ms(const struct reports *reports, int64_t now_ms)
{
    if (reports->len == 0)
        return -1;
    int64_t patience = reports_may_be_typed(reports) ? reports->esc_ms : CUT_MS;
    int64_t left = reports->held_ms + patience - now_ms;
    return left < 0 ? 0 : left;
}

size_t reports_release(struct reports *reports, int64_t now_ms, char *keys)
{
    if (reports_left_ms(reports, now_ms) != 0)
        return 0;
    if (reports_may_be_typed(reports))
        return reports_pass(reports, keys);
    reports->len = 0;
    return 0;
}
