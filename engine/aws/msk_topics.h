/* Amazon MSK's own topic operations (kafka, 2018-11-14): topics without a broker. They exist for
 * provisioned clusters with Kafka 3.6.0 or later, and what they tell is up to a minute old. Names
 * of topics are Kafka's (topic_name_check). Thread: the client's. */
#ifndef AWS_MSK_TOPICS_H
#define AWS_MSK_TOPICS_H

#include "aws/client.h"

enum { MSK_TOPIC_MAX = 250, MSK_REPLICAS_MAX = 8 };

struct msk_topic {
    char name[MSK_TOPIC_MAX];
    int32_t n_partitions, replication, n_out_of_sync; /* -1 unknown */
};
struct msk_topics {
    size_t n;
    struct msk_topic *items;
    bool is_truncated; /* there are more than the limit */
};
/* ListTopics, all pages. prefix: of the name, NULL for all. msk_topics_done. */
pt_code msk_list_topics(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                        const char *prefix, size_t limit, struct msk_topics *out,
                        struct pt_error *err);
void msk_topics_done(struct msk_topics *topics);

struct msk_topic_details {
    int32_t n_partitions, replication; /* -1 unknown */
    char status[16];                   /* CREATING, UPDATING, DELETING, ACTIVE; "" unknown */
    char *configs;                     /* lines "key=value", decoded; NULL: not told */
};
/* DescribeTopic. msk_topic_details_done. Errors PT_ENOTFOUND; PT_EDATA: configs is no Base64. */
pt_code msk_describe_topic(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                           const char *topic, struct msk_topic_details *out, struct pt_error *err);
void msk_topic_details_done(struct msk_topic_details *details);

struct msk_partition {
    int32_t partition, leader; /* -1 unknown, or none */
    int32_t n_replicas, n_in_sync;
    int32_t replicas[MSK_REPLICAS_MAX]; /* the first of them */
};
struct msk_partitions {
    size_t n;
    struct msk_partition *items;
};
/* DescribeTopicPartitions, all pages, in AWS's order. msk_partitions_done. Errors PT_ENOTFOUND. */
pt_code msk_list_partitions(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                            const char *topic, struct msk_partitions *out, struct pt_error *err);
void msk_partitions_done(struct msk_partitions *partitions);

/* A change. It is sent once: after an error with is_lost nobody knows whether it was made, and who
 * asked has to look. status: out, of the topic, as above; "" unknown. */
struct msk_topic_change {
    char status[16];
    bool is_lost;
};
/* CreateTopic. MSK wants both numbers, of 1 or more. configs: "key=value" each.
 * Errors PT_EEXISTS: there is a topic of this name. */
pt_code msk_create_topic(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                         const char *topic, int32_t n_partitions, int32_t replication,
                         const char *const *configs, size_t n_configs, struct msk_topic_change *out,
                         struct pt_error *err);
/* UpdateTopic. MSK takes either a number of partitions (above 0) or configs ("key=value" each) in
 * one call: the other is 0. It has no way to take a setting out. Errors PT_ENOTFOUND. */
pt_code msk_update_topic(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                         const char *topic, int32_t n_partitions, const char *const *configs,
                         size_t n_configs, struct msk_topic_change *out, struct pt_error *err);
/* DeleteTopic. Errors PT_ENOTFOUND. */
pt_code msk_delete_topic(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                         const char *topic, struct msk_topic_change *out, struct pt_error *err);

#endif
