/* What the streamer does when produce refuses, a delivery fails for good, or the source breaks.
 * What a new producer does is in test_streamer_renewed.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_producer.h"
#include "pintop/config.h"
#include "streamer_faults.h"

/* "generated (its slot is taken, before produce; given back if produce refuses)"; the stream stops
 * in state error, and a start makes the same record again. */
static void a_refused_record(void **state)
{
    (void)state;
    begin(100, 10);
    fp.refuse = 7;
    fake_run(&fp, 10 * SECOND);
    assert_in_error("record 7 refused");
    struct window_figures f = figures();
    assert_int_equal(f.generated, 7);
    assert_int_equal(f.in_flight, 7);
    assert_int_equal(f.failed, 0);
    assert_int_equal(f.next, 7);
    assert_int_equal(fake_step(&fp), INT64_MAX);
    /* A start that meets the same refusal is in error again. */
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_in_error("record 7 refused");
    assert_int_equal(fp.n_sent, 7);
    fp.refuse = UINT64_MAX;
    streamer_set_wanted(&fp.st, true);
    assert_int_equal(streamer_failure(&fp.st).code, PT_OK);
    fake_run(&fp, SECOND);
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_RUNNING);
    assert_true(fake_sent_run(&fp, 0, 0, fp.n_sent - 1));
    finish_and_check(7);
}

/* The reason is there until a start: a stop does not take it away, or the end of a run would hide
 * why it ended. */
static void a_stop_keeps_the_reason(void **state)
{
    (void)state;
    begin(100, 10);
    fp.refuse = 3;
    fake_run(&fp, SECOND);
    assert_in_error("record 3 refused");
    streamer_set_wanted(&fp.st, false);
    fake_run(&fp, SECOND);
    assert_in_error("record 3 refused");
    fp.refuse = UINT64_MAX;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    finish_and_check(3);
}

/* "A record fails only on a permanent error: the stream stops in state error, its slot stays
 * occupied, and a start makes the record again." */
static void a_delivery_that_fails_for_good(void **state)
{
    (void)state;
    begin(100, 10);
    fake_run(&fp, 2 * SECOND);
    assert_true(fp.n_sent >= 10);
    fake_fail_one(&fp, 4);
    fake_fail_one(&fp, 6);
    size_t sent = fp.n_sent;
    fake_run(&fp, 10 * SECOND);
    assert_in_error("record 4 refused"); /* the first reason */
    assert_int_equal(fp.n_sent, sent);
    fake_deliver(&fp, SIZE_MAX);
    struct window_figures f = figures();
    assert_int_equal(f.failed, 2);
    assert_int_equal(f.in_flight, 0);
    assert_int_equal(f.lowest, 4);
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_int_equal(figures().failed, 0);
    assert_int_equal(fp.sent[sent].index, 4);
    assert_int_equal(fp.sent[sent + 1].index, 6);
    assert_true(fake_sent_run(&fp, sent + 2, sent, fp.n_sent - 3));
    assert_int_equal(fake_times_sent(&fp, 5, 0), 1);
    finish_and_check(10);
}

/* All of a window fails; a start takes all of it up again though there is no room in between. */
static void a_whole_window_fails(void **state)
{
    (void)state;
    begin(600, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_sent, 600);
    for (uint64_t i = 0; i < 600; i++)
        fake_fail_one(&fp, i);
    fake_run(&fp, SECOND);
    assert_int_equal(figures().failed, 600);
    fp.room = 250;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_sent, 850);
    assert_int_equal(figures().failed, 350);
    assert_int_equal(figures().in_flight, 250);
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_WAITING);
    /* Stopped and started in the middle of it. */
    streamer_set_wanted(&fp.st, false);
    fake_run(&fp, SECOND);
    assert_int_equal(figures().failed, 350);
    streamer_set_wanted(&fp.st, true);
    fake_deliver(&fp, SIZE_MAX);
    fake_run(&fp, SECOND);
    fake_deliver(&fp, SIZE_MAX);
    fake_run(&fp, SECOND);
    assert_int_equal(figures().failed, 0);
    for (uint64_t i = 0; i < 600; i++)
        assert_int_equal(fake_times_sent(&fp, i, 600), 1);
    fp.room = SIZE_MAX;
    finish_and_check(600);
}

static void a_failed_record_is_refused_again(void **state)
{
    (void)state;
    begin(100, 10);
    fake_run(&fp, 2 * SECOND);
    fake_fail_one(&fp, 2);
    fake_fail_one(&fp, 5);
    fake_fail_one(&fp, 8);
    fake_run(&fp, SECOND);
    fp.refuse = 5;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_in_error("record 5 refused");
    struct window_figures f = figures();
    assert_int_equal(f.failed, 2);
    fp.refuse = UINT64_MAX;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_int_equal(figures().failed, 0);
    assert_int_equal(fake_times_sent(&fp, 2, 0), 2);
    assert_int_equal(fake_times_sent(&fp, 5, 0), 2);
    assert_int_equal(fake_times_sent(&fp, 8, 0), 2);
    finish_and_check(10);
}

/* "Start all" on a stream that runs, at the moment its record fails: the failed one is taken up,
 * not left behind. */
static void a_start_between_the_failure_and_the_step(void **state)
{
    (void)state;
    begin(50, 10);
    fake_run(&fp, 2 * SECOND);
    fake_fail_one(&fp, 3);
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_RUNNING);
    assert_int_equal(figures().failed, 0);
    assert_int_equal(fake_times_sent(&fp, 3, 0), 2);
    finish_and_check(10);
}

static void a_late_failure_after_done(void **state)
{
    (void)state;
    fake_producer_init(&fp,
                       &(struct fake_opts){.window = 50, .rate_per_s = PT_RATE_MAX, .count = 20});
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_DONE);
    fake_fail_one(&fp, 19);
    fake_run(&fp, SECOND);
    assert_in_error("record 19 refused");
    streamer_set_wanted(&fp.st, true);
    fp.ack_after_us = 100;
    fake_run(&fp, SECOND);
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_DONE);
    assert_int_equal(fp.n_sent, 21);
    assert_int_equal(figures().delivered, 20);
    assert_true(window_is_empty(&fp.st.win));
    fake_producer_done(&fp);
}

/* ---- the source ---- */

static void a_broken_source(void **state)
{
    (void)state;
    begin(100, 10);
    fake_run(&fp, 2 * SECOND);
    size_t sent = fp.n_sent;
    fp.src.is_broken = true;
    fake_run(&fp, SECOND);
    assert_in_error("fake source: broken");
    assert_int_equal(figures().generated, sent);
    fp.src.is_broken = false;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_true(fake_sent_run(&fp, 0, 0, fp.n_sent - 1));
    finish_and_check(10);
}

/* The record that had no room could not be read again: the place in the file must not be lost with
 * it, or an index would get another row. */
static void a_source_that_breaks_while_the_queue_is_full(void **state)
{
    (void)state;
    begin(100, PT_RATE_MAX);
    fp.room = 10;
    fake_run(&fp, SECOND);
    fp.src.is_broken = true;
    fake_run(&fp, SECOND);
    assert_in_error("fake source: broken");
    fp.src.is_broken = false;
    fp.room = SIZE_MAX;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_true(fake_sent_run(&fp, 0, 0, 99));
    finish_and_check(99);
}

static void a_failed_record_that_cannot_be_read_again(void **state)
{
    (void)state;
    begin(100, 10);
    fake_run(&fp, 2 * SECOND);
    fake_fail_one(&fp, 4);
    fake_run(&fp, SECOND);
    fp.src.is_broken = true;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_in_error("fake source: broken");
    assert_int_equal(figures().failed, 1);
    fp.src.is_broken = false;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_int_equal(figures().failed, 0);
    finish_and_check(10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_record),
        cmocka_unit_test(a_stop_keeps_the_reason),
        cmocka_unit_test(a_delivery_that_fails_for_good),
        cmocka_unit_test(a_whole_window_fails),
        cmocka_unit_test(a_failed_record_is_refused_again),
        cmocka_unit_test(a_start_between_the_failure_and_the_step),
        cmocka_unit_test(a_late_failure_after_done),
        cmocka_unit_test(a_broken_source),
        cmocka_unit_test(a_source_that_breaks_while_the_queue_is_full),
        cmocka_unit_test(a_failed_record_that_cannot_be_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
