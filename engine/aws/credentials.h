/* Where AWS keys come from: the chain of the AWS command line, one provider a file, in one ordered
 * table (providers.c). Differences from botocore, on purpose: AWS_SESSION_TOKEN beats the legacy
 * AWS_SECURITY_TOKEN; AWS_REGION is read; the role session's name is the same for the whole process
 * (brokers refuse a changed principal); IMDS by version 2 only; a section that stands twice in a
 * file is named with its line; a login to IAM Identity Center is used as `aws sso login` left it,
 * and not renewed; "aws login" and MFA are recognised, and answered with what to do. */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <pthread.h>

#include "aws/client.h"
#include "aws/keys.h"

/* What a Java client's login configuration may say, over the chain. Each may be NULL. */
struct aws_role_options {
    const char *arn, *session_name, *external_id, *sts_region;
    const char *key_id, *secret, *token; /* who asks for the role, in the chain's place */
    bool is_fips;
    bool has_no_fallback; /* awsAddDefaultProviders=false: no chain when the role fails */
};

enum {
    AWS_SIGN_MIN_S = 60,       /* keys that end sooner sign no token */
    AWS_REFRESH_BEFORE_S = 300 /* of their end */
};

/* Load keys once, through the whole chain; reads the shared files anew. Takes as long as the
 * network does.
 *
 * role    NULL: the chain alone.
 * keys    out; aws_keys_done. Empty after an error.
 * Errors  one sentence with the fix, by the provider that failed; PT_ELOGIN: none anywhere;
 *         PT_ECONFIG: the files; PT_ECANCELLED. */
pt_code credentials_load(struct aws_client *client, const struct aws_role_options *role,
                         struct aws_keys *keys, struct pt_error *err);

/* Do they last long enough to sign a token? now_s: by AWS's clock. Errors PT_ELOGIN. */
pt_code credentials_check_end(const struct aws_keys *keys, int64_t now_s, struct pt_error *err);

/* When to get new ones (Unix seconds): 5 minutes before their end, or half way for short ones;
 * AWS_NO_END: never by ourselves. got_s: when they were loaded. */
int64_t credentials_refresh_at_s(const struct aws_keys *keys, int64_t got_s);

/* The name of role sessions when none is configured: the same while the process lives. */
const char *credentials_session_name(void);

#endif
