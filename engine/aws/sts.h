/* AWS STS (2011-06-15): the caller identity, and roles. Thread: the client's. */
#ifndef AWS_STS_H
#define AWS_STS_H

#include "aws/client.h"

/* All texts are printable. */
struct sts_identity {
    char arn[AWS_ARN_MAX], account[16], user_id[128];
};

/* Needs no permission. call_ms: for all attempts together, 0 the default. Errors as aws_call. */
pt_code sts_get_caller_identity(struct aws_client *client, const struct aws_keys *keys,
                                int64_t call_ms, struct sts_identity *out, struct pt_error *err);

struct sts_assume {
    const char *role_arn, *session_name;
    const char *external_id;        /* NULL none */
    const char *web_identity_token; /* NULL: AssumeRole, signed by the credentials */
    int64_t duration_s;             /* 0: STS's default, an hour */
    const char *region;             /* of STS; NULL the client's */
    bool is_fips;
};

/* Assumes a role. out's id, secret, token, end and arn are set; the rest stays.
 * keys: the caller's; NULL with a web identity token. Errors as aws_call; PT_EDATA. */
pt_code sts_assume_role(struct aws_client *client, const struct aws_keys *keys,
                        const struct sts_assume *assume, struct aws_keys *out,
                        struct pt_error *err);

#endif
