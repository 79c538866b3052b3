/* The AWS services that pintop calls, and where they are: host, signing name, signing region.
 * Hosts and partitions follow botocore's endpoint rules. Pure. Thread: any. */
#ifndef AWS_SERVICE_H
#define AWS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

/* The wire format of requests and errors. */
enum aws_protocol { AWS_REST_JSON, AWS_JSON, AWS_QUERY, AWS_EC2, AWS_REST_XML };

struct aws_service {
    const char *name;    /* for people: "STS", "MSK Connect" */
    const char *host;    /* first part of its host name */
    const char *signing; /* name in the signature's scope */
    const char *env;     /* suffix of AWS_ENDPOINT_URL_… */
    const char *key;     /* in a [services …] section */
    enum aws_protocol protocol;
    bool is_ample; /* it answers thousands of calls a second: they are counted, and not delayed */
};

extern const struct aws_service aws_sts, aws_sso, aws_sso_oidc, aws_msk, aws_mskconnect, aws_s3,
    aws_ssm, aws_ec2, aws_iam, aws_cloudwatch, aws_logs;

/* Returns "aws", "aws-cn", "aws-us-gov", "aws-iso" …, the beginning of ARNs. */
const char *aws_partition(const char *region);
/* True for letters, digits and - as in "us-east-1". */
bool aws_is_region(const char *text);

/* Makes the address of a service in a region: "https://sts.eu-west-1.amazonaws.com" in url, and the
 * region to sign for in signing_region (differs for IAM, and for STS without a region).
 *
 * region    "" none: only STS and IAM have an address then.
 * variant   AWS_FIPS, AWS_DUALSTACK, both or 0.
 * url       out; "" when that variant does not exist (S3 with FIPS in China).
 * bucket    S3: becomes part of the host unless it contains a dot; otherwise NULL. */
enum { AWS_FIPS = 1, AWS_DUALSTACK = 2 };
void aws_endpoint(const struct aws_service *service, const char *region, unsigned variant,
                  const char *bucket, char *url, size_t cap, char *signing_region,
                  size_t region_cap);

/* Finds the region in an MSK broker's name
 * ("b-1.x.abc123.c7.kafka.us-east-1.amazonaws.com:9098"; the first of a list counts) or in an
 * ARN's fourth field. Returns false when there is none. */
bool aws_region_of_broker(const char *servers, char *out, size_t cap);
/* The fields of an ARN: "arn:partition:service:region:account:resource". */
enum aws_arn_field { AWS_ARN_PARTITION = 1, AWS_ARN_REGION = 3, AWS_ARN_ACCOUNT };
/* Copies one of them, "" when the text is no ARN with it. Returns whether out has something. */
bool aws_arn_get(const char *arn, enum aws_arn_field field, char *out, size_t cap);
bool aws_region_of_arn(const char *arn, char *out, size_t cap);

#endif
