/* The endpoint of a call: AWS's own host, or what --endpoint-url, AWS_ENDPOINT_URL… and the
 * shared files replace it with. Internal to the client. */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "aws/client.h"

struct aws_target {
    char url[8192];  /* with path and query */
    char host[256];  /* as it is signed: without a default port */
    char path[4096]; /* as it is sent */
    char signing_region[AWS_REGION_MAX];
};

/* Errors PT_ECONFIG: no region, or an endpoint that is not a URL; PT_EUSAGE: too long. */
pt_code aws_target_find(const struct aws_client *client, const struct aws_call *call,
                        struct aws_target *target, struct pt_error *err);

#endif
