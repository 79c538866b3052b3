#include "base/printable.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { CUT_SHOWN_MIN = 32 }; /* a shorter field has no room for a sign that it was cut */

size_t utf8_next(const char *p, const char *end, unsigned *rune)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t left = (size_t)(end - p), len;
    unsigned r, least;
    if (left == 0)
        return 0;
    if (s[0] < 0x80) {
        if (rune)
            *rune = s[0];
        return 1;
    }
    if ((s[0] & 0xe0) == 0xc0)
        len = 2, r = s[0] & 0x1fu, least = 0x80;
    else if ((s[0] & 0xf0) == 0xe0)
        len = 3, r = s[0] & 0x0fu, least = 0x800;
    else if ((s[0] & 0xf8) == 0xf0)
        len = 4, r = s[0] & 0x07u, least = 0x10000;
    else
        return 0;
    if (left < len)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        r = r << 6 | (s[i] & 0x3fu);
    }
    if (r < least || r > 0x10ffff || (r >= 0xd800 && r <= 0xdfff))
        return 0;
    if (rune)
        *rune = r;
    return len;
}

/* Control, format and private characters that could move, hide or reorder what is beside them. */
static bool is_harmful(unsigned r)
{
    return r < 0x20 || (r >= 0x7f && r < 0xa0) || r == 0xad || r == 0x61c ||
           (r >= 0x200b && r <= 0x200f) || (r >= 0x2028 && r <= 0x202e) ||
           (r >= 0x2060 && r <= 0x206f) || r == 0xfeff || (r >= 0xfff0 && r <= 0xfffb) ||
           (r & 0xfffe) == 0xfffe || (r >= 0xe0000 && r <= 0xe0fff);
}

static size_t escape(char *out, size_t cap, unsigned r)
{
    switch (r) {
    case '\n':
        return (size_t)snprintf(out, cap, "\\n");
    case '\r':
        return (size_t)snprintf(out, cap, "\\r");
    case '\t':
        return (size_t)snprintf(out, cap, "\\t");
    default:
        return (size_t)snprintf(out, cap, r < 0x100 ? "\\x%02x" : "\\u%04x", r);
    }
}

size_t printable_copy(char *out, size_t cap, const void *text, size_t len)
{
    const char *p = text, *end = p ? p + len : p;
    size_t used = 0;
    if (cap == 0)
        return 0;
    while (p < end) {
        char piece[16];
        unsigned r = 0;
        size_t n = utf8_next(p, end, &r), piece_len;
        if (n == 0) {
            piece_len = escape(piece, sizeof piece, (unsigned char)*p);
            n = 1;
        } else if (is_harmful(r)) {
            piece_len = escape(piece, sizeof piece, r);
        } else {
            memcpy(piece, p, n);
            piece_len = n;
        }
        if (piece_len >= cap - used)
            break;
        memcpy(out + used, piece, piece_len);
        used += piece_len;
        p += n;
    }
    out[used] = 0;
    if (p < end && cap >= CUT_SHOWN_MIN) {
        text_mark_cut(out, cap);
        used = strlen(out);
    }
    return used;
}

size_t printable_str(char *out, size_t cap, const char *text)
{
    return printable_copy(out, cap, text, text ? strlen(text) : 0);
}

size_t printable_lines(char *out, size_t cap, const char *text)
{
    static const char tab[] = "    ";
    size_t used = 0;
    if (cap == 0)
        return 0;
    out[0] = 0;
    for (const char *p = text; *p != 0 && used + 1 < cap;) {
        size_t n = strcspn(p, "\n\t");
        used += printable_copy(out + used, cap - used, p, n > 0 && p[n - 1] == '\r' ? n - 1 : n);
        p += n;
        const char *put = *p == '\n' ? "\n" : *p == '\t' ? tab : "";
        if (strlen(put) >= cap - used)
            break;
        memcpy(out + used, put, strlen(put) + 1);
        used += strlen(put);
        p += *p != 0;
    }
    return used;
}
