/* The credential chain against what botocore did in the same surroundings
 * (tests/data/aws/credential_cases.json): keys, provider, region, and each HTTP call. Where pintop
 * differs on purpose, DIFFERENCES says so. Then what else a chain can meet. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "aws/advice.h"
#include "aws/credentials.h"
#include "base/clock.h"
#include "fake_aws.h"
#include "scratch.h"

#define STUB "http://127.0.0.1:5999"

static struct fake_aws fake;

/* --- a stub as the recording had one -----------------------------------------------------------
 */

static const char *role_key(const char *arn)
{
    static char key[64];
    const char *slash = strrchr(arn, '/');
    size_t n = (size_t)snprintf(key, sizeof key, "AKROLE_%s", slash != NULL ? slash + 1 : arn);
    for (size_t i = 7; i < n; i++)
        if (key[i] >= 'a' && key[i] <= 'z')
            key[i] = (char)(key[i] - 'a' + 'A');
    return key;
}

static pt_code answer_sts(const struct fake_call *call, struct http_answer *answer)
{
    char xml[1024];
    const char *action = fake_call_param(call, "Action");
    bool is_web = action != NULL && strcmp(action, "AssumeRoleWithWebIdentity") == 0;
    const char *name = is_web ? "AssumeRoleWithWebIdentity" : "AssumeRole";
    const char *key = is_web ? "AKWEBID" : role_key(fake_call_param(call, "RoleArn"));
    snprintf(xml, sizeof xml,
             "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>"
             "<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/x/y</Arn></AssumedRoleUser>"
             "<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>S</SecretAccessKey>"
             "<SessionToken>T</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>"
             "</Credentials></%sResult></%sResponse>",
             name, name, key, name, name);
    return fake_answer(answer, 200, xml);
}

static pt_code answer_stub(struct fake_aws *aws, size_t n, struct http_answer *answer,
                           struct pt_error *err)
{
    const struct fake_call *call = &aws->calls[n];
    const char *path = strncmp(call->url, STUB, strlen(STUB)) == 0 ? call->url + strlen(STUB) : "?";
    bool is_v1_off = aws->arg != NULL;
    (void)err;
    if (strcmp(call->method, "POST") == 0)
        return answer_sts(call, answer);
    if (strcmp(path, "/latest/api/token") == 0)
        return is_v1_off ? fake_answer(answer, 403, "") : fake_answer(answer, 200, "IMDSTOKEN");
    if (strcmp(path, "/creds") == 0)
        return fake_answer(answer, 200,
                           "{\"AccessKeyId\":\"AKCONTAINER\",\"SecretAccessKey\":\"SKC\","
                           "\"Token\":\"TOKC\",\"Expiration\":\"2030-01-01T00:00:00Z\"}");
    if (strcmp(path, "/latest/meta-data/iam/security-credentials/") == 0)
        return fake_answer(answer, 200, "my-role\n");
    if (strcmp(path, "/latest/meta-data/iam/security-credentials/my-role") == 0)
        return fake_answer(answer, 200,
                           "{\"Code\":\"Success\",\"AccessKeyId\":\"AKIMDS\","
                           "\"SecretAccessKey\":\"SKI\",\"Token\":\"TOKI\","
                           "\"Expiration\":\"2030-01-01T00:00:00Z\"}");
    return fake_answer(answer, 404, "");
}

/* --- the recorded cases ------------------------------------------------------------------------
 */

/* Where pintop's answer is another one, on purpose (AWS credentials.h says why). */
static const struct difference {
    const char *name;
    const char *token, *region; /* NULL: as recorded */
    const char *says;           /* what our error holds */
} DIFFERENCES[] = {
    {"env: legacy AWS_SECURITY_TOKEN wins over AWS_SESSION_TOKEN in botocore",           "NEW", NULL, NULL                 },
    {"region precedence: config region when no env; AWS_REGION is NOT read by botocore", NULL,
     "ap-south-1",                                                                                    NULL                 },
    {"duplicate section is a parse error in botocore",                                   NULL,  NULL, "credentials:4: "    },
    {"sso profile without a cached login",                                               NULL,  NULL, "IAM Identity Center"},
    {"IMDS: v1 disabled by setting",                                                     NULL,  NULL, "refuses a token"    },
};

/* What our error must hold in each recorded error. */
static const struct {
    const char *name, *says;
} ERRORS[] = {
    {"config file [x] without the word profile is not a profile",    "AWS profile x doesn't exist: "     },
    {"missing profile is an error",                                  "AWS profile nope: it is neither in"},
    {"both source_profile and credential_source is an error",
     "both source_profile and credential_sou"                                                            },
    {"role_arn alone is an error",                                   "neither source_profile nor"        },
    {"credential_source unknown",                                    "credential_source Foo is none"     },
    {"credential_process: wrong Version",                            "its Version is not 1"              },
    {"credential_process: non-zero exit",                            "ends with status 3: boom"          },
    {"container: plain-http host outside the allow-list is refused",
     "not taken from http://192.0.2.1"                                                                   },
};

static const struct difference *difference_of(const char *name)
{
    static const struct difference none;
    for (size_t i = 0; i < sizeof DIFFERENCES / sizeof *DIFFERENCES; i++)
        if (strcmp(DIFFERENCES[i].name, name) == 0)
            return &DIFFERENCES[i];
    return &none;
}

static const char *text_of(const cJSON *o, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

/* {DIR} and {STUB} filled in. */
static const char *fill(const char *text)
{
    static char out[2048];
    size_t used = 0;
    while (*text != '\0' && used < sizeof out - 200) {
        const char *with = strncmp(text, "{DIR}", 5) == 0    ? scratch_dir
                           : strncmp(text, "{STUB}", 6) == 0 ? STUB
                                                             : NULL;
        if (with == NULL) {
            out[used++] = *text++;
            continue;
        }
        used += (size_t)snprintf(out + used, sizeof out - used, "%s", with);
        text += text[1] == 'D' ? 5 : 6;
    }
    out[used] = '\0';
    return out;
}

static void put_case(const cJSON *o)
{
    const cJSON *item;
    const char *config = text_of(o, "config_file"), *keys = text_of(o, "credentials_file");
    memset(&fake, 0, sizeof fake);
    fake.now_ms = INT64_C(1767323045000);
    fake.answer = answer_stub;
    fake_aws_set(&fake, "HOME", scratch_dir);
    fake_aws_set(&fake, "AWS_CONFIG_FILE", scratch_path("config"));
    fake_aws_set(&fake, "AWS_SHARED_CREDENTIALS_FILE", scratch_path("credentials"));
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(o, "env"))
    {
        fake_aws_set(&fake, item->string, fill(item->valuestring));
        if (strcmp(item->string, "AWS_EC2_METADATA_V1_DISABLED") == 0)
            fake.arg = &fake;
    }
    remove(scratch_path("config"));
    remove(scratch_path("credentials"));
    if (config != NULL)
        scratch_put("config", fill(config));
    if (keys != NULL)
        scratch_put("credentials", fill(keys));
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(o, "files"))
    {
        scratch_put(item->string, fill(item->valuestring));
        chmod(scratch_path(item->string), 0700);
    }
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
        says = "AWS credentials: none in the environment";
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

/* --- what else a chain can meet ----------------------------------------------------------------
 */

/* The chain in a case of our own: files (NULL none) and the environment as pairs up to NULL. */
static int64_t process_ms; /* how long a credential_process may take; 0 the usual */

static pt_code load(const char *config, const char *credentials,
                    const struct aws_role_options *role, struct aws_keys *keys,
                    struct pt_error *err, ...)
{
    struct aws_client client;
    const struct aws_options options = {0};
    va_list env;
    cJSON *empty = cJSON_CreateObject();
    memset(err, 0, sizeof *err);
    put_case(empty);
    cJSON_Delete(empty);
    if (config != NULL)
        scratch_put("config", fill(config));
    if (credentials != NULL)
        scratch_put("credentials", fill(credentials));
    fake_aws_set(&fake, "AWS_EC2_METADATA_DISABLED", "true");
    fake_aws_set(&fake, "AWS_ENDPOINT_URL_STS", STUB);
    fake_aws_set(&fake, "AWS_REGION", "us-east-1");
    va_start(env, err);
    for (const char *name = va_arg(env, const char *); name != NULL;
         name = va_arg(env, const char *))
        fake_aws_set(&fake, name, fill(va_arg(env, const char *)));
    va_end(env);
    const struct aws_world world = fake_aws_world(&fake);
    const struct http_transport net = fake_aws_net(&fake);
    aws_client_init(&client, &world, &net, &options);
    client.process_ms = process_ms;
    pt_code code = credentials_load(&client, role, keys, err);
    aws_client_done(&client);
    return code;
}

#define LOAD(config, credentials, ...)                                                             \
    load(config, credentials, NULL, &keys, &err, ##__VA_ARGS__, (char *)NULL)

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
    assert_non_null(strstr(err.what, "its source_profile gone doesn't exist"));
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

/* --- credential_process ------------------------------------------------------------------------
 */

#define ANSWER "{\"Version\":1,\"AccessKeyId\":\"AKP\",\"SecretAccessKey\":\"S\"}"

static pt_code run_process(const char *script, struct aws_keys *keys, struct pt_error *err)
{
    scratch_put("p.sh", script);
    chmod(scratch_path("p.sh"), 0700);
    return load("[profile p]\ncredential_process = \"{DIR}/p.sh\" 'two words' back\\ slash\n", NULL,
                NULL, keys, err, "AWS_PROFILE", "p", (char *)NULL);
}

static void a_process_gets_its_words_and_gives_keys(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(run_process("#!/bin/sh\n[ \"$1\" = 'two words' ] && [ \"$2\" = 'back slash' ] "
                                 "&& [ $# = 2 ] || exit 9\necho '{\"Version\":1,\"AccessKeyId\":"
                                 "\"AKP\",\"SecretAccessKey\":\"S\",\"SessionToken\":\"T\","
                                 "\"Expiration\":\"2026-01-02T04:04:05+00:00\"}'\n",
                                 &keys, &err),
                     PT_OK);
    assert_string_equal(keys.id, "AKP");
    assert_string_equal(keys.token, "T");
    assert_int_equal(keys.end_s, 1767326645);
    aws_keys_done(&keys);
}

/* The wait ends by its deadline, with whoever still runs ended too. */
/* What a script left running, and wrote down. */
static void end_left_over(void)
{
    char *pid = scratch_get("p.sh.pid");
    kill((pid_t)strtol(pid, NULL, 10), SIGKILL);
    free(pid);
}

static void a_process_that_lives_on_is_not_waited_for(void **state)
{
    static const struct {
        const char *script;
        pt_code code;
        const char *says;
    } cases[] = {
        {"exec 1>&- 2>&-\nexec sleep 600\n",                    PT_ETIMEOUT, "closes its output"  },
        {"echo '" ANSWER "'\nexec 1>&- 2>&-\nexec sleep 600\n", PT_ETIMEOUT, "closes its output"  },
        {"exec 1>&-\nexec sleep 600\n",                         PT_ETIMEOUT, "doesn't end in time"},
        {"exec sleep 600\n",                                    PT_ETIMEOUT, "doesn't end in time"},
        {"trap '' TERM HUP INT\nwhile :; do :; done\n",         PT_ETIMEOUT, "doesn't end in time"},
        {"sleep 600 &\necho $! > $0.pid\nexit 3\n",             PT_ELOGIN,   "status 3"           },
    };
    (void)state;
    process_ms = 300;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aws_keys keys;
        struct pt_error err;
        char script[512];
        int64_t begin_us = clock_mono_us();
        snprintf(script, sizeof script, "#!/bin/sh\n%s", cases[i].script);
        if (run_process(script, &keys, &err) != cases[i].code ||
            strstr(err.what, cases[i].says) == NULL)
            fail_msg("row %zu: %s", i, err.what);
        assert_true(clock_mono_us() - begin_us < 3000000);
    }
    process_ms = 0;
    end_left_over();
}

/* A helper that leaves something running behind it, which holds its output open. */
static void a_grandchild_holds_up_nobody(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    int64_t begin_us = clock_mono_us();
    assert_int_equal(run_process("#!/bin/sh\nsleep 30 &\necho \"$!\" > \"$0.pid\"\necho '" ANSWER
                                 "'\n",
                                 &keys, &err),
                     PT_OK);
    assert_string_equal(keys.id, "AKP");
    assert_true(clock_mono_us() - begin_us < 5000000);
    end_left_over();
    aws_keys_done(&keys);
}

static void a_process_that_prints_without_end_is_ended(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(run_process("#!/bin/sh\nyes secret\n", &keys, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "over 256 KiB"));
    assert_null(strstr(err.what, "secret"));
}

static void a_process_that_fails_or_is_not_there_is_named(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(run_process("#!/bin/sh\nprintf '\\033[2Jbad\\n' >&2; exit 1\n", &keys, &err),
                     PT_ELOGIN);
    assert_non_null(strstr(err.what, "status 1: \\x1b[2Jbad"));
    assert_int_equal(run_process("#!/bin/sh\nkill -9 $$\n", &keys, &err), PT_ELOGIN);
    assert_non_null(strstr(err.what, "signal 9"));
    assert_int_equal(run_process("#!/bin/sh\necho nonsense\n", &keys, &err), PT_EDATA);
    assert_int_equal(
        run_process("#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"A\"}'\n", &keys, &err),
        PT_EDATA);
    assert_int_equal(
        LOAD("[profile p]\ncredential_process = {DIR}/none\n", NULL, "AWS_PROFILE", "p"),
        PT_ELOGIN);
    assert_non_null(strstr(err.what, "can't be started: No such file"));
    assert_int_equal(LOAD("[profile p]\ncredential_process = \"open\n", NULL, "AWS_PROFILE", "p"),
                     PT_ECONFIG);
}

/* --- files and addresses -----------------------------------------------------------------------
 */

static void a_token_file_that_is_missing_is_named(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(LOAD(NULL, NULL, "AWS_WEB_IDENTITY_TOKEN_FILE", "{DIR}/none", "AWS_ROLE_ARN",
                          "arn:aws:iam::1:role/x"),
                     PT_ELOGIN);
    assert_non_null(strstr(err.what, "AWS web identity token: "));
    assert_non_null(strstr(err.what, "/none"));
    assert_int_equal(LOAD(NULL, NULL, "AWS_WEB_IDENTITY_TOKEN_FILE", "{DIR}/none"), PT_ECONFIG);
    assert_non_null(strstr(err.what, "no role to take on"));
}

static void a_container_s_token_may_not_hold_a_line_break(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(LOAD(NULL, NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{STUB}/creds",
                          "AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nx: y"),
                     PT_ECONFIG);
    assert_int_equal(fake.n_calls, 0);
    assert_int_equal(LOAD(NULL, NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                          "http://127.0.0.1.example.com/creds"),
                     PT_ECONFIG);
    assert_int_equal(fake.n_calls, 0);
}

static pt_code be_silent(struct fake_aws *aws, size_t n, struct http_answer *answer,
                         struct pt_error *err)
{
    (void)n;
    answer->was_sent = aws->arg != NULL;
    return pt_error_set(err, PT_ETIMEOUT, "Check the network",
                        "169.254.169.254: no answer in time");
}

/* Nobody there is no instance; one that takes the question and is silent is a container on one. */
static void a_silent_metadata_service_is_told_from_none(void **state)
{
    const struct aws_options options = {0};
    (void)state;
    for (int is_there = 0; is_there < 2; is_there++) {
        struct aws_client client;
        struct aws_keys keys;
        struct pt_error err;
        memset(&fake, 0, sizeof fake);
        fake.answer = be_silent;
        fake.arg = is_there ? &fake : NULL;
        const struct aws_world world = fake_aws_world(&fake);
        const struct http_transport net = fake_aws_net(&fake);
        aws_client_init(&client, &world, &net, &options);
        pt_code code = credentials_load(&client, NULL, &keys, &err);
        assert_int_equal(code, is_there ? PT_ETIMEOUT : PT_ELOGIN);
        assert_non_null(strstr(err.what, is_there ? "doesn't answer within 1 s"
                                                  : "nor from this instance (IMDS)"));
        assert_int_equal(fake.n_calls, 1);
        aws_client_done(&client);
    }
}

/* Which place is named, for keys that AWS calls run out, and for those it doesn't know. */
static void check_advice(const struct aws_keys *keys, const char *place, const char *step)
{
    static const char *const codes[] = {"ExpiredToken", "InvalidClientTokenId",
                                        "SignatureDoesNotMatch"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct aws_fault fault = {.status = 403};
        struct pt_error err;
        snprintf(fault.code, sizeof fault.code, "%s", codes[i]);
        assert_int_equal(aws_fault_error(&aws_sts, "GetCallerIdentity", &fault, keys, &err),
                         PT_ELOGIN);
        if (strstr(err.fix, place) == NULL || strstr(err.fix, step) == NULL)
            fail_msg("%s, %s: %s", keys->source, codes[i], err.fix);
    }
    struct aws_keys ended = *keys;
    struct pt_error err;
    ended.end_s = 1000;
    assert_int_equal(credentials_check_end(&ended, 2000, &err), PT_ELOGIN);
    if (strstr(err.fix, place) == NULL || strstr(err.fix, step) == NULL)
        fail_msg("%s, ended: %s", keys->source, err.fix);
}

/* New keys are of use only in the place that wins. */
static void advice_names_the_place_that_gave_the_keys(void **state)
{
    static const char role[] = "[profile a]\nrole_arn=arn:aws:iam::1:role/a\n";
    static const char both[] = "[default]\naws_access_key_id=AK\naws_secret_access_key=S\n";
    struct aws_keys keys;
    struct pt_error err;
    char text[300];
    (void)state;
    assert_int_equal(LOAD(NULL, both, "AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "S"),
                     PT_OK);
    check_advice(&keys, "pintop's environment", "start pintop again");
    aws_keys_done(&keys);
    assert_int_equal(LOAD(NULL, both), PT_OK);
    check_advice(&keys, scratch_path("credentials"), "`aws configure --profile default`");
    check_advice(&keys, "profile default", "pintop reads that file again by itself");
    aws_keys_done(&keys);
    assert_int_equal(LOAD("[profile 'Dev Account']\naws_access_key_id=AK\n"
                          "aws_secret_access_key=S\n",
                          NULL, "AWS_PROFILE", "Dev Account"),
                     PT_OK);
    check_advice(&keys, scratch_path("config"), "`aws configure --profile 'Dev Account'`");
    aws_keys_done(&keys);
    assert_int_equal(run_process("#!/bin/sh\necho '" ANSWER "'\n", &keys, &err), PT_OK);
    check_advice(&keys, "credential_process of profile p", "asks it again by itself");
    aws_keys_done(&keys);
    scratch_put("token", "TOKEN\n");
    assert_int_equal(LOAD(NULL, NULL, "AWS_WEB_IDENTITY_TOKEN_FILE", "{DIR}/token", "AWS_ROLE_ARN",
                          "arn:aws:iam::1:role/x"),
                     PT_OK);
    check_advice(&keys, scratch_path("token"), "asks again by itself");
    aws_keys_done(&keys);
    assert_int_equal(LOAD(NULL, NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{STUB}/creds"), PT_OK);
    check_advice(&keys, "container's agent", "role of the task");
    aws_keys_done(&keys);
    assert_int_equal(LOAD(NULL, NULL, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "{STUB}",
                          "AWS_EC2_METADATA_DISABLED", "false"),
                     PT_OK);
    check_advice(&keys, "EC2 instance's role", "instance profile");
    aws_keys_done(&keys);
    /* Behind a role it is the keys that it is taken on with. */
    snprintf(text, sizeof text, "%ssource_profile=default\n", role);
    assert_int_equal(LOAD(text, both, "AWS_PROFILE", "a"), PT_OK);
    check_advice(&keys, "the keys behind it", "`aws configure --profile default`");
    aws_keys_done(&keys);
    snprintf(text, sizeof text, "%scredential_source=EcsContainer\n", role);
    assert_int_equal(
        LOAD(text, both, "AWS_PROFILE", "a", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{STUB}/creds"),
        PT_OK);
    check_advice(&keys, "the keys behind it", "container's agent");
    aws_keys_done(&keys);
    const struct aws_role_options java = {
        .arn = "arn:aws:iam::1:role/msk", .key_id = "AKJAAS", .secret = "S"};
    assert_int_equal(load(NULL, NULL, &java, &keys, &err, (char *)NULL), PT_OK);
    check_advice(&keys, "sasl.jaas.config", "start pintop again");
    aws_keys_done(&keys);
}

/* What a key's own letters tell comes first. */
static void a_half_of_temporary_keys_is_noticed(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(LOAD(NULL, NULL, "AWS_ACCESS_KEY_ID", "ASIAX", "AWS_SECRET_ACCESS_KEY", "S"),
                     PT_OK);
    char fix[PT_FIX_MAX];
    aws_advice(&keys, AWS_KEYS_REFUSED, fix, sizeof fix);
    assert_non_null(strstr(fix, "needs its session token"));
    aws_keys_done(&keys);
}

/* Its path leads to keys: no source, error or log may show it. */
static void a_container_s_path_is_shown_nowhere(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    assert_int_equal(LOAD(NULL, NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{STUB}/creds"), PT_OK);
    assert_string_equal(keys.source, "this container, 127.0.0.1:5999");
    assert_null(fake.calls[0].log_path);
    aws_keys_done(&keys);
    assert_int_equal(
        LOAD(NULL, NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{STUB}/v2/s3cr3t?x=s3cr3t"),
        PT_ELOGIN);
    assert_null(strstr(err.what, "s3cr3t"));
    assert_non_null(strstr(err.what, "127.0.0.1:5999 answers HTTP 404"));
    assert_int_equal(
        LOAD(NULL, NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/s3cr3t"),
        PT_ECONFIG);
    assert_null(strstr(err.what, "s3cr3t"));
}

static void a_written_file_is_noticed(void **state)
{
    struct aws_keys keys;
    struct pt_error err;
    struct shared_files *files;
    const char *path;
    (void)state;
    assert_int_equal(LOAD(NULL, "[default]\naws_access_key_id=AK\naws_secret_access_key=S\n"),
                     PT_OK);
    aws_keys_done(&keys);
    path = scratch_path("credentials");
    assert_int_equal(shared_files_load(NULL, path, &files, &err), PT_OK);
    assert_false(shared_files_changed(files, NULL, path));
    scratch_put("credentials", "[default]\naws_access_key_id=OTHER\naws_secret_access_key=S\n");
    assert_true(shared_files_changed(files, NULL, path));
    assert_true(shared_files_changed(files, NULL, NULL));
    shared_files_free(files);
}

static void keys_are_renewed_before_they_end(void **state)
{
    struct aws_keys keys = {.end_s = 10000};
    (void)state;
    assert_int_equal(credentials_refresh_at_s(&keys, 10000 - 3600), 10000 - 300);
    assert_int_equal(credentials_refresh_at_s(&keys, 10000 - 200), 10000 - 100);
    keys.end_s = AWS_NO_END;
    assert_true(credentials_refresh_at_s(&keys, 5) == AWS_NO_END);
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
        cmocka_unit_test(a_process_gets_its_words_and_gives_keys),
        cmocka_unit_test(a_process_that_prints_without_end_is_ended),
        cmocka_unit_test(a_process_that_lives_on_is_not_waited_for),
        cmocka_unit_test(a_grandchild_holds_up_nobody),
        cmocka_unit_test(a_process_that_fails_or_is_not_there_is_named),
        cmocka_unit_test(a_token_file_that_is_missing_is_named),
        cmocka_unit_test(a_container_s_token_may_not_hold_a_line_break),
        cmocka_unit_test(a_silent_metadata_service_is_told_from_none),
        cmocka_unit_test(advice_names_the_place_that_gave_the_keys),
        cmocka_unit_test(a_half_of_temporary_keys_is_noticed),
        cmocka_unit_test(a_container_s_path_is_shown_nowhere),
        cmocka_unit_test(a_written_file_is_noticed),
        cmocka_unit_test(keys_are_renewed_before_they_end),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
