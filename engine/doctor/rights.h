/* The rights that the pipeline's role needs, asked of IAM's policy simulator: on the cluster, the
 * three topics, the connector's group and the bucket. Thread: the check's. */
#ifndef DOCTOR_RIGHTS_H
#define DOCTOR_RIGHTS_H

#include "doctor/check.h"

enum { RIGHTS_TEXT_MAX = 8 * 1024 };

/* What the simulator said. Texts are lists: "kafka-cluster:WriteData on topic 0a1b.pin; …". */
struct rights {
    size_t n_allowed;
    struct buf denied;    /* nothing allows them */
    struct buf forbidden; /* a Deny, the permissions boundary or the organization is against them */
    struct buf perhaps;   /* on the bucket, whose own policy may allow them */
    struct buf unclear;   /* what pintop could not find out, with the reason */
    /* What has to be known before the rest can be asked about: a check's ID, or a property. NULL
     * nothing, or AWS itself did not answer. */
    const char *needs;
    /* The lines of `aws iam put-role-policy` that give the role what is missing; "" none. */
    struct buf command;
    bool is_cut; /* not all of it could be kept */
};
/* Asks for all of them. A part that is not asked, or not answered, is in `unclear`.
 *
 * role  name and ARN; cluster_arn "" unknown.
 * out   rights_done. */
void rights_ask(struct check *check, const struct iam_role *role, const char *cluster_arn,
                struct rights *out);
void rights_done(struct rights *rights);

#endif
