#include "aws/service.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct aws_service aws_sts = {"STS", "sts", "sts", "STS", "sts", AWS_QUERY};
const struct aws_service aws_sso = {"IAM Identity Center", "portal.sso", "awsssoportal", "SSO", "sso", AWS_REST_JSON};
const struct aws_service aws_sso_oidc = {"IAM Identity Center", "oidc", "sso-oauth", "SSO_OIDC", "sso_oidc", AWS_REST_JSON};
const struct aws_service aws_msk = {"MSK", "kafka", "kafka", "KAFKA", "kafka", AWS_REST_JSON};
const struct aws_service aws_mskconnect = {"MSK Connect", "kafkaconnect", "kafkaconnect", "KAFKACONNECT", "kafkaconnect", AWS_REST_JSON};
const struct aws_service aws_s3 = {"S3", "s3", "s3", "S3", "s3", AWS_REST_XML, true};
const struct aws_service aws_ssm = {"SSM", "ssm", "ssm", "SSM", "ssm", AWS_JSON};
const struct aws_service aws_ec2 = {"EC2", "ec2", "ec2", "EC2", "ec2", AWS_EC2};
const struct aws_service aws_iam = {"IAM", "iam", "iam", "IAM", "iam", AWS_QUERY};
const struct aws_service aws_cloudwatch = {"CloudWatch", "monitoring", "monitoring", "CLOUDWATCH", "cloudwatch", AWS_JSON};
const struct aws_service aws_logs = {"CloudWatch Logs", "logs", "logs", "CLOUDWATCH_LOGS", "cloudwatch_logs", AWS_JSON};

/* iam: plain, FIPS, dual-stack, both. */
static const struct partition {
    const char *prefix, *name, *suffix, *dual_suffix;
    const char *iam[4], *iam_region;
    bool has_no_s3_fips;
} PARTITIONS[] = {
    {"cn-", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn",
     {"iam.cn-north-1.amazonaws.com.cn", "iam-fips.amazonaws.com.cn",
      "iam.global.api.amazonwebservices.com.cn", "iam-fips.api.amazonwebservices.com.cn"}, "cn-north-1", true},
    {"us-gov-", "aws-us-gov", "amazonaws.com", "api.aws",
     {"iam.us-gov.amazonaws.com", "iam.us-gov.amazonaws.com", "iam.us-gov.api.aws", "iam.us-gov.api.aws"},
     "us-gov-west-1", false},
    {"eusc-", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu",
     {"iam.eusc-de-east-1.amazonaws.eu", "iam-fips.amazonaws.eu", "iam.global.api.amazonwebservices.eu",
      "iam-fips.api.amazonwebservices.eu"}, "eusc-de-east-1", false},
    {"us-iso-", "aws-iso", "c2s.ic.gov", "api.aws.ic.gov",
     {"iam.us-iso-east-1.c2s.ic.gov", "iam-fips.us-iso-east-1.c2s.ic.gov", "iam.api.aws.ic.gov",
      "iam-fips.api.aws.ic.gov"}, "us-iso-east-1", false},
    {"us-isob-", "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud",
     {"iam.us-isob-east-1.sc2s.sgov.gov", "iam-fips.us-isob-east-1.sc2s.sgov.gov", "iam.api.aws.scloud",
      "iam-fips.api.aws.scloud"}, "us-isob-east-1", false},
    {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk",
     {"iam.eu-isoe-west-1.cloud.adc-e.uk", "iam-fips.cloud.adc-e.uk", "iam.api.cloud-aws.adc-e.uk",
      "iam-fips.api.cloud-aws.adc-e.uk"}, "eu-isoe-west-1", false},
    {"us-isof-", "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov",
     {"iam.us-isof-south-1.csp.hci.ic.gov", "iam-fips.csp.hci.ic.gov", "iam.api.aws.hci.ic.gov",
      "iam-fips.api.aws.hci.ic.gov"}, "us-isof-south-1", false},
    {"", "aws", "amazonaws.com", "api.aws",
     {"iam.amazonaws.com", "iam-fips.amazonaws.com", "iam.global.api.aws", "iam-fips.global.api.aws"},
     "us-east-1", false},
};
/* clang-format on */

static const struct partition *service_partition_of(const char *region)
{
    const struct partition *partition = PARTITIONS;
    while (strncmp(region, partition->prefix, strlen(partition->prefix)) != 0)
        partition++;
    return partition;
}

const char *aws_partition(const char *region)
{
    return service_partition_of(region)->name;
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

/* In GovCloud most host names are FIPS ones already; this tells which are not. */
static bool is_plain_fips(const struct aws_service *service, bool is_dual)
{
    static const struct aws_service *const both[] = {&aws_msk, &aws_mskconnect, &aws_cloudwatch};
    static const struct aws_service *const one[] = {&aws_sts,  &aws_ssm, &aws_ec2,
                                                    &aws_logs, &aws_sso, &aws_sso_oidc};
    for (size_t i = 0; i < sizeof both / sizeof *both; i++)
        if (service == both[i])
            return true;
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        if (service == one[i])
            return !is_dual;
    return false;
}

/* A bucket's name with a dot in it cannot stand in the host's name: the certificate would not fit.
 */
static void s3_endpoint(const struct partition *partition, const char *region, const char *fips,
                        bool is_dual, const char *bucket, char *url, size_t cap)
{
    bool is_in_host = bucket != NULL && strchr(bucket, '.') == NULL;
    snprintf(url, cap, "https://%s%ss3%s%s.%s.%s", is_in_host ? bucket : "", is_in_host ? "." : "",
             fips, is_dual ? ".dualstack" : "", region, partition->suffix);
}

void aws_endpoint(const struct aws_service *service, const char *region, unsigned variant,
                  const char *bucket, char *url, size_t cap, char *signing_region,
                  size_t region_cap)
{
    const struct partition *partition = service_partition_of(region);
    bool is_fips = (variant & AWS_FIPS) != 0, is_dual = (variant & AWS_DUALSTACK) != 0;
    bool is_gov = strcmp(partition->name, "aws-us-gov") == 0;
    const char *fips = is_fips && !(is_gov && is_plain_fips(service, is_dual)) ? "-fips" : "";
    snprintf(signing_region, region_cap, "%s", *region != '\0' ? region : "us-east-1");
    if (service == &aws_iam) {
        snprintf(signing_region, region_cap, "%s", partition->iam_region);
        snprintf(url, cap, "https://%s", partition->iam[(is_fips ? 1 : 0) + (is_dual ? 2 : 0)]);
    } else if (*region == '\0') {
        snprintf(url, cap, "https://%s.%s", service->host, partition->suffix);
    } else if (service == &aws_s3 && is_fips && partition->has_no_s3_fips) {
        snprintf(url, cap, "%s", "");
    } else if (service == &aws_s3) {
        s3_endpoint(partition, region, fips, is_dual, bucket, url, cap);
    } else {
        /* MSK's dual-stack name is a different one, and does not exist everywhere. */
        bool is_api = service == &aws_msk && is_dual && strstr(partition->name, "-iso") == NULL &&
                      (strcmp(partition->dual_suffix, "api.aws") == 0 || !is_fips);
        const char *host = is_api ? "kafka-api" : service->host;
        snprintf(url, cap, "https://%s%s.%s.%s", host, fips, region,
                 is_dual ? partition->dual_suffix : partition->suffix);
    }
}

/* ------------------------------------------------------------------ regions in names */

/* Finds the label of a host name that is a region, after one that begins with "kafka". */
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

bool aws_arn_get(const char *arn, enum aws_arn_field field, char *out, size_t cap)
{
    out[0] = '\0';
    if (strncmp(arn, "arn:", 4) != 0)
        return false;
    for (int i = 0; i < (int)field; i++) {
        arn = strchr(arn, ':');
        if (arn == NULL)
            return false;
        arn++;
    }
    snprintf(out, cap, "%.*s", (int)strcspn(arn, ":"), arn);
    return out[0] != '\0';
}

bool aws_region_of_arn(const char *arn, char *out, size_t cap)
{
    char name[64];
    if (!aws_arn_get(arn, AWS_ARN_REGION, name, sizeof name) || !aws_is_region(name))
        return false;
    snprintf(out, cap, "%s", name);
    return true;
}
