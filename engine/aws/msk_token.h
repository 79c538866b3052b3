/* The MSK IAM token for SASL/OAUTHBEARER: a presigned URL of kafka-cluster:Connect, in base64url.
 * It is never fetched; the broker recomputes its signature. After aws-msk-iam-sasl-signer, with the
 * query sorted. Pure. Thread: any. */
#ifndef AWS_MSK_TOKEN_H
#define AWS_MSK_TOKEN_H

#include "aws/sigv4.h"

enum { MSK_TOKEN_LIFETIME_S = 900 };

struct msk_token {
    char *text;         /* a secret for as long as it lives */
    int64_t expires_ms; /* Unix: the earlier of its own end and the end of its credentials */
};

/* Make one for a cluster's region, signed at now_s.
 *
 * lifetime_s         1 to MSK_TOKEN_LIFETIME_S.
 * credentials_end_s  Unix, when the keys run out; INT64_MAX they don't, or it isn't known.
 * token              out; msk_token_done wipes it. Empty after an error.
 * Errors             PT_ELOGIN the keys have run out; else as sigv4_presign. */
pt_code msk_token_make(const struct sigv4_credentials *credentials, const char *region,
                       int64_t now_s, int64_t lifetime_s, int64_t credentials_end_s,
                       const char *user_agent, struct msk_token *token, struct pt_error *err);
void msk_token_done(struct msk_token *token);

#endif
