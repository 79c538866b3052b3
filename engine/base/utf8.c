#include "base/utf8.h"

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
        if (!utf8_is_inner((char)s[i]))
            return 0;
        r = r << 6 | (s[i] & 0x3fu);
    }
    if (r < least || r > 0x10ffff || (r >= 0xd800 && r <= 0xdfff))
        return 0;
    if (rune)
        *rune = r;
    return len;
}

bool utf8_is_text(const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end) {
        size_t n = *text != '\0' ? utf8_next(text, end, NULL) : 0;
        if (n == 0)
            return false;
        text += n;
    }
    return true;
}

size_t utf8_put(char out[UTF8_MAX], unsigned rune)
{
    static const unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
    unsigned more = rune < 0x80 ? 0 : rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
    out[0] = (char)(lead[more] | rune >> (6 * more));
    for (unsigned i = 1; i <= more; i++)
        out[i] = (char)(0x80 | (rune >> (6 * (more - i)) & 0x3f));
    return (size_t)more + 1;
}
