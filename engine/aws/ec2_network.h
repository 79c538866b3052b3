/* Amazon EC2 (2016-11-15): subnets, route tables and VPC endpoints, as far as they tell which way
 * leads out of a subnet, and what security groups let in. Thread: the client's. */
#ifndef AWS_EC2_NETWORK_H
#define AWS_EC2_NETWORK_H

#include "aws/client.h"
#include "base/buf.h"

/* All texts are printable; "" when unknown. Lists of IDs are separated by commas; with is_over they
 * lack the last ones. */
struct ec2_subnet {
    char id[32], vpc[32];
};
struct ec2_subnets {
    size_t n;
    struct ec2_subnet *items;
};
/* DescribeSubnets. ids: separated by commas. Errors PT_ENOTFOUND: one of them does not exist. */
pt_code ec2_describe_subnets(struct aws_client *client, const struct aws_keys *keys,
                             const char *ids, struct ec2_subnets *out, struct pt_error *err);
void ec2_subnets_done(struct ec2_subnets *subnets);

struct ec2_route {
    char destination[64]; /* "0.0.0.0/0", "::/0", "pl-…" */
    char target[64];      /* "nat-…", "igw-…", "vpce-…", "local" … */
    bool is_active;       /* not a black hole */
};
struct ec2_route_table {
    char id[32];
    bool is_main; /* for all subnets of the VPC that have no table of their own */
    struct buf subnets;
    size_t n_routes;
    struct ec2_route *routes;
};
struct ec2_route_tables {
    size_t n;
    struct ec2_route_table *items;
    bool is_truncated; /* there are more than were read */
};
/* DescribeRouteTables of one VPC, all pages. */
pt_code ec2_describe_route_tables(struct aws_client *client, const struct aws_keys *keys,
                                  const char *vpc, struct ec2_route_tables *out,
                                  struct pt_error *err);
void ec2_route_tables_done(struct ec2_route_tables *tables);

struct ec2_endpoint {
    char id[40], type[24], state[32]; /* "Gateway", "Interface"; "available" */
    bool has_private_dns;
    struct buf route_tables; /* of a gateway endpoint */
};
struct ec2_endpoints {
    size_t n;
    struct ec2_endpoint *items;
    bool is_truncated; /* there are more than were read */
};
/* DescribeVpcEndpoints of one VPC to one service ("com.amazonaws.us-east-1.s3"), all pages. */
pt_code ec2_describe_endpoints(struct aws_client *client, const struct aws_keys *keys,
                               const char *vpc, const char *service, struct ec2_endpoints *out,
                               struct pt_error *err);
void ec2_endpoints_done(struct ec2_endpoints *endpoints);

/* A rule that lets something in: from one source to some ports. */
struct ec2_rule {
    char source[64];            /* "10.0.0.0/16", "2001:db8::/32", "sg-…", "pl-…" */
    int32_t port_from, port_to; /* of TCP */
};
struct ec2_group {
    char id[32];
    size_t n_rules; /* only those that TCP is among */
    struct ec2_rule *rules;
};
struct ec2_groups {
    size_t n;
    struct ec2_group *items;
};
/* DescribeSecurityGroups. ids: separated by commas. Errors PT_ENOTFOUND: one of them does not
 * exist. */
pt_code ec2_describe_groups(struct aws_client *client, const struct aws_keys *keys, const char *ids,
                            struct ec2_groups *out, struct pt_error *err);
void ec2_groups_done(struct ec2_groups *groups);

/* Returns whether the ID is in the list; NULL is an empty one. */
bool ec2_has_id(const char *ids, const char *id);

#endif
