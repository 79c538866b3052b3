/* Who was denied which call, on what, and by which kind of policy. Newer messages of AWS contain
 * all of it, which aws/denial.h parses; for older ones the code that made the call tells which
 * call it was. */
#include <stdio.h>
#include <string.h>

#include "aws/denial.h"
#include "base/text.h"
#include "connector/rules/rules_private.h"

/* ------------------------------------------------------------------ the call */

/* clang-format off */
/* Methods of the sink and of the two SDKs, and the names of S3 operations. */
static const struct {
    const char *code, *action;
} calls[] = {
    {"ObjectTagging",             "s3:PutObjectTagging"    },
    {"Unable to tag S3 object",   "s3:PutObjectTagging"    },
    {"abortMultipartUpload",      "s3:AbortMultipartUpload"},
    {"AbortMultipartUpload",      "s3:AbortMultipartUpload"},
    {"newMultipartUpload",        "s3:PutObject"           },
    {"initiateMultipartUpload",   "s3:PutObject"           },
    {"createMultipartUpload",     "s3:PutObject"           },
    {"CreateMultipartUpload",     "s3:PutObject"           },
    {"initiate MultipartUpload",  "s3:PutObject"           },
    {"completeMultipartUpload",   "s3:PutObject"           },
    {"CompleteMultipartUpload",   "s3:PutObject"           },
    {"uploadPart",                "s3:PutObject"           },
    {"UploadPart",                "s3:PutObject"           },
    {"Part upload failed",        "s3:PutObject"           },
    {"Multipart upload failed",   "s3:PutObject"           },
    {"S3OutputStream",            "s3:PutObject"           },
    {"putObject(",                "s3:PutObject"           },
    {"AmazonS3Client.putObject",  "s3:PutObject"           },
    {"S3 PutObject",              "s3:PutObject"           },
    {"S3Storage.bucketExists",    "s3:ListBucket"          },
    {"headBucket",                "s3:ListBucket"          },
    {"S3 HeadBucket",             "s3:ListBucket"          },
    {"doesBucketExist",           "s3:ListBucket"          },
    {"listObjects",               "s3:ListBucket"          },
    {"S3 ListObjects",            "s3:ListBucket"          },
    {"getBucketLocation",         "s3:GetBucketLocation"   },
    {"getBucketAcl",              "s3:GetBucketAcl"        },
    {"listBuckets",               "s3:ListAllMyBuckets"    },
    {"getObject",                 "s3:GetObject"           },
    {"headObject",                "s3:GetObject"           },
    {"WorkerSinkTask.deliverMessages", "s3:PutObject"      },
    {"WorkerSinkTask.commitOffsets",   "s3:PutObject"      },
};

/* clang-format on */

/* Finds the call when the message does not name it. */
static void find_action(const struct rule_look *look, char *out, size_t cap)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls && out[0] == '\0'; i++)
        if (strstr(look->text, calls[i].code) != NULL)
            snprintf(out, cap, "%s", calls[i].action);
}

static bool is_of_bucket(const char *action)
{
    return strstr(action, "Bucket") != NULL;
}

static void find_resource(const struct rule_look *look, const char *action, char *out, size_t cap)
{
    char bucket[128], region[32], dir[128];
    if (out[0] != '\0' || strncmp(action, "s3:", 3) != 0 ||
        !fact_of(look, "bucket", bucket, sizeof bucket))
        return;
    fact_of(look, "region", region, sizeof region);
    fact_of(look, "dir", dir, sizeof dir);
    const char *partition = strncmp(region, "cn-", 3) == 0       ? "aws-cn"
                            : strncmp(region, "us-gov-", 7) == 0 ? "aws-us-gov"
                                                                 : "aws";
    if (strcmp(action, "s3:ListAllMyBuckets") == 0)
        snprintf(out, cap, "*");
    else if (is_of_bucket(action))
        snprintf(out, cap, "arn:%s:s3:::%s", partition, bucket);
    else
        snprintf(out, cap, "arn:%s:s3:::%s/%s%s*", partition, bucket, dir,
                 dir[0] != '\0' ? "/" : "");
}

/* ------------------------------------------------------------------ in words */

/* Names the service by the call, or by the class that threw the exception. Denials of KMS come
 * out of S3 calls: the owner of the key matters, not the bucket. */
static const char *denied_service_of(const struct rule_look *look, const char *action)
{
    static const struct {
        const char *prefix, *thrown, *name;
    } names[] = {
        {"s3:",             "(Service: S3",               "S3"             },
        {"kms:",            "(Service: Kms",              "KMS"            },
        {"secretsmanager:", "(Service: SecretsManager",   "Secrets Manager"},
        {"sts:",            "(Service: Sts",              "STS"            },
        {"sts:",            "(Service: AWSSecurityToken", "STS"            },
        {"ssm:",            "(Service: Ssm",              "SSM"            },
        {"glue:",           "(Service: Glue",             "Glue"           },
        {"glue:",           "(Service: AWSGlue",          "Glue"           },
        {"sqs:",            "(Service: Sqs",              "SQS"            },
        {"sns:",            "(Service: Sns",              "SNS"            },
        {"logs:",           "(Service: AWSLogs",          "CloudWatch Logs"},
        {"iam:",            "(Service: Iam",              "IAM"            },
        {"ec2:",            "(Service: Ec2",              "EC2"            },
        {"kafka-cluster:",  "(Service: Kafka",            "MSK"            },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (action[0] != '\0' ? strncmp(action, names[i].prefix, strlen(names[i].prefix)) == 0
                              : strstr(look->text, names[i].thrown) != NULL)
            return names[i].name;
    return strstr(action, ":") != NULL ? "AWS" : "S3";
}

/* Used when neither the text nor the configuration names the resource. */
static const char *resource_word(const char *action)
{
    if (action[0] == '\0')
        return "the bucket's objects, and s3:ListBucket on the bucket";
    if (strncmp(action, "s3:", 3) != 0)
        return "the resource";
    return is_of_bucket(action) ? "the bucket" : "the bucket's objects";
}

/* The calls of a sink that fail alike, when even the call is unknown. */
static const char any[] = "s3:PutObject, s3:GetObject and s3:AbortMultipartUpload";

static void say_cause(const struct rule_look *look, const struct aws_denial *d, const char *who,
                      char *out, size_t cap)
{
    char request[96];
    const char *service = denied_service_of(look, d->action);
    bool has_request = fact_of(look, "request", request, sizeof request);
    snprintf(out, cap, "%s denies access%s: %s is not allowed to %s%s%s%s: %s%s%s%s", service,
             strcmp(service, "S3") == 0 ? " (403)" : "", d->who[0] != '\0' ? d->who : who,
             d->action[0] != '\0' ? "call " : "do what it requested", d->action,
             d->resource[0] != '\0' ? " on " : "", d->resource, aws_denial_says(d),
             has_request ? " (request id " : "", request, has_request ? ")" : "");
}

/* Names the role and not its session, because policies are attached to roles. */
static void say_fix(const struct aws_denial *said, const char *who, char *out, size_t cap)
{
    struct aws_denial d = *said;
    if (d.denier != AWS_DENIER_TRUST || d.who[0] == '\0')
        text_copy(d.who, sizeof d.who, who);
    if (d.resource[0] == '\0')
        text_copy(d.resource, sizeof d.resource, resource_word(d.action));
    if (d.action[0] == '\0')
        text_copy(d.action, sizeof d.action, any);
    aws_denial_fix(&d, out, cap);
}

void words_denied(const struct rule_look *look, struct rule_words *out)
{
    struct aws_denial denial;
    char who[300];
    aws_denial_read(look->text, NULL, &denial);
    if (denial.denier == AWS_DENIER_KMS && denial.action[0] == '\0')
        text_copy(denial.action, sizeof denial.action, "kms:GenerateDataKey");
    find_action(look, denial.action, sizeof denial.action);
    find_resource(look, denial.action, denial.resource, sizeof denial.resource);
    if (!fact_of(look, "role", who, sizeof who))
        snprintf(who, sizeof who, "the connector's role (or access key)");
    say_cause(look, &denial, who, out->cause, sizeof out->cause);
    say_fix(&denial, who, out->fix, sizeof out->fix);
    /* A task that failed because of it does not restart automatically; MSK Connect's own denials
     * happen before there are tasks. */
    size_t len = strlen(out->fix);
    if (strstr(look->text, "Exception") != NULL || strncmp(look->text, "S3 ", 3) == 0)
        words_expand(look, RESTART, out->fix + len, sizeof out->fix - len);
}
