#include "aws/s3_upload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "aws/invoke.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/url.h"

enum { MD5_BYTES = 16, RESUMED_MAX = 20 };
#define ONE_PUT_BYTES (INT64_C(16) << 20)
#define PART_BYTES (INT64_C(8) << 20)

struct upload {
    struct aws_client *client;
    const struct aws_keys *keys;
    struct s3_bucket *bucket;
    const char *key;
    int fd;
    int64_t bytes;
    s3_progress_fn progress;
    void *arg;
    int64_t offset;     /* where the body that is sent now begins in the file */
    char id[1024];      /* UploadId */
    int n_sent;         /* parts that an earlier upload, which this one goes on with, has left */
    struct buf parts;   /* the body of CompleteMultipartUpload */
    bool is_unanswered; /* the call that failed: the parts stay for the next attempt */
};

static pt_code upload_read(const struct upload *up, int64_t offset, char *data, size_t len,
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
                                      : "it became shorter during the upload");
        got += (size_t)n;
    }
    return PT_OK;
}

static bool upload_md5(const void *data, size_t len, unsigned char *sum)
{
    unsigned int n = 0;
    return EVP_Digest(data, len, sum, &n, EVP_md5(), NULL) == 1 && n == MD5_BYTES;
}

/* The ETag of an object in parts is the MD5 of their MD5s, and their number. */
static bool upload_etag(const struct upload *up, char *data, char *out, size_t cap)
{
    unsigned char sum[MD5_BYTES];
    char digits[2 * MD5_BYTES + 1];
    struct buf sums;
    int n = 0;
    bool is_good = true, is_whole = up->bytes <= ONE_PUT_BYTES;
    int64_t step = is_whole ? ONE_PUT_BYTES : PART_BYTES;
    buf_init(&sums, 1024 * 1024);
    for (int64_t at = 0; is_good && (at < up->bytes || at == 0); at += step, n++) {
        size_t len = (size_t)(up->bytes - at < step ? up->bytes - at : step);
        is_good = upload_read(up, at, data, len, NULL) == PT_OK && upload_md5(data, len, sum);
        if (is_good)
            buf_append(&sums, sum, sizeof sum);
    }
    is_good = is_good && !sums.is_over && (is_whole || upload_md5(sums.data, sums.len, sum));
    buf_done(&sums);
    if (!is_good)
        return false;
    hex_put(sum, sizeof sum, digits);
    if (is_whole)
        snprintf(out, cap, "\"%s\"", digits);
    else
        snprintf(out, cap, "\"%s-%d\"", digits, n);
    return true;
}

static pt_code s3_begin_parts(struct upload *up, struct pt_error *err)
{
    struct aws_call call = {
        .operation = "CreateMultipartUpload", .method = "POST", .query = "uploads="};
    struct aws_answer answer;
    struct xml *xml = NULL;
    pt_code code = s3_call(up->client, up->keys, up->bucket, up->key, &call, &answer, err);
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

/* Tells how far the body of the running call is. */
static bool upload_sent(void *arg, int64_t bytes)
{
    const struct upload *up = arg;
    return up->progress(up->arg, up->offset + bytes, up->bytes);
}

static size_t part_bytes(int64_t bytes, int64_t offset)
{
    return (size_t)(bytes - offset < PART_BYTES ? bytes - offset : PART_BYTES);
}

static void upload_put_part(struct upload *up, int part, const char *etag)
{
    buf_printf(&up->parts, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", part, etag);
}

/* The way to S3 broke: it may have done what it was asked for. */
static bool is_without_answer(pt_code code, const struct aws_answer *answer)
{
    return (code == PT_EUNREACHABLE || code == PT_ETIMEOUT || code == PT_EIO) &&
           answer->fault.code[0] == '\0';
}

static pt_code send_part(struct upload *up, int part, int64_t offset, char *data,
                         struct pt_error *err)
{
    size_t len = part_bytes(up->bytes, offset);
    struct buf query;
    struct aws_answer answer;
    char etag[S3_ETAG_MAX] = "";
    pt_code code = upload_read(up, offset, data, len, err);
    if (code != PT_OK)
        return code;
    put_id(up, &query, part);
    struct aws_call call = {.operation = "UploadPart",
                            .method = "PUT",
                            .query = query.data,
                            .body = data,
                            .body_len = len,
                            .sent = up->progress != NULL ? upload_sent : NULL,
                            .sent_arg = up,
                            .call_ms = S3_WRITE_MS};
    up->offset = offset;
    code = s3_call(up->client, up->keys, up->bucket, up->key, &call, &answer, err);
    if (code == PT_OK)
        http_answer_header(&answer.http, "etag", etag, sizeof etag);
    up->is_unanswered = is_without_answer(code, &answer);
    aws_answer_done(&answer);
    buf_done(&query);
    if (code != PT_OK)
        return code;
    upload_put_part(up, part, etag);
    if (up->progress != NULL && !up->progress(up->arg, offset + (int64_t)len, up->bytes))
        return pt_error_set(err, PT_ECANCELLED, NULL, "upload: cancelled");
    return PT_OK;
}

/* Whether S3 no longer knows the upload, whose parts it joined, or somebody took back. */
static bool is_upload_gone(struct upload *up)
{
    struct buf query;
    struct aws_answer answer;
    put_id(up, &query, 0);
    struct aws_call call = {.operation = "ListParts", .method = "GET", .query = query.data};
    pt_code code = s3_call(up->client, up->keys, up->bucket, up->key, &call, &answer, NULL);
    aws_answer_done(&answer);
    buf_done(&query);
    return code == PT_ENOTFOUND;
}

/* A lost answer proves nothing: the object is looked at. Its ETag tells whether it is this file;
 * with a key of its own it has another one, and it is this file when it has its size and number of
 * parts, and the upload is gone. */
static bool is_complete(struct upload *up, char *data)
{
    struct s3_object object;
    struct pt_error err;
    char tail[16], etag[S3_ETAG_MAX];
    if (s3_head_object(up->client, up->keys, up->bucket, up->key, &object, &err) != PT_OK ||
        object.bytes != up->bytes || !upload_etag(up, data, etag, sizeof etag))
        return false;
    if (strcmp(object.etag, etag) == 0)
        return true;
    snprintf(tail, sizeof tail, "-%" PRId64 "\"", (up->bytes + PART_BYTES - 1) / PART_BYTES);
    return object.has_own_key && strstr(object.etag, tail) != NULL && is_upload_gone(up);
}

static pt_code s3_complete(struct upload *up, char *data, struct pt_error *err)
{
    struct buf query;
    struct aws_answer answer;
    put_id(up, &query, 0);
    buf_puts(&up->parts, "</CompleteMultipartUpload>");
    struct aws_call call = {.operation = "CompleteMultipartUpload",
                            .method = "POST",
                            .query = query.data,
                            .content_type = "application/xml",
                            .body = up->parts.data,
                            .body_len = up->parts.len,
                            .call_ms = S3_WRITE_MS}; /* S3 may take minutes to join the parts */
    bool is_lost = false;
    pt_code code = up->parts.is_over
                       ? pt_error_set(err, PT_EFULL, NULL, "upload: too many parts")
                       : s3_call(up->client, up->keys, up->bucket, up->key, &call, &answer, err);
    if (!up->parts.is_over) {
        is_lost = code != PT_OK && code != PT_ECANCELLED && aws_may_be_made(&answer, code);
        up->is_unanswered = is_without_answer(code, &answer) ||
                            (code == PT_ESERVER && answer.fault.is_web_page); /* a gateway's */
        aws_answer_done(&answer);
    }
    buf_done(&query);
    return is_lost && is_complete(up, data) ? PT_OK : code;
}

/* Remaining parts would be charged. Returns whether they are gone. */
static bool s3_abort_parts(struct upload *up)
{
    struct buf query;
    struct aws_answer answer;
    struct pt_error err;
    put_id(up, &query, 0);
    struct aws_call call = {
        .operation = "AbortMultipartUpload", .method = "DELETE", .query = query.data};
    pt_code code = s3_call(up->client, up->keys, up->bucket, up->key, &call, &answer, &err);
    aws_answer_done(&answer);
    buf_done(&query);
    return code == PT_OK;
}

/* Says what has become of the parts of an upload that was cancelled. */
static void s3_say_cancelled(bool are_gone, struct pt_error *err)
{
    pt_error_set(err, PT_ECANCELLED,
                 are_gone ? "Nothing of it is left in the bucket"
                          : "The parts that were sent stay in the bucket, where they are charged "
                            "like objects; the next upload of this file goes on behind them",
                 "upload: cancelled");
}

/* ------------------------------------------------------------------ an earlier upload's parts */

/* The part of that number, counted from 0, is the file's. */
static bool is_part_of_file(const struct upload *up, const struct xml_node *part, int n, char *data)
{
    unsigned char sum[MD5_BYTES];
    char etag[2 * MD5_BYTES + 3] = "\"";
    const char *number = xml_get(part, "PartNumber"), *told = xml_get(part, "ETag");
    int64_t offset = n * PART_BYTES;
    if (number == NULL || told == NULL || strtoll(number, NULL, 10) != n + 1 || offset >= up->bytes)
        return false;
    size_t len = part_bytes(up->bytes, offset);
    if (upload_read(up, offset, data, len, NULL) != PT_OK || !upload_md5(data, len, sum))
        return false;
    hex_put(sum, sizeof sum, etag + 1);
    text_copy(etag + 1 + (size_t)2 * MD5_BYTES, 2, "\"");
    return strcmp(etag, told) == 0;
}

/* Takes over an earlier upload if all of its parts are the file's, from the first on. */
static bool take_earlier(struct upload *up, const char *id, char *data)
{
    struct aws_call call = {.operation = "ListParts", .method = "GET"};
    struct aws_answer answer;
    struct xml *xml = NULL;
    struct buf query;
    int n = 0;
    bool are_ours = true;
    text_copy(up->id, sizeof up->id, id);
    put_id(up, &query, 0);
    call.query = query.data;
    if (s3_call(up->client, up->keys, up->bucket, up->key, &call, &answer, NULL) == PT_OK)
        xml_parse(answer.http.body, answer.http.len, &xml, NULL);
    aws_answer_done(&answer);
    buf_done(&query);
    const struct xml_node *first = xml != NULL ? xml_find(xml_root(xml), "Part") : NULL;
    for (const struct xml_node *part = first; part != NULL && are_ours;
         part = xml_next(part, "Part"))
        are_ours = is_part_of_file(up, part, n, data) && ++n > 0;
    are_ours = are_ours && n > 0;
    n = 0;
    for (const struct xml_node *part = first; part != NULL && are_ours;
         part = xml_next(part, "Part"))
        upload_put_part(up, ++n, xml_get(part, "ETag"));
    xml_free(xml);
    up->n_sent = n;
    if (!are_ours)
        up->id[0] = '\0';
    return are_ours;
}

/* Looks for an upload to this key that was cut off. Another program's, or one of another file, is
 * left alone. Whatever goes wrong: the upload begins from its start. */
static void find_earlier(struct upload *up, char *data)
{
    struct aws_call call = {.operation = "ListMultipartUploads", .method = "GET"};
    struct aws_answer answer;
    struct xml *xml = NULL;
    struct buf query;
    int looked_at = 0;
    buf_init(&query, 4096);
    buf_puts(&query, "uploads=&encoding-type=url");
    aws_form_add(&query, "prefix", up->key);
    call.query = query.data;
    if (!query.is_over &&
        s3_call(up->client, up->keys, up->bucket, "", &call, &answer, NULL) == PT_OK)
        xml_parse(answer.http.body, answer.http.len, &xml, NULL);
    if (!query.is_over)
        aws_answer_done(&answer);
    buf_done(&query);
    const struct xml_node *at = xml != NULL ? xml_find(xml_root(xml), "Upload") : NULL;
    for (; at != NULL && looked_at < RESUMED_MAX && up->n_sent == 0; at = xml_next(at, "Upload")) {
        const char *id = xml_get(at, "UploadId"), *told = xml_get(at, "Key");
        char *key = told != NULL ? url_decode_copy(told) : NULL;
        if (id != NULL && key != NULL && strcmp(key, up->key) == 0) {
            looked_at++;
            take_earlier(up, id, data);
        }
        free(key);
    }
    xml_free(xml);
}

static pt_code upload_parts(struct upload *up, struct pt_error *err)
{
    char *data = malloc(PART_BYTES);
    if (data == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "upload: out of memory");
    buf_init(&up->parts, 2 * 1024 * 1024);
    buf_puts(&up->parts,
             "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    find_earlier(up, data);
    pt_code code = up->n_sent > 0 ? PT_OK : s3_begin_parts(up, err);
    int part = up->n_sent + 1;
    for (int64_t at = up->n_sent * PART_BYTES; code == PT_OK && at < up->bytes; at += PART_BYTES)
        code = send_part(up, part++, at, data, err);
    if (code == PT_OK)
        code = s3_complete(up, data, err);
    bool are_gone =
        code == PT_OK || up->id[0] == '\0' || (!up->is_unanswered && s3_abort_parts(up));
    if (code == PT_ECANCELLED)
        s3_say_cancelled(are_gone, err);
    buf_done(&up->parts);
    free(data);
    return code;
}

static pt_code upload_put(struct upload *up, const char *data, struct pt_error *err)
{
    struct aws_call call = {.operation = "PutObject",
                            .method = "PUT",
                            .body = data,
                            .body_len = (size_t)up->bytes,
                            .sent = up->progress != NULL ? upload_sent : NULL,
                            .sent_arg = up,
                            .call_ms = S3_WRITE_MS};
    struct aws_answer answer;
    pt_code code = s3_call(up->client, up->keys, up->bucket, up->key, &call, &answer, err);
    aws_answer_done(&answer);
    return code;
}

static pt_code upload_whole(struct upload *up, struct pt_error *err)
{
    char *data = malloc((size_t)up->bytes + 1);
    if (data == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "upload: out of memory");
    pt_code code = upload_read(up, 0, data, (size_t)up->bytes, err);
    if (code == PT_OK)
        code = upload_put(up, data, err);
    if (code == PT_OK && up->progress != NULL)
        up->progress(up->arg, up->bytes, up->bytes);
    if (code == PT_ECANCELLED)
        pt_error_set(err, code, "Do it again: S3 has taken all of the file, or nothing of it",
                     "upload: cancelled");
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
    pt_code code = PT_OK;
    if (up.fd < 0 || fstat(up.fd, &st) != 0 || !S_ISREG(st.st_mode))
        code = pt_error_set(err, PT_EIO, "Use a readable file", "upload: %s: %s", path,
                            up.fd < 0 ? strerror_r(errno, why, sizeof why)
                                      : "it is not a regular file");
    if (code == PT_OK) {
        up.bytes = st.st_size;
        code = up.bytes <= ONE_PUT_BYTES ? upload_whole(&up, err) : upload_parts(&up, err);
    }
    if (up.fd >= 0)
        close(up.fd);
    return code;
}

/* ------------------------------------------------------------------ is it there already */

bool s3_is_file(const struct s3_object *object, const char *path)
{
    struct stat st = {0};
    struct upload up = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    char etag[S3_ETAG_MAX] = "";
    bool is_same = up.fd >= 0 && fstat(up.fd, &st) == 0 && st.st_size == object->bytes;
    char *data = is_same ? malloc((size_t)ONE_PUT_BYTES) : NULL;
    up.bytes = st.st_size;
    is_same = data != NULL && upload_etag(&up, data, etag, sizeof etag) &&
              strcmp(etag, object->etag) == 0;
    free(data);
    if (up.fd >= 0)
        close(up.fd);
    return is_same;
}
