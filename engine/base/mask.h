/* Finds the secrets in a text from outside: by name (`password=`, "api.key": …), by shape (a
 * password in a URL, Bearer and Basic credentials, keys and tokens with a known beginning,
 * private keys, webhooks), and by value, those that this process has read itself. One pass, in
 * time linear in the text. Code that shows a text uses base/shown.h. Thread: any. */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces every secret in text with ***, in place; a text that is already masked stays as it
 * is. cap is the size of text's memory; what no longer fits is cut at the end. When memory runs
 * short, the text becomes empty. Returns true when there was a secret. */
bool mask_secrets(char *text, size_t cap);

/* The same as a copy, in full; the caller frees it. NULL when out of memory. */
char *mask_copy(const char *text);

/* The same for one word of a command line, which holds one setting at most: KEY=VALUE loses its
 * whole value when KEY stands for a secret, including blanks and line ends in it (-X
 * ssl.key.pem=…). */
char *mask_word_copy(const char *word);

/* Learns the secrets of a setting that was read: its value when name stands for a secret, and
 * each secret inside the value (password="…" of a JAAS configuration, a password in a URL). They
 * are masked from now on in every text. */
void mask_learn(const char *name, const char *value);

#endif
