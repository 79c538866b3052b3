/* Finds the secrets in a text from outside: by name (`password=`, "api.key": …) and by shape (a
 * password in a URL, Bearer and Basic credentials, keys and tokens that begin in a known way,
 * private keys, webhooks), and those that this process has read itself by their value. One pass,
 * its time linear in the text. Whoever shows a text uses base/shown.h. Thread: any. */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <stdbool.h>
#include <stddef.h>

/* Every secret in text becomes *** in place; a text that is masked already stays. cap: of text's
 * memory; what no longer fits is cut at its end. Without memory the text becomes empty. True: there
 * was one. */
bool mask_secrets(char *text, size_t cap);

/* The same as a copy, in full; the caller's. NULL: no memory. */
char *mask_copy(const char *text);

/* The same for one word of a command line, which holds one setting at most: KEY=VALUE loses all of
 * its value when KEY stands for a secret, blanks and line ends in it too (-X ssl.key.pem=…). */
char *mask_word_copy(const char *word);

/* A setting was read: its value, when name stands for a secret, and each secret that stands within
 * it (password="…" of a login's configuration, a password in a URL) are masked from now on in any
 * text. */
void mask_learn(const char *name, const char *value);

#endif
