/* Fixed-size text. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies a C string (NULL counts as "") into out[cap], cut to fit and always terminated. It is
 * for our own text; text from outside goes through printable_str. */
void text_copy(char *out, size_t cap, const char *text);
bool text_ends_with(const char *text, const char *end);
/* Like snprintf; a text that does not fit into out[cap] (at least 8) ends in "…". */
void text_put(char *out, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void text_put_args(char *out, size_t cap, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
/* Appends to a list in out[cap] (at least 8), after ", " where it has something; where that does
 * not fit, the list ends in "…". */
void text_list(char *out, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts "…" at the end of out[cap] (at least 8), for a text that was cut. */
void text_mark_cut(char *out, size_t cap);

/* The ending of a noun of which there are n: "" for one, "s" for any other number. */
const char *text_s(int64_t n);

#endif
