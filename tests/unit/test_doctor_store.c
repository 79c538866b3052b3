/* The checks of the bucket and of the plugin's zip, over a bucket on loopback: what is there, whose
 * it is, and what a zip holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_store.h"
#include "local_bucket.h"
#include "scratch.h"
#include "state/created.h"

/* ---- s3.bucket ---- */

static void a_good_bucket_is_ok_and_what_is_not_seen_is_said(void **state)
{
    (void)state;
    store_well();
    doctor_room_says("s3.bucket", PLAIN, PT_CHECK_OK,
                     "0a1b-bucket exists, it is yours (account 123456789012), and in eu-west-1, "
                     "the cluster's region; public access is blocked; the cluster's subnets reach "
                     "it through vpce-1. Not checked: whether it may be written",
                     NULL);
    const struct pt_check *check = doctor_room_check("s3.bucket", PLAIN);
    assert_string_equal(check->copy, "0a1b-bucket");
    assert_false(check->is_denied);
    assert_string_equal(check->identity, "you");
    assert_int_equal(bucket.n_writes, 0);
    assert_int_equal(local_aws_count(&aws_room, "PUT /"), 0);
}

static void be_missing(void)
{
    bucket.is_missing = true;
}
static void be_anothers(void)
{
    bucket.owner = "999999999999";
}
static void be_denied(void)
{
    bucket.is_head_denied = true;
}
static void be_elsewhere(void)
{
    bucket.region = "us-east-1";
}
static void be_nowhere(void)
{
    bucket.region = NULL;
}
static void be_public(void)
{
    local_aws_say(&aws_room, "publicAccessBlock", 404,
                  "<Error><Code>NoSuchPublicAccessBlockConfiguration</Code><Message>m</Message>"
                  "</Error>");
}
static void be_half_public(void)
{
    local_aws_say(&aws_room, "publicAccessBlock", 200,
                  "<R><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true"
                  "</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy></R>");
}
static void hide_public(void)
{
    local_aws_say(&aws_room, "publicAccessBlock", 403,
                  "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
}
static void break_public(void)
{
    local_aws_say(&aws_room, "publicAccessBlock", 200, "<R><Block");
}
static void be_without_cluster(void)
{
    local_aws_say(&aws_room, "/api/v2/clusters", 403,
                  "{\"Message\":\"User: u is not authorized to perform: kafka:ListClustersV2\","
                  "\"__type\":\"AccessDeniedException\"}");
}

static void a_bucket_is_judged_by_what_is_seen(void **state)
{
    (void)state;
    static const struct {
        void (*make)(void);
        enum pt_check_state state;
        const char *words, *fix;
    } rows[] = {
        {be_missing,         PT_CHECK_FAIL,    "0a1b-bucket does not exist",
         "aws s3 mb s3://0a1b-bucket --region eu-west-1"                                                                       },
        {be_anothers,        PT_CHECK_FAIL,    "belongs to another account than yours",
         "aws s3 mb s3://NAME"                                                                                                 },
        {be_denied,          PT_CHECK_UNKNOWN, "needs s3:ListBucket",                               "AWS console, S3 > Buckets"},
        {be_elsewhere,       PT_CHECK_FAIL,    "but in us-east-1, and the cluster's region is eu",
         "--region eu-west-1"                                                                                                  },
        {be_nowhere,         PT_CHECK_WARN,    "Not checked: its region, which S3 does not report",
         "> Properties"                                                                                                        },
        {be_public,          PT_CHECK_WARN,    "does not block public access",
         "put-public-access-block --bucket 0a1b-bucket"                                                                        },
        {be_half_public,     PT_CHECK_WARN,    "only in part",                                      "BlockPublicPolicy=true"   },
        {hide_public,        PT_CHECK_WARN,
         "Not checked: whether public access is blocked (needs s3:GetBucketPublicAccessBlock)",     "> Permissions"            },
        {break_public,       PT_CHECK_WARN,    "Not checked: whether public access is blocked",
         "> Permissions"                                                                                                       },
        {be_without_cluster, PT_CHECK_WARN,
         "in eu-west-1, your region; public access is blocked. Not checked: how the cluster's "
         "subnets reach it (the cluster's subnets are not known)",                                  "pintop.msk.cluster"       },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        aws_room_close(NULL);
        aws_room_open(NULL);
        store_well();
        rows[i].make();
        doctor_room_says("s3.bucket", PLAIN, rows[i].state, rows[i].words, rows[i].fix);
    }
}

static void a_bad_name_is_one_sentence_and_no_call(void **state)
{
    (void)state;
    store_well();
    doctor_room_says("s3.bucket", AWS_ROOM_SET("pintop.bucket=s3://0a1b-bucket"), PT_CHECK_FAIL,
                     "is not a valid name of a bucket", "without s3://");
    assert_int_equal(local_aws_count(&aws_room, "HEAD /"), 0);
}

/* ---- s3.plugin ---- */

static unsigned char zip[BUCKET_OBJECT_MAX];

static void add_zip(const char *key, const char *const *names)
{
    size_t len = local_zip_make(zip, names);
    local_bucket_add(&bucket, key, zip, len);
}
#define ZIP_OF(...) ((const char *const[]){__VA_ARGS__, NULL})
#define KEY "kafka-connect-s3/confluentinc-kafka-connect-s3-10.0.3.zip"

static void the_zip_is_judged_by_its_directory(void **state)
{
    (void)state;
    store_well();
    add_zip("kafka-connect-s3/", ZIP_OF("x"));
    add_zip(KEY, ZIP_OF("confluentinc-kafka-connect-s3-10.0.3/", LOCAL_ZIP_JAR));
    doctor_room_says(
        "s3.plugin", PLAIN, PT_CHECK_OK,
        "s3://0a1b-bucket/" KEY
        ", 231 bytes, holds kafka-connect-s3-10.0.3.jar. It is judged by the jar's name",
        NULL);
    assert_int_equal(bucket.n_writes, 0);
    add_zip("kafka-connect-s3/newer.zip", ZIP_OF("lib/kafka-connect-s3-10.5.0.jar"));
    add_zip("kafka-connect-s3/README.md", ZIP_OF("x"));
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_OK,
                     "newer.zip, 111 bytes, holds kafka-connect-s3-10.5.0.jar. It is judged by the "
                     "jar's name; the newest of 2 zips there",
                     NULL);
}

static void what_is_no_plugin_fails_with_the_way_to_one(void **state)
{
    (void)state;
    static const struct {
        const char *name; /* of the only member; NULL: none */
        const char *raw;  /* instead of a zip */
        const char *words;
    } rows[] = {
        {"lib/kafka-connect-jdbc-10.0.jar",               NULL,                                   "the first is lib/kafka-connect-jdbc"  },
        {"lib/kafka-connect-s3-source-2.0.jar",           NULL,                                   "holds no kafka-connect-s3-VERSION.jar"},
        {"io/confluent/connect/s3/S3SinkConnector.class", NULL,                                   "the connector's jar itself"           },
        {NULL,                                            NULL,                                   "a zip without anything in it"         },
        {NULL,                                            "<html>404</html> but long enough",     "it is no zip"                         },
        {NULL,                                            "",                                     "it is empty"                          },
        {NULL,                                            "PK\3\4 and then it was cut off .....", "it was cut off"                       },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        aws_room_close(NULL);
        aws_room_open(NULL);
        store_well();
        if (rows[i].raw == NULL)
            add_zip(KEY, ZIP_OF(rows[i].name));
        else
            local_bucket_add(&bucket, KEY, rows[i].raw, strlen(rows[i].raw));
        doctor_room_says("s3.plugin", PLAIN, PT_CHECK_FAIL, rows[i].words,
                         "pintop -X pintop.plugin.zip=FILE doctor --fix s3.plugin");
        assert_false(doctor_room_check("s3.plugin", PLAIN)->is_fixable);
    }
}

static void nothing_there_is_a_failure_and_what_may_not_be_seen_is_none(void **state)
{
    (void)state;
    store_well();
    add_zip("topics/0a1b.pin/x.zip", ZIP_OF(LOCAL_ZIP_JAR));
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_FAIL,
                     "nothing is in s3://0a1b-bucket/kafka-connect-s3/", "confluent.io");
    bucket.is_endless = true; /* it may be among those that were not listed, or be a newer one */
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_UNKNOWN, "so the newest one is not known",
                     "Leave only");
    bucket.is_endless = false;
    bucket.is_list_denied = true;
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_UNKNOWN, "needs s3:ListBucket",
                     "AWS console, S3");
    bucket.is_list_denied = false;
    bucket.is_get_denied = true;
    add_zip(KEY, ZIP_OF(LOCAL_ZIP_JAR));
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_UNKNOWN, "needs s3:GetObject", "AWS console, S3");
    bucket.is_missing = true;
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_UNKNOWN, "needs s3.bucket, which fails", NULL);
}

static void a_large_zip_is_read_from_its_end(void **state)
{
    (void)state;
    store_well();
    memset(zip, 'x', sizeof zip);
    size_t len = local_zip_make(zip + 8000, ZIP_OF(LOCAL_ZIP_JAR));
    local_bucket_add(&bucket, KEY, zip, 8000 + len);
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_OK, "holds kafka-connect-s3-10.0.3.jar", NULL);
    bucket.ignores_ranges = true; /* the whole object comes, which is what was asked for */
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_OK, "holds kafka-connect-s3-10.0.3.jar", NULL);
}

/* ---- its fix ---- */

static const char *local_zip(const char *name, const char *const *names)
{
    static char setting[300];
    char path[200];
    snprintf(path, sizeof path, "%s", scratch_path(name));
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    size_t len = local_zip_make(zip, names);
    assert_int_equal(fwrite(zip, 1, len, file), len);
    fclose(file);
    snprintf(setting, sizeof setting, "pintop.plugin.zip=%s", path);
    return setting;
}

/* Its directory is behind what a store sends that ignores ranges: nothing is known of the zip, and
 * nothing is to be uploaded over it. */
static void a_store_that_does_not_show_a_zip_fails_none(void **state)
{
    (void)state;
    store_well();
    const char *zip_file = local_zip("sink.zip", ZIP_OF(LOCAL_ZIP_JAR));
    memset(zip, 'x', sizeof zip);
    size_t len = local_zip_make(zip + 90000, ZIP_OF(LOCAL_ZIP_JAR));
    local_bucket_add(&bucket, KEY, zip, 90000 + len);
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_OK, "holds kafka-connect-s3-10.0.3.jar", NULL);
    bucket.ignores_ranges = true;
    doctor_room_says("s3.plugin", AWS_ROOM_SET(zip_file), PT_CHECK_UNKNOWN,
                     "bytes were asked for, and others came", "ignores ranges");
    assert_false(doctor_room_check("s3.plugin", AWS_ROOM_SET(zip_file))->is_fixable);
    bucket.ignores_ranges = false;
    bucket.has_no_length = true;
    doctor_room_says("s3.plugin", AWS_ROOM_SET(zip_file), PT_CHECK_UNKNOWN,
                     "S3 does not report the size of s3://0a1b-bucket/" KEY "", "by hand");
    assert_false(doctor_room_check("s3.plugin", AWS_ROOM_SET(zip_file))->is_fixable);
}

static void the_fix_uploads_the_zip_once(void **state)
{
    (void)state;
    store_well();
    const char *zip_file = local_zip("sink.zip", ZIP_OF(LOCAL_ZIP_JAR));
    const char *const *settings = AWS_ROOM_SET(zip_file);
    doctor_room_says("s3.plugin", settings, PT_CHECK_FAIL, "the plugin's zip is missing",
                     "pintop doctor --fix s3.plugin");
    assert_true(doctor_room_check("s3.plugin", settings)->is_fixable);
    assert_int_equal(bucket.n_writes, 0);
    const struct pt_check *check = doctor_room_fix(
        "s3.plugin", settings,
        "to      s3://0a1b-bucket/kafka-connect-s3/sink.zip\nnow     nothing is there\n");
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(bucket.n_writes, 1);
    assert_int_equal(bucket.objects[0].len, local_zip_make(zip, ZIP_OF(LOCAL_ZIP_JAR)));
    check = doctor_room_fix("s3.plugin", settings, NULL); /* nothing is left to fix */
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(bucket.n_writes, 1);
}

/* Somebody's newer zip is no plugin: what the fix would upload is there, and is what counts. */
static void the_zip_that_is_set_is_judged_before_a_newer_one(void **state)
{
    (void)state;
    store_well();
    const char *zip_file = local_zip("sink.zip", ZIP_OF(LOCAL_ZIP_JAR));
    add_zip("kafka-connect-s3/sink.zip", ZIP_OF(LOCAL_ZIP_JAR));
    add_zip("kafka-connect-s3/theirs.zip", ZIP_OF("lib/kafka-connect-jdbc-10.0.jar"));
    doctor_room_says("s3.plugin", PLAIN, PT_CHECK_FAIL, "theirs.zip is not the sink's plugin",
                     "pintop -X pintop.plugin.zip=FILE doctor --fix s3.plugin");
    doctor_room_says("s3.plugin", AWS_ROOM_SET(zip_file), PT_CHECK_OK,
                     "sink.zip, 148 bytes, holds kafka-connect-s3-10.0.3.jar. It is judged by the "
                     "jar's name; the one that pintop.plugin.zip names, of 2 zips there",
                     NULL);
    bucket.is_endless = true;
    doctor_room_says("s3.plugin", AWS_ROOM_SET(zip_file), PT_CHECK_OK, "/sink.zip", NULL);
    bucket.is_endless = false;
    const struct pt_check *check = doctor_room_fix("s3.plugin", AWS_ROOM_SET(zip_file), NULL);
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(bucket.n_writes, 0);
}

static void another_object_is_replaced_only_after_it_was_shown(void **state)
{
    (void)state;
    store_well();
    const char *zip_file = local_zip("sink.zip", ZIP_OF(LOCAL_ZIP_JAR));
    local_bucket_add(&bucket, "kafka-connect-s3/sink.zip", "no zip, but something", 21);
    const struct pt_check *check =
        doctor_room_fix("s3.plugin", AWS_ROOM_SET(zip_file),
                        "another object is there, 21 bytes, of 2026-11-30T10:00:00");
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(bucket.n_writes, 1);
}

static bool agree_to_nothing(void *arg, const struct pt_fix *fix)
{
    (void)arg;
    fail_msg("%s would %s: %s", fix->id, fix->does, fix->plan);
    return false;
}

static void keep_error(void *arg, const struct pt_fix *fix, const char *said,
                       const struct pt_error *err)
{
    (void)fix;
    (void)said;
    *(struct pt_error *)arg = *err;
}

/* What could not be looked at after it was sent may be there: teardown has to know of it. */
static void an_upload_that_is_not_seen_afterwards_stays_noted(void **state)
{
    (void)state;
    static const struct {
        bool hides_written, is_made;
    } rows[] = {
        {false, true },
        {true,  false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct created_list list;
        char dir[300];
        aws_room_close(NULL);
        aws_room_open(NULL);
        store_well();
        bucket.hides_written = rows[i].hides_written;
        snprintf(dir, sizeof dir, "pintop.state.dir=%s", scratch_path("state"));
        struct pt_error err = doctor_room_fix_ends(
            "s3.plugin", AWS_ROOM_SET(dir, local_zip("sink.zip", ZIP_OF(LOCAL_ZIP_JAR))));
        assert_int_equal(err.code, rows[i].is_made ? PT_OK : PT_EAUTH);
        if (!rows[i].is_made)
            assert_non_null(strstr(err.what, "but not seen there"));
        assert_int_equal(bucket.n_writes, 1);
        assert_int_equal(created_read(scratch_path("state"), &list, NULL), PT_OK);
        assert_int_equal(list.n, 1);
        assert_string_equal(list.items[0].name, "kafka-connect-s3/sink.zip");
        assert_int_equal(list.items[0].is_made, rows[i].is_made);
        created_list_done(&list);
    }
}

static void a_file_that_is_no_plugin_is_not_uploaded(void **state)
{
    (void)state;
    store_well();
    static const char *const id = "s3.plugin";
    static const struct {
        const char *setting, *words;
    } rows[] = {
        {NULL,                                 "holds no kafka-connect-s3-VERSION.jar"},
        {"pintop.plugin.zip=/nonexistent.zip", "/nonexistent.zip: No such file"       },
        {"pintop.plugin.zip=/dev/null",        "not a regular file"                   },
        {"pintop.plugin.zip=/etc/hostname",    "it is no zip"                         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pt_error err = {0};
        struct pt_checks checks;
        const char *setting =
            rows[i].setting != NULL ? rows[i].setting : local_zip("other.zip", ZIP_OF("a.jar"));
        struct pt_config *cfg = aws_room_config(
            AWS_ROOM_SET("pintop.user.id=0a1b", "pintop.aws.region=eu-west-1", setting));
        const struct pt_doctor doctor = {.only = &id,
                                         .n_only = 1,
                                         .fix = &id,
                                         .n_fix = 1,
                                         .agree = agree_to_nothing,
                                         .fixed = keep_error,
                                         .arg = &err};
        assert_int_equal(pt_doctor_check(cfg, &doctor, &checks, NULL), PT_OK);
        if (err.code == PT_OK || strstr(err.what, rows[i].words) == NULL || err.fix[0] == '\0')
            fail_msg("%s: %s (%s)", setting, err.what, err.fix);
        pt_checks_done(&checks);
        pt_config_free(cfg);
    }
    assert_int_equal(bucket.n_writes, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_bucket_is_ok_and_what_is_not_seen_is_said),
        TEST(a_bucket_is_judged_by_what_is_seen),
        TEST(a_bad_name_is_one_sentence_and_no_call),
        TEST(the_zip_is_judged_by_its_directory),
        TEST(what_is_no_plugin_fails_with_the_way_to_one),
        TEST(nothing_there_is_a_failure_and_what_may_not_be_seen_is_none),
        TEST(a_large_zip_is_read_from_its_end),
        TEST(a_store_that_does_not_show_a_zip_fails_none),
        TEST(the_fix_uploads_the_zip_once),
        TEST(the_zip_that_is_set_is_judged_before_a_newer_one),
        TEST(another_object_is_replaced_only_after_it_was_shown),
        TEST(an_upload_that_is_not_seen_afterwards_stays_noted),
        TEST(a_file_that_is_no_plugin_is_not_uploaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
