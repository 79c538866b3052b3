/* AWS Systems Manager (2014-11-06): its Parameter Store. Thread: the client's. */
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
/* Wipes and frees it. */
void ssm_parameter_done(struct ssm_parameter *parameter);

/* A parameter without its value. */
struct ssm_listed {
    char name[300], type[24]; /* printable */
};
struct ssm_list {
    size_t n;
    struct ssm_listed *items;
    bool is_truncated;
};
/* DescribeParameters: those whose name begins so, all pages up to limit. */
pt_code ssm_describe_parameters(struct aws_client *client, const struct aws_keys *keys,
                                const char *begin, size_t limit, struct ssm_list *out,
                                struct pt_error *err);
void ssm_list_done(struct ssm_list *list);

#endif
