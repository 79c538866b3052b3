/* How far plain text goes, sixteen bytes at a time. Plain is what needs no look in a JSON string
 * nor in a CSV field: printable ASCII but for the quote, the backslash and one more byte. Vectors
 * as GCC and Clang have them on every machine; no byte behind `end` is read. */
#ifndef STREAM_TEXT_SCAN_H
#define STREAM_TEXT_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef signed char text_scan_bytes __attribute__((vector_size(16)));
typedef uint64_t text_scan_words __attribute__((vector_size(16)));

/* Of a word whose bytes are all ones or all zeros: which is the first that isn't zero. */
static inline unsigned text_scan_first(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (unsigned)__builtin_ctzll(word) / 8;
#else
    return (unsigned)__builtin_clzll(word) / 8;
#endif
}

static inline bool text_scan_is_plain(char c, char other)
{
    return (signed char)c >= ' ' && c != '"' && c != '\\' && c != other;
}

/* The first byte of [p, end) that is not plain: a control byte, one of a character that isn't
 * ASCII, '"', '\\' or `other`; end when all are plain. */
static inline const char *text_scan_plain(const char *p, const char *end, char other)
{
    while (end - p >= 16) {
        text_scan_bytes bytes;
        memcpy(&bytes, p, sizeof bytes);
        /* As signed bytes those that aren't ASCII are below the blank, too. */
        text_scan_words hits = (text_scan_words)((bytes < ' ') | (bytes == '"') | (bytes == '\\') |
                                                 (bytes == (signed char)other));
        if (hits[0])
            return p + text_scan_first(hits[0]);
        if (hits[1])
            return p + 8 + text_scan_first(hits[1]);
        p += 16;
    }
    while (p < end && text_scan_is_plain(*p, other))
        p++;
    return p;
}

#endif
