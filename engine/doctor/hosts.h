/* The instances of EC2 that may be the pipeline's host. Thread: the check's. */
#ifndef DOCTOR_HOSTS_H
#define DOCTOR_HOSTS_H

#include "doctor/check.h"

/* DescribeInstances by one filter, without those that are terminated: EC2 tells them for an hour.
 * out: ec2_instances_done, also after an error. */
pt_code hosts_by(struct check *check, const char *filter, const char *value,
                 struct ec2_instances *out, struct pt_error *err);
/* Those with the UserID, which is known, in their names. */
pt_code hosts_of_user(struct check *check, struct ec2_instances *out, struct pt_error *err);

#endif
