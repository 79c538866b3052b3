/* Amazon EC2 (2016-11-15): hosts and key pairs. Thread: the client's. */
#ifndef AWS_EC2_H
#define AWS_EC2_H

#include "aws/client.h"

struct ec2_filter {
    const char *name, *value; /* "tag:Name", "key-name", "instance-state-name" … */
};

/* All printable; "" not said. */
struct ec2_instance {
    char id[32], state[24], name[128]; /* name: of the tag Name */
    char key_name[256];
    char public_dns[160], private_dns[160], public_address[48];
    char vpc[32], subnet[32], security_group[32]; /* the first group */
    char profile_arn[AWS_ARN_MAX];
};
struct ec2_instances {
    size_t n;
    struct ec2_instance *items;
    bool is_truncated;
};
/* DescribeInstances, all pages up to limit; several filters all have to hold. */
pt_code ec2_describe_instances(struct aws_client *client, const struct aws_keys *keys,
                               const struct ec2_filter *filters, size_t n_filters, size_t limit,
                               struct ec2_instances *out, struct pt_error *err);
void ec2_instances_done(struct ec2_instances *instances);

struct ec2_key_pair {
    char id[32], name[256], type[16], fingerprint[100];
};
/* DescribeKeyPairs of one name. Errors PT_ENOTFOUND. */
pt_code ec2_describe_key_pair(struct aws_client *client, const struct aws_keys *keys,
                              const char *name, struct ec2_key_pair *out, struct pt_error *err);

#endif
