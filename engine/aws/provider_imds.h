/* What else the instance metadata service tells. */
#ifndef AWS_PROVIDER_IMDS_H
#define AWS_PROVIDER_IMDS_H

#include "aws/provider.h"

/* The region this EC2 instance is in; false: this is none, or it doesn't say. Takes up to
 * AWS_METADATA_SERVICE_TIMEOUT (1 s) for each of two calls. */
bool imds_region(struct aws_client *client, char *region, size_t cap);

#endif
