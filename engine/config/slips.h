/* Mistakes that give a property another value than intended, and that librdkafka would report
 * with other words, or not at all: quotes, a comment after the value, a placeholder that was
 * never filled in. */
#ifndef CONFIG_SLIPS_H
#define CONFIG_SLIPS_H

#include "config/store.h"

/* Checks one value before it is set.
 *
 * where   begins the error: "client.properties:12".
 * Errors  PT_ECONFIG with the mistake and how to write it. Secret values may contain anything: they
 *         only cause warnings, and are never quoted. */
pt_code slips_check(struct pt_config *cfg, const char *name, const char *value, const char *where,
                    struct pt_error *err);

/* Returns whether the text contains a placeholder as documentation writes them (<your_role_arn>,
 * YOUR_HOST, ${HOST}). is_whole: the whole text must be one. */
bool slips_is_placeholder(const char *text, bool is_whole);

#endif
