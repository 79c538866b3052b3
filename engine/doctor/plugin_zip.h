/* Whether a zip is the sink's plugin: it holds the jar of the connector class. The class itself
 * lies within that jar, so the jar's name is what is judged by. Thread: any, one at a time. */
#ifndef DOCTOR_PLUGIN_ZIP_H
#define DOCTOR_PLUGIN_ZIP_H

#include "aws/s3.h"
#include "doctor/zip.h"

#define PLUGIN_FOLDER "kafka-connect-s3/"
/* Where the zip is downloaded from. */
#define PLUGIN_PAGE "https://www.confluent.io/hub/confluentinc/kafka-connect-s3"
#define PLUGIN_CLASS "io.confluent.connect.s3.S3SinkConnector"

struct plugin_zip {
    size_t n_members;
    char first[200]; /* the first of them */
    char jar[200];   /* "kafka-connect-s3-10.0.3.jar"; "" none */
    bool is_encrypted, has_class;
};

/* Reads a zip's directory and judges it. Errors PT_EDATA in words that follow the zip's name ("it
 * is no zip: …", "it holds no …"), with a fix; and those of zip_list. */
pt_code plugin_zip_judge(const struct zip_source *source, struct plugin_zip *zip,
                         struct pt_error *err);
/* The same for a file. bytes: out, its size. Errors also PT_EIO. */
pt_code plugin_zip_of_file(const char *path, int64_t *bytes, struct plugin_zip *zip,
                           struct pt_error *err);
/* The same for an object as HeadObject told it, by ranges. Errors also those of s3_get_range. */
pt_code plugin_zip_of_object(struct aws_client *client, const struct aws_keys *keys,
                             struct s3_bucket *bucket, const char *key,
                             const struct s3_object *object, struct plugin_zip *zip,
                             struct pt_error *err);
/* "87.3 MB" */
void plugin_zip_size(int64_t bytes, char *out, size_t cap);
/* Returns the newest zip of a list; without one, the newest object of any name, and NULL where
 * there is none. n_zips: out, how many zips there are. */
const struct s3_object *plugin_zip_newest(const struct s3_listing *list, size_t *n_zips);

#endif
