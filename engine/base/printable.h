/* The one place where text from outside becomes safe for a cell, a log line or a terminal. */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stddef.h>

/* Copies at most len bytes of text into out as printable UTF-8 on one line: control bytes, DEL,
 * C1, bidirectional overrides and other format characters, and bytes that are not UTF-8 become
 * visible escapes (\n, \t, \x1b, \u202e). The result is cut at a character's end to fit cap,
 * with "…" at its end unless cap is tiny, and is always terminated. Returns the length. text may
 * be NULL when len is 0. */
size_t printable_copy(char *out, size_t cap, const void *text, size_t len);
/* The same for a C string; NULL gives "". */
size_t printable_str(char *out, size_t cap, const char *text);
/* The same for several lines: line feeds stay, a tab becomes four blanks. */
size_t printable_lines(char *out, size_t cap, const char *text);

#endif
