/* How much of a property's name may be shown: a secret that was typed in place of a name by
 * mistake must not reach an error text. base/secret.h says which names stand for secrets. Pure.
 * Thread: any. */
#ifndef CONFIG_REDACT_H
#define CONFIG_REDACT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes an unknown name as it may be shown.
 *
 * is_near    a known name is near it, so it is certainly a misspelt name.
 * has_value  a separator and a value followed it. */
void redact_name(const char *name, bool is_near, bool has_value, char *out, size_t cap);

#endif
