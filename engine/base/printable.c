#include "base/printable.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

enum { CUT_SHOWN_MIN = 32 }; /* a shorter field has no room for a mark that it was cut */

/* Control, format and private characters that could move, hide or reorder their surroundings. */
static bool is_harmful(unsigned r)
{
    return r < 0x20 || (r >= 0x7f && r < 0xa0) || r == 0xad || r == 0x61c ||
           (r >= 0x200b && r <= 0x200f) || (r >= 0x2028 && r <= 0x202e) ||
           (r >= 0x2060 && r <= 0x206f) || r == 0xfeff || (r >= 0xfff0 && r <= 0xfffb) ||
           (r & 0xfffe) == 0xfffe || (r >= 0xe0000 && r <= 0xe0fff);
}

static size_t printable_escape(char *out, size_t cap, unsigned r)
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
            piece_len = printable_escape(piece, sizeof piece, (unsigned char)*p);
            n = 1;
        } else if (is_harmful(r)) {
            piece_len = printable_escape(piece, sizeof piece, r);
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
