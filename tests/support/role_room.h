/* A place for tests of the checks on the pipeline's role: over doctor_room, what IAM says of the
 * role and of its rights. */
#ifndef SUPPORT_ROLE_ROOM_H
#define SUPPORT_ROLE_ROOM_H

#include "doctor_room.h"

#define ROLE_NAME "0a1b-ec2-access-role"
#define ROLE_ARN "arn:aws:iam::123456789012:role/" ROLE_NAME
/* IAM's answer when the caller lacks the permission for an action. */
#define ROLE_DENIED(action)                                                                        \
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:"     \
    "user/u is not authorized to perform: " action " on resource: role " ROLE_NAME " because no "  \
    "identity-based policy allows the " action " action</Message></Error></ErrorResponse>"

/* Trust policies. */
#define ROLE_TRUSTS(principal)                                                                     \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":" principal    \
    ",\"Action\":\"sts:AssumeRole\"}]}"
#define ROLE_TRUSTS_ALL                                                                            \
    ROLE_TRUSTS("{\"AWS\":\"" ROLE_ARN "\",\"Service\":[\"ec2.amazonaws.com\","                    \
                "\"kafkaconnect.amazonaws.com\"]}")

/* The simulator's word on one resource. */
#define ROLE_VERDICT(word) "<EvalResourceDecision>" word "</EvalResourceDecision>"
#define ROLE_ALLOWED ROLE_VERDICT("allowed")

/* How many rights are asked. */
enum { ROLE_RIGHTS = 3 + 16 + 2 + 2 + 2 };

/* IAM has a role of this ARN, with this trust policy. */
void role_room_is(const char *arn, const char *trust);
/* The same with a policy that is encoded already, in memory that is not that of the last one. */
void role_room_is_encoded(const char *arn, const char *encoded);
/* The simulator allows every right but one action on the resources with `where` in their ARNs: of
 * that it says `is`. action may be NULL. */
void role_room_rights(const char *action, const char *where, const char *is);
/* All is as it should be, and nothing of what was said before counts. */
void role_room_well(void);
/* The same without a cluster: IAM is called three times at most, and pintop need not pace itself.
 */
void role_room_without_cluster(void);

#endif
