/* Which names stand for secrets. One list for all: configuration, Kafka handles, errors, log lines.
 * (What is one by its shape: base/mask.h.) Pure. Thread: any. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* The value of a property of this name is never shown: passwords, pass phrases, secrets, tokens,
 * private keys and login configurations, by what the name holds. What only tells about one is
 * shown: token.expiry.hours, ssl.key.location, aws_access_key_id. */
bool secret_is_name(const char *name);

/* End of the first word in name that marks a secret, or NULL. */
const char *secret_word_end(const char *name);

#endif
