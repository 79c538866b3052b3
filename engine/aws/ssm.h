/* AWS Systems Manager (2014-11-06): one parameter. Thread: the client's. */
#ifndef AWS_SSM_H
#define AWS_SSM_H

#include "aws/client.h"

struct ssm_parameter {
    char *value; /* a secret, decrypted */
    char type[24];
    int64_t version, modified_ms;
};
/* GetParameter with decryption. Errors PT_ENOTFOUND; PT_EAUTH: ssm:GetParameter, or kms:Decrypt. */
pt_code ssm_get_parameter(struct aws_client *client, const struct aws_keys *keys, const char *name,
                          struct ssm_parameter *out, struct pt_error *err);
/* Wipes it. */
void ssm_parameter_done(struct ssm_parameter *parameter);

#endif
