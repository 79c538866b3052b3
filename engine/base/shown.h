/* The one way for text from outside to a screen, a log line, JSON or a file: made printable, and
 * without its secrets (base/mask.h says which). Inside, text stays as it came: secrets are masked
 * before a text is cut or escaped, as what is left of one may no longer look like it. Pure. Thread:
 * any. */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include <stddef.h>

/* One line, masked and printable, as printable_str; text may be NULL. Returns the length. */
size_t shown_str(char *out, size_t cap, const char *text);
/* The same as a copy of at most max bytes with its end; the caller's. NULL: no memory. */
char *shown_copy(const char *text, size_t max);
/* Several lines, as printable_lines. */
size_t shown_lines(char *out, size_t cap, const char *text);
/* The value of a setting: *** when its name stands for a secret, else as shown_str. */
size_t shown_value(char *out, size_t cap, const char *name, const char *value);
/* The same in place, for a text that is our own already. */
void show_in_place(char *text, size_t cap);

#endif
