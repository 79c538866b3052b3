#include "aws/s3.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/invoke.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"
#include "net/retry.h"
#include "pintop/stream.h"

enum { PATH_BYTES = 3100, QUERY_BYTES = 8000 };

/* Repeats the call in the region that S3 names, when it is not the one that was tried. */
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
    url_encode(&path, key, strlen(key), URL_UNRESERVED "/");
    bool is_ok = !path.is_over;
    snprintf(out, cap, "%s", is_ok ? path.data : "");
    buf_done(&path);
    return is_ok ? PT_OK
                 : pt_error_set(err, PT_EUSAGE, "Shorten the key",
                                "S3 %s: the key is longer than 1 KiB", operation);
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

pt_code s3_head_bucket_of(struct aws_client *client, const struct aws_keys *keys,
                          struct s3_bucket *bucket, const char *owner, struct pt_error *err)
{
    const char *const headers[] = {"x-amz-expected-bucket-owner", owner, NULL};
    struct aws_call call = {
        .operation = "HeadBucket", .method = "HEAD", .headers = owner != NULL ? headers : NULL};
    struct aws_answer answer;
    char region[AWS_REGION_MAX];
    pt_code code = call_bucket(client, keys, bucket, &call, &answer, err);
    if (http_answer_header(&answer.http, "x-amz-bucket-region", region, sizeof region) &&
        aws_is_region(region))
        text_copy(bucket->region, sizeof bucket->region, region);
    aws_answer_done(&answer);
    return code;
}

pt_code s3_head_bucket(struct aws_client *client, const struct aws_keys *keys,
                       struct s3_bucket *bucket, struct pt_error *err)
{
    return s3_head_bucket_of(client, keys, bucket, NULL, err);
}

static bool is_true_in(const struct xml *xml, const char *name)
{
    const char *text = xml_get(xml_root(xml), name);
    return text != NULL && strcmp(text, "true") == 0;
}

pt_code s3_get_public_block(struct aws_client *client, const struct aws_keys *keys,
                            struct s3_bucket *bucket, struct s3_public_block *out,
                            struct pt_error *err)
{
    struct aws_call call = {
        .operation = "GetPublicAccessBlock", .method = "GET", .query = "publicAccessBlock="};
    struct aws_answer answer;
    struct xml *xml = NULL;
    memset(out, 0, sizeof *out);
    pt_code code = call_bucket(client, keys, bucket, &call, &answer, err);
    if (strcmp(answer.fault.code, "NoSuchPublicAccessBlockConfiguration") == 0)
        code = pt_error_set(err, PT_ENOTFOUND, NULL,
                            "S3 GetPublicAccessBlock: the bucket %s has none", bucket->name);
    if (code == PT_OK)
        code = xml_parse(answer.http.body, answer.http.len, &xml, err);
    aws_answer_done(&answer);
    if (code != PT_OK)
        return code;
    out->acls_blocked = is_true_in(xml, "BlockPublicAcls");
    out->acls_ignored = is_true_in(xml, "IgnorePublicAcls");
    out->policy_blocked = is_true_in(xml, "BlockPublicPolicy");
    out->buckets_restricted = is_true_in(xml, "RestrictPublicBuckets");
    xml_free(xml);
    return PT_OK;
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
        out->has_own_key =
            (http_answer_header(&answer.http, "x-amz-server-side-encryption", text, sizeof text) &&
             strcmp(text, "AES256") != 0) ||
            http_answer_header(&answer.http, "x-amz-server-side-encryption-customer-algorithm",
                               text, sizeof text);
        out->is_md5 =
            !out->has_own_key && strlen(out->etag) == 34 && strchr(out->etag, '-') == NULL;
    }
    aws_answer_done(&answer);
    return code;
}

/* "bytes 100-199/1234" says where the bytes of an answer begin. */
static bool is_from(const struct http_answer *answer, int64_t offset)
{
    char text[80], wanted[48];
    snprintf(wanted, sizeof wanted, "bytes %" PRId64 "-", offset);
    return http_answer_header(answer, "content-range", text, sizeof text) &&
           strncmp(text, wanted, strlen(wanted)) == 0;
}

pt_code s3_get_range(struct aws_client *client, const struct aws_keys *keys,
                     struct s3_bucket *bucket, const char *key, const char *etag, int64_t offset,
                     void *data, size_t len, struct pt_error *err)
{
    char range[64];
    const char *headers[] = {"Range", range, etag != NULL ? "If-Match" : NULL, etag, NULL};
    struct aws_call call = {.operation = "GetObject", .method = "GET", .headers = headers};
    struct aws_answer answer;
    snprintf(range, sizeof range, "bytes=%" PRId64 "-%" PRId64, offset, offset + (int64_t)len - 1);
    call.max_bytes = len > 4096 ? len : 4096; /* an error's answer has to fit as well */
    pt_code code = s3_call(client, keys, bucket, key, &call, &answer, err);
    bool is_whole = answer.http.status == 200 && offset == 0;
    bool is_more = code == PT_EDATA && answer.fault.code[0] == '\0'; /* than was asked for */
    if (is_more || (code == PT_OK &&
                    (answer.http.len != len || (!is_whole && !is_from(&answer.http, offset)))))
        code = pt_error_set(err, PT_EIO, "Try again; if it stays so, the store ignores ranges",
                            "S3 GetObject: %zu bytes were asked for, and others came", len);
    else if (code == PT_OK)
        memcpy(data, answer.http.body, len);
    aws_answer_done(&answer);
    return code;
}

/* ------------------------------------------------------------------ listing */

/* Keys come percent-encoded (encoding-type=url), as they may contain what XML cannot. */
static bool s3_add_object(struct s3_listing *list, const struct xml_node *node)
{
    struct s3_object *grown = aws_grow(list->objects, list->n, sizeof *grown);
    if (grown == NULL)
        return false;
    list->objects = grown;
    struct s3_object *object = &grown[list->n];
    const char *key = xml_get(node, "Key"), *bytes = xml_get(node, "Size");
    const char *modified = xml_get(node, "LastModified");
    object->key = url_decode_copy(key != NULL ? key : "");
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
    grown[list->n_prefixes] = url_decode_copy(text != NULL ? text : "");
    return grown[list->n_prefixes++] != NULL;
}

static bool s3_take_page(struct s3_listing *list, const struct xml_node *root, size_t limit)
{
    const struct xml_node *node;
    bool is_ok = true;
    for (node = xml_find(root, "Contents"); node != NULL && is_ok;
         node = xml_next(node, "Contents"))
        if (list->n + list->n_prefixes < limit)
            is_ok = s3_add_object(list, node);
    for (node = xml_find(root, "CommonPrefixes"); node != NULL && is_ok;
         node = xml_next(node, "CommonPrefixes"))
        if (list->n + list->n_prefixes < limit)
            is_ok = add_prefix(list, node);
    return is_ok;
}

static void s3_put_query(struct buf *query, const char *prefix, const char *delimiter,
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

/* Reads one page into out; token is in and out. */
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
    if (!s3_take_page(out, xml_root(xml), limit))
        code = pt_error_set(err, PT_ENOMEM, NULL, "S3 ListObjectsV2: out of memory");
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
        s3_put_query(&query, prefix, delimiter, start_after, token,
                     limit - out->n - out->n_prefixes);
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

pt_code s3_delete(struct aws_client *client, const struct aws_keys *keys, struct s3_bucket *bucket,
                  const char *key, const char *etag, struct pt_error *err)
{
    const char *headers[] = {"If-Match", etag, NULL};
    struct aws_call call = {.operation = "DeleteObject",
                            .method = "DELETE",
                            .headers = headers,
                            .call_ms = S3_WRITE_MS};
    struct aws_answer answer;
    pt_code code = s3_call(client, keys, bucket, key, &call, &answer, err);
    aws_answer_done(&answer);
    return code == PT_ENOTFOUND ? PT_OK : code;
}
