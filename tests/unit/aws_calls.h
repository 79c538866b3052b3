/* A transport that keeps the requests and gives recorded answers. */
#ifndef UNIT_AWS_CALLS_H
#define UNIT_AWS_CALLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/msk.h"
#include "aws/s3.h"
#include "base/json.h"
#include "fake_aws.h"
#include "scratch.h"

#define CONNECTOR                                                                                  \
    "arn:aws:kafkaconnect:us-east-1:123456789012:connector/0a1b-s3-connector/"                     \
    "b2c3d4e5-6789-0abc-def1-22222EXAMPLE-4"

static struct fake_aws fake;
static struct aws_client client;
static struct aws_keys keys;
static cJSON *requests, *fixtures;
static const char *bodies[4]; /* of the answers, in turn; the last one again and again */
static size_t n_bodies;

static pt_code answer(struct fake_aws *aws, size_t n, struct http_answer *out, struct pt_error *err)
{
    (void)aws, (void)err;
    fake_answer_header(out, "ETag: \"abc\"");
    return fake_answer(out, 200, bodies[n < n_bodies ? n : n_bodies - 1]);
}

static void begin(const char *body)
{
    const struct aws_options options = {.region = "us-east-1"};
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    memset(&fake, 0, sizeof fake);
    fake.now_ms = INT64_C(1767323045000);
    fake.answer = answer;
    bodies[0] = body;
    n_bodies = 1;
    aws_client_done(&client);
    aws_client_init(&client, &world, &net, &options);
    assert_int_equal(aws_client_load(&client, NULL), PT_OK);
    aws_keys_set(&keys, json_get(requests, "access_key_id"),
                 json_get(requests, "secret_access_key"), json_get(requests, "session_token"));
}

static cJSON *read_json(const char *path)
{
    char *text = NULL;
    size_t len = 0;
    cJSON *json;
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    ssize_t n = getdelim(&text, &len, '\0', in);
    fclose(in);
    assert_int_equal(json_parse(text, (size_t)n, &json, NULL), PT_OK);
    free(text);
    return json;
}

static int setup(void **state)
{
    requests = read_json("tests/data/aws/signed_requests.json");
    fixtures = read_json("tests/data/aws/response_fixtures.json");
    return scratch_make(state);
}

static int teardown(void **state)
{
    json_free(requests);
    json_free(fixtures);
    aws_client_done(&client);
    aws_keys_done(&keys);
    return scratch_remove(state);
}

__attribute__((unused)) static const char *fixture(const char *name)
{
    const cJSON *o;
    cJSON_ArrayForEach(o, json_find(fixtures, "fixtures"))
    {
        if (strcmp(json_get(o, "name"), name) == 0)
            return json_get(o, "body");
    }
    fail_msg("no fixture %s", name);
    return NULL;
}

/* ------------------------------------------------------------------ what was sent */

static bool is_same_form(const char *a, const char *b)
{
    char text[4096];
    if (strlen(a) != strlen(b))
        return false;
    snprintf(text, sizeof text, "&%s&", b);
    for (const char *at = a; *at != '\0';) {
        char pair[2048];
        size_t n = strcspn(at, "&");
        snprintf(pair, sizeof pair, "&%.*s&", (int)n, at);
        if (strstr(text, pair) == NULL)
            return false;
        at += n + (at[n] == '&');
    }
    return true;
}

static bool is_same_body(const char *ours, const char *theirs)
{
    cJSON *a = NULL, *b = NULL;
    if (theirs == NULL)
        return ours[0] == '\0';
    if (theirs[0] != '{')
        return strcmp(ours, theirs) == 0 || is_same_form(ours, theirs);
    bool is_same = json_parse(ours, strlen(ours), &a, NULL) == PT_OK &&
                   json_parse(theirs, strlen(theirs), &b, NULL) == PT_OK && cJSON_Compare(a, b, 1);
    json_free(a);
    json_free(b);
    return is_same;
}

/* The order of a query's parameters is free. */
static bool is_same_url(const char *ours, const char *theirs)
{
    size_t a = strcspn(ours, "?"), b = strcspn(theirs, "?");
    return a == b && strncmp(ours, theirs, a) == 0 &&
           (ours[a] == '\0' ? theirs[b] == '\0' : is_same_form(ours + a + 1, theirs + b + 1));
}

/* The call number n is what botocore sends for the nth recorded request of that operation. */
__attribute__((unused)) static void check_sent(size_t n, const char *operation, int nth)
{
    const struct fake_call *call = &fake.calls[n];
    const cJSON *o;
    cJSON_ArrayForEach(o, json_find(requests, "requests"))
    {
        if (strcmp(json_get(o, "operation"), operation) != 0 || nth-- > 0)
            continue;
        const cJSON *headers = json_find(o, "headers");
        const char *target = cJSON_GetStringValue(cJSON_GetObjectItem(headers, "X-Amz-Target"));
        const char *type = cJSON_GetStringValue(cJSON_GetObjectItem(headers, "Content-Type"));
        assert_string_equal(call->method, json_get(o, "method"));
        if (!is_same_url(call->url, json_get(o, "url")))
            fail_msg("%s: %s, should be %s", operation, call->url, json_get(o, "url"));
        if (!is_same_body(call->body, json_get(o, "body")))
            fail_msg("%s: %s, should be %s", operation, call->body, json_get(o, "body"));
        assert_string_equal(fake_call_header(call, "x-amz-target"), target != NULL ? target : "");
        if (type != NULL)
            assert_string_equal(fake_call_header(call, "content-type"), type);
        return;
    }
    fail_msg("no recorded %s", operation);
}

#endif
