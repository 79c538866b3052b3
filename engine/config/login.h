/* The meaning of a Java client's JAAS configuration (sasl.jaas.config): user name and password
 * of SCRAM and PLAIN become librdkafka's properties, the options of MSK IAM are checked, and
 * each option is kept for `config`. */
#ifndef CONFIG_LOGIN_H
#define CONFIG_LOGIN_H

#include "config/store.h"

/* After the last property. Errors PT_ECONFIG: it is malformed, contains a placeholder, or lacks
 * the user name or password; the line is named, no value quoted. */
pt_code login_settle(struct pt_config *cfg, struct pt_error *err);

#endif
