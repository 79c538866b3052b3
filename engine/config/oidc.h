/* OAUTHBEARER logins that are not MSK's: OpenID Connect, as Java's client and librdkafka
 * configure it. */
#ifndef CONFIG_OIDC_H
#define CONFIG_OIDC_H

#include "config/store.h"

/* Returns whether a librdkafka without OpenID Connect refuses this property. */
bool oidc_is_unsupported(const char *name);
/* Sets the error for such a property. where: file and line. Returns PT_ECONFIG. */
pt_code oidc_refuse(const char *where, struct pt_error *err);

/* An OAUTHBEARER login without a source of tokens would wait for ever: PT_ECONFIG says what to
 * set instead. */
pt_code oidc_check(const struct pt_config *cfg, struct pt_error *err);

#endif
