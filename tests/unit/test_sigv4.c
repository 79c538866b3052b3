/* Signature Version 4 against recorded requests: canonical request, string to sign and signature
 * are each compared. tests/data/aws holds what botocore and AWS's MSK signer sent, and the
 * examples of the S3 reference. The official vectors run when PINTOP_AWS_VECTORS names their
 * folder (sigv4/v4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <dirent.h>

#include "aws/msk_token.h"
#include "aws/sigv4.h"
#include "base/url.h"

enum { HEADERS_MAX = 32, FILE_MAX = 1 << 20 };

/* ---- files ---- */

static char *read_file(const char *path)
{
    FILE *in = fopen(path, "re");
    char *text = in != NULL ? malloc(FILE_MAX) : NULL;
    size_t len = text != NULL ? fread(text, 1, FILE_MAX - 1, in) : 0;
    if (in != NULL)
        fclose(in);
    if (text != NULL)
        text[len] = '\0';
    return text;
}

static cJSON *read_json(const char *path)
{
    char *text = read_file(path);
    cJSON *json = text != NULL ? cJSON_Parse(text) : NULL;
    free(text);
    if (json == NULL)
        fail_msg("%s cannot be read", path);
    return json;
}

static const char *text_of(const cJSON *o, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

/* "2015-08-30T12:36:00Z" or "20150830T123600Z". */
static int64_t unix_of(const char *text)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (end == NULL)
        end = strptime(text, "%Y%m%dT%H%M%SZ", &tm);
    assert_true(end != NULL && *end == 0);
    return (int64_t)timegm(&tm);
}

static void same(const char *name, const char *what, const struct buf *got, const char *want)
{
    if (want != NULL && (got->data == NULL || strcmp(got->data, want) != 0))
        fail_msg("%s: %s is\n%s\n--- not\n%s", name, what, got->data ? got->data : "(nothing)",
                 want);
}

static void same_signed(const char *name, const cJSON *want, const struct sigv4_signed *got)
{
    same(name, "canonical request", &got->canonical_request, text_of(want, "canonical_request"));
    same(name, "string to sign", &got->string_to_sign, text_of(want, "string_to_sign"));
    assert_string_equal(got->signature, text_of(want, "signature"));
}

/* ---- recorded requests ---- */

struct url {
    char host[200], path[2000], query[2000];
};

static void split_url(const char *text, struct url *url)
{
    const char *host = strstr(text, "://") + 3, *path = strchr(host, '/');
    size_t path_len = strcspn(path, "?");
    snprintf(url->host, sizeof url->host, "%.*s", (int)(path - host), host);
    snprintf(url->path, sizeof url->path, "%.*s", (int)path_len, path);
    snprintf(url->query, sizeof url->query, "%s", path[path_len] == '?' ? path + path_len + 1 : "");
}

/* Headers that the signer adds, and those that botocore does not sign. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = {"Authorization", "X-Amz-Date", "X-Amz-Security-Token",
                                        "X-Amz-Content-SHA256", "Content-Length"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static void check_recorded(const cJSON *file, const cJSON *want)
{
    struct url url;
    struct sigv4_header headers[HEADERS_MAX];
    const cJSON *header, *all = cJSON_GetObjectItem(want, "headers");
    const char *body = text_of(want, "body");
    bool is_s3 = strcmp(text_of(want, "service"), "s3") == 0;
    split_url(text_of(want, "url"), &url);
    size_t n = 0;
    headers[n++] = (struct sigv4_header){"host", url.host};
    cJSON_ArrayForEach(header, all)
    {
        if (!is_left_out(header->string))
            headers[n++] = (struct sigv4_header){header->string, header->valuestring};
    }
    struct sigv4_request req = {.method = text_of(want, "method"),
                                .path = url.path,
                                .query = url.query,
                                .headers = headers,
                                .n_headers = n,
                                .body = body,
                                .body_len = body != NULL ? strlen(body) : 0};
    struct sigv4_opts opts = {
        .credentials = {text_of(file, "access_key_id"), text_of(file, "secret_access_key"),
                        text_of(file, "session_token")},
        .region = "us-east-1",
        .service = text_of(want, "signing_name"),
        .now_s = unix_of(text_of(file, "clock")),
        .is_path_as_is = is_s3,
        .has_content_hash = is_s3
    };
    struct sigv4_signed out;
    struct pt_error err;
    assert_int_equal(sigv4_sign(&req, &opts, &out, &err), PT_OK);
    same_signed(text_of(want, "operation"), want, &out);
    same(text_of(want, "operation"), "Authorization", &out.authorization,
         text_of(all, "Authorization"));
    sigv4_signed_done(&out);
}

static void requests_are_signed_as_botocore_signs_them(void **state)
{
    cJSON *file = read_json("tests/data/aws/signed_requests.json");
    const cJSON *want;
    int n = 0;
    (void)state;
    cJSON_ArrayForEach(want, cJSON_GetObjectItem(file, "requests"))
    {
        if (text_of(want, "signature") == NULL)
            continue; /* AssumeRoleWithWebIdentity is not signed */
        check_recorded(file, want);
        n++;
    }
    assert_int_equal(n, 40);
    cJSON_Delete(file);
}

static void the_examples_of_the_s3_reference_hold(void **state)
{
    cJSON *file = read_json("tests/data/aws/s3_doc_examples.json");
    const cJSON *want, *pair;
    int n = 0;
    (void)state;
    cJSON_ArrayForEach(want, cJSON_GetObjectItem(file, "cases"))
    {
        struct sigv4_header headers[HEADERS_MAX];
        size_t n_headers = 0;
        bool is_presigned = cJSON_IsTrue(cJSON_GetObjectItem(want, "presigned"));
        const char *body = text_of(want, "body");
        struct buf path;
        buf_init(&path, 1000);
        url_encode(&path, text_of(want, "path"), strlen(text_of(want, "path")), URL_UNRESERVED "/");
        cJSON_ArrayForEach(pair, cJSON_GetObjectItem(want, "headers"))
        {
            headers[n_headers++] = (struct sigv4_header){cJSON_GetArrayItem(pair, 0)->valuestring,
                                                         cJSON_GetArrayItem(pair, 1)->valuestring};
        }
        struct sigv4_request req = {.method = text_of(want, "method"),
                                    .path = path.data,
                                    .query = is_presigned ? NULL : text_of(want, "query"),
                                    .headers = headers,
                                    .n_headers = n_headers,
                                    .body = body,
                                    .body_len = strlen(body)};
        struct sigv4_opts opts = {
            .credentials = {text_of(file, "access_key_id"), text_of(file, "secret_access_key"),
                            NULL},
            .region = "us-east-1",
            .service = "s3",
            .now_s = unix_of("20130524T000000Z"),
            .is_path_as_is = true,
            .has_content_hash = true,
            .is_payload_unsigned = is_presigned
        };
        struct sigv4_signed out;
        assert_int_equal(is_presigned ? sigv4_presign(&req, &opts, 86400, &out, NULL)
                                      : sigv4_sign(&req, &opts, &out, NULL),
                         PT_OK);
        same_signed(text_of(want, "name"), want, &out);
        sigv4_signed_done(&out);
        buf_done(&path);
        n++;
    }
    assert_int_equal(n, 5);
    cJSON_Delete(file);
}

/* The token is the recorded one in sorted form, with the user agent of that form. */
static void an_msk_token_is_what_its_signers_make(void **state)
{
    cJSON *file = read_json("tests/data/aws/msk_tokens.json");
    const cJSON *want;
    int n = 0;
    (void)state;
    cJSON_ArrayForEach(want, cJSON_GetObjectItem(file, "cases"))
    {
        const cJSON *in = cJSON_GetObjectItem(want, "input");
        struct sigv4_credentials keys = {text_of(in, "access_key_id"),
                                         text_of(in, "secret_access_key"),
                                         text_of(in, "session_token")};
        int64_t now_s = unix_of(text_of(in, "clock_utc"));
        struct msk_token token;
        assert_int_equal(msk_token_make(&keys, text_of(in, "region"), now_s, 900, INT64_MAX,
                                        "kmsk/0.1", &token, NULL),
                         PT_OK);
        assert_string_equal(token.text, text_of(cJSON_GetObjectItem(want, "sorted_form"), "token"));
        assert_int_equal(token.expires_ms,
                         (int64_t)cJSON_GetObjectItem(want, "expires_at_ms")->valuedouble);
        msk_token_done(&token);
        assert_null(token.text);
        n++;
    }
    assert_int_equal(n, 4);
    cJSON_Delete(file);
}

static void a_token_lives_no_longer_than_its_credentials(void **state)
{
    struct sigv4_credentials keys = {"ASIAEXAMPLE", "secret", "session"};
    struct msk_token token;
    struct pt_error err;
    (void)state;
    assert_int_equal(msk_token_make(&keys, "eu-west-1", 1000, 900, 1030, "pintop/1", &token, &err),
                     PT_OK);
    assert_int_equal(token.expires_ms, 1030000);
    msk_token_done(&token);
    assert_int_equal(msk_token_make(&keys, "eu-west-1", 1000, 900, 1000, "pintop/1", &token, &err),
                     PT_ELOGIN);
    assert_null(token.text);
    assert_null(strstr(err.what, "secret"));
    assert_int_equal(msk_token_make(&keys, "", 1000, 900, 2000, "pintop/1", &token, &err),
                     PT_EUSAGE);
    assert_null(token.text);
}

/* ---- the official vectors ---- */

struct vector {
    char *text; /* the content of request.txt; the members below point into it */
    const char *method, *body;
    char *target, *query;
    struct sigv4_header headers[HEADERS_MAX];
    size_t n;
};

static char *cut(char **at, char end)
{
    char *begin = *at, *stop = strchr(begin, end);
    if (stop != NULL)
        *stop = '\0';
    *at = stop != NULL ? stop + 1 : begin + strlen(begin);
    return begin;
}

/* A line that begins with a blank continues the value of the line before it, which is not
 * terminated yet. */
static void read_headers(struct vector *v, char *at)
{
    while (*at != '\0' && *at != '\n') {
        char *line = at, *end = strchr(at, '\n');
        while (end != NULL && (end[1] == ' ' || end[1] == '\t'))
            end = strchr(end + 1, '\n');
        at = end != NULL ? end + 1 : at + strlen(at);
        if (end != NULL)
            *end = '\0';
        char *name = cut(&line, ':');
        v->headers[v->n++] = (struct sigv4_header){name, line};
    }
    v->body = *at == '\n' ? at + 1 : at;
}

static void read_request(struct vector *v, const char *dir)
{
    char path[500];
    snprintf(path, sizeof path, "%s/request.txt", dir);
    *v = (struct vector){.text = read_file(path)};
    assert_non_null(v->text);
    char *at = v->text, *line = cut(&at, '\n');
    v->method = cut(&line, ' ');
    *strstr(line, " HTTP/1.1") = '\0'; /* the path may contain blanks */
    v->target = cut(&line, '?');
    v->query = line;
    read_headers(v, at);
}

static void same_file(const char *dir, const char *name, const char *got)
{
    char path[500];
    snprintf(path, sizeof path, "%s/%s.txt", dir, name);
    char *want = read_file(path);
    if (want == NULL || got == NULL || strcmp(got, want) != 0)
        fail_msg("%s: it is\n%s\n--- not\n%s", path, got ? got : "(nothing)",
                 want ? want : "(no file)");
    free(want);
}

static void check_vector(const char *dir)
{
    char path[500];
    struct vector v;
    struct buf target;
    struct sigv4_signed out;
    snprintf(path, sizeof path, "%s/context.json", dir);
    cJSON *context = read_json(path);
    const cJSON *keys = cJSON_GetObjectItem(context, "credentials");
    bool is_normal = cJSON_IsTrue(cJSON_GetObjectItem(context, "normalize"));
    read_request(&v, dir);
    /* The path in request.txt is not encoded. A path that is signed as it is must be encoded. */
    buf_init(&target, 4000);
    if (is_normal)
        buf_puts(&target, v.target);
    else
        url_encode(&target, v.target, strlen(v.target), URL_UNRESERVED "/");
    struct sigv4_request req = {v.method, target.data, v.query,       v.headers,
                                v.n,      v.body,      strlen(v.body)};
    struct sigv4_opts opts = {
        .credentials = {text_of(keys, "access_key_id"), text_of(keys, "secret_access_key"),
                        text_of(keys, "token")},
        .region = text_of(context, "region"),
        .service = text_of(context, "service"),
        .now_s = unix_of(text_of(context, "timestamp")),
        .is_path_as_is = !is_normal,
        .has_content_hash = cJSON_IsTrue(cJSON_GetObjectItem(context, "sign_body"))
    };
    /* No service that pintop calls adds the token after signing. Here the token is left out
     * instead. */
    if (cJSON_IsTrue(cJSON_GetObjectItem(context, "omit_session_token")))
        opts.credentials.session_token = NULL;
    if (!opts.has_content_hash)
        req.body_len = 0;
    assert_int_equal(sigv4_sign(&req, &opts, &out, NULL), PT_OK);
    same_file(dir, "header-canonical-request", out.canonical_request.data);
    same_file(dir, "header-string-to-sign", out.string_to_sign.data);
    same_file(dir, "header-signature", out.signature);
    sigv4_signed_done(&out);
    int64_t expires_s = (int64_t)cJSON_GetObjectItem(context, "expiration_in_seconds")->valuedouble;
    assert_int_equal(sigv4_presign(&req, &opts, expires_s, &out, NULL), PT_OK);
    same_file(dir, "query-canonical-request", out.canonical_request.data);
    same_file(dir, "query-string-to-sign", out.string_to_sign.data);
    same_file(dir, "query-signature", out.signature);
    sigv4_signed_done(&out);
    buf_done(&target);
    free(v.text);
    cJSON_Delete(context);
}

static void the_official_vectors_hold(void **state)
{
    const char *folder = getenv("PINTOP_AWS_VECTORS");
    DIR *dir = folder != NULL ? opendir(folder) : NULL;
    int n = 0;
    (void)state;
    if (dir == NULL) {
        printf("SKIPPED the_official_vectors_hold: PINTOP_AWS_VECTORS names no folder with them\n");
        skip();
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[400];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        check_vector(path);
        n++;
    }
    closedir(dir);
    assert_int_equal(n, 38);
}

/* ---- limits ---- */

static void what_is_missing_is_named(void **state)
{
    struct sigv4_header host = {"Host", "h"};
    struct sigv4_request req = {.method = "GET", .path = "/", .headers = &host, .n_headers = 1};
    struct sigv4_opts good = {
        .credentials = {"AKID", "secret", NULL},
          .region = "r", .service = "s", .now_s = 0
    };
    struct sigv4_signed out;
    struct pt_error err;
    (void)state;
    assert_int_equal(sigv4_sign(&req, &good, &out, &err), PT_OK);
    assert_string_equal(out.date, "19700101T000000Z");
    sigv4_signed_done(&out);
    struct sigv4_opts opts = good;
    opts.region = "";
    assert_int_equal(sigv4_sign(&req, &opts, &out, &err), PT_EUSAGE);
    assert_non_null(strstr(err.what, "a region"));
    sigv4_signed_done(&out);
    opts = good;
    opts.credentials.secret_access_key = NULL;
    assert_int_equal(sigv4_presign(&req, &opts, 900, &out, &err), PT_EUSAGE);
    assert_non_null(strstr(err.what, "a secret access key"));
    sigv4_signed_done(&out);
    req.n_headers = 0;
    assert_int_equal(sigv4_sign(&req, &good, &out, &err), PT_EUSAGE);
    assert_non_null(strstr(err.what, "host"));
    sigv4_signed_done(&out);
}

static void what_is_too_large_is_refused_whole(void **state)
{
    struct sigv4_header headers[100] = {
        {"Host", "h"}
    };
    struct sigv4_request req = {.method = "GET", .path = "/", .headers = headers, .n_headers = 1};
    struct sigv4_opts opts = {
        .credentials = {"AKID", "secret", NULL},
          .region = "r", .service = "s", .now_s = 0
    };
    struct sigv4_signed out;
    struct pt_error err;
    char *query = malloc(400000);
    (void)state;
    memset(query, 'a', 399999);
    query[399999] = '\0';
    req.query = query;
    assert_int_equal(sigv4_sign(&req, &opts, &out, &err), PT_EFULL);
    sigv4_signed_done(&out);
    req.query = NULL;
    for (size_t i = 1; i < 100; i++)
        headers[i] = (struct sigv4_header){"x-amz-a", "b"};
    req.n_headers = 100;
    assert_int_equal(sigv4_presign(&req, &opts, 900, &out, &err), PT_EFULL);
    sigv4_signed_done(&out);
    for (size_t i = 0; i < 1000; i++)
        memcpy(query + 2 * i, "a&", 2);
    query[2000] = '\0';
    req.query = query;
    req.n_headers = 1;
    assert_int_equal(sigv4_sign(&req, &opts, &out, &err), PT_EFULL);
    sigv4_signed_done(&out);
    free(query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_signed_as_botocore_signs_them),
        cmocka_unit_test(the_examples_of_the_s3_reference_hold),
        cmocka_unit_test(an_msk_token_is_what_its_signers_make),
        cmocka_unit_test(a_token_lives_no_longer_than_its_credentials),
        cmocka_unit_test(the_official_vectors_hold),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(what_is_too_large_is_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
