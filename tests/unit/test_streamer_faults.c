/* DESIGN "Failure": what the streamer does when produce refuses, a delivery fails for good, the
 * source breaks, or the producer died and was made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_producer.h"
#include "pintop/config.h"

#define SECOND INT64_C(1000000)

static struct fake_producer fp;

static void begin(uint64_t window, double per_s)
{
    fake_producer_init(&fp, &(struct fake_opts){.window = window, .rate_per_s = per_s});
    streamer_set_wanted(&fp.st, true);
}

static struct window_figures figures(void)
{
    struct window_figures f = window_read(&fp.st.win);
    assert_int_equal(f.generated, f.delivered + f.failed + f.in_flight + f.unresolved);
    return f;
}

static void assert_in_error(const char *what)
{
    struct pt_error why = streamer_failure(&fp.st);
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_ERROR);
    assert_true(why.code != PT_OK);
    assert_non_null(strstr(why.what, what));
    assert_true(why.fix[0] != 0);
}

/* What every path must come to: all of first … last delivered, nothing open. */
static void finish_and_check(uint64_t last)
{
    fp.ack_after_us = 100;
    fake_run(&fp, 20000);
    streamer_set_wanted(&fp.st, false);
    fake_run(&fp, SECOND);
    struct window_figures f = figures();
    assert_int_equal(f.failed, 0);
    assert_int_equal(f.in_flight, 0);
    assert_true(f.delivered > last);
    assert_int_equal(f.delivered, f.next);
    assert_true(window_is_empty(&fp.st.win));
    for (size_t i = 0; i < fp.n_sent; i++) {
        char row[24];
        snprintf(row, sizeof row, "row %llu", (unsigned long long)fp.sent[i].index);
        assert_string_equal(fp.sent[i].value, row);
    }
    fake_producer_done(&fp);
}

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

/* ---- a new producer ---- */

/* "the slots that were not delivered, and only those, are sent again". */
static void a_new_producer(void **state)
{
    (void)state;
    begin(1000, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_sent, 1000);
    for (uint64_t i = 0; i < 1000; i += 3)
        fake_deliver_one(&fp, i);
    fake_replace(&fp);
    fake_run(&fp, 10000);
    size_t again = 1000;
    for (uint64_t i = 0; i < 1000; i++) {
        if (i % 3 == 0) {
            assert_int_equal(fake_times_sent(&fp, i, 1000), 0);
            continue;
        }
        assert_int_equal(fp.sent[again].index, i); /* lowest first, once each */
        again++;
    }
    assert_int_equal(atomic_load(&fp.st.resent), again - 1000);
    /* Then new ones: lowest had passed 0 only, as 1 was open. */
    assert_int_equal(fp.n_sent, again + 1);
    assert_int_equal(fp.sent[again].index, 1000);
    assert_int_equal(figures().delivered, 334);
    finish_and_check(1000);
}

static void a_new_producer_with_a_small_queue(void **state)
{
    (void)state;
    begin(1000, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    fp.room = 64;
    fake_replace(&fp);
    for (int i = 0; i < 200 && figures().delivered < 1000; i++) {
        fake_run(&fp, SECOND);
        if (i % 4 == 1)
            streamer_set_wanted(&fp.st, false);
        if (i % 4 == 3)
            streamer_set_wanted(&fp.st, true);
        /* Out of order, and never all at once. */
        if (fp.n_held > 1)
            fake_deliver_one(&fp, fp.sent[fp.held[fp.n_held - 1]].index);
        fake_deliver(&fp, 17);
    }
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(fake_times_sent(&fp, i, 1000), 1);
    assert_int_equal(atomic_load(&fp.st.resent), 1000);
    fp.room = SIZE_MAX;
    streamer_set_wanted(&fp.st, true);
    finish_and_check(1000);
}

/* What is in flight belongs to the account: it is sent again although the stream was stopped. */
static void a_new_producer_while_stopped(void **state)
{
    (void)state;
    begin(100, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    streamer_set_wanted(&fp.st, false);
    fake_run(&fp, SECOND);
    fake_replace(&fp);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_sent, 200);
    assert_int_equal(streamer_state_of(&fp.st), STREAMER_STOPPED);
    assert_int_equal(fake_deliver(&fp, SIZE_MAX), 100);
    assert_true(window_is_empty(&fp.st.win));
    fake_producer_done(&fp);
}

static void a_second_new_producer_in_the_middle(void **state)
{
    (void)state;
    begin(500, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    fp.room = 200;
    fake_replace(&fp);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_held, 200);
    fake_deliver(&fp, 50);
    size_t sent = fp.n_sent;
    fp.room = SIZE_MAX;
    fake_replace(&fp);
    fake_run(&fp, SECOND);
    for (uint64_t i = 0; i < 500; i++)
        assert_int_equal(fake_times_sent(&fp, i, sent), i < 50 ? 0 : 1);
    finish_and_check(500);
}

/* Failed records are the operator's; a new producer alone does not send them again. */
static void a_new_producer_leaves_the_failed(void **state)
{
    (void)state;
    begin(100, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    fake_fail_one(&fp, 10);
    fake_run(&fp, SECOND);
    fake_replace(&fp);
    fake_run(&fp, SECOND);
    assert_int_equal(fake_times_sent(&fp, 10, 0), 1);
    assert_int_equal(fp.n_sent, 199);
    assert_in_error("record 10 refused");
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_int_equal(fake_times_sent(&fp, 10, 0), 2);
    finish_and_check(99);
}

/* One of them is refused by the new producer: the stream stops in error, but the others, which
 * nobody holds any more, are sent all the same. */
static void a_new_producer_refuses_one(void **state)
{
    (void)state;
    begin(100, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    fp.refuse = 10;
    fake_replace(&fp);
    fake_run(&fp, SECOND);
    assert_in_error("record 10 refused");
    struct window_figures f = figures();
    assert_int_equal(f.failed, 1);
    assert_int_equal(f.in_flight, fp.n_held); /* nothing waits for a report that cannot come */
    assert_int_equal(fp.n_held, 99);
    fp.refuse = UINT64_MAX;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    assert_int_equal(fake_times_sent(&fp, 10, 100), 1);
    finish_and_check(99);
}

static void a_new_producer_and_a_broken_source(void **state)
{
    (void)state;
    begin(100, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    fp.src.is_broken = true;
    fake_replace(&fp);
    fake_run(&fp, SECOND);
    assert_in_error("fake source: broken");
    assert_int_equal(figures().in_flight, fp.n_held);
    fp.src.is_broken = false;
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(fake_times_sent(&fp, i, 100), 1);
    finish_and_check(99);
}

/* The age of what waits for room goes on. */
static void waiting_for_room_does_not_make_records_younger(void **state)
{
    (void)state;
    begin(100, PT_RATE_MAX);
    fake_run(&fp, SECOND);
    int64_t oldest_us = figures().oldest_us;
    fp.room = 0;
    fake_replace(&fp);
    fake_run(&fp, 30 * SECOND);
    assert_int_equal(figures().oldest_us, oldest_us);
    fp.room = SIZE_MAX;
    finish_and_check(99);
}

/* `again` is asked for each index with the position it came from. */
static void positions_are_given_back_to_the_source(void **state)
{
    (void)state;
    fake_producer_init(&fp, &(struct fake_opts){.window = 37, .rate_per_s = PT_RATE_MAX});
    fp.src.row = 5000; /* rows and indexes are two things */
    streamer_set_wanted(&fp.st, true);
    fp.ack_after_us = 100;
    fake_run(&fp, 10000);
    fp.ack_after_us = -1;
    fake_run(&fp, SECOND);
    size_t sent = fp.n_sent;
    assert_true(sent > 200);
    fake_replace(&fp);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_sent, sent + 37);
    for (size_t i = 0; i < fp.n_sent; i++) {
        char row[24];
        snprintf(row, sizeof row, "row %llu", (unsigned long long)fp.sent[i].index + 5000);
        assert_string_equal(fp.sent[i].value, row);
    }
    assert_int_equal(fp.src.n_again, 37);
    fake_producer_done(&fp);
}

/* Everything that can happen, in any order, a thousand times over: at the end each index was
 * delivered, with its own row. */
static void a_long_day(void **state)
{
    uint64_t seed = 99;
    (void)state;
    for (int day = 0; day < 40; day++) {
        fake_producer_init(
            &fp, &(struct fake_opts){.window = 16 + (uint64_t)day * 7, .rate_per_s = PT_RATE_MAX});
        streamer_set_wanted(&fp.st, true);
        for (int hour = 0; hour < 200; hour++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint64_t r = seed >> 40;
            uint64_t at = fp.n_held ? fp.sent[fp.held[(r >> 5) % fp.n_held]].index : UINT64_MAX;
            fp.room = r % 7 ? 1000 : r >> 10 & 31;
            fp.refuse = r % 11 ? UINT64_MAX : figures().lowest + (r >> 8 & 15);
            fp.src.is_broken = r % 13 == 0;
            if (r % 17 == 0)
                fake_replace(&fp);
            else if (r % 5 == 0 && at != UINT64_MAX)
                fake_fail_one(&fp, at);
            else if (r % 5 == 1)
                streamer_set_wanted(&fp.st, r & 1024);
            else if (at != UINT64_MAX)
                fake_deliver_one(&fp, at);
            if (r % 3 == 0)
                fake_deliver(&fp, r >> 12 & 15);
            if (streamer_failure(&fp.st).code != PT_OK && r & 2048)
                streamer_set_wanted(&fp.st, true);
            fake_run(&fp, 1000);
            struct window_figures f = figures();
            assert_true(f.in_flight <= f.size && f.failed <= f.size);
            assert_true(f.in_flight >= fp.n_held);
        }
        fp.room = SIZE_MAX;
        fp.refuse = UINT64_MAX;
        fp.src.is_broken = false;
        streamer_set_wanted(&fp.st, true);
        fake_run(&fp, 10000);
        assert_int_equal(figures().in_flight, fp.n_held);
        assert_int_equal(figures().failed, 0);
        fp.ack_after_us = 10;
        fake_run(&fp, 10000);
        streamer_set_wanted(&fp.st, false);
        fake_run(&fp, SECOND);
        assert_true(window_is_empty(&fp.st.win));
        struct window_figures f = figures();
        assert_int_equal(f.delivered, f.next);
        for (size_t i = 0; i < fp.n_sent; i++) {
            char row[24];
            snprintf(row, sizeof row, "row %llu", (unsigned long long)fp.sent[i].index);
            assert_string_equal(fp.sent[i].value, row);
        }
        fake_producer_done(&fp);
    }
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
        cmocka_unit_test(a_new_producer),
        cmocka_unit_test(a_new_producer_with_a_small_queue),
        cmocka_unit_test(a_new_producer_while_stopped),
        cmocka_unit_test(a_second_new_producer_in_the_middle),
        cmocka_unit_test(a_new_producer_leaves_the_failed),
        cmocka_unit_test(a_new_producer_refuses_one),
        cmocka_unit_test(a_new_producer_and_a_broken_source),
        cmocka_unit_test(waiting_for_room_does_not_make_records_younger),
        cmocka_unit_test(positions_are_given_back_to_the_source),
        cmocka_unit_test(a_long_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
