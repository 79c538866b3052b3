#include "term/base64.h"

size_t base64_put(char *out, const unsigned char *in, size_t len)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (size_t i = 0; i < len; i += 3) {
        unsigned v = (unsigned)in[i] << 16;
        v |= i + 1 < len ? (unsigned)in[i + 1] << 8 : 0;
        v |= i + 2 < len ? in[i + 2] : 0;
        out[n++] = set[v >> 18];
        out[n++] = set[v >> 12 & 63];
        out[n++] = i + 1 < len ? set[v >> 6 & 63] : '=';
        out[n++] = i + 2 < len ? set[v & 63] : '=';
    }
    return n;
}
