/* The one way for text from outside to a screen, a log line, JSON or a file: made printable, and
 * without its secrets. They are known by name (`password=`, "api.key": …) and by shape (a password
 * in a URL, Bearer and Basic credentials, AWS access keys, private keys, webhooks). Inside, text
 * stays as it came. Pure. Thread: any. */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include <stddef.h>

/* Every secret in text becomes *** in place. cap: of text's memory; what no longer fits is cut at
 * its end. */
void mask_secrets(char *text, size_t cap);

/* One line, masked and printable, as printable_str; text may be NULL. Returns the length. */
size_t shown_str(char *out, size_t cap, const char *text);
/* Several lines, as printable_lines. */
size_t shown_lines(char *out, size_t cap, const char *text);
/* The value of a setting: *** when its name stands for a secret, else as shown_str. */
size_t shown_value(char *out, size_t cap, const char *name, const char *value);
/* The same in place, for a text that is our own already. */
void show_in_place(char *text, size_t cap);

#endif
