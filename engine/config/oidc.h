/* OAUTHBEARER logins that are not MSK's: OpenID Connect, as Java's client and librdkafka name it.
 */
#ifndef CONFIG_OIDC_H
#define CONFIG_OIDC_H

#include "config/store.h"

/* Is name one of the properties that a librdkafka without OpenID Connect refuses? */
bool oidc_is_unsupported(const char *name);
/* The error for one of these. where: file and line. Returns PT_ECONFIG. */
pt_code oidc_refuse(const char *where, struct pt_error *err);

/* A login by OAUTHBEARER without anything that gets its token waits for ever: PT_ECONFIG says what
 * to set instead. */
pt_code oidc_check(const struct pt_config *cfg, struct pt_error *err);

#endif
