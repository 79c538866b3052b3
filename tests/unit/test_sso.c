/* IAM Identity Center: what a profile with a cached login gives, against what botocore did in the
 * same surroundings (tests/data/aws/sso_cases.json: config and cache files, environment, what the
 * portal answers; keys or the error's class, and each call). Then what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "aws/credentials.h"
#include "base/file.h"
#include "fake_aws.h"
#include "scratch.h"

#define STUB "http://127.0.0.1:5999"

static struct fake_aws fake;
static struct aws_client client;
static struct aws_keys keys;
static struct pt_error err;

static const char *text_of(const cJSON *o, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

/* aws->arg: "ok", or the status that the portal answers with. */
static pt_code answer_stub(struct fake_aws *aws, size_t n, struct http_answer *answer,
                           struct pt_error *unused)
{
    const char *mode = aws->arg;
    (void)unused;
    if (strstr(aws->calls[n].url, "/token") != NULL && strcmp(mode, "ok") == 0)
        return fake_answer(answer, 200,
                           "{\"accessToken\":\"NEWTOKEN\",\"expiresIn\":28800,"
                           "\"refreshToken\":\"NEWREFRESH\",\"tokenType\":\"Bearer\"}");
    if (strstr(aws->calls[n].url, "/token") != NULL) {
        fake_answer_header(answer, "x-amzn-ErrorType: InvalidGrantException");
        return fake_answer(answer, 400, "{\"error\":\"invalid_grant\"}");
    }
    if (strcmp(aws->calls[n].method, "POST") == 0)
        return fake_answer(
            answer, 200,
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKROLE</AccessKeyId>"
            "<SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"
            "<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
            "</AssumeRoleResponse>");
    if (strcmp(mode, "ok") == 0)
        return fake_answer(answer, 200,
                           "{\"roleCredentials\":{\"accessKeyId\":\"AKSSO\","
                           "\"secretAccessKey\":\"SKSSO\",\"sessionToken\":\"TKSSO\","
                           "\"expiration\":1893456000000}}");
    fake_answer_header(answer, strcmp(mode, "401") == 0 ? "x-amzn-ErrorType: UnauthorizedException"
                               : strcmp(mode, "403") == 0
                                   ? "x-amzn-ErrorType: ForbiddenException"
                                   : "x-amzn-ErrorType: ResourceNotFoundException");
    return fake_answer(answer, (int)strtol(mode, NULL, 10), "{\"message\":\"no\"}");
}

static void make_folder(const char *below)
{
    assert_int_equal(mkdir(scratch_path(below), 0700), 0);
}

static void begin(const char *config, const char *mode)
{
    memset(&fake, 0, sizeof fake);
    fake.now_ms = INT64_C(1767323045000); /* 2026-01-02 */
    fake.answer = answer_stub;
    fake.arg = (void *)(uintptr_t)mode;
    fake_aws_set(&fake, "HOME", scratch_dir);
    fake_aws_set(&fake, "AWS_ENDPOINT_URL", STUB);
    fake_aws_set(&fake, "AWS_EC2_METADATA_DISABLED", "true");
    fake_aws_set(&fake, "AWS_DEFAULT_REGION", "us-east-1");
    make_folder(".aws");
    make_folder(".aws/sso");
    make_folder(".aws/sso/cache");
    scratch_put(".aws/config", config);
}

static pt_code load(const char *profile)
{
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    const struct aws_options options = {.profile = profile};
    memset(&err, 0, sizeof err);
    aws_client_init(&client, &world, &net, &options);
    return credentials_load(&client, NULL, &keys, &err);
}

static void end(void)
{
    aws_keys_done(&keys);
    aws_client_done(&client);
}

/* ------------------------------------------------------------------ as botocore */

static void check_calls(const char *shown, const cJSON *calls)
{
    const cJSON *call;
    size_t n = 0;
    if (fake.n_calls != (size_t)cJSON_GetArraySize(calls))
        fail_msg("%zu calls: %s", fake.n_calls, shown);
    cJSON_ArrayForEach(call, calls)
    {
        const struct fake_call *ours = &fake.calls[n++];
        assert_string_equal(ours->method, text_of(call, "m"));
        if (text_of(call, "p") != NULL) {
            assert_string_equal(ours->url + strlen(STUB), text_of(call, "p"));
            assert_string_equal(fake_call_header(ours, "x-amz-sso_bearer_token"),
                                text_of(call, "bearer"));
            assert_string_equal(fake_call_header(ours, "authorization"), "");
        } else {
            char scope[64];
            snprintf(scope, sizeof scope, "Credential=%s/", text_of(call, "signed_with"));
            assert_non_null(strstr(fake_call_header(ours, "authorization"), scope));
        }
    }
}

static void run_case(const cJSON *o)
{
    const cJSON *file, *expected = cJSON_GetObjectItem(o, "expected");
    char *shown = cJSON_PrintUnformatted(o);
    begin(text_of(o, "config"), text_of(o, "portal"));
    cJSON_ArrayForEach(file, cJSON_GetObjectItem(o, "files"))
    {
        scratch_put(file->string, file->valuestring);
    }
    cJSON_ArrayForEach(file, cJSON_GetObjectItem(o, "env"))
    {
        fake_aws_set(&fake, file->string, file->valuestring);
    }
    pt_code code = load(text_of(o, "profile"));
    const char *key = text_of(expected, "access_key");
    if ((code == PT_OK) != (key != NULL))
        fail_msg("%s: %s", code == PT_OK ? "keys came" : err.what, shown);
    if (key != NULL) {
        const char *token = text_of(expected, "token");
        assert_string_equal(keys.id, key);
        assert_string_equal(keys.token != NULL ? keys.token : "", token != NULL ? token : "");
        if (strcmp(keys.provider, text_of(expected, "provider")) != 0)
            fail_msg("by %s: %s", keys.provider, shown);
    } else if (strstr(err.what, "AWS ") == NULL || err.fix[0] == '\0' ||
               strstr(err.what, "TOKEN") != NULL) {
        fail_msg("says %s: %s", err.what, shown);
    }
    check_calls(shown, cJSON_GetObjectItem(o, "http_calls"));
    free(shown);
    end();
}

static void cached_logins_give_what_botocore_gets(void **state)
{
    char *text;
    const cJSON *o;
    int n = 0;
    (void)state;
    assert_int_equal(file_read("tests/data/aws/sso_cases.json", 1 << 20, &text, NULL, NULL), PT_OK);
    cJSON *cases = cJSON_Parse(text);
    cJSON_ArrayForEach(o, cases)
    {
        scratch_remove(NULL);
        scratch_make(NULL);
        run_case(o);
        n++;
    }
    assert_int_equal(n, 140);
    cJSON_Delete(cases);
    free(text);
}

/* ------------------------------------------------------------------ what is said */

#define SESSION                                                                                    \
    "[profile dev]\nsso_session = my-org\nsso_account_id = 123456789012\n"                         \
    "sso_role_name = Operator\n[sso-session my-org]\nsso_region = eu-west-1\n"                     \
    "sso_start_url = https://my-org.awsapps.com/start\n"
/* SHA-1 of "my-org". */
#define CACHED ".aws/sso/cache/063b06ca21ff862fb6d05839b8f962c8f1afdec6.json"

static void check_says(pt_code code, const char *what, const char *fix)
{
    assert_int_equal(load("dev"), code);
    if (strstr(err.what, what) == NULL || strstr(err.fix, fix) == NULL)
        fail_msg("%s | %s", err.what, err.fix);
    end();
}

static void a_login_says_when_it_ends_and_where_it_is_renewed(void **state)
{
    (void)state;
    begin(SESSION, "ok");
    scratch_put(CACHED, "{\"accessToken\":\"TOKEN\",\"expiresAt\":\"2026-01-02T08:00:00Z\"}");
    assert_int_equal(load("dev"), PT_OK);
    assert_int_equal(keys.login_end_s, INT64_C(1767340800));
    assert_int_equal(keys.end_s, INT64_C(1893456000));
    assert_int_equal(keys.place, AWS_PLACE_SSO);
    assert_string_equal(keys.source, "IAM Identity Center, profile dev: Operator in 123456789012");
    assert_false(keys.is_fixed);
    assert_false(keys.is_login_renewed);
    end();
}

static void without_a_login_the_profile_and_the_command_are_named(void **state)
{
    (void)state;
    begin(SESSION, "ok");
    check_says(PT_ELOGIN, "AWS profile dev: there is no login to IAM Identity Center (my-org)",
               "Run `aws sso login --profile dev`");
    scratch_put(CACHED, "{\"accessToken\":\"TOKEN\",\"expiresAt\":\"2026-01-01T10:00:00Z\"}");
    check_says(PT_ELOGIN,
               "AWS profile dev: the login to IAM Identity Center (my-org) expired at "
               "2026-01-01T10:00:00",
               "Run `aws sso login --profile dev`");
    scratch_put(CACHED, "{\"accessToken\":\"TOKEN\",");
    check_says(PT_ELOGIN, "contains no login", "Run `aws sso login --profile dev`");
    assert_int_equal(fake.n_calls, 0);
}

static void the_portal_s_refusals_are_told_apart(void **state)
{
    (void)state;
    begin(SESSION, "401");
    scratch_put(CACHED, "{\"accessToken\":\"TOKEN\",\"expiresAt\":\"2026-01-02T08:00:00Z\"}");
    check_says(PT_ELOGIN, "rejects the login (my-org) although it has not expired",
               "Run `aws sso login --profile dev`");
    fake.arg = (void *)(uintptr_t) "403";
    check_says(PT_ELOGIN, "has no role Operator in AWS account 123456789012 (ForbiddenException)",
               "sso_account_id and sso_role_name");
}

static void a_role_stands_on_a_profile_s_login(void **state)
{
    (void)state;
    begin(SESSION "[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = dev\n", "ok");
    scratch_put(CACHED, "{\"accessToken\":\"TOKEN\",\"expiresAt\":\"2026-01-02T08:00:00Z\"}");
    assert_int_equal(load("role"), PT_OK);
    assert_string_equal(keys.id, "AKROLE");
    assert_true(keys.is_role);
    assert_int_equal(keys.place, AWS_PLACE_SSO);
    assert_string_equal(keys.place_profile, "dev");
    assert_int_equal(keys.login_end_s, INT64_C(1767340800));
    assert_string_equal(keys.chain,
                        "IAM Identity Center, profile dev: Operator in 123456789012 > role/r");
    end();
}

/* ------------------------------------------------------------------ renewed */

#define RENEWABLE(end, registration)                                                               \
    "{\"startUrl\":\"https://my-org.awsapps.com/"                                                  \
    "start\",\"accessToken\":\"TOKEN\",\"expiresAt\":\"" end                                       \
    "\",\"clientId\":\"CLIENT\",\"clientSecret\":\"CLIENTSECRET\",\"refreshToken\":\"REFRESH\","   \
    "\"registrationExpiresAt\":\"" registration "\",\"other\":7}"

static cJSON *cached(void)
{
    struct stat file;
    char *text = scratch_get(CACHED);
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    assert_int_equal(stat(scratch_path(CACHED), &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    free(text);
    return json;
}

/* Now is 2026-01-02T03:04:05Z: one that has ended, and one in its last 15 minutes. */
static void a_login_that_can_be_renewed_is(void **state)
{
    static const char *const logins[] = {
        RENEWABLE("2026-01-01T10:00:00Z", "2026-03-01T00:00:00Z"),
        RENEWABLE("2026-01-02T03:19:00Z", "2026-03-01T00:00:00Z"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++) {
        scratch_remove(NULL);
        scratch_make(NULL);
        begin(SESSION, "ok");
        scratch_put(CACHED, logins[i]);
        assert_int_equal(load("dev"), PT_OK);
        assert_int_equal(fake.n_calls, 2);
        assert_string_equal(fake.calls[0].method, "POST");
        assert_string_equal(fake.calls[0].url, STUB "/token");
        assert_string_equal(fake.calls[0].body,
                            "{\"grantType\":\"refresh_token\",\"clientId\":\"CLIENT\","
                            "\"clientSecret\":\"CLIENTSECRET\",\"refreshToken\":\"REFRESH\"}");
        assert_string_equal(fake_call_header(&fake.calls[0], "authorization"), "");
        assert_string_equal(fake_call_header(&fake.calls[1], "x-amz-sso_bearer_token"), "NEWTOKEN");
        assert_int_equal(keys.login_end_s, INT64_C(1767323045) + 28800);
        assert_true(keys.is_login_renewed);
        cJSON *json = cached();
        assert_string_equal(text_of(json, "accessToken"), "NEWTOKEN");
        assert_string_equal(text_of(json, "refreshToken"), "NEWREFRESH");
        assert_string_equal(text_of(json, "expiresAt"), "2026-01-02T11:04:05Z");
        assert_string_equal(text_of(json, "clientSecret"), "CLIENTSECRET");
        assert_int_equal(cJSON_GetObjectItem(json, "other")->valueint, 7);
        cJSON_Delete(json);
        end();
        /* The next one finds it as it is now. */
        fake.n_calls = 0;
        assert_int_equal(load("dev"), PT_OK);
        assert_int_equal(fake.n_calls, 1);
        end();
    }
}

static void what_cannot_be_renewed_is_left_as_it_is(void **state)
{
    static const struct {
        const char *login, *mode, *why;
        size_t n_calls;
    } cases[] = {
        {RENEWABLE("2026-01-01T10:00:00Z",                                     "2026-01-01T00:00:00Z"), "ok",
         "could not be renewed: the registration of the program that signed in has expired",                     0},
        {"{\"accessToken\":\"TOKEN\",\"expiresAt\":\"2026-01-01T10:00:00Z\"}", "ok",
         "could not be renewed: it contains no refresh token",                                                0},
        {RENEWABLE("2026-01-01T10:00:00Z",                                             "2026-03-01T00:00:00Z"),                   "400",
         "could not be renewed: ",                                                                            1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_remove(NULL);
        scratch_make(NULL);
        begin(SESSION, cases[i].mode);
        scratch_put(CACHED, cases[i].login);
        check_says(PT_ELOGIN, cases[i].why, "Run `aws sso login --profile dev`");
        assert_int_equal(fake.n_calls, cases[i].n_calls);
        assert_null(strstr(err.what, "REFRESH"));
        assert_null(strstr(err.what, "CLIENTSECRET"));
        char *text = scratch_get(CACHED);
        assert_string_equal(text, cases[i].login);
        free(text);
    }
    /* One whose time isn't over is used to its end, whatever its renewal came to. */
    scratch_remove(NULL);
    scratch_make(NULL);
    begin(SESSION, "ok");
    scratch_put(CACHED, RENEWABLE("2026-01-02T03:19:00Z", "2026-01-01T00:00:00Z"));
    assert_int_equal(load("dev"), PT_OK);
    assert_int_equal(fake.n_calls, 1);
    end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cached_logins_give_what_botocore_gets),
        TEST(a_login_says_when_it_ends_and_where_it_is_renewed),
        TEST(without_a_login_the_profile_and_the_command_are_named),
        TEST(the_portal_s_refusals_are_told_apart),
        TEST(a_role_stands_on_a_profile_s_login),
        TEST(a_login_that_can_be_renewed_is),
        TEST(what_cannot_be_renewed_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
