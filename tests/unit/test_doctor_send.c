/* The action of sink.flow, over Kafka's mock and a bucket on loopback with a sink of the test's
 * own: one record of each stream is sent once, and the hop at which one hangs is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "doctor_send.h"

static void one_record_of_each_is_sent_once_and_arrives(void **state)
{
    (void)state;
    send_well(TOPICS);
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_UNKNOWN, "no object of the three topics",
                     "pintop doctor --fix sink.flow");
    const struct pt_check *check =
        doctor_room_fix("sink.flow", AT_KAFKA, "to 0a1b.user, with an index of 2000000000 or more");
    static const char *const said[] = {"0a1b.pin: acknowledged in ", "0a1b.geo: acknowledged in ",
                                       "0a1b.user: acknowledged in ", "an object after ",
                                       "+0000000000.json"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (check->state != PT_CHECK_OK || strstr(check->evidence, said[i]) == NULL)
            fail_msg("%s: %s", pt_check_state_word(check->state), check->evidence);
    assert_int_equal(count_records(), 3);
    /* all is ok by then: nothing is sent again, and what was measured is still told */
    check = doctor_room_fix("sink.flow", AT_KAFKA, NULL);
    assert_int_equal(count_records(), 3);
    assert_non_null(strstr(check->evidence, " s ago, and arrived. 0a1b.pin: acknowledged in "));
}

/* ---- what ends otherwise ---- */

/* Refuses, and waits within the clock's second for the next one. */
static bool keep_plan(void *arg, const struct pt_fix *fix)
{
    time_t second = time(NULL);
    while (time(NULL) == second)
        sched_yield();
    snprintf(arg, sizeof((struct send_ends *)NULL)->said, "%s", fix->plan);
    return false;
}

static void a_plan_is_the_same_in_the_next_second(void **state)
{
    static const char *const ids[] = {"sink.flow"};
    char plans[2][sizeof((struct send_ends *)NULL)->said] = {"", "none"};
    (void)state;
    send_well(TOPICS);
    for (size_t i = 0; i < 2; i++) {
        const struct pt_doctor doctor = {
            .only = ids, .n_only = 1, .fix = ids, .n_fix = 1, .agree = keep_plan, .arg = plans[i]};
        struct pt_checks checks = send_round(&doctor);
        pt_checks_done(&checks);
    }
    assert_non_null(strstr(plans[0], "send    1 record to 0a1b.pin"));
    assert_string_equal(plans[0], plans[1]);
    assert_int_equal(count_records(), 0);
}

static void records_are_sent_only_by_name(void **state)
{
    (void)state;
    send_well(TOPICS);
    struct send_ends ends = send_fix(false);
    assert_int_equal(ends.checks.rows[0].state, PT_CHECK_UNKNOWN);
    assert_int_equal(count_records(), 0);
    pt_checks_done(&ends.checks);
}

static void a_record_that_hangs_is_said_to_hang_in_the_sink(void **state)
{
    (void)state;
    send_well(TOPICS);
    sink_here.is_reading[0] = false; /* geo */
    sink_here.is_writing = false;
    struct send_ends ends = send_fix(true);
    const struct pt_check *check = &ends.checks.rows[0];
    assert_int_equal(ends.err.code, PT_EUNHEALTHY);
    assert_non_null(strstr(ends.err.what, "the record of 0a1b.geo hangs in the sink: within 12 s "
                                          "no object came. It was not read or not written"));
    assert_int_equal(check->state, PT_CHECK_FAIL);
    assert_non_null(strstr(check->evidence, "its group had committed it as written after "));
    assert_non_null(strstr(check->evidence,
                           "its group " GROUP
                           " has not committed it (committed: -1); no object after"));
    assert_non_null(strstr(check->fix, "pintop connector diagnose 0a1b-connector --probe"));
    assert_int_equal(count_records(), 3);
    pt_checks_done(&ends.checks);
}

/* One record per partition was there before, so that what is sent has offset 1 in any. */
static void put_one_before(void)
{
    for (int t = 0; t < TOPICS; t++)
        for (int32_t p = 0; p < EMBEDDED_PARTITIONS; p++) {
            mock_put(client, topics[t], p, 0, 1);
            sink_here.done[t][p] = 1;
        }
}

static void expect_not_seen(const char *evidence)
{
    struct send_ends ends = send_fix(true);
    const struct pt_check *check = &ends.checks.rows[0];
    if (check->state != PT_CHECK_UNKNOWN || strstr(check->evidence, evidence) == NULL)
        fail_msg("%s: %s", pt_check_state_word(check->state), check->evidence);
    assert_int_equal(ends.err.code, PT_ETIMEOUT);
    assert_non_null(strstr(ends.err.what, "was not seen for certain in s3://0a1b-bucket/topics"));
    assert_false(check->is_fixable);
    pt_checks_done(&ends.checks);
}

static void what_is_committed_without_an_object_is_unknown(void **state)
{
    (void)state;
    send_well(TOPICS);
    sink_here.is_writing = false;
    expect_not_seen("its group had committed it as written after ");
}

static void what_is_behind_others_is_not_said_to_hang(void **state)
{
    (void)state;
    send_well(TOPICS);
    put_one_before();
    memset(sink_here.is_reading, 0, sizeof sink_here.is_reading);
    for (int t = 0; t < TOPICS; t++)
        for (int32_t p = 0; p < EMBEDDED_PARTITIONS; p++)
            mock_commit(&kafka, GROUP, topics[t], p, 0);
    expect_not_seen("(committed: 0), and was behind it by 1 records then");
}

static void what_may_not_be_written_is_not_waited_for(void **state)
{
    (void)state;
    send_well(TOPICS);
    rd_kafka_mock_push_request_errors(
        kafka.mock, PRODUCE, 3, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    struct send_ends ends = send_fix(true);
    assert_int_equal(ends.err.code, PT_EAUTH);
    assert_non_null(strstr(ends.err.fix, "kafka-cluster:WriteData"));
    assert_int_equal(ends.checks.rows[0].state, PT_CHECK_UNKNOWN);
    pt_checks_done(&ends.checks);
}

static void what_is_stored_is_told_when_another_is_refused(void **state)
{
    (void)state;
    send_well(TOPICS);
    rd_kafka_mock_push_request_errors(kafka.mock, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    struct send_ends ends = send_fix(true);
    const struct pt_check *check = &ends.checks.rows[0];
    assert_int_equal(ends.err.code, PT_EAUTH);
    assert_int_equal(count_records(), 2);
    assert_int_equal(check->state, PT_CHECK_UNKNOWN);
    assert_false(check->is_fixable);
    assert_non_null(strstr(ends.said, ": stored (partition "));
    assert_non_null(strstr(ends.said, ": not stored"));
    assert_null(strstr(ends.said, "not known whether"));
    assert_non_null(strstr(check->evidence, ": stored (partition "));
    assert_non_null(strstr(check->fix, "Sending again writes further records"));
    pt_checks_done(&ends.checks);
}

static void what_is_stored_is_told_when_it_cannot_be_followed(void **state)
{
    (void)state;
    send_well(TOPICS);
    sink_here.is_list_denied_then = true;
    struct send_ends ends = send_fix(true);
    const struct pt_check *check = &ends.checks.rows[0];
    assert_int_equal(ends.err.code, PT_EAUTH);
    assert_int_equal(count_records(), 3);
    assert_int_equal(check->state, PT_CHECK_UNKNOWN);
    assert_false(check->is_fixable);
    assert_non_null(strstr(ends.said, "0a1b.user: stored (partition "));
    assert_non_null(strstr(check->evidence, "0a1b.user: stored (partition "));
    pt_checks_done(&ends.checks);
}

static void a_topic_that_is_missing_is_not_made_by_it(void **state)
{
    (void)state;
    send_well(TOPICS - 1);
    sink_here.is_reading[2] = false; /* the mock makes a topic that is asked for */
    struct send_ends ends = send_fix(true);
    assert_int_equal(ends.err.code, PT_ENOTFOUND);
    assert_non_null(strstr(ends.err.what, "nothing was sent, because 0a1b.user does not exist"));
    assert_non_null(strstr(ends.err.fix, "pintop doctor --fix kafka.topics"));
    assert_int_equal(end_of("0a1b.pin", 0) + end_of("0a1b.pin", 1) + end_of("0a1b.pin", 2), 0);
    pt_checks_done(&ends.checks);
}

static void one_record_alone_is_not_sent_where_it_would_wait(void **state)
{
    (void)state;
    send_well(TOPICS);
    msk.settings = "\"connector.class\":\"io.confluent.connect.s3.S3SinkConnector\"," REGEX
                   ",\"s3.bucket.name\":\"0a1b-bucket\",\"s3.region\":\"eu-west-1\","
                   "\"flush.size\":\"1000\",\"rotate.interval.ms\":\"60000\"";
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_UNKNOWN,
                     "One record alone would not be written: flush.size is 1000, and nothing "
                     "rotates by the clock",
                     "Start the streams");
    doctor_room_fix("sink.flow", AT_KAFKA, NULL);
    assert_int_equal(count_records(), 0);
}

static void one_record_is_not_sent_where_it_would_wait_longer_than_pintop(void **state)
{
    (void)state;
    send_well(TOPICS);
    msk.settings = BY_CLOCK("3600000");
    doctor_room_says("sink.flow", AT_KAFKA, PT_CHECK_UNKNOWN,
                     "may be seen only after 3612 s, which is longer than pintop waits",
                     "Start the streams");
    doctor_room_fix("sink.flow", AT_KAFKA, NULL);
    msk.settings = FITTING;
    doctor_room_says(
        "sink.flow",
        AWS_ROOM_SET(servers, "pintop.msk.cluster=pins", "pintop.connector.poll.ms=600000"),
        PT_CHECK_UNKNOWN, "may be seen only after 7200 s", "Start the streams");
    assert_int_equal(count_records(), 0);
}

static void an_object_before_it_is_no_proof(void **state)
{
    (void)state;
    send_well(TOPICS);
    put_one_before();
    msk.settings = BY_CLOCK("1000");
    sink_here.is_early = true;
    memset(sink_here.is_reading, 0, sizeof sink_here.is_reading);
    expect_not_seen("no object that holds it for certain after ");
}

static void the_object_that_is_followed_by_another_holds_it(void **state)
{
    (void)state;
    send_well(TOPICS);
    put_one_before();
    msk.settings = BY_CLOCK("1000");
    sink_here.is_early = sink_here.is_followed = true;
    memset(sink_here.is_reading, 0, sizeof sink_here.is_reading);
    struct send_ends ends = send_fix(true);
    const struct pt_check *check = &ends.checks.rows[0];
    if (check->state != PT_CHECK_OK || strstr(check->evidence, "+0000000000.json") == NULL)
        fail_msg("%s: %s", pt_check_state_word(check->state), check->evidence);
    pt_checks_done(&ends.checks);
}

static void what_is_committed_is_in_the_last_object(void **state)
{
    (void)state;
    send_well(TOPICS);
    msk.settings = BY_CLOCK("1000");
    struct send_ends ends = send_fix(true);
    assert_int_equal(ends.checks.rows[0].state, PT_CHECK_OK);
    pt_checks_done(&ends.checks);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, send_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_record_of_each_is_sent_once_and_arrives),
        TEST(a_plan_is_the_same_in_the_next_second),
        TEST(records_are_sent_only_by_name),
        TEST(a_record_that_hangs_is_said_to_hang_in_the_sink),
        TEST(what_may_not_be_written_is_not_waited_for),
        TEST(what_is_stored_is_told_when_another_is_refused),
        TEST(what_is_stored_is_told_when_it_cannot_be_followed),
        TEST(a_topic_that_is_missing_is_not_made_by_it),
        TEST(one_record_alone_is_not_sent_where_it_would_wait),
        TEST(what_is_committed_without_an_object_is_unknown),
        TEST(what_is_behind_others_is_not_said_to_hang),
        TEST(an_object_before_it_is_no_proof),
        TEST(the_object_that_is_followed_by_another_holds_it),
        TEST(what_is_committed_is_in_the_last_object),
        TEST(one_record_is_not_sent_where_it_would_wait_longer_than_pintop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
