/* Fixed-size text. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Copy a C string (NULL: "") into out[cap], cut to fit, always terminated. For our own text; what
 * comes from outside goes through printable_str. */
void text_copy(char *out, size_t cap, const char *text);
bool text_ends_with(const char *text, const char *end);
/* As snprintf; a text that doesn't fit into out[cap] (of at least 8) ends in "…". */
void text_put(char *out, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void text_put_args(char *out, size_t cap, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
/* Put "…" at the end of out[cap] (of at least 8), a text that had to be cut. */
void text_mark_cut(char *out, size_t cap);

#endif
