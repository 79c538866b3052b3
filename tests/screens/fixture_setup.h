/* A setup that was checked on the EC2 host: some of it is there, some is missing, some cannot be
 * seen. */
#ifndef SCREENS_FIXTURE_SETUP_H
#define SCREENS_FIXTURE_SETUP_H

#include <math.h>
#include <string.h>

#include "fixture.h"

#define SETUP_ROW(step_, id_, state_, evidence_, fix_)                                             \
    {                                                                                              \
        .step = (step_), .id = (id_), .title = "the subject of " id_, .state = (state_),           \
        .evidence = (evidence_), .fix = (fix_), .copy = "", .identity = "you", .brief = "",        \
        .choices = "", .begun_ms = FIXTURE_NOW_MS, .took_ms = 12                                   \
    }

static inline void fixture_setup(struct fixture *f)
{
    static struct pt_check checks[] = {
        SETUP_ROW("", "place", PT_CHECK_OK, "on EC2 i-0f3c9a17, in vpc-1, us-east-1", ""),
        SETUP_ROW("", "aws.login", PT_CHECK_OK,
                  "arn:aws:sts::123456789012:assumed-role/0a1b2c3d4e5f-ec2-access-role/i-0f3c9a17, "
                  "by this EC2 instance (IMDS)",
                  ""),
        SETUP_ROW("", "user.id", PT_CHECK_OK, "0a1b2c3d4e5f", ""),
        SETUP_ROW("1", "streams", PT_CHECK_OK, "pin, geo and user from synthetic", ""),
        SETUP_ROW("2", "keypair.parameter", PT_CHECK_NOT_NEEDED,
                  "this pintop runs on the host itself (EC2 i-0f3c9a17)", ""),
        SETUP_ROW("2", "keypair.file", PT_CHECK_NOT_NEEDED,
                  "this pintop runs on the host itself (EC2 i-0f3c9a17)", ""),
        SETUP_ROW("4", "ec2.keypair", PT_CHECK_NOT_NEEDED,
                  "this pintop runs on the host itself (EC2 i-0f3c9a17)", ""),
        SETUP_ROW("5", "ec2.ssh", PT_CHECK_NOT_NEEDED,
                  "this pintop runs on the host itself (EC2 i-0f3c9a17)", ""),
        SETUP_ROW("6-7", "client", PT_CHECK_NOT_NEEDED, "built in: librdkafka 2.0.2", ""),
        SETUP_ROW("8", "iam.role", PT_CHECK_UNKNOWN,
                  "needs iam:GetRole: IAM GetRole: AccessDenied: User: arn:aws:sts::123456789012:"
                  "assumed-role/0a1b2c3d4e5f-ec2-access-role/i-0f3c9a17 is not authorized to "
                  "perform: iam:GetRole on resource: role 0a1b2c3d4e5f-ec2-access-role",
                  "Allow it iam:GetRole. Or look by hand: AWS console, IAM > Roles."),
        SETUP_ROW("8", "iam.trust", PT_CHECK_UNKNOWN, "needs iam.role, which is not known", ""),
        SETUP_ROW("10", "msk.cluster", PT_CHECK_OK, "pinterest-msk is ACTIVE, IAM on, 3 brokers",
                  ""),
        SETUP_ROW("10", "msk.bootstrap", PT_CHECK_OK,
                  "b-1.pinterest-msk.abc123.c7.kafka.us-east-1.amazonaws.com:9098", ""),
        SETUP_ROW("11", "kafka.connect", PT_CHECK_OK, "3 of 3 by TLS and IAM, slowest 214 ms", ""),
        SETUP_ROW("11", "kafka.topics", PT_CHECK_FAIL,
                  "0a1b2c3d4e5f.pin, 0a1b2c3d4e5f.geo, 0a1b2c3d4e5f.user do not exist",
                  "pintop topics create creates them, with the brokers' own numbers of partitions "
                  "and replicas."),
        SETUP_ROW("11", "kafka.acl", PT_CHECK_OK, "may create topics 0a1b2c3d4e5f.*", ""),
        SETUP_ROW("12", "s3.bucket", PT_CHECK_WARN,
                  "0a1b2c3d4e5f-bucket, us-east-1; whether public "
                  "access is blocked could not be seen",
                  "Allow s3:GetBucketPublicAccessBlock."),
        SETUP_ROW("13", "s3.plugin", PT_CHECK_RUNNING, "", ""),
        SETUP_ROW("14", "mskconnect.plugin", PT_CHECK_WAITING, "", ""),
        SETUP_ROW("15", "mskconnect.connector", PT_CHECK_WAITING, "", ""),
        SETUP_ROW("16", "sink.flow", PT_CHECK_WAITING, "", ""),
    };
    fixture_flowing(f);
    f->session.is_embedded = false;
    checks[0].brief = "on EC2 i-0f3c9a17";
    checks[1].brief = "us-east-1";
    checks[11].brief = "pinterest-msk, 1 of 2 found";
    checks[2].brief = "0a1b2c3d4e5f";
    checks[14].is_fixable = true;
    checks[12].copy = "b-1.pinterest-msk.abc123.c7.kafka.us-east-1.amazonaws.com:9098";
    f->setup.checks = checks;
    f->setup.n_checks = sizeof checks / sizeof *checks;
    f->setup.is_running = true;
    f->setup.begun_ms = FIXTURE_NOW_MS - 3000;
}

/* The same, while the plugin's zip is uploaded. */
static inline void fixture_setup_upload(struct fixture *f)
{
    fixture_setup(f);
    f->setup.is_running = false;
    f->setup.ended_ms = FIXTURE_NOW_MS - 9000;
    f->setup.n_rounds = 1;
    f->setup.fix = (struct pt_progress){.id = "s3.plugin",
                                        .does = "uploading plugin.zip to s3://0a1b2c3d4e5f-bucket/"
                                                "kafka-connect-s3/plugin.zip",
                                        .begun_ms = FIXTURE_NOW_MS - 4000,
                                        .limit_ms = 1800 * 1000,
                                        .done_bytes = 8 << 20,
                                        .total_bytes = 21 << 20,
                                        .bytes_per_s = 2 << 20};
}

/* The same, while the connector is waited for. */
static inline void fixture_setup_wait(struct fixture *f)
{
    fixture_setup_upload(f);
    f->setup.fix = (struct pt_progress){.id = "mskconnect.connector",
                                        .does = "waiting for the connector 0a1b2c3d4e5f-connector",
                                        .state = "CREATING",
                                        .begun_ms = FIXTURE_NOW_MS - 65000,
                                        .limit_ms = 1200 * 1000,
                                        .done_bytes = PT_UNKNOWN,
                                        .total_bytes = PT_UNKNOWN,
                                        .bytes_per_s = NAN,
                                        .log = "[Worker-1] INFO Kafka Connect started\n"
                                               "[Worker-1] INFO Creating connector of type "
                                               "io.confluent.connect.s3.S3SinkConnector"};
}

/* Two clusters were found, and none is named. */
static inline void fixture_setup_choose(struct fixture *f)
{
    static struct pt_check checks[24];
    fixture_setup(f);
    memcpy(checks, f->setup.checks, f->setup.n_checks * sizeof *checks);
    checks[11].state = PT_CHECK_FAIL;
    checks[11].evidence = "MSK cluster: there are 2 in us-east-1, and none is named";
    checks[11].fix = "Set pintop.msk.cluster to one of them: pinterest-msk, other.";
    checks[11].brief = "";
    checks[11].choices = "pintop.msk.cluster=pinterest-msk\tACTIVE, Kafka 2.8.1, 3 brokers\n"
                         "pintop.msk.cluster=other\tCREATING, Kafka 3.6.0, 2 brokers";
    f->setup.checks = checks;
    f->setup.is_running = false;
    f->setup.ended_ms = FIXTURE_NOW_MS;
}

#endif
