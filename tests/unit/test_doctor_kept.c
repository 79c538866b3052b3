/* What sink.flow's action has measured stands in the rounds that follow it, until it is old. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "doctor_send.h"
#include "scratch.h"

static void what_was_sent_is_not_forgotten(void **state)
{
    (void)state;
    send_well(TOPICS);
    memset(sink_here.is_reading, 0, sizeof sink_here.is_reading);
    struct send_ends ends = send_fix(true);
    assert_int_equal(ends.err.code, PT_EUNHEALTHY);
    pt_checks_done(&ends.checks);
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_FAIL, " s ago. 0a1b.pin: acknowledged in ",
                     "Once that is right, send one of each again: pintop doctor --fix sink.flow");
    const struct pt_check *check = doctor_room_check("sink.flow", AT_KAFKA);
    assert_true(check->is_fixable);
    assert_false(check->is_early);
    /* of another connector nothing was measured */
    msk.connector_name = "0a1b-other";
    assert_null(strstr(doctor_room_check("sink.flow", AT_KAFKA)->evidence, "ago"));
    msk.connector_name = "0a1b-connector";
    /* what came since then is better evidence */
    memset(sink_here.is_reading, 1, sizeof sink_here.is_reading);
    time_t second = time(NULL);
    while (time(NULL) <= second)
        sched_yield();
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_OK, "the newest object is ", NULL);
}

/* Writes it again, as sent that many seconds ago. */
static void keep_as_sent_before(long age_s, const char *outcome)
{
    char text[900], when[40];
    time_t at = time(NULL) - age_s;
    struct tm tm;
    assert_non_null(gmtime_r(&at, &tm));
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
    snprintf(text, sizeof text,
             "{\"sent_at\":\"%s\",\"of\":\"arn:c/0a1b-connector 0a1b-connector "
             "s3://0a1b-bucket/topics\",\"outcome\":\"%s\",\"says\":\"it\\u001b[31m says\","
             "\"fix\":\"Look\"}",
             when, outcome);
    scratch_put(".local/state/pintop/sink.flow", text);
}

static void what_was_measured_grows_old(void **state)
{
    (void)state;
    static const char none[] = "no object of the three topics";
    send_well(TOPICS);
    assert_int_equal(file_make_dirs(scratch_path(".local/state/pintop"), 0700, NULL), PT_OK);
    memset(sink_here.is_reading, 0, sizeof sink_here.is_reading);
    keep_as_sent_before(14 * 60, "sent");
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_UNKNOWN,
                     "records were sent 14 min ago, and whether all are in the bucket is not known "
                     "for certain. it\\x1b[31m says",
                     "Look. Once that is right");
    keep_as_sent_before(14 * 60, "hangs");
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_FAIL, "was sent 14 min ago", "Look");
    keep_as_sent_before(16 * 60, "hangs");
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_UNKNOWN, none, "Start");
    keep_as_sent_before(-600, "hangs");
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_UNKNOWN, none, "Start");
    keep_as_sent_before(60, "flew");
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_UNKNOWN, none, "Start");
    scratch_put(".local/state/pintop/sink.flow", "{\"sent_at\":");
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_UNKNOWN, none, "Start");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, send_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_sent_is_not_forgotten),
        TEST(what_was_measured_grows_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
