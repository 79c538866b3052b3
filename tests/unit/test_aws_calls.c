/* How often AWS is asked, and in which order, counted in virtual time: the model, the workers and
 * the calls are the real ones, AWS and Kafka are the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/pace.h"
#include "fake_fleet.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

/* All clocks of this program. */
int clock_gettime(clockid_t id, struct timespec *ts)
{
    (void)id;
    ts->tv_sec = (time_t)(fleet_clock_ms() / 1000);
    ts->tv_nsec = (long)(fleet_clock_ms() % 1000) * 1000000;
    return 0;
}

/* ---- the pace ---- */

static int64_t pace_now_ms;

static int64_t pace_clock(void)
{
    return pace_now_ms;
}

/* Five threads call as fast as they may; a call is on its way for up to 400 ms before it arrives,
 * and as long after. */
static void no_service_sees_five_calls_in_a_second(void **state)
{
    (void)state;
    enum { THREADS = 5, CALLS = 400 };
    static int64_t arrived[CALLS];
    struct {
        int place;
        int64_t arrives_ms, ends_ms;
    } threads[THREADS];
    struct aws_pace pace;
    uint32_t dice = 1;
    size_t n = 0;
    aws_pace_init(&pace, pace_clock);
    for (int t = 0; t < THREADS; t++)
        threads[t].place = -1;
    for (pace_now_ms = 0; n < CALLS; pace_now_ms++)
        for (int t = 0; t < THREADS; t++) {
            int64_t wait_ms;
            if (threads[t].place >= 0 && pace_now_ms >= threads[t].ends_ms) {
                aws_pace_give(&pace, &aws_ssm, threads[t].place);
                threads[t].place = -1;
            }
            if (threads[t].place >= 0)
                continue;
            threads[t].place = aws_pace_take(&pace, &aws_ssm, t == 0, &wait_ms);
            assert_true(threads[t].place >= 0 ? wait_ms == 0 : wait_ms > 0);
            if (threads[t].place < 0 || n == CALLS)
                continue;
            dice = dice * 1664525 + 1013904223;
            threads[t].arrives_ms = pace_now_ms + dice % 400;
            threads[t].ends_ms = threads[t].arrives_ms + (dice >> 16) % 400;
            arrived[n++] = threads[t].arrives_ms;
        }
    for (size_t i = 0; i < n; i++) {
        int within = 0;
        for (size_t k = 0; k < n; k++)
            within += arrived[k] >= arrived[i] && arrived[k] < arrived[i] + 1000;
        assert_true(within <= 4);
    }
    aws_pace_done(&pace);
}

static void s3_has_enough_for_all_and_is_counted(void **state)
{
    (void)state;
    struct aws_pace pace;
    int64_t wait_ms;
    pace_now_ms = 0;
    aws_pace_init(&pace, pace_clock);
    for (int i = 0; i < 50; i++)
        assert_true(aws_pace_take(&pace, &aws_s3, false, &wait_ms) >= 0);
    assert_int_equal(aws_pace_count(&pace), 50);
    aws_pace_done(&pace);
}

static void a_minute_is_counted_without_the_regular_ones(void **state)
{
    (void)state;
    struct aws_pace pace;
    int64_t wait_ms;
    pace_now_ms = 0;
    aws_pace_init(&pace, pace_clock);
    for (int i = 0; i < 6; i++, pace_now_ms += 2000)
        aws_pace_give(&pace, &aws_iam, aws_pace_take(&pace, &aws_iam, i % 2 == 0, &wait_ms));
    assert_int_equal(aws_pace_count(&pace), 3);
    pace_now_ms += 2 * MINUTE;
    assert_int_equal(aws_pace_count(&pace), 0);
    aws_pace_done(&pace);
}

/* ---- a fleet that is well ---- */

static int count_verdicts(struct fleet *f, enum pt_verdict verdict)
{
    int n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += fleet_model(f, (int)i)->verdict.verdict == verdict;
    return n;
}

static void check_bursts(const struct fleet *f)
{
    static const char *const services[] = {"kafkaconnect", "monitoring", "logs", "iam"};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        int most = fleet_most(f, services[i], SECOND, 0);
        if (most > 4)
            fail_msg("%d calls to %s within a second", most, services[i]);
    }
}

static void check_fleet(size_t n, int a_minute, int64_t well_after_ms)
{
    struct fleet *f = fleet_open(n, false, NULL);
    fleet_run(f, MINUTE);
    int first = fleet_most(f, NULL, MINUTE, 0);
    fleet_run(f, well_after_ms - MINUTE);
    if (count_verdicts(f, PT_V_OK) != (int)n)
        fail_msg("of %zu, %d are OK after %lld s", n, count_verdicts(f, PT_V_OK),
                 (long long)well_after_ms / 1000);
    fleet_run(f, 20 * MINUTE - well_after_ms);
    int most = fleet_most(f, NULL, MINUTE, 0), steady = fleet_most(f, NULL, MINUTE, 10 * MINUTE);
    print_message("%3zu connectors: %d calls in the first minute, %d at most in one, %d at most "
                  "from the 10th on\n",
                  n, first, most, steady);
    if (most > a_minute)
        fail_msg("%zu connectors: %d calls within a minute", n, most);
    check_bursts(f);
    assert_int_equal(count_verdicts(f, PT_V_OK), n);
    for (size_t i = 0; i < n; i++) { /* nobody is forgotten */
        const struct conn_model *cm = fleet_model(f, (int)i);
        assert_int_not_equal(cm->changes_asked_ms, PT_UNKNOWN);
        assert_int_not_equal(cm->checks_asked_ms, PT_UNKNOWN);
        assert_int_not_equal(cm->objects_asked_ms, PT_UNKNOWN);
    }
    fleet_close(f);
}

static void calls_stay_within_what_a_minute_may_have(void **state)
{
    (void)state;
    check_fleet(1, 20, 30 * SECOND);
    check_fleet(5, 60, 30 * SECOND);
    check_fleet(50, 60, 2 * MINUTE);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* takes minutes there */
    check_fleet(120, 60, 5 * MINUTE);
#endif
}

/* Described on change alone. */
static void what_does_not_change_is_not_described_again(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(50, false, NULL);
    fleet_run(f, 9 * MINUTE);
    assert_int_equal(fleet_count(f, FLEET_DESCRIBE, -1, 0), 50);
    f->ones[31].version++;
    fleet_run(f, 10 * SECOND);
    assert_int_equal(fleet_count(f, FLEET_DESCRIBE, 31, 9 * MINUTE), 1);
    assert_int_equal(fleet_count(f, FLEET_OPERATIONS, 31, 9 * MINUTE), 1);
    assert_int_equal(fleet_count(f, FLEET_DESCRIBE, -1, 9 * MINUTE), 1);
    fleet_close(f);
}

/* In pages of two: the list comes less often, and is not called old for that. */
static void a_list_in_many_pages_comes_less_often(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(50, false, NULL);
    f->page = 2;
    fleet_run(f, 4 * MINUTE);
    assert_in_range(fleet_most(f, NULL, MINUTE, 0), 30, 60);
    check_bursts(f);
    assert_int_equal(count_verdicts(f, PT_V_OK), 50);
    for (int i = 0; i < 60; i++) {
        fleet_run(f, SECOND);
        assert_int_equal(count_verdicts(f, PT_V_OK), 50);
    }
    fleet_close(f);
}

/* ---- who comes first ---- */

static void those_that_look_ill_are_asked_about_first(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(50, false, NULL);
    snprintf(f->ones[37].state, sizeof f->ones[37].state, "FAILED");
    f->ones[41].errored = 1;
    f->ones[41].running = 0;
    f->ones[45].read_per_s = 0;
    fleet_run(f, 10 * SECOND);
    assert_in_range(fleet_place(f, FLEET_DESCRIBE, 37), 0, 1);
    assert_in_range(fleet_place(f, FLEET_DESCRIBE, 41), 1, 5);
    assert_in_range(fleet_place(f, FLEET_DESCRIBE, 45), 1, 5);
    /* The reason is told with the verdict. */
    const struct conn_model *cm = fleet_model(f, 37);
    assert_int_equal(cm->verdict.verdict, PT_V_FAILED);
    assert_non_null(strstr(cm->verdict.cause, "a.b"));
    assert_int_equal(fleet_model(f, 41)->verdict.verdict, PT_V_FAILED);
    fleet_close(f);
}

/* One that is opened is asked about at once, and then as often as one that is looked at. */
static void one_that_is_opened_is_asked_about_more_often(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(50, false, NULL);
    fleet_run(f, 8 * MINUTE);
    int64_t from_ms = fleet_now_ms(f);
    int objects = fleet_count(f, FLEET_OBJECTS, 33, from_ms - 3 * MINUTE);
    assert_true(objects <= 2);
    fleet_model(f, 33)->open_until_ms = fleet_clock_ms() + 3 * MINUTE;
    fleet_run(f, 5 * SECOND);
    assert_true(fleet_count(f, FLEET_OBJECTS, 33, from_ms) > 0);
    assert_true(fleet_count(f, FLEET_METRICS, -1, from_ms) > 0);
    fleet_run(f, 3 * MINUTE - 5 * SECOND);
    assert_in_range(fleet_count(f, FLEET_METRICS, -1, from_ms), 3, 4);
    fleet_close(f);
}

/* A command has all of the one that it names within its time. */
static void the_one_that_is_named_is_known_at_once(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(50, true, "c-044");
    fleet_run(f, 5 * SECOND);
    const struct conn_model *cm = fleet_model(f, 44);
    assert_int_equal(fleet_place(f, FLEET_DESCRIBE, 44), 0);
    if (cm->verdict.verdict != PT_V_OK)
        fail_msg("%s", cm->verdict.cause);
    assert_false(cm->verdict.is_awaited && cm->changes_asked_ms == PT_UNKNOWN);
    assert_int_not_equal(cm->metrics_asked_ms, PT_UNKNOWN);
    assert_int_not_equal(cm->objects_asked_ms, PT_UNKNOWN);
    assert_int_not_equal(cm->checks_asked_ms, PT_UNKNOWN);
    check_bursts(f);
    fleet_close(f);
}

/* What wasn't asked yet is UNKNOWN, and says so. */
static void what_was_not_asked_yet_is_told_as_that(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(120, false, NULL);
    fleet_run(f, 20 * SECOND);
    int n = 0;
    for (int i = 0; i < 120; i++) {
        const struct conn_model *cm = fleet_model(f, i);
        if (cm->details_asked_ms != PT_UNKNOWN)
            continue;
        n++;
        assert_int_equal(cm->verdict.verdict, PT_V_UNKNOWN);
        assert_non_null(strstr(cm->verdict.cause, "were not read yet"));
        assert_true(cm->verdict.is_awaited);
    }
    assert_in_range(n, 20, 110);
    fleet_close(f);
}

/* A change behind RUNNING is seen soon, also while others wait for their first description. */
static void a_failure_of_one_of_many_has_its_reason_soon(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(120, false, NULL);
    fleet_run(f, 30 * SECOND);
    snprintf(f->ones[99].state, sizeof f->ones[99].state, "FAILED");
    fleet_run(f, 60 * SECOND);
    assert_int_equal(fleet_model(f, 99)->verdict.verdict, PT_V_FAILED);
    assert_non_null(strstr(fleet_model(f, 99)->verdict.cause, "a.b"));
    assert_true(fleet_most(f, NULL, MINUTE, 0) <= 60);
    fleet_close(f);
}

/* ---- what fails darkens only itself ---- */

static void one_denied_description_darkens_only_its_own(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(50, false, NULL);
    f->ones[7].is_describe_denied = true;
    fleet_run(f, 3 * MINUTE);
    const struct conn_model *cm = fleet_model(f, 7);
    assert_int_equal(count_verdicts(f, PT_V_OK), 49);
    assert_int_equal(cm->verdict.verdict, PT_V_UNKNOWN);
    assert_non_null(strstr(cm->verdict.cause, "cannot be read"));
    assert_non_null(strstr(cm->verdict.cause, "DescribeConnector"));
    assert_int_equal(cm->metrics_error.code, PT_OK);
    assert_int_equal(cm->changes_error.code, PT_OK);
    assert_int_equal(fleet_count(f, FLEET_DESCRIBE, 7, 0), 1); /* not again and again */
    fleet_close(f);
}

static void metrics_of_many_are_one_call(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(120, false, NULL);
    for (int i = 0; i < 120; i++)
        f->ones[i].running = i + 1;
    f->ones[5].has_no_metrics = true;
    f->ones[90].metrics_status = "InternalError";
    f->metrics_page = 100; /* results: an answer of five pages */
    fleet_run(f, 5 * SECOND);
    int n_asked = 0;
    for (size_t i = 0; i < f->n_calls; i++)
        if (f->calls[i].kind == FLEET_METRICS) {
            assert_in_range(f->calls[i].n_queries, 1, 500);
            n_asked += f->calls[i].n_connectors;
        }
    assert_int_equal(n_asked, 83 * 5 + 37 * 3);
    for (int i = 0; i < 120; i++) { /* each its own */
        const struct conn_model *cm = fleet_model(f, i);
        if (i == 90) {
            assert_int_equal(cm->metrics_error.code, PT_EIO);
            assert_non_null(strstr(cm->metrics_error.what, "InternalError"));
            assert_null(cm->metrics);
            continue;
        }
        assert_int_equal(cm->metrics_error.code, PT_OK);
        assert_non_null(cm->metrics);
        if (i == 5)
            assert_int_equal(cm->metrics->newest_ms, PT_UNKNOWN);
        else
            assert_int_equal((int)cm->metrics->running, i + 1);
    }
    f->metrics_page = 0;
    fleet_run(f, 5 * MINUTE);
    int most = 0;
    for (size_t i = 0; i < f->n_calls; i++)
        most = f->calls[i].n_connectors > most ? f->calls[i].n_connectors : most;
    assert_int_equal(most, 83);
    fleet_close(f);
}

static void a_failed_call_darkens_those_that_were_asked_in_it(void **state)
{
    (void)state;
    struct fleet *f = fleet_open(50, false, NULL);
    f->fails[FLEET_METRICS] = 500;
    f->fault = "InternalServiceFault";
    fleet_run(f, 3 * MINUTE);
    for (int i = 0; i < 50; i++) {
        const struct conn_model *cm = fleet_model(f, i);
        assert_int_not_equal(cm->metrics_error.code, PT_OK);
        assert_int_equal(cm->verdict.verdict, PT_V_UNKNOWN);
        assert_non_null(strstr(cm->verdict.cause, "GetMetricData"));
        assert_int_equal(cm->details_error.code, PT_OK);
        assert_true(cm->conn.has_settings);
        assert_int_equal(cm->lag, 0);
    }
    f->fails[FLEET_METRICS] = 0;
    fleet_run(f, 70 * SECOND);
    assert_int_equal(count_verdicts(f, PT_V_OK), 50);
    fleet_close(f);
}

/* ---- failures back off like throttling ---- */

static int calls_while_failing(enum fleet_call kind, int status, const char *fault)
{
    struct fleet *f = fleet_open(1, false, NULL);
    fleet_run(f, MINUTE);
    f->fails[kind] = status;
    f->fault = fault;
    fleet_run(f, 2 * MINUTE);
    fleet_model(f, 0)->next_ms[kind == FLEET_METRICS ? CONN_ASK_METRICS : CONN_ASK_OBJECTS] = 0;
    int64_t from_ms = fleet_now_ms(f);
    fleet_run(f, 5 * MINUTE);
    int n = fleet_count(f, kind, -1, from_ms);
    assert_true(fleet_most(f, NULL, MINUTE, 0) <= 60);
    f->fails[kind] = 0;
    fleet_run(f, 3 * MINUTE); /* and it is over when it is over */
    assert_int_equal(fleet_model(f, 0)->verdict.verdict, PT_V_OK);
    fleet_close(f);
    return n;
}

/* A look is three attempts; once a minute at most after a while. */
static void failures_back_off_like_throttling(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *fault;
    } faults[] = {
        {400, "ThrottlingException" },
        {500, "InternalServiceFault"},
    };
    for (size_t i = 0; i < 2; i++) {
        assert_in_range(calls_while_failing(FLEET_LIST, faults[i].status, faults[i].fault), 3, 18);
        assert_in_range(calls_while_failing(FLEET_METRICS, faults[i].status, faults[i].fault), 3,
                        21);
        assert_in_range(calls_while_failing(FLEET_OBJECTS, faults[i].status, faults[i].fault), 3,
                        21);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_service_sees_five_calls_in_a_second),
        cmocka_unit_test(s3_has_enough_for_all_and_is_counted),
        cmocka_unit_test(a_minute_is_counted_without_the_regular_ones),
        cmocka_unit_test(calls_stay_within_what_a_minute_may_have),
        cmocka_unit_test(what_does_not_change_is_not_described_again),
        cmocka_unit_test(a_list_in_many_pages_comes_less_often),
        cmocka_unit_test(those_that_look_ill_are_asked_about_first),
        cmocka_unit_test(one_that_is_opened_is_asked_about_more_often),
        cmocka_unit_test(the_one_that_is_named_is_known_at_once),
        cmocka_unit_test(what_was_not_asked_yet_is_told_as_that),
        cmocka_unit_test(a_failure_of_one_of_many_has_its_reason_soon),
        cmocka_unit_test(one_denied_description_darkens_only_its_own),
        cmocka_unit_test(metrics_of_many_are_one_call),
        cmocka_unit_test(a_failed_call_darkens_those_that_were_asked_in_it),
        cmocka_unit_test(failures_back_off_like_throttling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
