/* Which names stand for secrets. There is one list for configuration, Kafka handles, errors and
 * log lines. (base/mask.h recognises secrets by shape.) Pure. Thread: any. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Returns true when the value of a property of this name is never shown: passwords, pass
 * phrases, secrets, tokens, private keys and JAAS configurations. Names that only describe a
 * secret are shown: token.expiry.hours, ssl.key.location, aws_access_key_id. */
bool secret_is_name(const char *name);

/* Returns the end of the first word in name that marks a secret, or NULL. */
const char *secret_word_end(const char *name);

#endif
