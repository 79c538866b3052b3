/* What a denial says: who may not do what, to what, and which kind of policy said no. From AWS's
 * sentence ("… is not authorized to perform: A on resource: R because no identity-based policy
 * allows the A action"), and from the call where the sentence is silent. Pure. Thread: any. */
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
    AWS_DENIER_TRUST,    /* of the role that is to be taken on */
    AWS_DENIER_KMS       /* of the key */
};

struct aws_denial {
    enum aws_denier denier;                    /* whose policy has to be changed */
    enum aws_denier said;                      /* by the sentence itself */
    bool is_explicit;                          /* a Deny; else an Allow is missing */
    bool is_encoded;                           /* EC2's "encoded authorization failure message" */
    bool is_perhaps_absent;                    /* KMS: or there is no such key in this region */
    char who[320], action[96], resource[1280]; /* "" not said */
};

/* message: the sentence alone, or a text with it in one of its lines. row: of the call; may be
 * NULL. */
void aws_denial_read(const char *message, const struct aws_action *row, struct aws_denial *denial);
/* Half a sentence: which policy it was. "its permissions boundary does not allow it" */
const char *aws_denial_says(const struct aws_denial *denial);
/* The next step, made from all of it. */
void aws_denial_fix(const struct aws_denial *denial, char *out, size_t cap);

#endif
