/* AWS's shared files: their grammar, as botocore was seen to read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

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
    assert_string_equal(shared_files_get_section(files, "sso-session", "corp", "sso_region"),
                        "us-east-1");
    assert_string_equal(shared_files_get_section(files, "services", "local", "kafka.endpoint_url"),
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
        {"[a]\nx=1\nnonsense\n", ":3: the line is neither"  },
        {"x=1\n",                ":1: a setting before"     },
        {"[a]\n\n[b]\n[a]\n",    ":4: this section"         },
        {"[a\nx=1\n",            ":1: a section without a ]"},
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

/* ------------------------------------------------------------------ as botocore reads them */

/* Every value of every profile that botocore saw; what it refuses is refused. */
static void check_profile(const char *name, const struct shared_files *files, const cJSON *profile)
{
    const cJSON *set, *below;
    if (!shared_files_has(files, profile->string))
        fail_msg("%s: profile %s is not seen", name, profile->string);
    cJSON_ArrayForEach(set, profile)
    {
        char key[200];
        const char *value = shared_files_get(files, profile->string, set->string);
        if (cJSON_IsString(set) && (value == NULL || strcmp(value, set->valuestring) != 0))
            fail_msg("%s: %s of %s is %s", name, set->string, profile->string, value);
        for (below = cJSON_IsObject(set) ? set->child : NULL; below != NULL; below = below->next) {
            snprintf(key, sizeof key, "%s.%s", set->string, below->string);
            value = shared_files_get(files, profile->string, key);
            assert_string_equal(value, below->valuestring);
        }
    }
}

static void check_row(const cJSON *row)
{
    const char *name = cJSON_GetObjectItem(row, "name")->valuestring;
    const cJSON *profiles = cJSON_GetObjectItem(row, "profiles"), *profile;
    struct shared_files *files;
    struct pt_error err;
    pt_code code = load(cJSON_GetObjectItem(row, "config")->valuestring,
                        cJSON_GetObjectItem(row, "credentials")->valuestring, &files, &err);
    if ((code == PT_OK) != (profiles != NULL))
        fail_msg("%s: %s", name, code == PT_OK ? "taken" : err.what);
    if (code != PT_OK && (err.fix[0] == '\0' || code != PT_ECONFIG))
        fail_msg("%s: %s", name, err.what);
    cJSON_ArrayForEach(profile, profiles)
    {
        check_profile(name, files, profile);
    }
    /* And no profile more. */
    static const char *const names[] = {"dev",     "default", "Dev Account",
                                        "Foo Bar", "a",       "profile dev"};
    for (size_t i = 0; code == PT_OK && i < sizeof names / sizeof *names; i++)
        if (shared_files_has(files, names[i]) !=
            (cJSON_GetObjectItemCaseSensitive(profiles, names[i]) != NULL))
            fail_msg("%s: profile %s", name, names[i]);
    shared_files_free(files);
}

static void files_are_read_as_botocore_reads_them(void **state)
{
    char *text;
    int n = 0;
    const cJSON *row;
    (void)state;
    assert_int_equal(file_read("tests/data/aws/shared_files.json", 1 << 20, &text, NULL, NULL),
                     PT_OK);
    cJSON *rows = cJSON_Parse(text);
    cJSON_ArrayForEach(row, rows)
    {
        check_row(row);
        n++;
    }
    assert_true(n > 80);
    cJSON_Delete(rows);
    free(text);
}

static void what_is_ignored_is_said_with_how_to_write_it(void **state)
{
    static const struct {
        const char *config, *credentials, *profile, *says, *write;
    } cases[] = {
        {"[dev]\nregion=r\n",                    NULL,                                   "dev",         ":1 has a section [dev], which",   "write [profile dev]"       },
        {"\n[ profile dev]\nregion=r\n",         NULL,                                   "dev",         ":2 has a section [ profile dev]",
         "write [profile dev]"                                                                                                                                         },
        {"[profile Dev Account]\n",              NULL,                                   "Dev Account", "[profile Dev Account]",
         "write [profile \"Dev Account\"]"                                                                                                                             },
        {"[Profile dev]\n",                      NULL,                                   "dev",         "[Profile dev]",                   "write [profile dev]"       },
        {"[profiledev]\n",                       NULL,                                   "dev",         "[profiledev]",                    "write [profile dev]"       },
        {"[ default ]\n",                        NULL,                                   "default",     "[ default ]",                     "write [default]"           },
        {"[profile Dev]\n",                      NULL,                                   "dev",         "[profile Dev]",                   "write [profile dev]"       },
        {NULL,                                   "[profile dev]\naws_access_key_id=A\n", "dev",         "in the credentials file",
         "write [dev]"                                                                                                                                                 },
        {NULL,                                   "[\"dev\"]\n",                          "dev",         "[\"dev\"]",                       "write [dev]"               },
        {NULL,                                   "[dev]\nexport AWS_ACCESS_KEY_ID=A\n",  "dev",
         ":2 has a setting called export AWS_ACCESS_KEY_ID",                                                                               "write aws_access_key_id = "},
        {NULL,                                   "[dev]\n\"aws_access_key_id\"=A\n",     "dev",
         "has a setting called \"aws_access_key_id\"",                                                                                     "write aws_access_key_id = "},
        {"[profile dev]\nexport AWS_REGION=r\n", NULL,                                   "dev",         "export AWS_REGION",
         "write aws_region = "                                                                                                                                         },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct shared_files *files;
        char hint[600] = "";
        assert_int_equal(load(cases[i].config, cases[i].credentials, &files, NULL), PT_OK);
        if (!shared_files_hint(files, cases[i].profile, hint, sizeof hint) ||
            strstr(hint, cases[i].says) == NULL || strstr(hint, cases[i].write) == NULL)
            fail_msg("row %zu: %s", i, hint);
        shared_files_free(files);
    }
    struct shared_files *files;
    char hint[600];
    assert_int_equal(load("[profile dev]\nregion=r\n[other]\n", "[dev]\n", &files, NULL), PT_OK);
    assert_false(shared_files_hint(files, "dev", hint, sizeof hint));
    shared_files_free(files);
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
        cmocka_unit_test(files_are_read_as_botocore_reads_them),
        cmocka_unit_test(what_is_ignored_is_said_with_how_to_write_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
