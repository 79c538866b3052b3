/* Slips that make a property's value another one than was meant, and that librdkafka would only
 * refuse with other words, or not at all: quotes, a comment behind the value, a placeholder that
 * nobody filled in. */
#ifndef CONFIG_SLIPS_H
#define CONFIG_SLIPS_H

#include "config/store.h"

/* Look at one value before it is set.
 *
 * where   starts the error: "client.properties:12".
 * Errors  PT_ECONFIG with the slip and how to write it. Secret values may hold anything: they are
 *         warned of, and never quoted. */
pt_code slips_check(struct pt_config *cfg, const char *name, const char *value, const char *where,
                    struct pt_error *err);

/* Does the text hold a placeholder, as documentation writes them (<your_role_arn>, YOUR_HOST,
 * ${HOST})? is_whole: all of it must be one. */
bool slips_is_placeholder(const char *text, bool is_whole);

#endif
