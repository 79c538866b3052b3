/* Uploads of files to Amazon S3, in parts, which go on where an earlier one was cut off. Thread:
 * the client's. */
#ifndef AWS_S3_UPLOAD_H
#define AWS_S3_UPLOAD_H

#include "aws/s3.h"

/* Called now and then while bytes are sent, and after each part; false ends the upload. */
typedef bool (*s3_progress_fn)(void *arg, int64_t done_bytes, int64_t total_bytes);

/* Uploads a file: one PUT up to 16 MiB, otherwise 8 MiB parts in order, 3 attempts each. Parts that
 * an upload of the same file to the same key has left behind are not sent again: they are compared
 * by their sums. Sent parts are removed when it fails, unless a call got no answer: then the next
 * upload of this file goes on behind them. progress may be NULL.
 * Errors also PT_EIO (the file), PT_ECANCELLED (progress returned false, or the client is
 * cancelled), whose fix says what has become of the parts. */
pt_code s3_upload(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                  const char *key, const char *path, s3_progress_fn progress, void *arg,
                  struct pt_error *err);

/* Returns whether an object is this file: by its size, and by the ETag that s3_upload gives it.
 * False also when that cannot be known (the object is encrypted with a key of its own). */
bool s3_is_file(const struct s3_object *object, const char *path);

#endif
