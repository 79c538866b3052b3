/* Other uses of the instance metadata service. */
#ifndef AWS_PROVIDER_IMDS_H
#define AWS_PROVIDER_IMDS_H

#include "aws/provider.h"

/* Reads the region of this EC2 instance. Returns false when this is not one, or when the service
 * does not say. Takes up to AWS_METADATA_SERVICE_TIMEOUT (1 s) for each of two calls. */
bool imds_region(struct aws_client *client, char *region, size_t cap);

/* What the service says about this host; "" where it does not say. */
struct imds_host {
    char instance_id[32], region[AWS_REGION_MAX], account[16], vpc[32];
    /* Of its first interface, separated by commas; those that do not fit are left out whole. */
    char addresses[200], groups[200];
};
enum imds_answer {
    IMDS_NONE,  /* there is no such service, or AWS_EC2_METADATA_DISABLED is set */
    IMDS_HOST,  /* this is an EC2 instance: host is filled */
    IMDS_SILENT /* there is one, and it does not say: err tells why */
};
enum imds_answer imds_find_host(struct aws_client *client, struct imds_host *host,
                                struct pt_error *err);

#endif
