/* AWS's error answers: one decoder for each protocol, and the meaning of each code.
 * Source: botocore's parsers, and AWS's common error types. Pure. Thread: any. */
#ifndef AWS_FAULT_H
#define AWS_FAULT_H

#include <stdbool.h>

#include "aws/keys.h"
#include "aws/service.h"
#include "net/http.h"
#include "pintop/error.h"

/* All texts are printable. */
struct aws_fault {
    int status;
    char code[96]; /* "AccessDenied"; "HTTP 502" when the answer has no code; "" none */
    char request_id[PT_REQUEST_ID_MAX];
    char region[32];     /* S3: where the bucket is; "" unknown */
    bool is_web_page;    /* a proxy's page came instead of AWS's answer */
    char message[15000]; /* in full: the end of a denial says who denied it; "" none */
};

/* True for a web page where AWS answers XML or JSON: it comes from a proxy. */
bool aws_is_web_page(const struct http_answer *answer);
/* Decodes an error answer (any status but 2xx, or an S3 <Error> within a 200). */
void aws_fault_decode(enum aws_protocol protocol, const struct http_answer *answer,
                      struct aws_fault *fault);

enum aws_fault_kind {
    AWS_FAULT_OTHER,     /* the request is wrong: repeating it does not help */
    AWS_FAULT_DENIED,    /* a policy denies it */
    AWS_FAULT_KEYS,      /* the credentials are unknown, or the signature is wrong */
    AWS_FAULT_EXPIRED,   /* the temporary credentials have expired: refresh once */
    AWS_FAULT_SKEW,      /* our clock is wrong: use the server's, once */
    AWS_FAULT_THROTTLED, /* try again later */
    AWS_FAULT_REGION,    /* fault->region is the right one */
    AWS_FAULT_NOT_FOUND,
    AWS_FAULT_CONFLICT, /* it exists, or another change is in progress */
    AWS_FAULT_SERVER,   /* the error is AWS's own, or its answer was too slow */
    AWS_FAULT_PROXY     /* the answer did not come from AWS */
};
enum aws_fault_kind aws_fault_kind(const struct aws_service *service,
                                   const struct aws_fault *fault);
/* Returns whether a retry may help. */
bool aws_fault_is_retriable(const struct aws_service *service, const struct aws_fault *fault);

/* Makes an error with its fix: "STS GetCallerIdentity: InvalidClientTokenId: The security token …".
 * keys: the caller's, so that the fix names their source; NULL: the call was not signed. */
pt_code aws_fault_error(const struct aws_service *service, const char *operation,
                        const struct aws_fault *fault, const struct aws_keys *keys,
                        struct pt_error *err);

#endif
