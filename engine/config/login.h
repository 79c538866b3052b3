/* What a Java client's login configuration (sasl.jaas.config) means here: user and password of
 * SCRAM and PLAIN become librdkafka's properties, what MSK IAM takes is checked, and each option is
 * kept for `config`. */
#ifndef CONFIG_LOGIN_H
#define CONFIG_LOGIN_H

#include "config/store.h"

/* After the last property. Errors PT_ECONFIG: it is malformed, a placeholder is in it, user or
 * password is missing; the line is named, no value quoted. */
pt_code login_settle(struct pt_config *cfg, struct pt_error *err);

#endif
