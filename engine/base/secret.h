/* What must never be shown: which names stand for secrets, and passwords inside URLs. One list for
 * all: configuration, Kafka handles, errors, log lines. Pure. Thread: any. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* The value of a property of this name is never shown: passwords, pass phrases, secrets, tokens,
 * private keys and login configurations, by what the name holds. */
bool secret_is_name(const char *name);

/* End of the first word in name that marks a secret, or NULL. */
const char *secret_word_end(const char *name);

/* Every password in scheme://user:password@host becomes ***, in place. cap: of text's memory; what
 * no longer fits is cut at its end. True: there was one. */
bool secret_mask_urls(char *text, size_t cap);

#endif
