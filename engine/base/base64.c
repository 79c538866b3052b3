#include "base/base64.h"

#include <stdlib.h>
#include <string.h>

static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_make(const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    char *text = malloc((len + 2) / 3 * 4 + 1), *out = text;
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned bits = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                        (left > 2 ? (unsigned)in[i + 2] : 0);
        *out++ = signs[bits >> 18];
        *out++ = signs[bits >> 12 & 63];
        *out++ = left > 1 ? signs[bits >> 6 & 63] : '=';
        *out++ = left > 2 ? signs[bits & 63] : '=';
    }
    *out = '\0';
    return text;
}

char *base64url_make(const void *bytes, size_t len)
{
    char *text = base64_make(bytes, len);
    if (text == NULL)
        return NULL;
    text[strcspn(text, "=")] = '\0';
    for (char *p = text; *p != '\0'; p++)
        *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    return text;
}

int base64_bits(char c)
{
    const char *at = c != '\0' ? strchr(signs, c) : NULL;
    return at != NULL ? (int)(at - signs) : -1;
}

bool base64_read(const char *text, size_t len, const char *between, struct buf *out)
{
    unsigned bits = 0;
    int n = 0;
    for (size_t i = 0; i < len; i++) {
        int six = base64_bits(text[i]);
        if (six < 0 && (text[i] == '\0' || (text[i] != '=' && strchr(between, text[i]) == NULL)))
            return false;
        if (six < 0)
            continue;
        bits = bits << 6 | (unsigned)six;
        n += 6;
        if (n < 8)
            continue;
        n -= 8;
        const unsigned char byte = (unsigned char)(bits >> n);
        buf_append(out, &byte, 1);
    }
    return !out->is_over;
}
