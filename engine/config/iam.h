/* MSK IAM in the configuration: is it asked for, and what a Java client's login configuration says
 * about it. Source: aws-msk-iam-auth's README. */
#ifndef CONFIG_IAM_H
#define CONFIG_IAM_H

#include "config/jaas.h"
#include "config/store.h"

/* Does sasl.client.callback.handler.class or sasl.login.callback.handler.class name one of
 * aws-msk-iam-auth's? */
bool iam_is_handler(const char *property, const char *value);

/* After the last property: read sasl.jaas.config of an IAM login, and warn of options in it that
 * pintop has no use for. Errors PT_ECONFIG: it is malformed. */
pt_code iam_check(struct pt_config *cfg, struct pt_error *err);

/* The login configuration of an IAM login; n is 0 when there is none. jaas_done. */
pt_code iam_login(const struct pt_config *cfg, struct jaas *jaas, struct pt_error *err);

/* A copy of cfg that names a cluster's servers, as they were found: security.protocol and
 * sasl.mechanism too, NULL for as they are. Origin: pintop.msk.cluster. */
pt_code config_with_servers(const struct pt_config *cfg, const char *servers, const char *protocol,
                            const char *mechanism, struct pt_config **out, struct pt_error *err);

#endif
