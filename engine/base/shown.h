/* The one way for text from outside to a screen, a log line, JSON or a file: made printable and
 * masked (base/mask.h lists the secrets). Inside the engine a text stays as it came: secrets are
 * masked before a text is cut or escaped, because the remainder of one might no longer be
 * recognised. Pure. Thread: any. */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include <stddef.h>

/* One line, masked and printable, like printable_str; text may be NULL. Returns the length. */
size_t shown_str(char *out, size_t cap, const char *text);
/* The same as a copy of at most max bytes including its end; the caller frees it. NULL when out
 * of memory. */
char *shown_copy(const char *text, size_t max);
/* Several lines, like printable_lines. */
size_t shown_lines(char *out, size_t cap, const char *text);
/* The value of a setting: *** when its name stands for a secret, otherwise like shown_str. */
size_t shown_value(char *out, size_t cap, const char *name, const char *value);
/* The same in place, for a text in our own memory. */
void show_in_place(char *text, size_t cap);

#endif
