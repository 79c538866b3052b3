#include "aws/s3.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/invoke.h"
#include "base/clock.h"
#include "base/text.h"
#include "net/retry.h"
#include "pintop/stream.h"

enum { PATH_BYTES = 3100, QUERY_BYTES = 8000, PART_MAX = 10000, ETAG_MAX = 80 };
#define ONE_PUT_BYTES (INT64_C(16) << 20)
#define PART_BYTES (INT64_C(8) << 20)

/* ------------------------------------------------------------------ a call */

/* In the region that S3 names, when it isn't the one that was tried. */
static pt_code call_bucket(struct aws_client *client, const struct aws_keys *keys,
                           struct s3_bucket *bucket, struct aws_call *call,
                           struct aws_answer *answer, struct pt_error *err)
{
    char region[AWS_REGION_MAX];
    struct pt_error why;
    call->service = &aws_s3;
    call->bucket = bucket->name;
    call->region = bucket->region[0] != '\0' ? bucket->region : NULL;
    pt_code code = aws_call(client, keys, call, answer, &why);
    text_copy(region, sizeof region, answer->fault.region);
    const char *tried = call->region != NULL ? call->region : client->region;
    bool is_elsewhere = region[0] != '\0' && strcmp(region, tried) != 0 && aws_is_region(region);
    if (code != PT_OK && is_elsewhere) {
        aws_answer_done(answer);
        text_copy(bucket->region, sizeof bucket->region, region);
        call->region = bucket->region;
        code = aws_call(client, keys, call, answer, &why);
    }
    if (code != PT_OK && err != NULL)
        *err = why;
    return code;
}

static pt_code key_path(const char *key, char *out, size_t cap, const char *operation,
                        struct pt_error *err)
{
    struct buf path;
    buf_init(&path, cap - 1);
    buf_puts(&path, "/");
    sigv4_encode(&path, key, strlen(key), true);
    bool is_ok = !path.is_over;
    snprintf(out, cap, "%s", is_ok ? path.data : "");
    buf_done(&path);
    return is_ok ? PT_OK
                 : pt_error_set(err, PT_EUSAGE, "Shorten it", "S3 %s: the key is over 1 KiB",
                                operation);
}

pt_code s3_call(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                const char *key, struct aws_call *call, struct aws_answer *answer,
                struct pt_error *err)
{
    char path[PATH_BYTES];
    memset(answer, 0, sizeof *answer);
    pt_code code = key_path(key, path, sizeof path, call->operation, err);
    if (code != PT_OK)
        return code;
    call->path = path;
    code = call_bucket(client, keys, bucket, call, answer, err);
    call->path = NULL;
    return code;
}

pt_code s3_head_bucket(struct aws_client *client, const struct aws_keys *keys,
                       struct s3_bucket *bucket, struct pt_error *err)
{
    struct aws_call call = {.operation = "HeadBucket", .method = "HEAD"};
    struct aws_answer answer;
    char region[AWS_REGION_MAX];
    pt_code code = call_bucket(client, keys, bucket, &call, &answer, err);
    if (http_answer_header(&answer.http, "x-amz-bucket-region", region, sizeof region) &&
        aws_is_region(region))
        text_copy(bucket->region, sizeof bucket->region, region);
    aws_answer_done(&answer);
    return code;
}

pt_code s3_head_object(struct aws_client *client, const struct aws_keys *keys,
                       struct s3_bucket *bucket, const char *key, struct s3_object *out,
                       struct pt_error *err)
{
    char path[PATH_BYTES], text[80];
    int64_t at_s;
    struct aws_call call = {.operation = "HeadObject", .method = "HEAD", .path = path};
    struct aws_answer answer;
    *out = (struct s3_object){.bytes = PT_UNKNOWN, .modified_ms = PT_UNKNOWN};
    pt_code code = key_path(key, path, sizeof path, call.operation, err);
    if (code != PT_OK)
        return code;
    code = call_bucket(client, keys, bucket, &call, &answer, err);
    if (code == PT_OK) {
        if (http_answer_header(&answer.http, "content-length", text, sizeof text))
            out->bytes = strtoll(text, NULL, 10);
        if (http_answer_header(&answer.http, "last-modified", text, sizeof text) &&
            retry_parse_date(text, &at_s))
            out->modified_ms = at_s * 1000;
        http_answer_header(&answer.http, "etag", out->etag, sizeof out->etag);
    }
    aws_answer_done(&answer);
    return code;
}

pt_code s3_get(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
               const char *key, size_t max, char **data, size_t *len, struct pt_error *err)
{
    char path[PATH_BYTES];
    struct aws_call call = {
        .operation = "GetObject", .method = "GET", .path = path, .max_bytes = max};
    struct aws_answer answer;
    *data = NULL;
    pt_code code = key_path(key, path, sizeof path, call.operation, err);
    if (code != PT_OK)
        return code;
    code = call_bucket(client, keys, bucket, &call, &answer, err);
    if (code == PT_OK) {
        *data = answer.http.body;
        *len = answer.http.len;
        answer.http.body = NULL;
    }
    aws_answer_done(&answer);
    return code;
}

/* ------------------------------------------------------------------ listing */

/* Keys come percent-encoded (encoding-type=url), as they may hold what XML can't. */
static bool add_object(struct s3_listing *list, const struct xml_node *node)
{
    struct s3_object *grown = aws_grow(list->objects, list->n, sizeof *grown);
    if (grown == NULL)
        return false;
    list->objects = grown;
    struct s3_object *object = &grown[list->n];
    const char *key = xml_get(node, "Key"), *bytes = xml_get(node, "Size");
    const char *modified = xml_get(node, "LastModified");
    object->key = aws_percent_decode(key != NULL ? key : "");
    object->bytes = bytes != NULL ? strtoll(bytes, NULL, 10) : PT_UNKNOWN;
    if (modified == NULL || !clock_parse_iso(modified, &object->modified_ms))
        object->modified_ms = PT_UNKNOWN;
    text_copy(object->etag, sizeof object->etag, xml_get(node, "ETag"));
    list->n++;
    return object->key != NULL;
}

static bool add_prefix(struct s3_listing *list, const struct xml_node *node)
{
    char **grown = aws_grow(list->prefixes, list->n_prefixes, sizeof *grown);
    if (grown == NULL)
        return false;
    list->prefixes = grown;
    const char *text = xml_get(node, "Prefix");
    grown[list->n_prefixes] = aws_percent_decode(text != NULL ? text : "");
    return grown[list->n_prefixes++] != NULL;
}

static bool take_page(struct s3_listing *list, const struct xml_node *root, size_t limit)
{
    const struct xml_node *node;
    bool is_ok = true;
    for (node = xml_find(root, "Contents"); node != NULL && is_ok;
         node = xml_next(node, "Contents"))
        if (list->n + list->n_prefixes < limit)
            is_ok = add_object(list, node);
    for (node = xml_find(root, "CommonPrefixes"); node != NULL && is_ok;
         node = xml_next(node, "CommonPrefixes"))
        if (list->n + list->n_prefixes < limit)
            is_ok = add_prefix(list, node);
    return is_ok;
}

static void put_query(struct buf *query, const char *prefix, const char *delimiter,
                      const char *start_after, const char *token, size_t left)
{
    char number[16];
    snprintf(number, sizeof number, "%zu", left > 1000 ? 1000 : left);
    buf_reset(query);
    buf_puts(query, "list-type=2&encoding-type=url");
    aws_form_add(query, "max-keys", number);
    if (prefix != NULL)
        aws_form_add(query, "prefix", prefix);
    if (delimiter != NULL)
        aws_form_add(query, "delimiter", delimiter);
    if (token[0] != '\0')
        aws_form_add(query, "continuation-token", token);
    else if (start_after != NULL)
        aws_form_add(query, "start-after", start_after);
}

/* One page into out; token: in and out. */
static pt_code list_page(struct aws_client *client, const struct aws_keys *keys,
                         struct s3_bucket *bucket, const struct buf *query, size_t limit,
                         struct s3_listing *out, char *token, size_t cap, struct pt_error *err)
{
    struct aws_call call = {.operation = "ListObjectsV2", .method = "GET", .query = query->data};
    struct aws_answer answer;
    struct xml *xml = NULL;
    pt_code code = call_bucket(client, keys, bucket, &call, &answer, err);
    if (code == PT_OK)
        code = xml_parse(answer.http.body, answer.http.len, &xml, err);
    aws_answer_done(&answer);
    if (code != PT_OK)
        return code;
    if (!take_page(out, xml_root(xml), limit))
        code = pt_error_set(err, PT_ENOMEM, NULL, "S3 ListObjectsV2: no memory");
    const char *more = xml_get(xml_root(xml), "IsTruncated");
    out->is_truncated = more != NULL && strcmp(more, "true") == 0;
    text_copy(token, cap, out->is_truncated ? xml_get(xml_root(xml), "NextContinuationToken") : "");
    xml_free(xml);
    return code;
}

pt_code s3_list(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                const char *prefix, const char *delimiter, const char *start_after, size_t limit,
                struct s3_listing *out, struct pt_error *err)
{
    char token[2048] = "";
    struct buf query;
    pt_code code = PT_OK;
    int pages = 0;
    memset(out, 0, sizeof *out);
    buf_init(&query, QUERY_BYTES);
    do {
        put_query(&query, prefix, delimiter, start_after, token, limit - out->n - out->n_prefixes);
        code = query.is_over
                   ? pt_error_set(err, PT_EFULL, NULL, "S3 ListObjectsV2: the query is too long")
                   : list_page(client, keys, bucket, &query, limit, out, token, sizeof token, err);
    } while (code == PT_OK && token[0] != '\0' && out->n + out->n_prefixes < limit &&
             ++pages < AWS_PAGES_MAX);
    buf_done(&query);
    if (code != PT_OK)
        s3_listing_done(out);
    return code;
}

void s3_listing_done(struct s3_listing *listing)
{
    for (size_t i = 0; i < listing->n; i++)
        free(listing->objects[i].key);
    for (size_t i = 0; i < listing->n_prefixes; i++)
        free(listing->prefixes[i]);
    free(listing->objects);
    free(listing->prefixes);
    memset(listing, 0, sizeof *listing);
}

/* ------------------------------------------------------------------ writing */

/* PutObject, or with a query UploadPart. */
static pt_code put(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                   const char *operation, const char *key, const char *query, const void *data,
                   size_t len, char *etag, struct pt_error *err)
{
    char path[PATH_BYTES];
    struct aws_call call = {.operation = operation,
                            .method = "PUT",
                            .path = path,
                            .query = query,
                            .body = data,
                            .body_len = len,
                            .call_ms = INT64_C(600000)};
    struct aws_answer answer;
    if (etag != NULL)
        etag[0] = '\0';
    pt_code code = key_path(key, path, sizeof path, operation, err);
    if (code != PT_OK)
        return code;
    code = call_bucket(client, keys, bucket, &call, &answer, err);
    if (code == PT_OK && etag != NULL)
        http_answer_header(&answer.http, "etag", etag, ETAG_MAX);
    aws_answer_done(&answer);
    return code;
}

pt_code s3_put(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
               const char *key, const void *data, size_t len, char *etag, struct pt_error *err)
{
    return put(client, keys, bucket, "PutObject", key, NULL, data, len, etag, err);
}

/* ------------------------------------------------------------------ a file in parts */

struct upload {
    struct aws_client *client;
    const struct aws_keys *keys;
    struct s3_bucket *bucket;
    const char *key;
    int fd;
    int64_t bytes;
    s3_progress_fn progress;
    void *arg;
    char path[PATH_BYTES];
    char id[1024];    /* UploadId */
    struct buf parts; /* the body of CompleteMultipartUpload */
};

static pt_code read_part(const struct upload *up, int64_t offset, char *data, size_t len,
                         struct pt_error *err)
{
    char why[128];
    size_t got = 0;
    while (got < len) {
        ssize_t n = pread(up->fd, data + got, len - got, offset + (int64_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return pt_error_set(err, PT_EIO, "Try again", "upload: read the file: %s",
                                n < 0 ? strerror_r(errno, why, sizeof why)
                                      : "it became shorter meanwhile");
        got += (size_t)n;
    }
    return PT_OK;
}

static pt_code begin_parts(struct upload *up, struct pt_error *err)
{
    struct aws_call call = {.operation = "CreateMultipartUpload",
                            .method = "POST",
                            .path = up->path,
                            .query = "uploads="};
    struct aws_answer answer;
    struct xml *xml = NULL;
    pt_code code = call_bucket(up->client, up->keys, up->bucket, &call, &answer, err);
    if (code == PT_OK)
        code = xml_parse(answer.http.body, answer.http.len, &xml, err);
    aws_answer_done(&answer);
    if (code != PT_OK)
        return code;
    text_copy(up->id, sizeof up->id, xml_get(xml_root(xml), "UploadId"));
    xml_free(xml);
    return up->id[0] != '\0' ? PT_OK
                             : pt_error_set(err, PT_EDATA, "Try again",
                                            "S3 CreateMultipartUpload: the answer has no UploadId");
}

static void put_id(const struct upload *up, struct buf *query, int part)
{
    char number[16];
    snprintf(number, sizeof number, "%d", part);
    buf_init(query, 4096);
    if (part > 0)
        aws_form_add(query, "partNumber", number);
    aws_form_add(query, "uploadId", up->id);
}

static pt_code send_part(struct upload *up, int part, int64_t offset, char *data,
                         struct pt_error *err)
{
    int64_t left = up->bytes - offset;
    size_t len = (size_t)(left < PART_BYTES ? left : PART_BYTES);
    char etag[ETAG_MAX];
    struct buf query;
    pt_code code = read_part(up, offset, data, len, err);
    if (code != PT_OK)
        return code;
    put_id(up, &query, part);
    code = put(up->client, up->keys, up->bucket, "UploadPart", up->key, query.data, data, len, etag,
               err);
    buf_done(&query);
    if (code != PT_OK)
        return code;
    buf_printf(&up->parts, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", part, etag);
    if (up->progress != NULL && !up->progress(up->arg, offset + (int64_t)len, up->bytes))
        return pt_error_set(err, PT_ECANCELLED, NULL, "upload: cancelled");
    return PT_OK;
}

/* An answer that was lost says nothing: the object is looked at. One in parts has their number
 * behind its ETag. */
static bool is_complete(struct upload *up)
{
    struct s3_object object;
    struct pt_error err;
    char tail[16];
    if (s3_head_object(up->client, up->keys, up->bucket, up->key, &object, &err) != PT_OK)
        return false;
    snprintf(tail, sizeof tail, "-%" PRId64 "\"", (up->bytes + PART_BYTES - 1) / PART_BYTES);
    return object.bytes == up->bytes && strstr(object.etag, tail) != NULL;
}

static pt_code complete(struct upload *up, struct pt_error *err)
{
    struct buf query;
    struct aws_answer answer;
    put_id(up, &query, 0);
    buf_puts(&up->parts, "</CompleteMultipartUpload>");
    struct aws_call call = {.operation = "CompleteMultipartUpload",
                            .method = "POST",
                            .path = up->path,
                            .query = query.data,
                            .content_type = "application/xml",
                            .body = up->parts.data,
                            .body_len = up->parts.len};
    bool is_lost = false;
    pt_code code = up->parts.is_over
                       ? pt_error_set(err, PT_EFULL, NULL, "upload: too many parts")
                       : call_bucket(up->client, up->keys, up->bucket, &call, &answer, err);
    if (!up->parts.is_over) {
        is_lost = code != PT_OK && code != PT_ECANCELLED && answer.fault.code[0] == '\0' &&
                  answer.http.was_sent;
        aws_answer_done(&answer);
    }
    buf_done(&query);
    return is_lost && is_complete(up) ? PT_OK : code;
}

/* Parts that stay would be paid for. */
static void abort_parts(struct upload *up)
{
    struct buf query;
    struct aws_answer answer;
    struct pt_error err;
    put_id(up, &query, 0);
    struct aws_call call = {.operation = "AbortMultipartUpload",
                            .method = "DELETE",
                            .path = up->path,
                            .query = query.data};
    call_bucket(up->client, up->keys, up->bucket, &call, &answer, &err);
    aws_answer_done(&answer);
    buf_done(&query);
}

static pt_code upload_parts(struct upload *up, struct pt_error *err)
{
    char *data = malloc(PART_BYTES);
    if (data == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "upload: no memory");
    buf_init(&up->parts, 2 * 1024 * 1024);
    buf_puts(&up->parts,
             "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    pt_code code = begin_parts(up, err);
    int part = 1;
    for (int64_t at = 0; code == PT_OK && at < up->bytes; at += PART_BYTES)
        code = send_part(up, part++, at, data, err);
    if (code == PT_OK)
        code = complete(up, err);
    if (code != PT_OK && up->id[0] != '\0')
        abort_parts(up);
    buf_done(&up->parts);
    free(data);
    return code;
}

static pt_code upload_whole(struct upload *up, struct pt_error *err)
{
    char *data = malloc((size_t)up->bytes + 1);
    if (data == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "upload: no memory");
    pt_code code = read_part(up, 0, data, (size_t)up->bytes, err);
    if (code == PT_OK)
        code =
            s3_put(up->client, up->keys, up->bucket, up->key, data, (size_t)up->bytes, NULL, err);
    if (code == PT_OK && up->progress != NULL)
        up->progress(up->arg, up->bytes, up->bytes);
    free(data);
    return code;
}

pt_code s3_upload(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                  const char *key, const char *path, s3_progress_fn progress, void *arg,
                  struct pt_error *err)
{
    char why[128];
    struct stat st = {0};
    struct upload up = {.client = client,
                        .keys = keys,
                        .bucket = bucket,
                        .key = key,
                        .progress = progress,
                        .arg = arg,
                        .fd = open(path, O_RDONLY | O_CLOEXEC)};
    pt_code code = key_path(key, up.path, sizeof up.path, "upload", err);
    if (code == PT_OK && (up.fd < 0 || fstat(up.fd, &st) != 0 || !S_ISREG(st.st_mode)))
        code = pt_error_set(err, PT_EIO, "Name a file that may be read", "upload: %s: %s", path,
                            up.fd < 0 ? strerror_r(errno, why, sizeof why) : "it is no file");
    if (code == PT_OK) {
        up.bytes = st.st_size;
        code = up.bytes <= ONE_PUT_BYTES ? upload_whole(&up, err) : upload_parts(&up, err);
    }
    if (up.fd >= 0)
        close(up.fd);
    return code;
}
