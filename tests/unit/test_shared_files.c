/* AWS's shared files: their grammar, as botocore was seen to read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "aws/shared_files.h"
#include "base/file.h"

static char config_path[64], credentials_path[64];

static int setup(void **state)
{
    (void)state;
    snprintf(config_path, sizeof config_path, "/tmp/pintop-aws-config.%d", (int)getpid());
    snprintf(credentials_path, sizeof credentials_path, "/tmp/pintop-aws-keys.%d", (int)getpid());
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(config_path);
    unlink(credentials_path);
    return 0;
}

/* NULL: no such file. */
static pt_code load(const char *config, const char *credentials, struct shared_files **files,
                    struct pt_error *err)
{
    teardown(NULL);
    if (config != NULL)
        assert_int_equal(file_replace(config_path, config, strlen(config), 0600, NULL), PT_OK);
    if (credentials != NULL)
        assert_int_equal(
            file_replace(credentials_path, credentials, strlen(credentials), 0600, NULL), PT_OK);
    return shared_files_load(config_path, credentials_path, files, err);
}

static void values_are_read_as_the_aws_command_line_reads_them(void **state)
{
    struct shared_files *files;
    (void)state;
    assert_int_equal(
        load("# comment\n; comment\n[default]\nregion = eu-west-1\n\n"
             "[profile a]\nREGION: us-west-2\n  # not a setting\n"
             "s3 =\n  max_concurrent_requests = 20\n  addressing_style = path\noutput=json\n"
             "[profile \"two words\"]\nregion=ap-south-1\n"
             "[sso-session corp]\nsso_region = us-east-1\n"
             "[services local]\nkafka =\n  endpoint_url = http://127.0.0.1:5000\n",
             "[a]\r\naws_access_key_id = AKID\r\naws_secret_access_key = with # sharp ; and = "
             "sign\r\n",
             &files, NULL),
        PT_OK);
    assert_string_equal(shared_files_get(files, "default", "region"), "eu-west-1");
    assert_string_equal(shared_files_get(files, "a", "region"), "us-west-2");
    assert_string_equal(shared_files_get(files, "a", "Output"), "json");
    assert_string_equal(shared_files_get(files, "a", "s3.addressing_style"), "path");
    assert_null(shared_files_get(files, "a", "addressing_style"));
    assert_string_equal(shared_files_get(files, "a", "aws_secret_access_key"),
                        "with # sharp ; and = sign");
    assert_string_equal(shared_files_get(files, "two words", "region"), "ap-south-1");
    assert_string_equal(shared_files_get_section(files, "sso-session corp", "sso_region"),
                        "us-east-1");
    assert_string_equal(shared_files_get_section(files, "services local", "kafka.endpoint_url"),
                        "http://127.0.0.1:5000");
    shared_files_free(files);
}

static void what_is_a_profile(void **state)
{
    struct shared_files *files;
    (void)state;
    assert_int_equal(load("[x]\nregion=r\n[profile y]\nregion=r\n[default]\n",
                          "[profile z]\naws_access_key_id=A\n[w]\n", &files, NULL),
                     PT_OK);
    assert_false(shared_files_has(files, "x")); /* the config file wants the word profile */
    assert_true(shared_files_has(files, "y"));
    assert_false(shared_files_has(files, "Y"));
    assert_false(shared_files_has(files, "z")); /* the credentials file doesn't */
    assert_true(shared_files_has(files, "w"));
    assert_true(shared_files_has(files, "default"));
    assert_false(shared_files_has(files, "nobody"));
    shared_files_free(files);
}

static void the_credentials_file_counts_first_key_by_key(void **state)
{
    struct shared_files *files;
    (void)state;
    assert_int_equal(load("[profile a]\naws_access_key_id=CONFIG\nregion=r\n",
                          "[a]\naws_access_key_id=KEYS\n", &files, NULL),
                     PT_OK);
    assert_string_equal(shared_files_get(files, "a", "aws_access_key_id"), "KEYS");
    assert_string_equal(shared_files_get_in(files, false, "a", "aws_access_key_id"), "CONFIG");
    assert_string_equal(shared_files_get(files, "a", "region"), "r");
    shared_files_free(files);
}

static void files_that_are_not_there_are_empty(void **state)
{
    struct shared_files *files;
    (void)state;
    assert_int_equal(load(NULL, NULL, &files, NULL), PT_OK);
    assert_false(shared_files_has(files, "default"));
    assert_null(shared_files_get(files, "default", "region"));
    shared_files_free(files);
    assert_int_equal(shared_files_load(NULL, NULL, &files, NULL), PT_OK);
    shared_files_free(files);
}

static void what_is_wrong_is_told_with_file_and_line(void **state)
{
    static const struct {
        const char *text, *in_what;
    } cases[] = {
        {"[a]\nx=1\nnonsense\n", ":3: neither"                },
        {"x=1\n",                ":1: a setting before"       },
        {"[a]\n\n[b]\n[a]\n",    ":4: this section"           },
        {"[a\nx=1\n",            ":1: a section that has no ]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct shared_files *files;
        struct pt_error err;
        assert_int_equal(load(NULL, cases[i].text, &files, &err), PT_ECONFIG);
        assert_null(files);
        if (!strstr(err.what, cases[i].in_what) || !strstr(err.what, credentials_path))
            fail_msg("%s: %s", cases[i].text, err.what);
    }
}

static void a_secret_is_in_no_complaint(void **state)
{
    struct shared_files *files;
    struct pt_error err;
    (void)state;
    assert_int_equal(load(NULL, "[a]\naws_secret_access_key hunter2\n", &files, &err), PT_ECONFIG);
    assert_null(strstr(err.what, "hunter2"));
    assert_int_equal(shared_files_load("/", NULL, &files, &err), PT_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_as_the_aws_command_line_reads_them),
        cmocka_unit_test(what_is_a_profile),
        cmocka_unit_test(the_credentials_file_counts_first_key_by_key),
        cmocka_unit_test(files_that_are_not_there_are_empty),
        cmocka_unit_test(what_is_wrong_is_told_with_file_and_line),
        cmocka_unit_test(a_secret_is_in_no_complaint),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
