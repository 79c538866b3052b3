/* Who was refused which call, on what, and by which kind of policy: AWS says all of it in newer
 * messages; in older ones the call is told by the code that made it. */
#include <stdio.h>
#include <string.h>

#include "connector/rules_private.h"

/* ------------------------------------------------------------------ the call */

/* clang-format off */
/* Methods of the sink and of the two SDKs, and the names of S3's operations. */
static const struct {
    const char *code, *action;
} calls[] = {
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

static void find_action(const struct rule_look *look, char *out, size_t cap)
{
    if (fact_of(look, "action", out, cap))
        return;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strstr(look->text, calls[i].code) != NULL) {
            snprintf(out, cap, "%s", calls[i].action);
            return;
        }
}

static bool is_of_bucket(const char *action)
{
    return strstr(action, "Bucket") != NULL;
}

static void find_resource(const struct rule_look *look, const char *action, char *out, size_t cap)
{
    char bucket[128], region[32], dir[128];
    if (fact_of(look, "resource", out, cap) || strncmp(action, "s3:", 3) != 0 ||
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

/* ------------------------------------------------------------------ the policy */

/* clang-format off */
/* What AWS says about the policy that decided, and who can change it. In fix: %A the action, %R the
 * resource, %W the identity. */
static const struct policy {
    const char *says, *cause, *fix;
} policies[] = {
    {"explicit deny in a service control policy",
     "a service control policy of the organisation denies it explicitly",
     "Ask those who manage AWS Organizations to let %A on %R through their service control policy: "
     "no policy within this account can allow it"},
    {"no service control policy allows",
     "no service control policy of the organisation allows it",
     "Ask those who manage AWS Organizations to allow %A on %R in the service control policies of "
     "this account"},
    {"explicit deny in a resource control policy",
     "a resource control policy of the organisation denies it explicitly",
     "Ask those who manage AWS Organizations to let %A on %R through their resource control policy"},
    {"no resource control policy allows",
     "no resource control policy of the organisation allows it",
     "Ask those who manage AWS Organizations to allow %A on %R in their resource control policy"},
    {"explicit deny in a permissions boundary",
     "its permissions boundary denies it explicitly",
     "Remove the Deny for %A from the permissions boundary of %W"},
    {"explicit deny in an identity-based policy",
     "one of its own policies denies it explicitly",
     "Remove the Deny that hits %A on %R from the policies of %W: an Allow beside it does not help"},
    {"explicit deny in a resource-based policy",
     "the policy of the resource denies it explicitly",
     "Remove the Deny that hits %A from the policy on %R (the bucket's, key's or secret's own "
     "policy)"},
    {"explicit deny in a session policy",
     "the policy of its session denies it explicitly",
     "Take the Deny for %A out of the policy that is given when the role %W is assumed"},
    {"explicit deny in a VPC endpoint policy",
     "the policy of the VPC endpoint denies it explicitly",
     "Remove the Deny for %A on %R from the policy of the VPC endpoint in the connector's subnets"},
    {"no VPC endpoint policy allows",
     "the policy of the VPC endpoint does not allow it",
     "Allow %A on %R in the policy of the VPC endpoint in the connector's subnets"},
    {"no permissions boundary allows",
     "its permissions boundary does not allow it",
     "Allow %A on %R in the permissions boundary of %W"},
    {"no session policy allows",
     "the policy of its session does not allow it",
     "Allow %A on %R in the policy that is given when the role %W is assumed"},
    {"no resource-based policy allows",
     "the policy of the resource does not allow it",
     "Allow %W the action %A in the policy on %R (the bucket's, key's or secret's own policy)"},
    {"no identity-based policy allows",
     "none of its policies allows it",
     "Allow %A on %R in a policy of %W"},
    {"with an explicit deny",
     "a policy denies it explicitly",
     "Find the Deny that hits %A on %R (own policies, the resource's policy, VPC endpoint, "
     "organisation) and remove it"},
};

static const struct policy unsaid = {
    "", "which policy refuses it is not said",
    "Allow %A on %R in a policy of %W; if it is there already, look for a Deny in the policy of the "
    "resource, of the VPC endpoint and of the organisation"};

/* clang-format on */

static const struct policy *policy_of(const char *text)
{
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        if (strstr(text, policies[i].says) != NULL)
            return &policies[i];
    return &unsaid;
}

static void fill(const char *template, const char *action, const char *resource, const char *who,
                 char *out, size_t cap)
{
    size_t len = 0;
    for (const char *at = template; *at != '\0' && len + 1 < cap; at++) {
        const char *word = at[0] != '%'   ? NULL
                           : at[1] == 'A' ? action
                           : at[1] == 'R' ? resource
                           : at[1] == 'W' ? who
                                          : NULL;
        if (word == NULL) {
            out[len++] = *at;
            continue;
        }
        int n = snprintf(out + len, cap - len, "%s", word);
        len += n < 0 ? 0 : (size_t)n < cap - len ? (size_t)n : cap - len - 1;
        at++;
    }
    out[len < cap ? len : cap - 1] = '\0';
}

/* Denials of KMS come out of S3's calls: whose key it is matters, not the bucket. */
static const char *service_of(const char *action)
{
    static const struct {
        const char *prefix, *name;
    } names[] = {
        {"s3:",             "S3"             },
        {"kms:",            "KMS"            },
        {"secretsmanager:", "Secrets Manager"},
        {"sts:",            "STS"            },
        {"ssm:",            "SSM"            },
        {"glue:",           "Glue"           },
        {"sqs:",            "SQS"            },
        {"sns:",            "SNS"            },
        {"logs:",           "CloudWatch Logs"},
        {"iam:",            "IAM"            },
        {"ec2:",            "EC2"            },
        {"kafka-cluster:",  "MSK"            },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(action, names[i].prefix, strlen(names[i].prefix)) == 0)
            return names[i].name;
    return strstr(action, ":") != NULL ? "AWS" : "S3";
}

/* Where neither the text nor the configuration names it. */
static const char *resource_word(const char *action)
{
    if (action[0] == '\0')
        return "the bucket's objects, and s3:ListBucket on the bucket";
    if (strncmp(action, "s3:", 3) != 0)
        return "what it is refused on";
    return is_of_bucket(action) ? "the bucket" : "the bucket's objects";
}

static void say_cause(const struct rule_look *look, const char *action, const char *resource,
                      const char *who, char *out, size_t cap)
{
    char principal[300], request[96];
    const char *service = service_of(action);
    if (!fact_of(look, "principal", principal, sizeof principal))
        snprintf(principal, sizeof principal, "%s", who);
    bool has_request = fact_of(look, "request", request, sizeof request);
    snprintf(out, cap, "%s refuses%s %s %s%s%s%s: %s%s%s%s", service,
             strcmp(service, "S3") == 0 ? " (403)" : "", principal,
             action[0] != '\0' ? "the call " : "a call", action, resource[0] != '\0' ? " on " : "",
             resource, policy_of(look->text)->cause, has_request ? " (request id " : "", request,
             has_request ? ")" : "");
}

void words_denied(const struct rule_look *look, struct rule_words *out)
{
    static const char any[] = "s3:PutObject, s3:GetObject and s3:AbortMultipartUpload";
    char action[96] = "", resource[LOOK_WORD_MAX] = "", who[300];
    const struct policy *policy = policy_of(look->text);
    find_action(look, action, sizeof action);
    find_resource(look, action, resource, sizeof resource);
    if (!fact_of(look, "role", who, sizeof who))
        snprintf(who, sizeof who, "the connector's role (or access key)");
    say_cause(look, action, resource, who, out->cause, sizeof out->cause);
    fill(policy->fix, action[0] != '\0' ? action : any,
         resource[0] != '\0' ? resource : resource_word(action), who, out->fix, sizeof out->fix);
    size_t len = strlen(out->fix);
    if (strncmp(action, "kms:", 4) == 0 && policy == &unsaid)
        len += (size_t)snprintf(out->fix + len, sizeof out->fix - len,
                                "; the key's own policy must let it, too");
    /* A task that died of it does not come back by itself. */
    if (strstr(look->text, "Exception") != NULL && len < sizeof out->fix)
        snprintf(out->fix + len, sizeof out->fix - len, "; then restart the failed tasks");
}
