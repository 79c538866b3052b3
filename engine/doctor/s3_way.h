/* Whether the workers of a connector get from their subnets to S3. Their network interfaces have no
 * public address, so an internet gateway is no way for them: it takes a gateway endpoint, an
 * interface endpoint with private DNS, or a NAT gateway. Thread: the check's. */
#ifndef DOCTOR_S3_WAY_H
#define DOCTOR_S3_WAY_H

#include "aws/msk.h"
#include "doctor/check.h"

struct s3_way {
    enum { S3_WAY_UNKNOWN, S3_WAY_THERE, S3_WAY_NONE } state;
    char says[700]; /* which way, or why it is not known */
    char fix[900];  /* without one: the command that makes it */
};

/* Looks from all subnets of one VPC to the buckets of this region. */
void s3_way_find(struct check *check, const struct msk_vpc *vpc, const char *region,
                 struct s3_way *way);

#endif
