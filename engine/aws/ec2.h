/* Amazon EC2 (2016-11-15): hosts and key pairs. Thread: the client's. */
#ifndef AWS_EC2_H
#define AWS_EC2_H

#include "aws/client.h"

struct ec2_filter {
    const char *name, *value; /* "tag:Name", "key-name", "instance-state-name" … */
};

/* All texts are printable; "" when unknown. */
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
/* DescribeInstances, all pages up to limit; an instance must match all filters. */
pt_code ec2_describe_instances(struct aws_client *client, const struct aws_keys *keys,
                               const struct ec2_filter *filters, size_t n_filters, size_t limit,
                               struct ec2_instances *out, struct pt_error *err);
void ec2_instances_done(struct ec2_instances *instances);

/* All texts are printable; "" when unknown. */
struct ec2_key_pair {
    char id[32], name[256];
    char type[16];         /* "rsa", "ed25519" */
    char fingerprint[100]; /* doctor/keyfile.h knows its forms */
};
struct ec2_key_pairs {
    size_t n;
    struct ec2_key_pair *items;
};
/* DescribeKeyPairs: all pairs of the region. */
pt_code ec2_describe_key_pairs(struct aws_client *client, const struct aws_keys *keys,
                               struct ec2_key_pairs *out, struct pt_error *err);
void ec2_key_pairs_done(struct ec2_key_pairs *pairs);

#endif
