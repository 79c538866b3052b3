/* UTF-8, byte by byte: what is a character, and where one begins. Pure. Thread: any. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

enum { UTF8_MAX = 4 }; /* bytes of one character */

/* Length in bytes of the valid sequence at p (end exclusive), 0 when it is not valid; *rune out,
 * may be NULL. */
size_t utf8_next(const char *p, const char *end, unsigned *rune);
/* Valid UTF-8, and no NUL in it. */
bool utf8_is_text(const char *text, size_t len);
/* Write a character, U+0000 to U+10FFFF; returns its length. */
size_t utf8_put(char out[UTF8_MAX], unsigned rune);
/* Is the byte a character's second, third or fourth one? Before such a byte no text is cut. */
static inline bool utf8_is_inner(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

#endif
