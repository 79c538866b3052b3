/* Amazon S3: the calls that pintop makes. A bucket in another region than was thought is found
 * there, and its region kept. Thread: the client's. */
#ifndef AWS_S3_H
#define AWS_S3_H

#include "aws/client.h"

/* A bucket, and where it is as far as is known. */
struct s3_bucket {
    const char *name;
    char region[AWS_REGION_MAX]; /* "" not known yet: the client's is tried first */
};

/* Any call about a key, as it is stored: service, bucket and path are filled in, the rest is the
 * caller's. answer: out, aws_answer_done, also after an error. Errors as aws_call; PT_EUSAGE: the
 * key is too long. */
pt_code s3_call(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                const char *key, struct aws_call *call, struct aws_answer *answer,
                struct pt_error *err);

/* HeadBucket: is it there, and may we? bucket->region is known afterwards.
 * Errors PT_ENOTFOUND, PT_EAUTH (it exists, but not for us). */
pt_code s3_head_bucket(struct aws_client *client, const struct aws_keys *keys,
                       struct s3_bucket *bucket, struct pt_error *err);

struct s3_object {
    char *key; /* owned, as it is stored; not made printable */
    int64_t bytes, modified_ms;
    char etag[80]; /* with its quotes */
};
/* HeadObject. key isn't set. Errors PT_ENOTFOUND; PT_EAUTH, also for a missing one where listing is
 * denied. */
pt_code s3_head_object(struct aws_client *client, const struct aws_keys *keys,
                       struct s3_bucket *bucket, const char *key, struct s3_object *out,
                       struct pt_error *err);

/* GetObject, at most max bytes of it, the caller's to free(); NUL-terminated. Errors PT_EDATA:
 * longer. */
pt_code s3_get(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
               const char *key, size_t max, char **data, size_t *len, struct pt_error *err);

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

/* PutObject, from memory. etag: out, may be NULL, 80 bytes. */
pt_code s3_put(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
               const char *key, const void *data, size_t len, char *etag, struct pt_error *err);

/* Called after each part; false ends the upload. */
typedef bool (*s3_progress_fn)(void *arg, int64_t done_bytes, int64_t total_bytes);

/* A file: one PUT up to 16 MiB, else 8 MiB parts in order, 3 tries each; what was sent is taken
 * back when it fails. progress may be NULL.
 * Errors also PT_EIO (the file), PT_ECANCELLED (progress said so). */
pt_code s3_upload(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                  const char *key, const char *path, s3_progress_fn progress, void *arg,
                  struct pt_error *err);

#endif
