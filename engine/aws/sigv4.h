/* AWS Signature Version 4: the header form and the query form (presigned URLs).
 *
 * Pure functions over strings: no clock, no network, no configuration. After AWS's description
 * "Signature Version 4 signing process"; the official test vectors of aws-c-auth all pass.
 * Thread: any. */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "pintop/error.h"

struct sigv4_credentials {
    const char *access_key_id, *secret_access_key;
    const char *session_token; /* NULL: long-term credentials */
};

struct sigv4_header {
    const char *name, *value;
};

struct sigv4_request {
    const char *method;
    const char *path;  /* as it is sent: each segment percent-encoded once; "" is "/" */
    const char *query; /* without '?', NULL none; encoded here unless it already is */
    /* All headers to be signed, including `host` ("host" or "host:port", as it is sent). Those
     * that are never signed (authorization, user-agent …) are skipped here. */
    const struct sigv4_header *headers;
    size_t n_headers;
    const void *body;
    size_t body_len;
};

struct sigv4_opts {
    struct sigv4_credentials credentials;
    const char *region, *service;
    int64_t now_s; /* Unix */
    /* All three are false except for S3, which needs the first two; the third only over https. */
    bool is_path_as_is;       /* otherwise it is normalised and encoded once more */
    bool has_content_hash;    /* header form: x-amz-content-sha256 is sent and signed */
    bool is_payload_unsigned; /* UNSIGNED-PAYLOAD instead of the hash: also for S3's presigned
                               * URLs */
};

/* The results. canonical_request and string_to_sign contain a session token (query form), but no
 * secret. */
struct sigv4_signed {
    char date[17];         /* "20150830T123600Z" */
    char signature[65];    /* lower-case hex */
    char payload_hash[65]; /* or UNSIGNED-PAYLOAD */
    struct buf signed_headers, canonical_request, string_to_sign;
    struct buf authorization; /* header form: the value of Authorization */
    struct buf query;         /* query form: the whole query, signature last */
};

/* Signs in the header form. The request's own headers are then completed with these results:
 * x-amz-date (date), with temporary credentials x-amz-security-token (the token), with
 * has_content_hash x-amz-content-sha256 (payload_hash), and Authorization.
 *
 * out     sigv4_signed_done, also after an error.
 * Errors  PT_EUSAGE a part is missing (method, host, key, region, service); PT_ENOMEM; PT_EFULL
 *         over 256 KiB. */
pt_code sigv4_sign(const struct sigv4_request *req, const struct sigv4_opts *opts,
                   struct sigv4_signed *out, struct pt_error *err);

/* Presigns: everything goes into out->query, valid for expires_s (1 to 604800) from now_s.
 * Errors as sigv4_sign. */
pt_code sigv4_presign(const struct sigv4_request *req, const struct sigv4_opts *opts,
                      int64_t expires_s, struct sigv4_signed *out, struct pt_error *err);

/* Frees the results, and wipes what was signed. */
void sigv4_signed_done(struct sigv4_signed *out);

#endif
