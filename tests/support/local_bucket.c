#include "local_bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/evp.h>

/* ------------------------------------------------------------------ answers */

#define BUCKET_LENGTHLESS SIZE_MAX /* only of a HEAD */

static void bucket_send(int fd, int status, const char *headers, const void *body, size_t len,
                        bool is_head)
{
    char head[600];
    char length[40] = "";
    if (len != BUCKET_LENGTHLESS)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", len);
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d x\r\nConnection: close\r\nx-amz-request-id: request-1\r\n%s%s"
                     "\r\n",
                     status, headers, length);
    send(fd, head, (size_t)n, MSG_NOSIGNAL | (len > 0 && !is_head ? MSG_MORE : 0));
    if (!is_head)
        send(fd, body, len, MSG_NOSIGNAL);
}

static void bucket_refuse(int fd, int status, const char *code, bool is_head)
{
    char body[200];
    int n =
        snprintf(body, sizeof body, "<Error><Code>%s</Code><Message>no</Message></Error>", code);
    bucket_send(fd, status, "", body, is_head ? 0 : (size_t)n, is_head);
}

static void bucket_etag(const struct local_object *object, char *out, size_t cap)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    size_t used = 0;
    EVP_Digest(object->data, object->len, sum, &len, EVP_md5(), NULL);
    for (unsigned int i = 0; i < len; i++)
        used += (size_t)snprintf(out + used, cap - used, "%02x", sum[i]);
}

/* Takes a parameter of the query, decoded as far as keys need it; "" none. */
static void bucket_param(const char *request, const char *name, char *out, size_t cap)
{
    const char *at = strstr(request, name);
    const char *line = strstr(request, "\r\n");
    size_t n = 0;
    for (at = at != NULL && at < line ? at + strlen(name) : ""; n + 1 < cap; n++) {
        if (*at == '\0' || *at == '&' || *at == ' ')
            break;
        bool is_code =
            *at == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]);
        const char hex[3] = {is_code ? at[1] : '0', is_code ? at[2] : '0', '\0'};
        out[n] = is_code ? (char)strtol(hex, NULL, 16) : *at;
        at += is_code ? 3 : 1;
    }
    out[n] = '\0';
}

/* Adds the folder that a key lies in, once: those of one folder come one after the other. */
static bool bucket_is_in_folder(const char *key, const char *prefix, const char *delimiter,
                                char *last, char *body, size_t *used, size_t cap)
{
    const char *rest = key + strlen(prefix);
    const char *end = *delimiter != '\0' ? strstr(rest, delimiter) : NULL;
    char folder[200];
    if (end == NULL)
        return false;
    snprintf(folder, sizeof folder, "%.*s/", (int)(end - key), key);
    if (strcmp(folder, last) != 0)
        *used += (size_t)snprintf(body + *used, cap - *used,
                                  "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", folder);
    snprintf(last, sizeof folder, "%s", folder);
    return true;
}

static void bucket_list(const struct local_bucket *bucket, int fd, const char *request)
{
    static char body[16384];
    char prefix[200], after[200], delimiter[8], max[16], etag[40], last[200] = "";
    size_t used = 0, n = 0;
    bool is_more = false;
    bucket_param(request, "&prefix=", prefix, sizeof prefix);
    bucket_param(request, "start-after=", after, sizeof after);
    bucket_param(request, "delimiter=", delimiter, sizeof delimiter);
    bucket_param(request, "max-keys=", max, sizeof max);
    used += (size_t)snprintf(body, sizeof body, "<R>");
    for (size_t i = 0; i < bucket->n_objects; i++) {
        const struct local_object *object = &bucket->objects[i];
        if (strncmp(object->key, prefix, strlen(prefix)) != 0 || strcmp(object->key, after) <= 0 ||
            bucket_is_in_folder(object->key, prefix, delimiter, last, body, &used, sizeof body))
            continue;
        is_more = n++ >= strtoul(max, NULL, 10);
        if (is_more)
            break;
        bucket_etag(object, etag, sizeof etag);
        used += (size_t)snprintf(body + used, sizeof body - used,
                                 "<Contents><Key>%s</Key><Size>%zu</Size><LastModified>%s"
                                 "</LastModified><ETag>&quot;%s&quot;</ETag></Contents>",
                                 object->key, object->len, object->modified, etag);
    }
    used += (size_t)snprintf(body + used, sizeof body - used, "<IsTruncated>%s</IsTruncated></R>",
                             is_more || bucket->is_endless ? "true" : "false");
    bucket_send(fd, 200, "Content-Type: application/xml\r\n", body, used, false);
}

static struct local_object *bucket_find(struct local_bucket *bucket, const char *key, size_t len)
{
    for (size_t i = 0; i < bucket->n_objects; i++)
        if (strncmp(bucket->objects[i].key, key, len) == 0 && bucket->objects[i].key[len] == '\0')
            return &bucket->objects[i];
    return NULL;
}

static void bucket_give(const struct local_bucket *bucket, int fd, const char *request,
                        const struct local_object *object)
{
    char headers[300], etag[40];
    bool is_head = strncmp(request, "HEAD ", 5) == 0;
    const char *range = strcasestr(request, "\r\nrange: bytes=");
    long from = 0, to = (long)object->len - 1;
    bool is_range = range != NULL && !bucket->ignores_ranges;
    if (is_range) {
        char *end;
        from = strtol(range + 15, &end, 10);
        if (*end != '-' || !isdigit((unsigned char)end[1]))
            fail_msg("a range of another form: %.60s", range);
        to = strtol(end + 1, NULL, 10);
    }
    if (is_range && (from < 0 || to < from || to >= (long)object->len))
        fail_msg("a range outside of the object: %ld-%ld of %zu", from, to, object->len);
    bucket_etag(object, etag, sizeof etag);
    int n = snprintf(headers, sizeof headers,
                     "ETag: \"%s\"\r\nLast-Modified: Mon, 30 Nov 2026 10:00:00 GMT\r\n", etag);
    if (is_range)
        snprintf(headers + n, sizeof headers - (size_t)n, "Content-Range: bytes %ld-%ld/%zu\r\n",
                 from, to, object->len);
    bool is_lengthless = is_head && bucket->has_no_length;
    bucket_send(fd, is_range ? 206 : 200, headers, object->data + from,
                is_lengthless ? BUCKET_LENGTHLESS : (size_t)(to - from + 1), is_head);
}

static void bucket_take(struct local_bucket *bucket, int fd, const char *request, const char *key,
                        size_t key_len)
{
    const char *body = strstr(request, "\r\n\r\n"),
               *length = strcasestr(request, "content-length: ");
    size_t len = length != NULL ? strtoul(length + 16, NULL, 10) : 0;
    struct local_object *object = bucket_find(bucket, key, key_len);
    char name[200];
    snprintf(name, sizeof name, "%.*s", (int)key_len, key);
    bucket->n_writes++;
    if (object == NULL) {
        local_bucket_add(bucket, name, body + 4, len);
    } else {
        memcpy(object->data, body + 4, len);
        object->len = len;
    }
    bucket_send(fd, 200, "", "", 0, false);
}

static bool bucket_on_object(struct local_bucket *bucket, int fd, const char *request,
                             const char *key, size_t len)
{
    bool is_head = strncmp(request, "HEAD ", 5) == 0;
    const struct local_object *object = bucket_find(bucket, key, len);
    if (strncmp(request, "PUT ", 4) == 0)
        bucket_take(bucket, fd, request, key, len);
    else if (bucket->is_get_denied || (bucket->hides_written && bucket->n_writes > 0))
        bucket_refuse(fd, 403, "AccessDenied", is_head);
    else if (object == NULL)
        bucket_refuse(fd, 404, "NoSuchKey", is_head);
    else
        bucket_give(bucket, fd, request, object);
    return true;
}

static bool bucket_on_head(const struct local_bucket *bucket, int fd, const char *request)
{
    char headers[100] = "";
    const char *owner = strcasestr(request, "x-amz-expected-bucket-owner: ");
    bool is_other = owner != NULL && strncmp(owner + 29, bucket->owner, 12) != 0;
    if (bucket->region != NULL)
        snprintf(headers, sizeof headers, "x-amz-bucket-region: %s\r\n", bucket->region);
    bucket_send(fd,
                bucket->is_missing                   ? 404
                : bucket->is_head_denied || is_other ? 403
                                                     : 200,
                headers, "", 0, true);
    return true;
}

/* "GET /BUCKET/KEY?QUERY HTTP/1.1": path-style, as the address is given. */
bool local_bucket_answer(void *arg, int fd, const char *request)
{
    struct local_bucket *bucket = arg;
    const char *path = strchr(request, ' ');
    size_t len = strlen(bucket->name);
    if (path == NULL || path[1] != '/' || strncmp(path + 2, bucket->name, len) != 0 ||
        strchr("/? ", path[2 + len]) == NULL)
        return false;
    path += 2 + len;
    path += *path == '/';
    size_t key = strcspn(path, "? ");
    if (key > 0)
        return bucket_on_object(bucket, fd, request, path, key);
    if (strncmp(request, "HEAD ", 5) == 0)
        return bucket_on_head(bucket, fd, request);
    if (strncmp(path, "?list-type=2", 12) != 0)
        return false;
    if (bucket->is_list_denied)
        bucket_refuse(fd, 403, "AccessDenied", false);
    else
        bucket_list(bucket, fd, request);
    return true;
}

void local_bucket_start(struct local_bucket *bucket, struct local_aws *aws, const char *name)
{
    memset(bucket, 0, sizeof *bucket);
    bucket->name = name;
    bucket->region = "eu-west-1";
    bucket->owner = "123456789012";
    local_aws_hook(aws, local_bucket_answer, bucket);
}

void local_bucket_add(struct local_bucket *bucket, const char *key, const void *data, size_t len)
{
    static const char *const times[BUCKET_OBJECTS] = {
        "2026-11-30T10:00:01.000Z", "2026-11-30T10:00:02.000Z", "2026-11-30T10:00:03.000Z",
        "2026-11-30T10:00:04.000Z", "2026-11-30T10:00:05.000Z", "2026-11-30T10:00:06.000Z",
        "2026-11-30T10:00:07.000Z", "2026-11-30T10:00:08.000Z"};
    assert_true(bucket->n_objects < BUCKET_OBJECTS && len <= BUCKET_OBJECT_MAX);
    struct local_object *object = &bucket->objects[bucket->n_objects];
    snprintf(object->key, sizeof object->key, "%s", key);
    memcpy(object->data, data, len);
    object->len = len;
    object->modified = times[bucket->n_objects++];
}

/* ------------------------------------------------------------------ a zip */

static size_t zip_put(unsigned char *at, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
    return bytes;
}

size_t local_zip_make(unsigned char *data, const char *const *names)
{
    size_t len = 0, n = 0;
    len += zip_put(data, 0x04034b50, 4);
    size_t start = len += zip_put(data + len, 0, 4) + zip_put(data + len + 4, 0, 4);
    for (; names[n] != NULL; n++) {
        size_t name = strlen(names[n]);
        memset(data + len, 0, 46);
        zip_put(data + len, 0x02014b50, 4);
        zip_put(data + len + 28, (uint32_t)name, 2);
        memcpy(data + len + 46, names[n], name);
        len += 46 + name;
    }
    memset(data + len, 0, 22);
    zip_put(data + len, 0x06054b50, 4);
    zip_put(data + len + 8, (uint32_t)n, 2);
    zip_put(data + len + 10, (uint32_t)n, 2);
    zip_put(data + len + 12, (uint32_t)(len - start), 4);
    zip_put(data + len + 16, (uint32_t)start, 4);
    return len + 22;
}
