/* The defaults that depend on other properties, and checks of several properties together. */
#ifndef CONFIG_RESOLVE_H
#define CONFIG_RESOLVE_H

#include "config/store.h"

/* Fills every entry's fallback; is_embedded must be known.
 * Errors PT_ECONFIG (no home directory for the state), PT_ENOMEM. */
pt_code resolve_defaults(struct pt_config *cfg, struct pt_error *err);

/* Checks several properties together: two streams with one topic. Errors PT_ECONFIG. */
pt_code resolve_check(const struct pt_config *cfg, struct pt_error *err);

#endif
