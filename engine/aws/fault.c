#include "aws/fault.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws/advice.h"
#include "aws/denial.h"
#include "aws/xml.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/text.h"
#include "net/retry.h"

/* ------------------------------------------------------------------ decoding */

/* Takes Name out of "aws.protocols#Name:http://…". */
static void put_code(struct aws_fault *fault, const char *text)
{
    const char *hash = strrchr(text, '#');
    size_t whole = strcspn(text, ":");
    if (hash != NULL && (size_t)(hash - text) < whole) {
        whole -= (size_t)(hash + 1 - text);
        text = hash + 1;
    }
    printable_copy(fault->code, sizeof fault->code, text, whole);
}

static const char *fault_first_of(const cJSON *json, const char *a, const char *b)
{
    const char *text = json_get(json, a);
    return text != NULL ? text : json_get(json, b);
}

static void decode_json(const struct http_answer *answer, struct aws_fault *fault)
{
    char type[200];
    cJSON *json;
    bool has_type = http_answer_header(answer, "x-amzn-errortype", type, sizeof type);
    if (has_type)
        put_code(fault, type);
    if (json_parse(answer->body, answer->len, &json, NULL) != PT_OK)
        return;
    const char *code = json_get(json, "__type");
    code = code != NULL ? code : fault_first_of(json, "code", "Code");
    if (!has_type && code != NULL)
        put_code(fault, code);
    printable_str(fault->message, sizeof fault->message,
                  fault_first_of(json, "message", "Message"));
    const char *parameter = json_get(json, "invalidParameter");
    size_t used = strlen(fault->message);
    if (parameter != NULL && used < sizeof fault->message) {
        char shown[64];
        printable_str(shown, sizeof shown, parameter);
        snprintf(fault->message + used, sizeof fault->message - used, " (%s)", shown);
    }
    json_free(json);
}

static void decode_xml(const struct http_answer *answer, struct aws_fault *fault)
{
    struct xml *xml;
    if (xml_parse(answer->body, answer->len, &xml, NULL) != PT_OK)
        return;
    const struct xml_node *root = xml_root(xml), *error = root;
    const char *id = xml_get(root, "RequestId");
    if (strcmp(root->name, "ErrorResponse") == 0)
        error = xml_find(root, "Error");
    else if (strcmp(root->name, "Response") == 0)
        error = xml_find(root, "Errors/Error");
    else if (strcmp(root->name, "Error") != 0)
        error = NULL;
    printable_str(fault->code, sizeof fault->code, xml_get(error, "Code"));
    printable_str(fault->message, sizeof fault->message, xml_get(error, "Message"));
    printable_str(fault->region, sizeof fault->region, xml_get(error, "Region"));
    printable_str(fault->request_id, sizeof fault->request_id,
                  id != NULL ? id : xml_get(root, "RequestID"));
    xml_free(xml);
}

static void put_request_id(const struct http_answer *answer, struct aws_fault *fault)
{
    char id[sizeof fault->request_id];
    if (http_answer_header(answer, "x-amzn-requestid", id, sizeof id) ||
        http_answer_header(answer, "x-amz-request-id", id, sizeof id))
        printable_str(fault->request_id, sizeof fault->request_id, id);
}

bool aws_is_web_page(const struct http_answer *answer)
{
    char type[64] = "", id[PT_REQUEST_ID_MAX];
    http_answer_header(answer, "content-type", type, sizeof type);
    /* Without a body (HEAD) the type says little, and AWS's own answers have a request ID. */
    bool is_aws =
        answer->len == 0 && (http_answer_header(answer, "x-amz-request-id", id, sizeof id) ||
                             http_answer_header(answer, "x-amzn-requestid", id, sizeof id));
    return strncasecmp(type, "text/html", 9) == 0 && !is_aws;
}

void aws_fault_decode(enum aws_protocol protocol, const struct http_answer *answer,
                      struct aws_fault *fault)
{
    char region[sizeof fault->region];
    *fault = (struct aws_fault){.status = answer->status};
    fault->is_web_page = aws_is_web_page(answer);
    if (fault->is_web_page)
        snprintf(fault->message, sizeof fault->message,
                 "a web page came instead of AWS's answer, as from a proxy");
    else if (protocol == AWS_REST_JSON || protocol == AWS_JSON)
        decode_json(answer, fault);
    else
        decode_xml(answer, fault);
    if (http_answer_header(answer, "x-amz-bucket-region", region, sizeof region))
        printable_str(fault->region, sizeof fault->region, region);
    if (fault->code[0] == '\0')
        snprintf(fault->code, sizeof fault->code, "HTTP %d", fault->status);
    if (fault->request_id[0] == '\0')
        put_request_id(answer, fault);
}

/* ------------------------------------------------------------------ meaning */

/* clang-format off */
static const struct meaning {
    const char *code;
    enum aws_fault_kind kind;
    const char *fix; /* NULL: the fix of the kind */
} MEANINGS[] = {
    {"RequestTimeTooSkewed",            AWS_FAULT_SKEW,      NULL},
    {"RequestExpired",                  AWS_FAULT_SKEW,      NULL},
    {"SignatureDoesNotMatch",           AWS_FAULT_KEYS,      "Correct the secret access key: it does not belong to this access key ID"},
    {"InvalidSignatureException",       AWS_FAULT_KEYS,      "Correct the secret access key: it does not belong to this access key ID"},
    {"InvalidClientTokenId",            AWS_FAULT_KEYS,      NULL},
    {"UnrecognizedClientException",     AWS_FAULT_KEYS,      NULL},
    {"InvalidAccessKeyId",              AWS_FAULT_KEYS,      NULL},
    {"AuthFailure",                     AWS_FAULT_KEYS,      NULL},
    {"InvalidToken",                    AWS_FAULT_KEYS,      NULL},
    {"ExpiredToken",                    AWS_FAULT_EXPIRED,   NULL},
    {"ExpiredTokenException",           AWS_FAULT_EXPIRED,   NULL},
    {"AccessDenied",                    AWS_FAULT_DENIED,    NULL},
    {"AccessDeniedException",           AWS_FAULT_DENIED,    NULL},
    {"ForbiddenException",              AWS_FAULT_DENIED,    NULL},
    {"UnauthorizedException",           AWS_FAULT_DENIED,    NULL},
    {"UnauthorizedOperation",           AWS_FAULT_DENIED,    NULL},
    {"AuthorizationError",              AWS_FAULT_DENIED,    NULL},
    {"HTTP 403",                        AWS_FAULT_DENIED,    NULL},
    {"AuthorizationHeaderMalformed",    AWS_FAULT_REGION,    NULL},
    {"PermanentRedirect",               AWS_FAULT_REGION,    NULL},
    {"HTTP 301",                        AWS_FAULT_REGION,    NULL},
    {"OptInRequired",                   AWS_FAULT_OTHER,     "Enable this region for the AWS account, or choose another"},
    {"RegionDisabledException",         AWS_FAULT_OTHER,     "Choose another region, or activate STS in this one"},
    {"MissingAuthenticationToken",      AWS_FAULT_OTHER,     "Report this to the authors of pintop: the signature was made wrongly"},
    {"MissingAuthenticationTokenException", AWS_FAULT_OTHER, "Report this to the authors of pintop: the signature was made wrongly"},
    {"IncompleteSignature",             AWS_FAULT_OTHER,     "Report this to the authors of pintop: the signature was made wrongly"},
    {"NotFoundException",               AWS_FAULT_NOT_FOUND, NULL},
    {"ResourceNotFoundException",       AWS_FAULT_NOT_FOUND, NULL},
    {"ParameterNotFound",               AWS_FAULT_NOT_FOUND, NULL},
    {"ParameterVersionNotFound",        AWS_FAULT_NOT_FOUND, NULL},
    {"NoSuchBucket",                    AWS_FAULT_NOT_FOUND, NULL},
    {"NoSuchKey",                       AWS_FAULT_NOT_FOUND, NULL},
    {"NoSuchUpload",                    AWS_FAULT_NOT_FOUND, NULL},
    {"NoSuchEntity",                    AWS_FAULT_NOT_FOUND, NULL},
    {"InvalidInstanceID.NotFound",      AWS_FAULT_NOT_FOUND, NULL},
    {"InvalidKeyPair.NotFound",         AWS_FAULT_NOT_FOUND, NULL},
    {"HTTP 404",                        AWS_FAULT_NOT_FOUND, NULL},
    {"UnknownTopicOrPartitionException", AWS_FAULT_NOT_FOUND, NULL},
    {"ConflictException",               AWS_FAULT_CONFLICT,  NULL},
    {"TopicExistsException",            AWS_FAULT_CONFLICT,  "Choose another name"},
    {"ReassignmentInProgressException", AWS_FAULT_CONFLICT,  NULL},
    {"GroupSubscribedToTopicException", AWS_FAULT_CONFLICT,  "Stop the consumers of this topic first: a group is subscribed to it"},
    {"KafkaTimeoutException",           AWS_FAULT_SERVER,    "MSK's own call to the brokers timed out. Look whether the change was made before sending it again"},
    {"ClusterConnectivityException",    AWS_FAULT_SERVER,    "MSK itself could not reach the brokers. Look at the cluster's state, and try again in some minutes"},
    {"NotControllerException",          AWS_FAULT_SERVER,    NULL},
    {"ControllerMovedException",        AWS_FAULT_SERVER,    NULL},
    {"Throttling",                      AWS_FAULT_THROTTLED, NULL},
    {"ThrottlingException",             AWS_FAULT_THROTTLED, NULL},
    {"ThrottledException",              AWS_FAULT_THROTTLED, NULL},
    {"RequestThrottled",                AWS_FAULT_THROTTLED, NULL},
    {"RequestThrottledException",       AWS_FAULT_THROTTLED, NULL},
    {"TooManyRequestsException",        AWS_FAULT_THROTTLED, NULL},
    {"RequestLimitExceeded",            AWS_FAULT_THROTTLED, NULL},
    {"BandwidthLimitExceeded",          AWS_FAULT_THROTTLED, NULL},
    {"LimitExceededException",          AWS_FAULT_THROTTLED, NULL},
    {"ProvisionedThroughputExceededException", AWS_FAULT_THROTTLED, NULL},
    {"TransactionInProgressException",  AWS_FAULT_THROTTLED, NULL},
    {"PriorRequestNotComplete",         AWS_FAULT_THROTTLED, NULL},
    {"EC2ThrottledException",           AWS_FAULT_THROTTLED, NULL},
    {"SlowDown",                        AWS_FAULT_THROTTLED, NULL},
    {"RequestTimeout",                  AWS_FAULT_SERVER,    NULL},
    {"InternalError",                   AWS_FAULT_SERVER,    NULL},
    {"IDPCommunicationError",           AWS_FAULT_SERVER,    NULL},
    {"InternalFailure",                 AWS_FAULT_SERVER,    NULL},
    {"InternalServerError",             AWS_FAULT_SERVER,    NULL},
    {"InternalServerErrorException",    AWS_FAULT_SERVER,    NULL},
    {"ServiceUnavailable",              AWS_FAULT_SERVER,    NULL},
    {"ServiceUnavailableException",     AWS_FAULT_SERVER,    NULL},
    {"BucketAlreadyOwnedByYou",         AWS_FAULT_CONFLICT,  NULL},
    {"ResourceAlreadyExistsException",  AWS_FAULT_CONFLICT,  NULL},
    {"ResourceInUseException",          AWS_FAULT_CONFLICT,  NULL},
    {"HTTP 409",                        AWS_FAULT_CONFLICT,  NULL},
    {"HTTP 401",                        AWS_FAULT_KEYS,      NULL},
    {"HTTP 429",                        AWS_FAULT_THROTTLED, NULL},
};

static const struct { pt_code code; const char *fix; } KINDS[] = {
    [AWS_FAULT_OTHER]     = {PT_EREFUSED,  "Correct what the message names: the same request would be refused again"},
    [AWS_FAULT_DENIED]    = {PT_EAUTH,     ""},
    [AWS_FAULT_KEYS]      = {PT_ELOGIN,    "Check the access key; one that begins with ASIA needs its session token"},
    [AWS_FAULT_EXPIRED]   = {PT_ELOGIN,    "Get new temporary credentials: these have expired"},
    [AWS_FAULT_SKEW]      = {PT_ELOGIN,    "Set the clock of this host: `date -u` shows it, `timedatectl set-ntp true` keeps it right"},
    [AWS_FAULT_THROTTLED] = {PT_ETHROTTLED, "Wait: AWS throttles the calls, and pintop slows down automatically. Other programs of this AWS account may be making many calls"},
    [AWS_FAULT_REGION]    = {PT_ECONFIG,   "Use the region of the resource"},
    [AWS_FAULT_NOT_FOUND] = {PT_ENOTFOUND, "Check the name, the region and the AWS account"},
    [AWS_FAULT_CONFLICT]  = {PT_EEXISTS,   "Check the present state, then try again: it already exists, or another change is in progress"},
    [AWS_FAULT_SERVER]    = {PT_ESERVER,   "Try again in a minute: the error is on AWS's side. If it persists, look at the AWS Health Dashboard"},
    [AWS_FAULT_PROXY]     = {PT_EUNREACHABLE, "Correct HTTPS_PROXY, or add AWS's hosts to NO_PROXY"},
};
/* clang-format on */

static const struct meaning *meaning_of(const char *code)
{
    for (size_t i = 0; i < sizeof MEANINGS / sizeof *MEANINGS; i++)
        if (strcmp(MEANINGS[i].code, code) == 0)
            return &MEANINGS[i];
    return NULL;
}

/* Some services report "Signature expired" under another code. */
static bool says_skew(const char *message)
{
    return strstr(message, "Signature expired") != NULL ||
           strstr(message, "not yet current") != NULL;
}

enum aws_fault_kind aws_fault_kind(const struct aws_service *service, const struct aws_fault *fault)
{
    const struct meaning *meaning = meaning_of(fault->code);
    if (fault->is_web_page)
        return AWS_FAULT_PROXY;
    if (says_skew(fault->message))
        return AWS_FAULT_SKEW;
    /* For IAM and CloudWatch Logs these codes mean quotas. */
    if (meaning != NULL && (service == &aws_iam || service == &aws_logs) &&
        strcmp(fault->code, "LimitExceededException") == 0)
        return AWS_FAULT_OTHER;
    if (meaning != NULL)
        return meaning->kind;
    return fault->status >= 500 ? AWS_FAULT_SERVER : AWS_FAULT_OTHER;
}

bool aws_fault_is_retriable(const struct aws_service *service, const struct aws_fault *fault)
{
    enum aws_fault_kind kind = aws_fault_kind(service, fault);
    return retry_is_status(fault->status) || kind == AWS_FAULT_THROTTLED ||
           kind == AWS_FAULT_SERVER;
}

/* Names the credentials to correct, and where they are. */
static void keys_fix(const struct aws_keys *keys, enum aws_fault_kind kind, const char *code_says,
                     char *out, size_t cap)
{
    size_t used = 0;
    if (kind == AWS_FAULT_KEYS && code_says != NULL)
        used = (size_t)snprintf(out, cap, "%s. ", code_says);
    if (used < cap)
        aws_advice(keys, kind == AWS_FAULT_KEYS ? AWS_KEYS_REFUSED : AWS_KEYS_ENDED, out + used,
                   cap - used);
}

pt_code aws_fault_error(const struct aws_service *service, const char *operation,
                        const struct aws_fault *fault, const struct aws_keys *keys,
                        struct pt_error *err)
{
    enum aws_fault_kind kind = aws_fault_kind(service, fault);
    const struct meaning *meaning = meaning_of(fault->code);
    const char *fix = meaning != NULL && meaning->fix != NULL && kind == meaning->kind
                          ? meaning->fix
                          : KINDS[kind].fix;
    char own[PT_FIX_MAX];
    if (kind == AWS_FAULT_DENIED) {
        struct aws_denial denial;
        aws_denial_read(fault->message, aws_action_of(service, operation), &denial);
        aws_denial_fix(&denial, own, sizeof own);
        fix = own;
    } else if (keys != NULL && (kind == AWS_FAULT_KEYS || kind == AWS_FAULT_EXPIRED)) {
        keys_fix(keys, kind, meaning != NULL ? meaning->fix : NULL, own, sizeof own);
        fix = own;
    }
    /* A gateway's 5xx may come after it has forwarded the request: a change may have been made. */
    bool is_passed_on = kind == AWS_FAULT_PROXY && fault->status >= 500;
    pt_code code = pt_error_set(err, is_passed_on ? PT_ESERVER : KINDS[kind].code, fix,
                                "%s %s: %s%s%s", service->name, operation, fault->code,
                                fault->message[0] != '\0' ? ": " : "", fault->message);
    if (err != NULL) {
        err->is_retriable = aws_fault_is_retriable(service, fault);
        text_copy(err->service_code, sizeof err->service_code, fault->code);
        text_copy(err->request_id, sizeof err->request_id, fault->request_id);
    }
    return code;
}
