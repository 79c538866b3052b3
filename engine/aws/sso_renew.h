/* Renews a renewable login to IAM Identity Center: sso-oidc's CreateToken, as botocore does
 * within its last 15 minutes. A refresh token may be valid only once, so the new login is
 * written back into the AWS command line's cache, replacing the old one. */
#ifndef AWS_SSO_RENEW_H
#define AWS_SSO_RENEW_H

#include <cjson/cJSON.h>

#include "aws/client.h"

enum { SSO_RENEW_BEFORE_S = 15 * 60 };

/* Returns whether this cached login can be renewed now. Pure. */
bool sso_can_renew(const cJSON *login, int64_t now_s);

/* path is that of the cached login; region is the login's. PT_OK: the file now contains a login
 * that is valid for longer, written by this call or by another process. The client's
 * cancellation ends it. Errors PT_EUNSUPPORTED: this login cannot be renewed (no refresh token,
 * or the registration has expired); PT_ELOGIN and the call's: the renewal was refused; PT_EIO
 * and others: it cannot be written. The file is then unchanged. No error contains a secret.
 * Thread: one that may block. */
pt_code sso_renew(struct aws_client *client, const char *path, const char *region,
                  struct pt_error *err);

#endif
