/* sink.flow over a bucket on loopback: which objects tell that records arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "doctor_connect.h"

/* An object of a topic, written that many seconds ago. */
static void add_object(const char *key, long age_s)
{
    static char when[BUCKET_OBJECTS][40];
    time_t at = time(NULL) - age_s;
    struct tm tm;
    size_t n = bucket.n_objects;
    local_bucket_add(&bucket, key, "{}\n", 3);
    assert_non_null(gmtime_r(&at, &tm));
    strftime(when[n], sizeof when[n], "%Y-%m-%dT%H:%M:%S.000Z", &tm);
    bucket.objects[n].modified = when[n];
}

static void objects_tell_that_records_arrive(void **state)
{
    (void)state;
    connect_well();
    doctor_room_says("sink.flow", PLAIN, PT_CHECK_UNKNOWN,
                     "no object of the three topics is in s3://0a1b-bucket/topics yet",
                     "Start the streams");
    add_object("topics/0a1b.pin/partition=0/0a1b.pin+0+0000000007.json", 90000);
    add_object("topics/0a1b.pin/partition=0/0a1b.pin+0+0000012345.json", 80000);
    doctor_room_says("sink.flow", PLAIN, PT_CHECK_UNKNOWN,
                     "the newest object is 22 h old: topics/0a1b.pin/partition=0/"
                     "0a1b.pin+0+0000012345.json. Records arrived then",
                     "Start the streams");
    add_object("topics/0a1b.user/partition=3/0a1b.user+3+0000000000.json", 65);
    doctor_room_says("sink.flow", PLAIN, PT_CHECK_UNKNOWN,
                     "topics/0a1b.user/partition=3/0a1b.user+3+0000000000.json. But the newest of "
                     "0a1b.pin is 22 h old; no object of 0a1b.geo is there, and",
                     "Start the streams");
    add_object("topics/0a1b.geo/partition=0/0a1b.geo+0+0000000003.json", 100);
    add_object("topics/0a1b.pin/partition=1/0a1b.pin+1+0000000003.json", 100);
    add_object("topics/0a1b.pin/partition=1/zzz", 1); /* not the sink's: it is passed over */
    doctor_room_says("sink.flow", PLAIN, PT_CHECK_OK, "topics/0a1b.user/partition=3/", NULL);
    assert_true(local_aws_count(&aws_room, "start-after=") < 40);
    assert_string_equal(doctor_room_check("sink.flow", PLAIN)->copy,
                        "topics/0a1b.user/partition=3/0a1b.user+3+0000000000.json");
    assert_int_equal(bucket.n_writes, 0);
}

static void objects_that_may_not_be_listed_are_unknown(void **state)
{
    (void)state;
    connect_well();
    bucket.is_list_denied = true;
    doctor_room_says("sink.flow", PLAIN, PT_CHECK_UNKNOWN, "needs s3:ListBucket", "topics/");
    bucket.is_list_denied = false;
    msk.connector = "FAILED";
    doctor_room_says("sink.flow", PLAIN, PT_CHECK_UNKNOWN,
                     "needs mskconnect.connector, which fails", NULL);
    msk.connector = "RUNNING";
    msk.settings = SETTINGS(REGEX ",\"partitioner.class\":\"io.confluent.connect.storage."
                                  "partitioner.FieldPartitioner\"",
                            "0a1b-bucket", "eu-west-1");
    doctor_room_says("sink.flow", PLAIN, PT_CHECK_UNKNOWN, "does not lay its objects out",
                     "connector status");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(objects_tell_that_records_arrive),
        TEST(objects_that_may_not_be_listed_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
