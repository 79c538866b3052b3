/* AWS IAM (2010-05-08): a role, its trust policy, and what it may do. IAM is eventually consistent:
 * a change takes effect some 10 s later. Thread: the client's. */
#ifndef AWS_IAM_H
#define AWS_IAM_H

#include "aws/client.h"

struct iam_role {
    char arn[AWS_ARN_MAX], name[80], path[128];
    char id[40]; /* "AROA…": what a policy keeps of a role that was deleted */
    char *trust; /* AssumeRolePolicyDocument, decoded: JSON text; owned */
};
/* GetRole, by name, not by ARN. Errors PT_ENOTFOUND. */
pt_code iam_get_role(struct aws_client *client, const struct aws_keys *keys, const char *name,
                     struct iam_role *out, struct pt_error *err);
void iam_role_done(struct iam_role *role);

/* UpdateAssumeRolePolicy: replaces the whole trust policy with this JSON text. */
pt_code iam_update_trust(struct aws_client *client, const struct aws_keys *keys, const char *name,
                         const char *document, struct pt_error *err);

/* What the simulator says about one action on one resource. */
enum iam_verdict {
    IAM_UNCLEAR, /* a word that pintop does not know */
    IAM_ALLOWED,
    IAM_IMPLICIT_DENY, /* nothing allows it */
    IAM_EXPLICIT_DENY
};
struct iam_decision {
    char action[96], resource[AWS_ARN_MAX]; /* "*": of all that were asked about */
    enum iam_verdict verdict;
    bool is_boundary_against;     /* the permissions boundary does not allow it */
    bool is_organization_against; /* a policy of the organization does not allow it */
    char policies[200];           /* those whose statements matched, separated by ", " */
    char contexts[200];           /* condition keys that the answer depends on and lacks */
};
struct iam_decisions {
    size_t n;
    struct iam_decision *items;
};
/* SimulatePrincipalPolicy: each of the actions on each of the resources, all pages. Policies of the
 * resources themselves, such as a bucket's, are not looked at.
 *
 * arn     of the role.
 * out     iam_decisions_done, also after an error. */
pt_code iam_simulate(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                     const char *const *actions, size_t n_actions, const char *const *resources,
                     size_t n_resources, struct iam_decisions *out, struct pt_error *err);
void iam_decisions_done(struct iam_decisions *decisions);

#endif
