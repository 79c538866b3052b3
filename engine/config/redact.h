/* How much of a property's name may be shown: a secret that was mistyped into the place of a name
 * must not reach an error text. Which names stand for secrets: base/secret.h. Pure. Thread: any. */
#ifndef CONFIG_REDACT_H
#define CONFIG_REDACT_H

#include <stdbool.h>
#include <stddef.h>

/* A name that is not known, or what stands in its place, as it may be shown.
 *
 * is_near    a known name is near it, so that it is a misspelt name for sure.
 * has_value  something stood behind a separator. */
void redact_name(const char *name, bool is_near, bool has_value, char *out, size_t cap);

#endif
