/* Amazon S3: the calls that pintop makes. A bucket in another region than expected is found
 * there, and its region is remembered. Thread: the client's. */
#ifndef AWS_S3_H
#define AWS_S3_H

#include "aws/call.h"
#include "aws/client.h"

enum { S3_ETAG_MAX = 80, S3_WRITE_MS = 600 * 1000 };

/* A bucket, and its region as far as known. */
struct s3_bucket {
    const char *name;
    char region[AWS_REGION_MAX]; /* "" unknown yet: the client's is tried first */
};

/* Any call about a key, given as it is stored: service, bucket and path are filled in, the
 * caller sets the rest. answer: out, aws_answer_done, also after an error. Errors as aws_call;
 * PT_EUSAGE: the key is too long. */
pt_code s3_call(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                const char *key, struct aws_call *call, struct aws_answer *answer,
                struct pt_error *err);

/* HeadBucket: does it exist, and is access allowed? bucket->region is known afterwards.
 * Errors PT_ENOTFOUND, PT_EAUTH (it exists, but access is denied). */
pt_code s3_head_bucket(struct aws_client *client, const struct aws_keys *keys,
                       struct s3_bucket *bucket, struct pt_error *err);

/* The same, and it must belong to this account, which is 12 digits. NULL: to anybody. S3 tells no
 * reason, so PT_EAUTH with an owner and PT_OK without one means that it is another's. */
pt_code s3_head_bucket_of(struct aws_client *client, const struct aws_keys *keys,
                          struct s3_bucket *bucket, const char *owner, struct pt_error *err);

/* What the bucket itself keeps from being public; its account may keep more. */
struct s3_public_block {
    bool acls_blocked, acls_ignored, policy_blocked, buckets_restricted;
};
/* GetPublicAccessBlock. Errors PT_ENOTFOUND: it has none. */
pt_code s3_get_public_block(struct aws_client *client, const struct aws_keys *keys,
                            struct s3_bucket *bucket, struct s3_public_block *out,
                            struct pt_error *err);

struct s3_object {
    char *key; /* owned, as it is stored; not made printable */
    int64_t bytes, modified_ms;
    char etag[S3_ETAG_MAX]; /* with its quotes */
    bool is_md5;            /* the ETag is the MD5 of its bytes; only from s3_head_object */
    bool has_own_key;       /* encrypted with one: the ETag is no MD5; only from s3_head_object */
};
/* HeadObject. key is not set. Errors PT_ENOTFOUND; PT_EAUTH, also for a missing one when listing
 * is denied. */
pt_code s3_head_object(struct aws_client *client, const struct aws_keys *keys,
                       struct s3_bucket *bucket, const char *key, struct s3_object *out,
                       struct pt_error *err);

/* GetObject of a range: exactly len bytes, which the object must have. etag: as s3_object has it,
 * so that all ranges are of one object; NULL: of whichever is there. Errors PT_EIO: the store
 * sent something else; PT_EREFUSED (PreconditionFailed): it is another object by now. */
pt_code s3_get_range(struct aws_client *client, const struct aws_keys *keys,
                     struct s3_bucket *bucket, const char *key, const char *etag, int64_t offset,
                     void *data, size_t len, struct pt_error *err);

struct s3_listing {
    size_t n;
    struct s3_object *objects;
    size_t n_prefixes; /* what the delimiter cuts off, each once */
    char **prefixes;
    bool is_truncated;
};
/* ListObjectsV2. delimiter, start_after: NULL none. limit: of objects and prefixes together. */
pt_code s3_list(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                const char *prefix, const char *delimiter, const char *start_after, size_t limit,
                struct s3_listing *out, struct pt_error *err);
void s3_listing_done(struct s3_listing *listing);

/* DeleteObject, if its ETag is this one, as s3_object has it; a missing object is no error. Stores
 * that do not know the condition delete whichever is there. Errors also PT_EREFUSED
 * (PreconditionFailed): it is another object by now. */
pt_code s3_delete(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                  const char *key, const char *etag, struct pt_error *err);

#endif
