/* What AWS says when it says no: one decoder for each protocol, and what each code means.
 * Source: botocore's parsers, and AWS's common error types. Pure. Thread: any. */
#ifndef AWS_FAULT_H
#define AWS_FAULT_H

#include <stdbool.h>

#include "aws/keys.h"
#include "aws/service.h"
#include "net/http.h"
#include "pintop/error.h"

/* All printable. */
struct aws_fault {
    int status;
    char code[96]; /* "AccessDenied"; "HTTP 502" when the answer names none; "" none */
    char request_id[PT_REQUEST_ID_MAX];
    char region[32];     /* S3: where the bucket is; "" not said */
    bool is_web_page;    /* a proxy's page came in the place of AWS's answer */
    char message[15000]; /* whole: a denial's end says who denied; "" none */
};

/* A web page where AWS answers XML or JSON: it is a proxy's. */
bool aws_is_web_page(const struct http_answer *answer);
/* Read the fault out of an answer that is one (any status but 2xx, or an S3 <Error> within a
 * 200). */
void aws_fault_decode(enum aws_protocol protocol, const struct http_answer *answer,
                      struct aws_fault *fault);

enum aws_fault_kind {
    AWS_FAULT_OTHER,     /* the request is wrong: the same again is refused again */
    AWS_FAULT_DENIED,    /* policy: the caller may not */
    AWS_FAULT_KEYS,      /* the keys are unknown, or the signature is wrong */
    AWS_FAULT_EXPIRED,   /* temporary keys ran out: refresh once */
    AWS_FAULT_SKEW,      /* our clock is off: take the server's, once */
    AWS_FAULT_THROTTLED, /* try again later */
    AWS_FAULT_REGION,    /* fault->region has the right one */
    AWS_FAULT_NOT_FOUND,
    AWS_FAULT_CONFLICT, /* exists, or something else is under way */
    AWS_FAULT_SERVER,   /* the fault is AWS's own, or its answer was too slow */
    AWS_FAULT_PROXY     /* somebody else answered */
};
enum aws_fault_kind aws_fault_kind(const struct aws_service *service,
                                   const struct aws_fault *fault);
/* May another try help? */
bool aws_fault_is_retriable(const struct aws_service *service, const struct aws_fault *fault);

/* As an error with its fix: "STS GetCallerIdentity: InvalidClientTokenId: The security token …".
 * keys: who asked, so that the fix names where they are from; NULL: the call was not signed. */
pt_code aws_fault_error(const struct aws_service *service, const char *operation,
                        const struct aws_fault *fault, const struct aws_keys *keys,
                        struct pt_error *err);

#endif
