/* The credential chain of the AWS command line: one provider in each file, in one ordered table
 * (providers.c). Deliberate differences from botocore: AWS_SESSION_TOKEN takes precedence over
 * the legacy AWS_SECURITY_TOKEN; AWS_REGION is read; the name of role sessions is the same for
 * the whole process (brokers refuse a changed principal); IMDS by version 2 only; a section that
 * occurs twice in a file is reported with its line; "aws login" and MFA are recognised, and
 * answered with a fix. */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <pthread.h>

#include "aws/client.h"
#include "aws/keys.h"

/* The settings of a Java client's JAAS configuration, which precede the chain. Each may be NULL. */
struct aws_role_options {
    const char *arn, *session_name, *external_id, *sts_region;
    const char *key_id, *secret, *token; /* the caller that assumes the role, instead of the
                                          * chain */
    bool is_fips;
    bool has_no_fallback; /* awsAddDefaultProviders=false: no chain when the role fails */
};

enum {
    AWS_SIGN_MIN_S = 60,       /* credentials that expire sooner sign no token */
    AWS_REFRESH_BEFORE_S = 300 /* before their expiry */
};

/* Loads credentials once, through the whole chain; reads the shared files again. Takes as long as
 * the network does.
 *
 * role    NULL: the chain only.
 * keys    out; aws_keys_done. Empty after an error.
 * Errors  one sentence with the fix, by the provider that failed; PT_ELOGIN: none found;
 *         PT_ECONFIG: the files; PT_ECANCELLED. */
pt_code credentials_load(struct aws_client *client, const struct aws_role_options *role,
                         struct aws_keys *keys, struct pt_error *err);

/* Checks that they last long enough to sign a token. now_s is by AWS's clock. Errors PT_ELOGIN. */
pt_code credentials_check_end(const struct aws_keys *keys, int64_t now_s, struct pt_error *err);

/* Returns when to get new ones (Unix seconds): 5 minutes before their expiry, or half-way for
 * short-lived ones; AWS_NO_END: never automatically. got_s is when they were loaded. */
int64_t credentials_refresh_at_s(const struct aws_keys *keys, int64_t got_s);

/* Returns the name for role sessions when none is configured: the same as long as the process
 * lives. */
const char *credentials_session_name(void);

#endif
