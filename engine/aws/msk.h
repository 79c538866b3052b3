/* Amazon MSK (kafka, 2018-11-14): clusters and their bootstrap servers. Thread: the client's. */
#ifndef AWS_MSK_H
#define AWS_MSK_H

#include "aws/client.h"

enum { MSK_SERVERS_MAX = 1024, MSK_VPCS_MAX = 5 };

/* IDs separated by commas; those that do not fit are left out whole. */
struct msk_vpc {
    char subnets[1024], security_groups[512];
};

/* All texts are printable; "" when unknown. */
struct msk_cluster {
    char arn[AWS_ARN_MAX], name[128], state[32], type[16], version[32];
    char kafka_version[32];
    char zookeeper[MSK_SERVERS_MAX]; /* KRaft and Serverless have none */
    int32_t n_brokers;               /* -1 unknown */
    bool has_iam, has_scram, has_tls, has_plaintext;
    char log_group[256];
    char monitoring[32]; /* "DEFAULT", "PER_BROKER", "PER_TOPIC_PER_BROKER",
                          * "PER_TOPIC_PER_PARTITION": which metrics CloudWatch has */
    size_t n_vpcs; /* 0: unknown; of its brokers, or of Serverless itself, which may have several */
    struct msk_vpc vpcs[MSK_VPCS_MAX];
};

struct msk_clusters {
    size_t n;
    struct msk_cluster *items;
    bool is_truncated; /* there are more than the limit */
};

/* ListClustersV2, all pages. prefix: of the name, NULL for all. */
pt_code msk_list_clusters(struct aws_client *client, const struct aws_keys *keys,
                          const char *prefix, size_t limit, struct msk_clusters *out,
                          struct pt_error *err);
void msk_clusters_done(struct msk_clusters *clusters);

/* Finds the cluster of a configuration: by its exact name, or by its ARN, which is used unchanged;
 * "auto" is the only one that there is.
 * arn: out, cap bytes.
 * Errors PT_ENOTFOUND: the fix names the existing ones. */
pt_code msk_find(struct aws_client *client, const struct aws_keys *keys, const char *name,
                 char *arn, size_t cap, struct pt_error *err);

/* DescribeClusterV2. Errors PT_ENOTFOUND. */
pt_code msk_describe_cluster(struct aws_client *client, const struct aws_keys *keys,
                             const char *arn, struct msk_cluster *out, struct pt_error *err);

/* The kinds of bootstrap servers, in the order of MSK_KINDS. */
#define MSK_KINDS(X)                                                                               \
    X(MSK_IAM, "iam", "bootstrapBrokerStringSaslIam")                                              \
    X(MSK_SCRAM, "scram", "bootstrapBrokerStringSaslScram")                                        \
    X(MSK_TLS, "tls", "bootstrapBrokerStringTls")                                                  \
    X(MSK_PLAINTEXT, "plaintext", "bootstrapBrokerString")                                         \
    X(MSK_PUBLIC_IAM, "public iam", "bootstrapBrokerStringPublicSaslIam")                          \
    X(MSK_PUBLIC_SCRAM, "public scram", "bootstrapBrokerStringPublicSaslScram")                    \
    X(MSK_PUBLIC_TLS, "public tls", "bootstrapBrokerStringPublicTls")                              \
    X(MSK_VPC_IAM, "vpc iam", "bootstrapBrokerStringVpcConnectivitySaslIam")                       \
    X(MSK_VPC_SCRAM, "vpc scram", "bootstrapBrokerStringVpcConnectivitySaslScram")                 \
    X(MSK_VPC_TLS, "vpc tls", "bootstrapBrokerStringVpcConnectivityTls")                           \
    X(MSK_IPV6_IAM, "ipv6 iam", "bootstrapBrokerStringSaslIamIpv6")                                \
    X(MSK_IPV6_SCRAM, "ipv6 scram", "bootstrapBrokerStringSaslScramIpv6")                          \
    X(MSK_IPV6_TLS, "ipv6 tls", "bootstrapBrokerStringTlsIpv6")                                    \
    X(MSK_IPV6_PLAINTEXT, "ipv6 plaintext", "bootstrapBrokerStringIpv6")
enum msk_kind {
#define MSK_KIND_ENUM(id, word, field) id,
    MSK_KINDS(MSK_KIND_ENUM)
#undef MSK_KIND_ENUM
        MSK_KIND_COUNT
};
const char *msk_kind_word(enum msk_kind kind);

struct msk_bootstrap {
    char servers[MSK_KIND_COUNT][MSK_SERVERS_MAX]; /* "": not enabled */
};
/* GetBootstrapBrokers. Errors PT_EEXISTS (409): the cluster is still being created. */
pt_code msk_get_bootstrap(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                          struct msk_bootstrap *out, struct pt_error *err);

/* Returns whether the first host of a list "HOST:PORT,HOST:PORT" is one of these brokers. False
 * when it has none. */
bool msk_bootstrap_has(const struct msk_bootstrap *all, const char *servers);

struct msk_node {
    int32_t broker_id;
    char endpoint[256], subnet[64], address[48], instance_type[32];
};
struct msk_nodes {
    size_t n;
    struct msk_node *items;
};
/* ListNodes, all pages. */
pt_code msk_list_nodes(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                       struct msk_nodes *out, struct pt_error *err);
void msk_nodes_done(struct msk_nodes *nodes);

#endif
