#include "doctor/plugin_zip.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/text.h"

#define JAR "kafka-connect-s3-"

/* "…/kafka-connect-s3-10.0.3.jar", and not that of the source connector. */
static bool is_jar_of_class(const char *name)
{
    const char *last = strrchr(name, '/');
    last = last != NULL ? last + 1 : name;
    return strncmp(last, JAR, strlen(JAR)) == 0 && isdigit((unsigned char)last[strlen(JAR)]) &&
           text_ends_with(last, ".jar");
}

static bool plugin_zip_see(void *arg, const struct zip_member *member)
{
    struct plugin_zip *zip = arg;
    if (zip->first[0] == '\0')
        printable_str(zip->first, sizeof zip->first, member->name);
    if (strcmp(member->name, "io/confluent/connect/s3/S3SinkConnector.class") == 0)
        zip->has_class = true;
    if (zip->jar[0] == '\0' && is_jar_of_class(member->name)) {
        const char *last = strrchr(member->name, '/');
        printable_str(zip->jar, sizeof zip->jar, last != NULL ? last + 1 : member->name);
        zip->is_encrypted = member->is_encrypted;
    }
    return true;
}

pt_code plugin_zip_judge(const struct zip_source *source, struct plugin_zip *zip,
                         struct pt_error *err)
{
    memset(zip, 0, sizeof *zip);
    pt_code code = zip_list(source, plugin_zip_see, zip, &zip->n_members, err);
    if (code != PT_OK)
        return code;
    if (zip->n_members == 0)
        return pt_error_set(err, PT_EDATA, "Take the plugin's zip again from where it came",
                            "it is a zip without anything in it");
    if (zip->jar[0] == '\0' && zip->has_class)
        return pt_error_set(err, PT_EDATA,
                            "Take the plugin's zip, which holds the jar and all "
                            "the libraries that it needs",
                            "it is the connector's jar itself, without the libraries that it "
                            "needs");
    if (zip->jar[0] == '\0')
        return pt_error_set(err, PT_EDATA, "Take the zip of Confluent's S3 sink connector",
                            "it holds no " JAR
                            "VERSION.jar, and that jar has the class " PLUGIN_CLASS
                            "; of its %zu member%s the first is %s",
                            zip->n_members, text_s((int64_t)zip->n_members), zip->first);
    if (zip->is_encrypted)
        return pt_error_set(err, PT_EDATA, "Pack it again without a password",
                            "%s in it is encrypted, and MSK Connect has no password", zip->jar);
    return PT_OK;
}

void plugin_zip_size(int64_t bytes, char *out, size_t cap)
{
    if (bytes < 0)
        snprintf(out, cap, "unknown size");
    else if (bytes < 1000)
        snprintf(out, cap, "%d bytes", (int)bytes);
    else if (bytes < 1000 * 1000)
        snprintf(out, cap, "%.1f kB", (double)bytes / 1e3);
    else
        snprintf(out, cap, "%.1f MB", (double)bytes / 1e6);
}

/* ------------------------------------------------------------------ a file */

static pt_code plugin_zip_pread(void *arg, int64_t offset, void *data, size_t len,
                                struct pt_error *err)
{
    const int *fd = arg;
    size_t got = 0;
    while (got < len) {
        ssize_t n = pread(*fd, (char *)data + got, len - got, offset + (int64_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return pt_error_set(err, PT_EIO, "Look at the disk", "it cannot be read to its end");
        got += (size_t)n;
    }
    return PT_OK;
}

pt_code plugin_zip_of_file(const char *path, int64_t *bytes, struct plugin_zip *zip,
                           struct pt_error *err)
{
    char why[128];
    struct stat st = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return pt_error_set(err, PT_EIO, "Set pintop.plugin.zip to a file that can be read", "%s",
                            strerror_r(errno, why, sizeof why));
    pt_code code = PT_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        code = pt_error_set(err, PT_EIO, "Set pintop.plugin.zip to the zip file",
                            "it is not a regular file");
    *bytes = st.st_size;
    const struct zip_source source = {.bytes = st.st_size, .arg = &fd, .read = plugin_zip_pread};
    if (code == PT_OK)
        code = plugin_zip_judge(&source, zip, err);
    close(fd);
    return code;
}

/* ------------------------------------------------------------------ an object */

struct plugin_zip_object {
    struct aws_client *client;
    const struct aws_keys *keys;
    struct s3_bucket *bucket;
    const char *key, *etag;
};

static pt_code plugin_zip_get(void *arg, int64_t offset, void *data, size_t len,
                              struct pt_error *err)
{
    const struct plugin_zip_object *at = arg;
    return s3_get_range(at->client, at->keys, at->bucket, at->key, at->etag, offset, data, len,
                        err);
}

pt_code plugin_zip_of_object(struct aws_client *client, const struct aws_keys *keys,
                             struct s3_bucket *bucket, const char *key,
                             const struct s3_object *object, struct plugin_zip *zip,
                             struct pt_error *err)
{
    struct plugin_zip_object at = {.client = client,
                                   .keys = keys,
                                   .bucket = bucket,
                                   .key = key,
                                   .etag = object->etag[0] != '\0' ? object->etag : NULL};
    const struct zip_source source = {.bytes = object->bytes, .arg = &at, .read = plugin_zip_get};
    return plugin_zip_judge(&source, zip, err);
}

const struct s3_object *plugin_zip_newest(const struct s3_listing *list, size_t *n_zips)
{
    const struct s3_object *chosen = NULL;
    *n_zips = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct s3_object *at = &list->objects[i];
        bool is_folder = text_ends_with(at->key, "/");
        bool is_zip = text_ends_with(at->key, ".zip");
        bool is_chosen_zip = chosen != NULL && text_ends_with(chosen->key, ".zip");
        if (is_folder || (is_chosen_zip && !is_zip))
            continue;
        *n_zips += is_zip;
        if (chosen == NULL || (is_zip && !is_chosen_zip) || at->modified_ms >= chosen->modified_ms)
            chosen = at;
    }
    return chosen;
}
