/* How far plain text goes, sixteen bytes at a time. Plain bytes need no attention in a JSON
 * string or a CSV field: printable ASCII except the quote, the backslash and one more byte.
 * Vectors as GCC and Clang have them on every architecture; no byte after `end` is read. */
#ifndef STREAM_TEXT_SCAN_H
#define STREAM_TEXT_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef signed char text_scan_bytes __attribute__((vector_size(16)));
typedef uint64_t text_scan_words __attribute__((vector_size(16)));

/* Returns the first of sixteen bytes that is not zero, where each is all ones or all zeros; 16
 * for none. */
static inline unsigned text_scan_first(text_scan_bytes hits)
{
#if defined(__SSE2__)
    typedef char bytes_of_sse2 __attribute__((vector_size(16)));
    unsigned bits = (unsigned)__builtin_ia32_pmovmskb128((bytes_of_sse2)hits);
    return bits ? (unsigned)__builtin_ctz(bits) : 16;
#else
    text_scan_words words = (text_scan_words)hits;
    for (unsigned i = 0; i < 2; i++) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (words[i])
            return i * 8 + (unsigned)__builtin_ctzll(words[i]) / 8;
#else
        if (words[i])
            return i * 8 + (unsigned)__builtin_clzll(words[i]) / 8;
#endif
    }
    return 16;
#endif
}

static inline bool text_scan_is_plain(char c, char other)
{
    return (signed char)c >= ' ' && c != '"' && c != '\\' && c != other;
}

/* Returns the first byte of [p, end) that is not plain: a control byte, non-ASCII, '"', '\\' or
 * `other`; end when all are plain. */
static inline const char *text_scan_plain(const char *p, const char *end, char other)
{
    while (end - p >= 16) {
        text_scan_bytes bytes;
        memcpy(&bytes, p, sizeof bytes);
        /* As signed bytes, non-ASCII ones are below the blank, too. */
        unsigned first =
            text_scan_first((text_scan_bytes)((bytes < ' ') | (bytes == '"') | (bytes == '\\') |
                                              (bytes == (signed char)other)));
        if (first < 16)
            return p + first;
        p += 16;
    }
    while (p < end && text_scan_is_plain(*p, other))
        p++;
    return p;
}

/* Returns the first byte of [p, end) that is 0 or non-ASCII; end when there is none. */
static inline const char *text_scan_ascii(const char *p, const char *end)
{
    while (end - p >= 16) {
        text_scan_bytes bytes;
        memcpy(&bytes, p, sizeof bytes);
        unsigned first = text_scan_first((text_scan_bytes)(bytes <= 0));
        if (first < 16)
            return p + first;
        p += 16;
    }
    while (p < end && (signed char)*p > 0)
        p++;
    return p;
}

#endif
