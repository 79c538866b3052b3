/* A bucket on local_aws: S3's calls about one bucket and its objects are answered from memory, all
 * others by local_aws's rules. */
#ifndef SUPPORT_LOCAL_BUCKET_H
#define SUPPORT_LOCAL_BUCKET_H

#include "local_aws.h"

enum { BUCKET_OBJECTS = 8, BUCKET_OBJECT_MAX = 100000 };

struct local_bucket {
    const char *name, *region, *owner; /* owner: an account; region NULL: none is told */
    bool is_missing;
    bool is_head_denied, is_list_denied, is_get_denied;
    bool ignores_ranges;
    bool is_endless;    /* a list says that there is more */
    bool has_no_length; /* HEAD tells none of an object */
    bool hides_written; /* from the first PUT on no object may be read */
    int n_writes;       /* PUTs of objects so far */
    struct local_object {
        char key[200];
        size_t len;           /* 0: there is no such object, unless its key is set */
        const char *modified; /* "2026-11-30T10:00:00.000Z" */
        unsigned char data[BUCKET_OBJECT_MAX];
    } objects[BUCKET_OBJECTS];
    size_t n_objects;
};

void local_bucket_start(struct local_bucket *bucket, struct local_aws *aws, const char *name);
/* local_aws's hook, with the bucket as its argument: for a test that has a hook of its own. */
bool local_bucket_answer(void *bucket, int fd, const char *request);
/* Adds an object, newer than those before it. */
void local_bucket_add(struct local_bucket *bucket, const char *key, const void *data, size_t len);

/* Appends to data, which has room for 16 KiB, a zip whose members have these names (NULL at the
 * end) and no contents. Returns its length. */
size_t local_zip_make(unsigned char *data, const char *const *names);
#define LOCAL_ZIP_JAR "confluentinc-kafka-connect-s3-10.0.3/lib/kafka-connect-s3-10.0.3.jar"

#endif
