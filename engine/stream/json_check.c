/* The checker: a loop over values, with one bit for each open bracket. */
#include "stream/json_check.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct scan {
    const char *p, *end;
    size_t depth;
    uint8_t is_object[JSON_DEPTH_MAX / 8 + 1]; /* one bit for each level */
    const char *why;
};

static bool fail(struct scan *scan, const char *why)
{
    if (!scan->why)
        scan->why = why;
    return false;
}

static void skip_blanks(struct scan *scan)
{
    while (scan->p < scan->end &&
           (*scan->p == ' ' || *scan->p == '\t' || *scan->p == '\n' || *scan->p == '\r'))
        scan->p++;
}

static bool accept(struct scan *scan, char c)
{
    if (scan->p == scan->end || *scan->p != c)
        return false;
    scan->p++;
    return true;
}

/* Four hexadecimal digits; -1: they are not. */
static int take_hex4(struct scan *scan)
{
    int value = 0;
    if (scan->end - scan->p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = *scan->p++;
        char low = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (low >= 'a' && low <= 'f')
            value = value * 16 + (low - 'a' + 10);
        else
            return -1;
    }
    return value;
}

static bool check_unicode_escape(struct scan *scan)
{
    int unit = take_hex4(scan);
    if (unit < 0)
        return fail(scan, "not JSON: a bad \\u escape");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail(scan, "not JSON: half a surrogate pair");
    if (unit < 0xd800 || unit > 0xdbff)
        return true;
    if (!accept(scan, '\\') || !accept(scan, 'u'))
        return fail(scan, "not JSON: half a surrogate pair");
    unit = take_hex4(scan);
    return (unit >= 0xdc00 && unit <= 0xdfff) || fail(scan, "not JSON: half a surrogate pair");
}

/* p is behind the opening quote. */
static bool check_string(struct scan *scan)
{
    while (scan->p < scan->end) {
        unsigned char c = (unsigned char)*scan->p++;
        if (c == '"')
            return true;
        if (c < ' ')
            return fail(scan, "not JSON: a control byte in a string");
        if (c != '\\')
            continue;
        if (scan->p == scan->end)
            break;
        char escape = *scan->p++;
        if (escape == 'u') {
            if (!check_unicode_escape(scan))
                return false;
        } else if (!memchr("\"\\/bfnrt", escape, 8)) {
            return fail(scan, "not JSON: an unknown escape");
        }
    }
    return fail(scan, "not JSON: it ends inside a string");
}

static bool skip_digits(struct scan *scan)
{
    const char *begin = scan->p;
    while (scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9')
        scan->p++;
    return scan->p > begin;
}

static bool check_number(struct scan *scan)
{
    accept(scan, '-');
    if (!accept(scan, '0') && !skip_digits(scan))
        return fail(scan, "not JSON: no value where one must be");
    if (accept(scan, '.') && !skip_digits(scan))
        return fail(scan, "not JSON: a bad number");
    if (accept(scan, 'e') || accept(scan, 'E')) {
        if (!accept(scan, '+'))
            accept(scan, '-');
        if (!skip_digits(scan))
            return fail(scan, "not JSON: a bad number");
    }
    return true;
}

static bool check_word(struct scan *scan, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(scan->end - scan->p) < len || memcmp(scan->p, word, len) != 0)
        return fail(scan, "not JSON: an unknown word");
    scan->p += len;
    return true;
}

static bool check_name(struct scan *scan)
{
    skip_blanks(scan);
    if (!accept(scan, '"'))
        return fail(scan, "not JSON: no name where one must be");
    if (!check_string(scan))
        return false;
    skip_blanks(scan);
    return accept(scan, ':') || fail(scan, "not JSON: no colon behind a name");
}

static bool is_in_object(const struct scan *scan)
{
    size_t level = scan->depth - 1;
    return scan->is_object[level / 8] >> (level % 8) & 1;
}

static bool open_level(struct scan *scan, bool is_object)
{
    if (scan->depth == JSON_DEPTH_MAX)
        return fail(scan, "nested more than 1,000 deep");
    size_t level = scan->depth++;
    uint8_t bit = (uint8_t)(1u << (level % 8));
    if (is_object)
        scan->is_object[level / 8] |= bit;
    else
        scan->is_object[level / 8] &= (uint8_t)~bit;
    return true;
}

/* One value, or the opening of one (*is_open: its first value follows). */
static bool check_value(struct scan *scan, bool *is_open)
{
    *is_open = false;
    skip_blanks(scan);
    if (accept(scan, '"'))
        return check_string(scan);
    bool is_object = accept(scan, '{');
    if (is_object || accept(scan, '[')) {
        if (!open_level(scan, is_object))
            return false;
        skip_blanks(scan);
        if (accept(scan, is_object ? '}' : ']')) {
            scan->depth--;
            return true;
        }
        *is_open = true;
        return !is_object || check_name(scan);
    }
    switch (scan->p < scan->end ? *scan->p : 0) {
    case 't':
        return check_word(scan, "true");
    case 'f':
        return check_word(scan, "false");
    case 'n':
        return check_word(scan, "null");
    default:
        return check_number(scan);
    }
}

/* Behind a value: close what ends here; another value follows when depth is not 0. */
static bool check_after(struct scan *scan)
{
    while (scan->depth > 0) {
        skip_blanks(scan);
        bool is_object = is_in_object(scan);
        if (accept(scan, ','))
            return !is_object || check_name(scan);
        if (!accept(scan, is_object ? '}' : ']'))
            return fail(scan, scan->p == scan->end
                                  ? "not JSON: it ends too early"
                                  : "not JSON: no comma or bracket behind a value");
        scan->depth--;
    }
    return true;
}

static bool check(struct scan *scan)
{
    skip_blanks(scan);
    if (scan->p < scan->end && *scan->p == '[')
        return fail(scan, "an array, not one object a line");
    if (scan->p == scan->end || *scan->p != '{')
        return fail(scan, "not a JSON object");
    do {
        bool is_open;
        if (!check_value(scan, &is_open) || (!is_open && !check_after(scan)))
            return false;
    } while (scan->depth > 0);
    skip_blanks(scan);
    return scan->p == scan->end || fail(scan, "more text behind the JSON object");
}

const char *json_check_object(const char *text, size_t len, size_t *at)
{
    struct scan scan = {.p = text, .end = text + len};
    bool is_good = check(&scan);
    *at = (size_t)(scan.p - text);
    return is_good ? NULL : scan.why;
}
