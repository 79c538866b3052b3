/* The role of the pipeline, as its checks share it. Thread: the check's. */
#ifndef DOCTOR_ROLE_H
#define DOCTOR_ROLE_H

#include "doctor/check.h"

enum { ROLE_NAME_MAX = 80 };

/* The role's name, and its ARN where pintop.connector.role.arn is one ("" otherwise). False: it was
 * said why there is none. */
bool role_name(struct check *check, char name[ROLE_NAME_MAX], char *arn, size_t cap);

/* What stands for EC2 in a trust policy; China has its own. */
const char *role_ec2_service(const struct check *check);

/* iam.trust: its check, and its fix. */
void check_trust(struct check *check);
extern const struct check_fix fix_trust_policy;

/* client.properties: the same. */
void check_java_file(struct check *check);
extern const struct check_fix fix_java_file;

#endif
