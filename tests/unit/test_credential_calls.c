/* The cases of the credential chain that were not recorded: processes, containers, metadata
 * services, files that change. */
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
#include "aws/fault.h"
#include "base/clock.h"
#include "credentials.h"
#include "fake_aws.h"
#include "scratch.h"

/* ---- credential_process ---- */

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

/* End the process that a script left running; the script wrote its process ID to a file. */
static void end_left_over(void)
{
    char *pid = scratch_get("p.sh.pid");
    kill((pid_t)strtol(pid, NULL, 10), SIGKILL);
    free(pid);
}

/* The wait ends at its deadline, and so does a process that still runs. */
static void a_process_that_lives_on_is_not_waited_for(void **state)
{
    static const struct {
        const char *script;
        pt_code code;
        const char *says;
    } cases[] = {
        {"exec 1>&- 2>&-\nexec sleep 600\n",                    PT_ETIMEOUT, "closes its output"   },
        {"echo '" ANSWER "'\nexec 1>&- 2>&-\nexec sleep 600\n", PT_ETIMEOUT, "closes its output"   },
        {"exec 1>&-\nexec sleep 600\n",                         PT_ETIMEOUT, "does not end in time"},
        {"exec sleep 600\n",                                    PT_ETIMEOUT, "does not end in time"},
        {"trap '' TERM HUP INT\nwhile :; do :; done\n",         PT_ETIMEOUT, "does not end in time"},
        {"sleep 600 &\necho $! > $0.pid\nexit 3\n",             PT_ELOGIN,   "status 3"            },
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

/* A helper leaves a process behind that keeps its output open. */
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
    assert_non_null(strstr(err.what, "more than 256 KiB"));
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
    assert_non_null(strstr(err.what, "cannot be started: No such file"));
    assert_int_equal(LOAD("[profile p]\ncredential_process = \"open\n", NULL, "AWS_PROFILE", "p"),
                     PT_ECONFIG);
}

/* ---- files and addresses ---- */

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
    assert_non_null(strstr(err.what, "no role to assume"));
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

/* Each host that may be called without TLS is called, and exactly at this URL. */
static void the_hosts_of_containers_are_asked(void **state)
{
    static const struct {
        const char *name, *value, *url;
    } cases[] = {
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x",                      "http://169.254.170.2/v2/x"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI",     "http://169.254.170.2/v2/x",
         "http://169.254.170.2/v2/x"                                                                        },
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI",     "http://169.254.170.23/v1/y",
         "http://169.254.170.23/v1/y"                                                                       },
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI",     "http://[fd00:ec2::23]/v1/y",
         "http://[fd00:ec2::23]/v1/y"                                                                       },
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI",     "http://localhost:8080/z",
         "http://localhost:8080/z"                                                                          },
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI",     "http://[::1]/z",             "http://[::1]/z"           },
    };
    struct aws_keys keys;
    struct pt_error err;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* No host answers with credentials; the test is about the request. */
        assert_int_equal(LOAD(NULL, NULL, cases[i].name, cases[i].value), PT_ELOGIN);
        assert_true(fake.n_calls > 0);
        assert_string_equal(fake.calls[0].url, cases[i].url);
    }
}

static pt_code be_silent(struct fake_aws *aws, size_t n, struct http_answer *answer,
                         struct pt_error *err)
{
    (void)n;
    answer->was_sent = aws->arg != NULL;
    return pt_error_set(err, PT_ETIMEOUT, "Check the network",
                        "169.254.169.254: no answer in time");
}

/* A metadata service that is unreachable means that this host is not an EC2 instance. One that
 * accepts the request and never answers means a container on an instance. */
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
        assert_non_null(strstr(err.what, is_there ? "does not answer within 1 s"
                                                  : "nor from this instance (IMDS)"));
        assert_int_equal(fake.n_calls, 1);
        aws_client_done(&client);
    }
}

/* Check that the fix names this place and this step, for credentials that AWS rejects as expired
 * or unknown, and for those that have expired. */
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

/* New credentials only help in the place that comes first in the chain. */
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
    check_advice(&keys, "pintop's environment", "restart pintop");
    aws_keys_done(&keys);
    assert_int_equal(LOAD(NULL, both), PT_OK);
    check_advice(&keys, scratch_path("credentials"), "`aws configure --profile default`");
    check_advice(&keys, "profile default", "pintop reads the file again automatically");
    aws_keys_done(&keys);
    assert_int_equal(LOAD("[profile 'Dev Account']\naws_access_key_id=AK\n"
                          "aws_secret_access_key=S\n",
                          NULL, "AWS_PROFILE", "Dev Account"),
                     PT_OK);
    check_advice(&keys, scratch_path("config"), "`aws configure --profile 'Dev Account'`");
    aws_keys_done(&keys);
    assert_int_equal(run_process("#!/bin/sh\necho '" ANSWER "'\n", &keys, &err), PT_OK);
    check_advice(&keys, "credential_process of profile p", "pintop runs it again automatically");
    aws_keys_done(&keys);
    scratch_put("token", "TOKEN\n");
    assert_int_equal(LOAD(NULL, NULL, "AWS_WEB_IDENTITY_TOKEN_FILE", "{DIR}/token", "AWS_ROLE_ARN",
                          "arn:aws:iam::1:role/x"),
                     PT_OK);
    check_advice(&keys, scratch_path("token"), "asks STS again automatically");
    aws_keys_done(&keys);
    assert_int_equal(LOAD(NULL, NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{STUB}/creds"), PT_OK);
    check_advice(&keys, "container's agent", "role of the task");
    aws_keys_done(&keys);
    assert_int_equal(LOAD(NULL, NULL, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "{STUB}",
                          "AWS_EC2_METADATA_DISABLED", "false"),
                     PT_OK);
    check_advice(&keys, "EC2 instance's role", "instance profile");
    aws_keys_done(&keys);
    /* For a role, the place is that of the credentials that assume it. */
    snprintf(text, sizeof text, "%ssource_profile=default\n", role);
    assert_int_equal(LOAD(text, both, "AWS_PROFILE", "a"), PT_OK);
    check_advice(&keys, "the credentials behind it", "`aws configure --profile default`");
    aws_keys_done(&keys);
    snprintf(text, sizeof text, "%scredential_source=EcsContainer\n", role);
    assert_int_equal(
        LOAD(text, both, "AWS_PROFILE", "a", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{STUB}/creds"),
        PT_OK);
    check_advice(&keys, "the credentials behind it", "container's agent");
    aws_keys_done(&keys);
    const struct aws_role_options java = {
        .arn = "arn:aws:iam::1:role/msk", .key_id = "AKJAAS", .secret = "S"};
    assert_int_equal(load(NULL, NULL, &java, &keys, &err, (char *)NULL), PT_OK);
    check_advice(&keys, "sasl.jaas.config", "restart pintop");
    aws_keys_done(&keys);
}

/* A temporary access key without its session token is recognised by its prefix, before any other
 * advice. */
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

/* The path of the URL gives access to the credentials: no source, error or log may show it. */
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
        cmocka_unit_test(a_process_gets_its_words_and_gives_keys),
        cmocka_unit_test(a_process_that_prints_without_end_is_ended),
        cmocka_unit_test(a_process_that_lives_on_is_not_waited_for),
        cmocka_unit_test(a_grandchild_holds_up_nobody),
        cmocka_unit_test(a_process_that_fails_or_is_not_there_is_named),
        cmocka_unit_test(a_token_file_that_is_missing_is_named),
        cmocka_unit_test(a_container_s_token_may_not_hold_a_line_break),
        cmocka_unit_test(the_hosts_of_containers_are_asked),
        cmocka_unit_test(a_silent_metadata_service_is_told_from_none),
        cmocka_unit_test(advice_names_the_place_that_gave_the_keys),
        cmocka_unit_test(a_half_of_temporary_keys_is_noticed),
        cmocka_unit_test(a_container_s_path_is_shown_nowhere),
        cmocka_unit_test(a_written_file_is_noticed),
        cmocka_unit_test(keys_are_renewed_before_they_end),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
