/* What a denial says: who is denied what, on which resource, and by which kind of policy. It
 * comes from AWS's sentence ("… is not authorized to perform: A on resource: R because no
 * identity-based policy allows the A action"), and from the call when the sentence does not say
 * it. Pure. Thread: any. */
#ifndef AWS_DENIAL_H
#define AWS_DENIAL_H

#include "aws/actions.h"
#include "pintop/error.h"

enum aws_denier {
    AWS_DENIER_UNKNOWN,
    AWS_DENIER_IDENTITY,
    AWS_DENIER_RESOURCE,
    AWS_DENIER_SCP, /* service control policy, of the organization */
    AWS_DENIER_RCP, /* resource control policy, of the organization */
    AWS_DENIER_BOUNDARY,
    AWS_DENIER_SESSION,
    AWS_DENIER_ENDPOINT, /* of the VPC endpoint */
    AWS_DENIER_TRUST,    /* of the role that is to be assumed */
    AWS_DENIER_KMS       /* of the key */
};

struct aws_denial {
    enum aws_denier denier;                    /* whose policy has to change */
    enum aws_denier said;                      /* according to the sentence itself */
    bool is_explicit;                          /* a Deny; otherwise an Allow is missing */
    bool is_encoded;                           /* EC2's "encoded authorization failure message" */
    bool is_perhaps_absent;                    /* KMS: the key may also not exist in this region */
    char who[320], action[96], resource[1280]; /* "" unknown */
};

/* Reads a denial. message is the sentence only, or a text with it in one of its lines. row is
 * that of the call; may be NULL. */
void aws_denial_read(const char *message, const struct aws_action *row, struct aws_denial *denial);
/* Returns half a sentence on the policy: "its permissions boundary does not allow it". */
const char *aws_denial_says(const struct aws_denial *denial);
/* Makes the fix from all of it. */
void aws_denial_fix(const struct aws_denial *denial, char *out, size_t cap);

#endif
