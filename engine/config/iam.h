/* MSK IAM in the configuration: whether it is used, and what a Java client's JAAS configuration
 * says about it. Source: aws-msk-iam-auth's README. */
#ifndef CONFIG_IAM_H
#define CONFIG_IAM_H

#include "config/jaas.h"
#include "config/store.h"

/* Returns whether sasl.client.callback.handler.class or sasl.login.callback.handler.class names
 * a class of aws-msk-iam-auth. */
bool iam_is_handler(const char *property, const char *value);

/* After the last property: reads sasl.jaas.config of an IAM login, and warns about options that
 * pintop does not use. Errors PT_ECONFIG: it is malformed. */
pt_code iam_check(struct pt_config *cfg, struct pt_error *err);

/* Reads the JAAS configuration of an IAM login; n is 0 when there is none. jaas_done. */
pt_code iam_login(const struct pt_config *cfg, struct jaas *jaas, struct pt_error *err);

/* Makes a copy of cfg with the servers of a cluster, as they were found; security.protocol and
 * sasl.mechanism too, NULL to keep them. Origin: pintop.msk.cluster. */
pt_code config_with_servers(const struct pt_config *cfg, const char *servers, const char *protocol,
                            const char *mechanism, struct pt_config **out, struct pt_error *err);

#endif
