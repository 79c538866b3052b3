/* AWS IAM (2010-05-08): a role and its trust policy. IAM is eventually consistent: what was changed
 * holds some 10 s later. Thread: the client's. */
#ifndef AWS_IAM_H
#define AWS_IAM_H

#include "aws/client.h"

struct iam_role {
    char arn[AWS_ARN_MAX], name[80], path[128];
    int64_t max_session_s; /* -1 not said */
    char *trust;           /* AssumeRolePolicyDocument, decoded: JSON text; owned */
};
/* GetRole, by name, not by ARN. Errors PT_ENOTFOUND. */
pt_code iam_get_role(struct aws_client *client, const struct aws_keys *keys, const char *name,
                     struct iam_role *out, struct pt_error *err);
void iam_role_done(struct iam_role *role);

/* UpdateAssumeRolePolicy: replaces the whole trust policy by this JSON text. */
pt_code iam_update_trust(struct aws_client *client, const struct aws_keys *keys, const char *name,
                         const char *document, struct pt_error *err);

#endif
