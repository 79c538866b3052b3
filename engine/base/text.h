/* Fixed-size text. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

/* Copy a C string (NULL: "") into out[cap], cut to fit, always terminated. For our own text; what
 * comes from outside goes through printable_str. */
void text_copy(char *out, size_t cap, const char *text);

#endif
