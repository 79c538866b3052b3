/* A login to IAM Identity Center that can be renewed, renewed: sso-oidc's CreateToken, as botocore
 * does within the last 15 minutes of one. Its refresh token may be good for one time only, so the
 * new login is written back into the AWS command line's cache, in place of the old one. */
#ifndef AWS_SSO_RENEW_H
#define AWS_SSO_RENEW_H

#include <cjson/cJSON.h>

#include "aws/client.h"

enum { SSO_RENEW_BEFORE_S = 15 * 60 };

/* Can this cached login be renewed, as it is now? Pure. */
bool sso_can_renew(const cJSON *login, int64_t now_s);

/* path: of the cached login; region: of the login. PT_OK: a login that is good for longer is in
 * that file now, by this call or by somebody else's. The client's cancellation ends it. Errors
 * PT_EUNSUPPORTED: this one can't be renewed (no refresh token, or the registration has ended);
 * PT_ELOGIN and the call's: it was refused; PT_EIO and the like: it can't be written. The file is
 * as it was. No secret is in them. Thread: one that may block. */
pt_code sso_renew(struct aws_client *client, const char *path, const char *region,
                  struct pt_error *err);

#endif
