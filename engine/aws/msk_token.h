/* The MSK IAM token for SASL/OAUTHBEARER: a presigned URL of kafka-cluster:Connect, in
 * base64url. No one fetches the URL; the broker recomputes its signature. After
 * aws-msk-iam-sasl-signer, with the query sorted. Pure. Thread: any. */
#ifndef AWS_MSK_TOKEN_H
#define AWS_MSK_TOKEN_H

#include "aws/sigv4.h"

struct msk_token {
    char *text;         /* a secret as long as it is valid */
    int64_t expires_ms; /* Unix: the earlier of its own expiry and that of the credentials */
};

/* Makes a token for a cluster's region, signed at now_s.
 *
 * lifetime_s         1 to 900: brokers take no longer one.
 * credentials_end_s  Unix, expiry of the credentials; INT64_MAX: none, or unknown.
 * token              out; msk_token_done wipes it. Empty after an error.
 * Errors             PT_ELOGIN the credentials have expired; otherwise as sigv4_presign. */
pt_code msk_token_make(const struct sigv4_credentials *credentials, const char *region,
                       int64_t now_s, int64_t lifetime_s, int64_t credentials_end_s,
                       const char *user_agent, struct msk_token *token, struct pt_error *err);
void msk_token_done(struct msk_token *token);

#endif
