/* What the checks of one round found, for those that come after them. Each member is written by
 * one check, before it ends; a check that names that one under `needs` or `after` may read it.
 * All texts are "" when unknown. */
#ifndef DOCTOR_FOUND_H
#define DOCTOR_FOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/ec2.h"
#include "aws/iam.h"
#include "aws/msk.h"
#include "aws/mskconnect.h"
#include "connector/conn.h"
#include "doctor/keyfile.h"
#include "pintop/config.h"

struct ask;

/* Where this pintop runs. */
enum place {
    PLACE_UNKNOWN, /* the metadata service did not answer in a way that tells */
    PLACE_OUTSIDE, /* no metadata service: not in AWS, or it is switched off (is_place_guess) */
    PLACE_EC2,
    PLACE_CONTAINER /* ECS, or a pod of EKS */
};

/* What became of the records that the action of sink.flow has sent. */
enum flow_end {
    FLOW_NOT_SENT,
    FLOW_SENT, /* some were, and what became of them is not known for certain */
    FLOW_ARRIVED,
    FLOW_HANGS
};

struct found {
    bool is_aws;             /* the setup under check is one on AWS */
    char cluster_words[160]; /* without AWS: "the embedded cluster", "Kafka at HOST:PORT" */

    /* place */
    enum place place;
    bool is_place_guess; /* the metadata service was not asked, or did not answer */
    char instance_id[32], instance_vpc[32], instance_region[32];
    char own_addresses[200], own_groups[200]; /* on EC2, separated by commas */

    /* user.id */
    char user_id[64];

    /* aws.login */
    char caller_arn[AWS_ARN_MAX], account[16], region[AWS_REGION_MAX];
    bool has_offset;
    int64_t offset_ms; /* AWS's clock minus ours */

    /* keypair.parameter */
    struct ec2_key_pair key_pair; /* that EC2 has; its name is "" when it is not known */
    bool has_stored_key;          /* the parameter holds a private key that could be read */
    char key_parameter[300];
    struct keyfile stored_key;

    /* keypair.file */
    char key_file[1024]; /* it is there; its whole path */
    bool is_key_bad;     /* it cannot be used: another key, damaged, or for others to read */
    bool has_file_key;
    struct keyfile file_key;

    /* ec2.instance */
    bool has_instance;
    struct ec2_instance instance;

    /* iam.role */
    bool has_role;
    struct iam_role role; /* freed at the end of the round */

    /* msk.cluster, msk.bootstrap */
    bool has_cluster;
    struct msk_cluster cluster;
    struct msk_bootstrap servers;
    char brokers[MSK_SERVERS_MAX]; /* those that Kafka clients use: from AWS, or configured */
    struct pt_config *kafka_cfg;   /* the configuration with them, when they come from AWS */

    /* kafka.connect */
    struct ask *ask; /* the connection, closed at the end of the round; NULL none */

    /* s3.bucket, s3.plugin, mskconnect.plugin */
    char bucket[128], bucket_region[AWS_REGION_MAX];
    char zip_key[512]; /* of the zip that holds the connector */
    int64_t zip_bytes; /* with it */
    char zip_etag[80]; /* with its quotes; "" when it is not the MD5 of the zip's bytes */
    char plugin_arn[AWS_ARN_MAX];

    /* mskconnect.connector */
    struct conn connector; /* freed at the end of the round */

    /* the action of sink.flow, for its check, which is made again then */
    enum flow_end flow;
    char flow_says[3000], flow_fix[300];
};

/* Settles what the configuration alone tells. found is zeroed. */
void found_init(struct found *found, const struct pt_config *cfg);
void found_done(struct found *found);

#endif
