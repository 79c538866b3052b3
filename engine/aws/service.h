/* AWS's services as pintop calls them, and where they are: host, signing name, signing region.
 * Hosts and partitions after botocore's endpoint rules. Pure. Thread: any. */
#ifndef AWS_SERVICE_H
#define AWS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

/* How requests and errors look on the wire. */
enum aws_protocol { AWS_REST_JSON, AWS_JSON, AWS_QUERY, AWS_EC2, AWS_REST_XML };

struct aws_service {
    const char *name;    /* for people: "STS", "MSK Connect" */
    const char *host;    /* first part of its host name */
    const char *signing; /* name in the signature's scope */
    const char *env;     /* suffix of AWS_ENDPOINT_URL_… */
    const char *key;     /* in a [services …] section */
    enum aws_protocol protocol;
};

extern const struct aws_service aws_sts, aws_sso, aws_sso_oidc, aws_msk, aws_mskconnect, aws_s3,
    aws_ssm, aws_ec2, aws_iam, aws_cloudwatch, aws_logs;

/* What hosts end with in a region's partition: "amazonaws.com", "amazonaws.com.cn" … */
const char *aws_suffix(const char *region);
/* "aws", "aws-cn", "aws-us-gov", "aws-iso" …: as ARNs begin. */
const char *aws_partition(const char *region);
/* Letters, digits and - as in "us-east-1". */
bool aws_is_region(const char *text);

/* Where a service is in a region: "https://sts.eu-west-1.amazonaws.com" in url, and the region its
 * signature is for in signing_region (differs for IAM, and for STS without a region).
 *
 * region    "" none: only STS and IAM have an address then.
 * variant   AWS_FIPS, AWS_DUALSTACK, both or 0.
 * url       out; "": there is none of that variant (S3 with FIPS in China).
 * bucket    S3: becomes part of the host unless it holds a dot; NULL else. */
enum { AWS_FIPS = 1, AWS_DUALSTACK = 2 };
void aws_endpoint(const struct aws_service *service, const char *region, unsigned variant,
                  const char *bucket, char *url, size_t cap, char *signing_region,
                  size_t region_cap);

/* The region in an MSK broker's name ("b-1.x.abc123.c7.kafka.us-east-1.amazonaws.com:9098"; the
 * first of a list counts) or in an ARN's fourth field; false: there is none. */
bool aws_region_of_broker(const char *servers, char *out, size_t cap);
bool aws_region_of_arn(const char *arn, char *out, size_t cap);

#endif
