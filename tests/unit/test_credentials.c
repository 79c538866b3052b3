/* The credential chain against what botocore did in the same surroundings
 * (tests/data/aws/credential_cases.json): keys, provider, region, and each HTTP call. Where pintop
 * differs on purpose, DIFFERENCES says so. Processes and servers are in test_credential_calls.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "aws/credentials.h"
#include "credentials.h"
#include "fake_aws.h"
#include "scratch.h"

/* --- the recorded cases ------------------------------------------------------------------------
 */

/* Where pintop's answer is another one, on purpose (AWS credentials.h says why). */
static const struct difference {
    const char *name;
    const char *token, *region; /* NULL: as recorded */
    const char *says;           /* what our error holds */
} DIFFERENCES[] = {
    {"env: legacy AWS_SECURITY_TOKEN wins over AWS_SESSION_TOKEN in botocore",           "NEW", NULL, NULL                      },
    {"region precedence: config region when no env; AWS_REGION is NOT read by botocore", NULL,
     "ap-south-1",                                                                                    NULL                      },
    {"duplicate section is a parse error in botocore",                                   NULL,  NULL, "credentials:4: "         },
    {"sso profile without a cached login",                                               NULL,  NULL, "IAM Identity Center"     },
    {"IMDS: v1 disabled by setting",                                                     NULL,  NULL, "refuses to issue a token"},
};

static const struct difference *difference_of(const char *name)
{
    static const struct difference none;
    for (size_t i = 0; i < sizeof DIFFERENCES / sizeof *DIFFERENCES; i++)
        if (strcmp(DIFFERENCES[i].name, name) == 0)
            return &DIFFERENCES[i];
    return &none;
}

static void check_same(const char *name, const char *what, const char *ours, const char *theirs)
{
    if ((ours == NULL) != (theirs == NULL) || (ours != NULL && strcmp(ours, theirs) != 0))
        fail_msg("%s: %s is %s, should be %s", name, what, ours != NULL ? ours : "(none)",
                 theirs != NULL ? theirs : "(none)");
}

static void check_call(const char *name, const struct fake_call *call, const cJSON *o)
{
    const cJSON *param;
    char scope[128];
    check_same(name, "method", call->method, text_of(o, "m"));
    if (strcmp(call->method, "POST") != 0) {
        const char *key = text_of(o, "tok"), *auth = text_of(o, "auth"), *ttl = text_of(o, "ttl");
        check_same(name, "path", call->url + strlen(STUB), text_of(o, "p"));
        check_same(name, "IMDS token", fake_call_header(call, "x-aws-ec2-metadata-token"),
                   key != NULL ? key : "");
        check_same(name, "authorization", fake_call_header(call, "authorization"),
                   auth != NULL ? auth : "");
        check_same(name, "TTL", fake_call_header(call, "x-aws-ec2-metadata-token-ttl-seconds"),
                   ttl != NULL ? ttl : "");
        assert_true(call->is_direct);
        return;
    }
    check_same(name, "action", fake_call_param(call, "Action"), text_of(o, "action"));
    cJSON_ArrayForEach(param, cJSON_GetObjectItem(o, "params"))
    {
        const char *ours = fake_call_param(call, param->string);
        if (strncmp(param->valuestring, "botocore-session-", 17) == 0) {
            check_same(name, param->string, ours, credentials_session_name());
        } else {
            char theirs[512]; /* a final line break is no part of a token */
            snprintf(theirs, sizeof theirs, "%.*s", (int)strcspn(param->valuestring, "\n"),
                     param->valuestring);
            check_same(name, param->string, ours, theirs);
        }
    }
    const char *authorization = fake_call_header(call, "authorization");
    if (text_of(o, "signed_with") == NULL) {
        assert_string_equal(authorization, "");
        return;
    }
    snprintf(scope, sizeof scope, "AWS4-HMAC-SHA256 Credential=%s/20260102/%s/sts/aws4_request,",
             text_of(o, "signed_with"), text_of(o, "region"));
    if (strncmp(authorization, scope, strlen(scope)) != 0)
        fail_msg("%s: signed as %s, should be %s", name, authorization, scope);
}

static void check_error(const char *name, const struct pt_error *err)
{
    const char *says = difference_of(name)->says;
    for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS && says == NULL; i++)
        if (strcmp(ERRORS[i].name, name) == 0)
            says = ERRORS[i].says;
    if (says == NULL)
        says = "AWS credentials: there are none in the environment";
    if (strstr(err->what, says) == NULL)
        fail_msg("%s: the error is \"%s\", should hold \"%s\"", name, err->what, says);
    if (err->fix[0] == '\0')
        fail_msg("%s: \"%s\" has no fix", name, err->what);
}

static void run_case(const cJSON *o)
{
    const char *name = text_of(o, "name");
    const cJSON *expected = cJSON_GetObjectItem(o, "expected"), *calls, *call;
    const struct difference *differs = difference_of(name);
    const struct aws_options options = {.profile = text_of(o, "profile_argument")};
    struct aws_client client;
    struct aws_keys keys;
    struct pt_error err = {0};
    size_t n = 0;
    put_case(o);
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    aws_client_init(&client, &world, &net, &options);
    pt_code code = credentials_load(&client, NULL, &keys, &err);
    const char *key = text_of(expected, "access_key");
    if ((code == PT_OK) != (key != NULL))
        fail_msg("%s: %s", name, code == PT_OK ? "keys came" : err.what);
    if (key != NULL) {
        check_same(name, "key id", keys.id, key);
        check_same(name, "secret", keys.secret, text_of(expected, "secret_key"));
        check_same(name, "token", keys.token,
                   differs->token != NULL ? differs->token : text_of(expected, "token"));
        check_same(name, "provider", keys.provider, text_of(expected, "provider"));
        const char *region =
            differs->region != NULL ? differs->region : text_of(expected, "region");
        check_same(name, "region", client.region, region != NULL ? region : "");
    } else {
        check_error(name, &err);
    }
    calls = cJSON_GetObjectItem(o, "http_calls");
    if (fake.n_calls != (size_t)cJSON_GetArraySize(calls))
        fail_msg("%s: %zu calls, should be %d", name, fake.n_calls, cJSON_GetArraySize(calls));
    cJSON_ArrayForEach(call, calls)
    {
        check_call(name, &fake.calls[n++], call);
    }
    aws_keys_done(&keys);
    aws_client_done(&client);
}

static void all_recorded_cases_hold(void **state)
{
    char *text = NULL;
    size_t len = 0;
    (void)state;
    FILE *in = fopen("tests/data/aws/credential_cases.json", "re");
    assert_non_null(in);
    assert_true(getdelim(&text, &len, '\0', in) > 0);
    fclose(in);
    cJSON *json = cJSON_Parse(text);
    const cJSON *o;
    int n = 0;
    cJSON_ArrayForEach(o, cJSON_GetObjectItem(json, "cases"))
    {
        run_case(o);
        n++;
    }
    assert_int_equal(n, 37);
    cJSON_Delete(json);
    free(text);
}

static void half_a_pair_is_named(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(LOAD(NULL, NULL, "AWS_ACCESS_KEY_ID", "AK"), PT_ECONFIG);
    assert_non_null(strstr(err.what, "AWS_SECRET_ACCESS_KEY is not"));
    assert_int_equal(LOAD(NULL, "[default]\naws_access_key_id=AK\n"), PT_ECONFIG);
    assert_non_null(strstr(err.what, "no aws_secret_access_key"));
}

static void environment_keys_say_when_they_end_and_that_they_are_fixed(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(LOAD(NULL, NULL, "AWS_ACCESS_KEY_ID", "AK", "AWS_SECRET_ACCESS_KEY", "S",
                          "AWS_SESSION_TOKEN", "T", "AWS_CREDENTIAL_EXPIRATION",
                          "2026-01-02T04:04:05Z"),
                     PT_OK);
    assert_true(keys.is_fixed);
    assert_int_equal(keys.end_s, 1767326645);
    assert_false(keys.is_end_unknown);
    aws_keys_done(&keys);
    assert_int_equal(LOAD(NULL, NULL, "AWS_ACCESS_KEY_ID", "AK", "AWS_SECRET_ACCESS_KEY", "S",
                          "AWS_SESSION_TOKEN", "T"),
                     PT_OK);
    assert_true(keys.is_end_unknown);
    aws_keys_done(&keys);
    assert_int_equal(LOAD(NULL, NULL, "AWS_ACCESS_KEY_ID", "AK", "AWS_SECRET_ACCESS_KEY", "S",
                          "AWS_CREDENTIAL_EXPIRATION", "tomorrow"),
                     PT_ECONFIG);
}

static void a_circle_of_roles_names_its_profiles(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(LOAD("[profile a]\nrole_arn=arn:aws:iam::1:role/a\nsource_profile=b\n"
                          "[profile b]\nrole_arn=arn:aws:iam::1:role/b\nsource_profile=a\n",
                          NULL, "AWS_PROFILE", "a"),
                     PT_ECONFIG);
    assert_non_null(strstr(err.what, "in a circle: a > b > a"));
    assert_int_equal(fake.n_calls, 0);
    assert_int_equal(LOAD("[profile a]\nrole_arn=arn:aws:iam::1:role/a\nsource_profile=gone\n",
                          NULL, "AWS_PROFILE", "a"),
                     PT_ECONFIG);
    assert_non_null(strstr(err.what, "its source_profile gone does not exist"));
}

static void a_role_takes_its_profile_s_options_along(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(LOAD("[profile a]\nrole_arn=arn:aws:iam::1:role/a\nsource_profile=default\n"
                          "external_id=x/1\nduration_seconds=1800\nrole_session_name=me\n",
                          "[default]\naws_access_key_id=AK\naws_secret_access_key=S\n",
                          "AWS_PROFILE", "a"),
                     PT_OK);
    assert_string_equal(fake_call_param(&fake.calls[0], "ExternalId"), "x/1");
    assert_string_equal(fake_call_param(&fake.calls[0], "DurationSeconds"), "1800");
    assert_string_equal(fake_call_param(&fake.calls[0], "RoleSessionName"), "me");
    assert_non_null(strstr(keys.chain, "profile default of "));
    assert_non_null(strstr(keys.chain, " > role/a"));
    aws_keys_done(&keys);
    assert_int_equal(LOAD("[profile a]\nrole_arn=arn:aws:iam::1:role/a\nsource_profile=default\n"
                          "mfa_serial=arn:aws:iam::1:mfa/me\n",
                          "[default]\naws_access_key_id=AK\naws_secret_access_key=S\n",
                          "AWS_PROFILE", "a"),
                     PT_ELOGIN);
    assert_non_null(strstr(err.what, "MFA"));
}

static void environment_keys_do_not_reach_a_source_profile(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    /* Named by the environment they win over it; so the profile is named by the option's twin. */
    assert_int_equal(LOAD("[profile a]\nrole_arn=arn:aws:iam::1:role/a\nsource_profile=b\n"
                          "[profile b]\nregion=eu-west-1\n",
                          NULL, "AWS_PROFILE", "a"),
                     PT_ELOGIN);
    assert_non_null(strstr(err.what, "its source_profile b has no credentials"));
}

static void a_java_client_s_role_is_taken_on(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    struct aws_role_options role = {.arn = "arn:aws:iam::1:role/msk", .session_name = "me"};
    (void)state;
    assert_int_equal(load(NULL, "[default]\naws_access_key_id=AK\naws_secret_access_key=S\n", &role,
                          &keys, &err, (char *)NULL),
                     PT_OK);
    assert_string_equal(keys.id, "AKROLE_MSK");
    assert_string_equal(fake_call_param(&fake.calls[0], "RoleSessionName"), "me");
    assert_non_null(strstr(keys.chain, " > role/msk"));
    aws_keys_done(&keys);
    role = (struct aws_role_options){.arn = "arn:aws:iam::1:role/msk",
                                     .external_id = "not with keys",
                                     .key_id = "AKJAAS",
                                     .secret = "S"};
    assert_int_equal(load(NULL, NULL, &role, &keys, &err, (char *)NULL), PT_OK);
    assert_non_null(
        strstr(fake_call_header(&fake.calls[0], "authorization"), "Credential=AKJAAS/"));
    assert_null(fake_call_param(&fake.calls[0], "ExternalId"));
    aws_keys_done(&keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_recorded_cases_hold),
        cmocka_unit_test(half_a_pair_is_named),
        cmocka_unit_test(environment_keys_say_when_they_end_and_that_they_are_fixed),
        cmocka_unit_test(a_circle_of_roles_names_its_profiles),
        cmocka_unit_test(a_role_takes_its_profile_s_options_along),
        cmocka_unit_test(environment_keys_do_not_reach_a_source_profile),
        cmocka_unit_test(a_java_client_s_role_is_taken_on),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
