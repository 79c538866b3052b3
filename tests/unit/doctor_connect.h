/* MSK Connect on loopback with a plugin and a connector as they should be: for the tests of their
 * checks. */
#ifndef UNIT_DOCTOR_CONNECT_H
#define UNIT_DOCTOR_CONNECT_H

#include "doctor_room.h"
#include "local_msk.h"

#define PLAIN AWS_ROOM_SET(NULL)
#define KEY LOCAL_MSK_ZIP
#define PLUGIN_ARN LOCAL_MSK_PLUGIN
#define ROLE_ARN "arn:aws:iam::123456789012:role/0a1b-ec2-access-role"

static struct local_bucket bucket;
static unsigned char zip[BUCKET_OBJECT_MAX];
static size_t zip_len;

#define SETTINGS(topics, name, region)                                                             \
    "\"connector.class\":\"io.confluent.connect.s3.S3SinkConnector\"," topics                      \
    ",\"s3.bucket.name\":\"" name "\",\"s3.region\":\"" region "\",\"flush.size\":\"1\""
#define REGEX "\"topics.regex\":\"0a1b\\\\..*\""
#define FITTING SETTINGS(REGEX, "0a1b-bucket", "eu-west-1")

static void connect_well(void)
{
    doctor_room_well();
    local_aws_say(&aws_room, "/api/v2/clusters/arn", 200,
                  "{\"clusterInfo\":{" DOCTOR_ROOM_CLUSTER(
                      "ACTIVE", "\"brokerNodeGroupInfo\":{\"clientSubnets\":[\"subnet-a\"],"
                                "\"securityGroups\":[\"sg-1\"]},") "}}");
    local_aws_say(&aws_room, "CreateLogGroup", 200, "{}");
    local_bucket_start(&bucket, &aws_room, "0a1b-bucket");
    zip_len = local_zip_make(zip, (const char *const[]){LOCAL_ZIP_JAR, NULL});
    local_bucket_add(&bucket, KEY, zip, zip_len);
    local_msk_start(&bucket, &aws_room);
    msk.plugin = "ACTIVE";
    msk.plugin_bucket = "arn:aws:s3:::0a1b-bucket";
    msk.plugin_key = KEY;
    msk.plugin_md5 = msk.plugin_message = msk.connector_message = "";
    msk.plugin_bytes = zip_len;
    msk.connector = "RUNNING";
    msk.connector_name = "0a1b-connector";
    msk.auth = "IAM";
    msk.servers = "b-1.pins.a.c7.kafka.eu-west-1.amazonaws.com:9098";
    msk.role = ROLE_ARN;
    msk.plugin_arn = PLUGIN_ARN;
    msk.settings = FITTING;
}

#endif
