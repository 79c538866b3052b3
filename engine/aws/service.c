#include "aws/service.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct aws_service aws_sts = {"STS", "sts", "sts", "STS", "sts", AWS_QUERY};
const struct aws_service aws_sso = {"IAM Identity Center", "portal.sso", "awsssoportal", "SSO", "sso", AWS_REST_JSON};
const struct aws_service aws_msk = {"MSK", "kafka", "kafka", "KAFKA", "kafka", AWS_REST_JSON};
const struct aws_service aws_mskconnect = {"MSK Connect", "kafkaconnect", "kafkaconnect", "KAFKACONNECT", "kafkaconnect", AWS_REST_JSON};
const struct aws_service aws_s3 = {"S3", "s3", "s3", "S3", "s3", AWS_REST_XML};
const struct aws_service aws_ssm = {"SSM", "ssm", "ssm", "SSM", "ssm", AWS_JSON};
const struct aws_service aws_ec2 = {"EC2", "ec2", "ec2", "EC2", "ec2", AWS_EC2};
const struct aws_service aws_iam = {"IAM", "iam", "iam", "IAM", "iam", AWS_QUERY};
const struct aws_service aws_cloudwatch = {"CloudWatch", "monitoring", "monitoring", "CLOUDWATCH", "cloudwatch", AWS_JSON};
const struct aws_service aws_logs = {"CloudWatch Logs", "logs", "logs", "CLOUDWATCH_LOGS", "cloudwatch_logs", AWS_JSON};

static const struct partition {
    const char *prefix, *name, *suffix;
    const char *iam_host, *iam_region;
} PARTITIONS[] = {
    {"cn-",     "aws-cn",     "amazonaws.com.cn", "iam.cn-north-1", "cn-north-1"   },
    {"us-gov-", "aws-us-gov", "amazonaws.com",    "iam.us-gov",     "us-gov-west-1"},
    {"eusc-",   "aws-eusc",   "amazonaws.eu",     "iam",            "eusc-de-east-1"},
    {"",        "aws",        "amazonaws.com",    "iam",            "us-east-1"    },
};
/* clang-format on */

static const struct partition *partition_of(const char *region)
{
    const struct partition *partition = PARTITIONS;
    while (strncmp(region, partition->prefix, strlen(partition->prefix)) != 0)
        partition++;
    return partition;
}

const char *aws_suffix(const char *region)
{
    return partition_of(region)->suffix;
}

const char *aws_partition(const char *region)
{
    return partition_of(region)->name;
}

bool aws_is_region(const char *text)
{
    size_t len = strlen(text), dashes = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
            return false;
        dashes += *c == '-';
    }
    return len > 4 && len < 32 && dashes >= 2 && isdigit((unsigned char)text[len - 1]) != 0;
}

void aws_endpoint(const struct aws_service *service, const char *region, bool is_fips,
                  const char *bucket, char *url, size_t cap, char *signing_region,
                  size_t region_cap)
{
    const struct partition *partition = partition_of(region);
    bool is_gov = strcmp(partition->name, "aws-us-gov") == 0;
    const char *fips = is_fips && !is_gov ? "-fips" : "";
    snprintf(signing_region, region_cap, "%s", *region != '\0' ? region : "us-east-1");
    if (service == &aws_iam) {
        snprintf(signing_region, region_cap, "%s", partition->iam_region);
        snprintf(url, cap, "https://%s%s.%s", partition->iam_host, fips, partition->suffix);
    } else if (*region == '\0') {
        snprintf(url, cap, "https://%s.%s", service->host, partition->suffix);
    } else if (bucket != NULL && strchr(bucket, '.') == NULL) {
        snprintf(url, cap, "https://%s.s3%s.%s.%s", bucket, fips, region, partition->suffix);
    } else {
        snprintf(url, cap, "https://%s%s.%s.%s", service->host, fips, region, partition->suffix);
    }
}

/* ------------------------------------------------------------------ regions in names */

/* The label of a host name that is a region's, behind one that begins with "kafka". */
bool aws_region_of_broker(const char *servers, char *out, size_t cap)
{
    size_t len = strcspn(servers, ",: ");
    bool is_kafka = false;
    const char *end = servers + len;
    for (const char *label = servers; label < end;) {
        size_t n = strcspn(label, ".,: ");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)n, label);
        if (is_kafka && aws_is_region(name)) {
            snprintf(out, cap, "%s", name);
            return true;
        }
        is_kafka = strncmp(name, "kafka", 5) == 0;
        label += n + 1;
    }
    return false;
}

bool aws_region_of_arn(const char *arn, char *out, size_t cap)
{
    if (strncmp(arn, "arn:", 4) != 0)
        return false;
    for (int field = 0; field < 3; field++) {
        arn = strchr(arn, ':');
        if (arn == NULL)
            return false;
        arn++;
    }
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(arn, ":"), arn);
    if (!aws_is_region(name))
        return false;
    snprintf(out, cap, "%s", name);
    return true;
}
