#include "aws/sigv4.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/hex.h"
#include "base/url.h"

enum { SIGNED_MAX = 256 * 1024, HASH = 32, PAIRS_MAX = 256, HEADERS_MAX = 64 };

#define ALGORITHM "AWS4-HMAC-SHA256"

/* ------------------------------------------------------------------ small things */

static void sha256_hex(const void *bytes, size_t len, char out[65])
{
    unsigned char hash[HASH];
    SHA256(bytes, len, hash);
    hex_put(hash, sizeof hash, out);
}

static void sigv4_hmac(const void *key, size_t key_len, const char *text, size_t len,
                       unsigned char out[HASH])
{
    unsigned int out_len = HASH;
    HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, len, out, &out_len);
}

/* ------------------------------------------------------------------ the path */

/* Turns "/a/./b//../c/" into "/a/c/". */
static void sigv4_normalize(struct buf *out, const char *path)
{
    buf_puts(out, "/");
    while (*path) {
        size_t len = strcspn(path, "/");
        bool is_last = path[len] == '\0';
        if (len == 2 && path[0] == '.' && path[1] == '.') {
            if (out->len > 1)
                out->len--; /* its slash */
            while (out->len > 1 && out->data[out->len - 1] != '/')
                out->len--;
            out->data[out->len] = '\0';
        } else if (len > 0 && !(len == 1 && path[0] == '.')) {
            buf_append(out, path, len);
            if (!is_last)
                buf_puts(out, "/");
        }
        path += len + !is_last;
    }
}

static void put_path(struct buf *out, const char *path, bool is_as_is)
{
    if (is_as_is) {
        buf_puts(out, path[0] ? path : "/");
        return;
    }
    struct buf clean;
    buf_init_secret(&clean, SIGNED_MAX);
    sigv4_normalize(&clean, path);
    if (clean.is_over)
        out->is_over = true;
    else
        url_encode(out, clean.data, clean.len, URL_UNRESERVED "/");
    buf_done(&clean);
}

/* ------------------------------------------------------------------ the query */

struct pair {
    char *name, *value; /* encoded */
};

struct pairs {
    struct pair items[PAIRS_MAX];
    size_t n;
    bool is_bad; /* too many, or out of memory */
};

static void pairs_done(struct pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++) { /* a session token may be among them */
        if (pairs->items[i].value != NULL)
            explicit_bzero(pairs->items[i].value, strlen(pairs->items[i].value));
        free(pairs->items[i].name);
        free(pairs->items[i].value);
    }
    pairs->n = 0;
}

/* Gives the text the encoding that is signed, whatever its own is. */
static char *sigv4_recode(const char *text, size_t len, bool is_encoded)
{
    struct buf plain, coded;
    buf_init_secret(&plain, SIGNED_MAX);
    buf_init_secret(&coded, SIGNED_MAX);
    buf_append(&plain, text, len);
    if (is_encoded && plain.len > 0)
        plain.len = url_decode(plain.data, plain.data, plain.len);
    buf_puts(&coded, "");
    if (plain.len > 0 && !plain.is_over)
        url_encode(&coded, plain.data, plain.len, URL_UNRESERVED);
    char *taken = plain.is_over ? NULL : buf_take(&coded, NULL);
    buf_done(&plain);
    buf_done(&coded);
    return taken;
}

static void add_pair(struct pairs *pairs, const char *name, size_t name_len, const char *value,
                     size_t value_len, bool is_encoded)
{
    if (pairs->n == PAIRS_MAX) {
        pairs->is_bad = true;
        return;
    }
    struct pair *pair = &pairs->items[pairs->n++];
    pair->name = sigv4_recode(name, name_len, is_encoded);
    pair->value = sigv4_recode(value, value_len, is_encoded);
    if (pair->name == NULL || pair->value == NULL)
        pairs->is_bad = true;
}

static void add_text_pair(struct pairs *pairs, const char *name, const char *value)
{
    add_pair(pairs, name, strlen(name), value, strlen(value), false);
}

static void split_query(struct pairs *pairs, const char *query)
{
    while (query != NULL && *query != '\0') {
        size_t len = strcspn(query, "&"), name_len = 0;
        while (name_len < len && query[name_len] != '=')
            name_len++;
        size_t skip = name_len < len ? name_len + 1 : len;
        if (len > 0)
            add_pair(pairs, query, name_len, query + skip, len - skip, true);
        query += len + (query[len] == '&');
    }
}

static int by_name_and_value(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->value, y->value);
}

static void sigv4_put_query(struct buf *out, struct pairs *pairs)
{
    if (pairs->is_bad) {
        out->is_over = true;
        return;
    }
    qsort(pairs->items, pairs->n, sizeof pairs->items[0], by_name_and_value);
    for (size_t i = 0; i < pairs->n; i++)
        buf_printf(out, "%s%s=%s", i > 0 ? "&" : "", pairs->items[i].name, pairs->items[i].value);
}

/* ------------------------------------------------------------------ the headers */

struct fields {
    struct sigv4_header items[HEADERS_MAX];
    size_t n;
    bool is_bad;
};

static bool is_never_signed(const char *name)
{
    static const char *const names[] = {
        "authorization",     "connection",      "expect", "user-agent",
        "transfer-encoding", "x-amzn-trace-id", "te",     "keep-alive"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return strncasecmp(name, "proxy-", 6) == 0;
}

static void add_field(struct fields *fields, const char *name, const char *value)
{
    if (is_never_signed(name))
        return;
    if (fields->n == HEADERS_MAX) {
        fields->is_bad = true;
        return;
    }
    fields->items[fields->n++] = (struct sigv4_header){name, value};
}

static const char *sigv4_find_field(const struct fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (strcasecmp(fields->items[i].name, name) == 0)
            return fields->items[i].value;
    return NULL;
}

/* Sorts by name; fields of one name keep the order in which they are sent (there are few). */
static void sort_fields(struct fields *fields)
{
    for (size_t i = 1; i < fields->n; i++) {
        struct sigv4_header moved = fields->items[i];
        size_t at = i;
        for (; at > 0 && strcasecmp(fields->items[at - 1].name, moved.name) > 0; at--)
            fields->items[at] = fields->items[at - 1];
        fields->items[at] = moved;
    }
}

/* Trims, and turns every run of white space into one blank. */
static void sigv4_put_value(struct buf *out, const char *value)
{
    bool has_gap = false, is_begun = false;
    for (; *value != '\0'; value++) {
        if (isspace((unsigned char)*value)) {
            has_gap = is_begun;
            continue;
        }
        if (has_gap)
            buf_puts(out, " ");
        buf_append(out, value, 1);
        has_gap = false;
        is_begun = true;
    }
}

static void sigv4_put_name(struct buf *out, const char *name)
{
    for (; *name != '\0'; name++) {
        char c = (char)tolower((unsigned char)*name);
        buf_append(out, &c, 1);
    }
}

/* Writes "name:value,value\n…" into out, "name;…" into names. The fields are sorted. */
static void put_fields(struct buf *out, struct buf *names, const struct fields *fields)
{
    for (size_t i = 0; i < fields->n; i++) {
        const struct sigv4_header *field = &fields->items[i];
        if (i > 0 && strcasecmp(field->name, fields->items[i - 1].name) == 0) {
            buf_puts(out, ",");
        } else {
            buf_puts(names, i > 0 ? ";" : "");
            sigv4_put_name(names, field->name);
            buf_puts(out, i > 0 ? "\n" : "");
            sigv4_put_name(out, field->name);
            buf_puts(out, ":");
        }
        sigv4_put_value(out, field->value);
    }
    buf_puts(out, "\n");
}

/* ------------------------------------------------------------------ the steps */

static void put_scope(struct buf *out, const struct sigv4_opts *opts, const char *date)
{
    buf_printf(out, "%.8s/%s/%s/aws4_request", date, opts->region, opts->service);
}

static void sign_text(const struct sigv4_opts *opts, struct sigv4_signed *out)
{
    unsigned char key[HASH];
    struct buf first;
    buf_init_secret(&first, SIGNED_MAX);
    buf_printf(&first, "AWS4%s", opts->credentials.secret_access_key);
    if (first.is_over) {
        out->string_to_sign.is_over = true;
    } else {
        sigv4_hmac(first.data, first.len, out->date, 8, key);
        sigv4_hmac(key, HASH, opts->region, strlen(opts->region), key);
        sigv4_hmac(key, HASH, opts->service, strlen(opts->service), key);
        sigv4_hmac(key, HASH, "aws4_request", strlen("aws4_request"), key);
        sigv4_hmac(key, HASH, out->string_to_sign.data, out->string_to_sign.len, key);
        hex_put(key, HASH, out->signature);
        OPENSSL_cleanse(first.data, first.len);
        OPENSSL_cleanse(key, sizeof key);
    }
    buf_done(&first);
}

/* From the canonical request to the signature. */
static void sigv4_conclude(const struct sigv4_opts *opts, struct sigv4_signed *out)
{
    char hash[65];
    if (out->canonical_request.is_over)
        return;
    sha256_hex(out->canonical_request.data, out->canonical_request.len, hash);
    buf_printf(&out->string_to_sign, ALGORITHM "\n%s\n", out->date);
    put_scope(&out->string_to_sign, opts, out->date);
    buf_printf(&out->string_to_sign, "\n%s", hash);
    if (!out->string_to_sign.is_over)
        sign_text(opts, out);
}

static pt_code sigv4_check(const struct sigv4_request *req, const struct sigv4_opts *opts,
                           struct pt_error *err)
{
    bool has_host = false;
    for (size_t i = 0; i < req->n_headers; i++)
        has_host |= strcasecmp(req->headers[i].name, "host") == 0;
    const struct {
        const char *name;
        bool is_there;
    } parts[] = {
        {"a method",            req->method != NULL && req->method[0] != '\0'    },
        {"a path",              req->path != NULL                                },
        {"a host header",       has_host                                         },
        {"an access key id",    opts->credentials.access_key_id != NULL          },
        {"a secret access key", opts->credentials.secret_access_key != NULL      },
        {"a region",            opts->region != NULL && opts->region[0] != '\0'  },
        {"a service",           opts->service != NULL && opts->service[0] != '\0'},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!parts[i].is_there)
            return pt_error_set(err, PT_EUSAGE, NULL, "AWS signature: %s is missing",
                                parts[i].name);
    return PT_OK;
}

/* The common beginning of both forms: checks everything, reads the clock once, and takes the
 * request's own fields. */
static pt_code sigv4_begin(const struct sigv4_request *req, const struct sigv4_opts *opts,
                           struct fields *fields, struct sigv4_signed *out, struct pt_error *err)
{
    memset(out, 0, sizeof *out);
    pt_code code = sigv4_check(req, opts, err);
    if (code != PT_OK)
        return code;
    time_t now = (time_t)opts->now_s;
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(out->date, sizeof out->date, "%Y%m%dT%H%M%SZ", &tm);
    struct buf *const bufs[] = {&out->signed_headers, &out->canonical_request, &out->string_to_sign,
                                &out->authorization, &out->query};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_init_secret(bufs[i], SIGNED_MAX);
    if (opts->is_payload_unsigned)
        snprintf(out->payload_hash, sizeof out->payload_hash, "UNSIGNED-PAYLOAD");
    else
        sha256_hex(req->body_len > 0 ? req->body : "", req->body_len, out->payload_hash);
    for (size_t i = 0; i < req->n_headers; i++)
        add_field(fields, req->headers[i].name, req->headers[i].value);
    return PT_OK;
}

static pt_code sigv4_judge(const struct sigv4_signed *out, struct pt_error *err)
{
    const struct buf *const bufs[] = {&out->signed_headers, &out->canonical_request,
                                      &out->string_to_sign, &out->authorization, &out->query};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        if (bufs[i]->is_over)
            return pt_error_set(err, PT_EFULL, NULL,
                                "AWS signature: the request is too large, or out of memory");
    return PT_OK;
}

/* Everything but the query is the same in both forms. */
static void put_request(const struct sigv4_request *req, const struct sigv4_opts *opts,
                        struct pairs *pairs, struct fields *fields, struct sigv4_signed *out)
{
    struct buf *canonical = &out->canonical_request, lines;
    buf_init_secret(&lines, SIGNED_MAX);
    sort_fields(fields);
    put_fields(&lines, &out->signed_headers, fields);
    buf_printf(canonical, "%s\n", req->method);
    put_path(canonical, req->path, opts->is_path_as_is);
    buf_puts(canonical, "\n");
    sigv4_put_query(canonical, pairs);
    if (fields->is_bad || lines.is_over || out->signed_headers.is_over)
        canonical->is_over = true;
    else
        buf_printf(canonical, "\n%s\n%s\n%s", lines.data, out->signed_headers.data,
                   out->payload_hash);
    buf_done(&lines);
}

pt_code sigv4_sign(const struct sigv4_request *req, const struct sigv4_opts *opts,
                   struct sigv4_signed *out, struct pt_error *err)
{
    struct pairs pairs = {.n = 0};
    struct fields fields = {.n = 0};
    pt_code code = sigv4_begin(req, opts, &fields, out, err);
    if (code != PT_OK)
        return code;
    if (sigv4_find_field(&fields, "x-amz-date") == NULL)
        add_field(&fields, "x-amz-date", out->date);
    if (opts->credentials.session_token != NULL)
        add_field(&fields, "x-amz-security-token", opts->credentials.session_token);
    if (opts->has_content_hash && sigv4_find_field(&fields, "x-amz-content-sha256") == NULL)
        add_field(&fields, "x-amz-content-sha256", out->payload_hash);
    split_query(&pairs, req->query);
    put_request(req, opts, &pairs, &fields, out);
    sigv4_conclude(opts, out);
    buf_printf(&out->authorization, ALGORITHM " Credential=%s/", opts->credentials.access_key_id);
    put_scope(&out->authorization, opts, out->date);
    buf_printf(&out->authorization, ", SignedHeaders=%s, Signature=%s",
               out->signed_headers.data ? out->signed_headers.data : "", out->signature);
    pairs_done(&pairs);
    return sigv4_judge(out, err);
}

/* The names that the query must contain before it is signed. */
static void add_parameters(struct pairs *pairs, const struct sigv4_opts *opts, int64_t expires_s,
                           const char *signed_headers, const char *date)
{
    char seconds[24];
    struct buf scope;
    buf_init_secret(&scope, SIGNED_MAX);
    buf_printf(&scope, "%s/", opts->credentials.access_key_id);
    put_scope(&scope, opts, date);
    snprintf(seconds, sizeof seconds, "%" PRId64, expires_s);
    add_text_pair(pairs, "X-Amz-Algorithm", ALGORITHM);
    if (scope.is_over)
        pairs->is_bad = true;
    else
        add_text_pair(pairs, "X-Amz-Credential", scope.data);
    add_text_pair(pairs, "X-Amz-Date", date);
    add_text_pair(pairs, "X-Amz-Expires", seconds);
    add_text_pair(pairs, "X-Amz-SignedHeaders", signed_headers);
    if (opts->credentials.session_token != NULL)
        add_text_pair(pairs, "X-Amz-Security-Token", opts->credentials.session_token);
    buf_done(&scope);
}

/* The names of the signed fields: a parameter of the signed query. */
static char *name_fields(const struct fields *fields)
{
    struct fields sorted = *fields;
    struct buf lines, names;
    buf_init_secret(&lines, SIGNED_MAX);
    buf_init_secret(&names, SIGNED_MAX);
    sort_fields(&sorted);
    put_fields(&lines, &names, &sorted);
    buf_done(&lines);
    return buf_take(&names, NULL);
}

pt_code sigv4_presign(const struct sigv4_request *req, const struct sigv4_opts *opts,
                      int64_t expires_s, struct sigv4_signed *out, struct pt_error *err)
{
    struct pairs pairs = {.n = 0};
    struct fields fields = {.n = 0};
    pt_code code = sigv4_begin(req, opts, &fields, out, err);
    if (code != PT_OK)
        return code;
    split_query(&pairs, req->query);
    char *names = name_fields(&fields);
    if (names == NULL)
        pairs.is_bad = true;
    else
        add_parameters(&pairs, opts, expires_s, names, out->date);
    free(names);
    put_request(req, opts, &pairs, &fields, out);
    sigv4_conclude(opts, out);
    sigv4_put_query(&out->query, &pairs);
    buf_printf(&out->query, "&X-Amz-Signature=%s", out->signature);
    pairs_done(&pairs);
    return sigv4_judge(out, err);
}

static void sigv4_wipe(struct buf *buf)
{
    if (buf->data != NULL)
        OPENSSL_cleanse(buf->data, buf->len);
    buf_done(buf);
}

void sigv4_signed_done(struct sigv4_signed *out)
{
    sigv4_wipe(&out->signed_headers);
    sigv4_wipe(&out->canonical_request);
    sigv4_wipe(&out->string_to_sign);
    sigv4_wipe(&out->authorization);
    sigv4_wipe(&out->query);
    OPENSSL_cleanse(out->signature, sizeof out->signature);
}
