/* The streamer on a fake clock over a fake producer: pace, back-pressure, outage. Its ends are in
 * test_streamer_ends.c, what a refusal or a new producer does in test_streamer_faults.c, the thread
 * in test_streamer_thread.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "fake_producer.h"
#include "pintop/config.h"
#include "streamer.h"

static void not_wanted_is_stopped(void **state)
{
    (void)state;
    fake_producer_init(&fp, &(struct fake_opts){.window = 16, .rate_per_s = 10});
    assert_int_equal(state_now(), STREAMER_STOPPED);
    assert_int_equal(fake_step(&fp), INT64_MAX);
    fake_run(&fp, 100 * SECOND);
    assert_int_equal(fp.n_sent, 0);
    assert_int_equal(fp.src.n_next, 0);
    assert_int_equal(state_now(), STREAMER_STOPPED);
    fake_producer_done(&fp);
    assert_true(fp.src.is_freed);
}

static void paces(void **state)
{
    static const double rates[] = {0.1, 10, 1000};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        begin(&(struct fake_opts){.window = 32768, .rate_per_s = rates[i]});
        fp.ack_after_us = 2000;
        int64_t seconds = rates[i] < 1 ? 1000 : 100;
        uint64_t steps = fake_run(&fp, seconds * SECOND);
        uint64_t want = (uint64_t)(rates[i] * (double)seconds);
        /* Half a second's worth at most is still to be made, all together. */
        assert_in_range(fp.n_sent, (uint64_t)((double)want - rates[i] / 2), want + 1);
        assert_true(fake_sent_run(&fp, 0, 0, fp.n_sent - 1));
        assert_int_equal(state_now(), STREAMER_RUNNING);
        /* It sleeps between records, and a slow one not for each. */
        assert_true(steps <= want * 2 + 10);
        assert_true(rates[i] > 100 || steps <= (uint64_t)seconds * 2 + 10);
        /* And at the end there are as many as the rate says. */
        streamer_set_wanted(&fp.st, false);
        fake_step(&fp);
        assert_in_range(fp.n_sent, want, want + 1);
        assert_int_equal(state_now(), STREAMER_STOPPED);
        fake_producer_done(&fp);
    }
}

static void max_is_bounded_by_the_window_alone(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 1000, .rate_per_s = PT_RATE_MAX});
    fake_run(&fp, SECOND / 10);
    assert_int_equal(fp.n_sent, 1000);
    assert_int_equal(state_now(), STREAMER_WAITING);
    /* Not one record was made in vain. */
    assert_int_equal(fp.src.n_next, 1000);
    assert_int_equal(fake_deliver(&fp, 10), 10);
    fake_run(&fp, SECOND / 5);
    assert_int_equal(fp.n_sent, 1010);
    fp.ack_after_us = 1000;
    fake_run(&fp, SECOND / 10);
    size_t before = fp.n_sent;
    fake_run(&fp, SECOND / 10);
    assert_true(fp.n_sent - before > 50 * 1000);
    assert_true(fake_sent_run(&fp, 0, 0, fp.n_sent - 1));
    fake_producer_done(&fp);
}

/* "The streamer waits when next − lowest unresolved = W": one record in doubt holds all others. */
static void one_open_record_holds_the_window(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 100, .rate_per_s = PT_RATE_MAX});
    fake_run(&fp, 1000);
    assert_int_equal(fp.n_sent, 100);
    for (uint64_t i = 1; i < 100; i++)
        fake_deliver_one(&fp, i);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_sent, 100);
    assert_int_equal(state_now(), STREAMER_WAITING);
    fake_deliver_one(&fp, 0);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_sent, 200);
    fake_producer_done(&fp);
}

/* "original copies the pace": the three streams take their turns together, also when one is woken
 * late. */
static void original_in_step(void **state)
{
    enum { TURNS = 1500 };
    static struct fake_producer three[3];
    (void)state;
    for (int i = 0; i < 3; i++) {
        fake_producer_init(
            &three[i],
            &(struct fake_opts){.window = 32768, .rate_per_s = PT_RATE_ORIGINAL, .seed = 4711});
        three[i].ack_after_us = 1000;
        streamer_set_wanted(&three[i].st, true);
    }
    for (int64_t s = 0; s < 1000; s++)
        for (int i = 0; i < 3; i++)
            fake_run(&three[i], SECOND + (i == 2 && s % 2 ? 30000 : i == 2 ? -30000 : 0));
    for (int i = 0; i < 3; i++) {
        assert_in_range(three[i].n_sent, 1800, 2200);
        assert_true(fake_sent_run(&three[i], 0, 0, three[i].n_sent - 1));
        for (size_t turn = 0; turn < TURNS; turn++)
            assert_true(llabs(three[i].sent[turn].at_us - three[0].sent[turn].at_us) <= 100);
    }
    for (int i = 0; i < 3; i++)
        fake_producer_done(&three[i]);
}

/* "+ - take effect within 100 ms." */
static void a_new_rate_within_100_ms(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 32768, .rate_per_s = 0.1});
    fp.ack_after_us = 1000;
    assert_int_equal(sent_in(5 * SECOND), 1);
    streamer_set_rate(&fp.st, 10);
    assert_in_range(sent_in(SECOND / 10 + 1000), 1, 2);
    assert_in_range(sent_in(10 * SECOND), 95, 101); /* half a second's worth comes together */
    streamer_set_rate(&fp.st, 1000);
    assert_in_range(sent_in(SECOND / 10), 75, 201);
    streamer_set_rate(&fp.st, 0.1);
    assert_true(sent_in(5 * SECOND) <= 1);
    streamer_set_rate(&fp.st, PT_RATE_MAX);
    assert_true(sent_in(SECOND / 100) > 1000);
    streamer_set_rate(&fp.st, 10);
    assert_in_range(sent_in(10 * SECOND), 96, 102);
    fake_producer_done(&fp);
}

static void no_burst_after_a_stop(void **state)
{
    static const double rates[] = {10, 1000};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        begin(&(struct fake_opts){.window = 32768, .rate_per_s = rates[i]});
        fp.ack_after_us = 1000;
        sent_in(SECOND);
        streamer_set_wanted(&fp.st, false);
        /* What had come due by then, and no more. */
        assert_true((double)sent_in(3600 * SECOND) <= rates[i] / 2);
        assert_int_equal(state_now(), STREAMER_STOPPED);
        assert_int_equal(figures().in_flight, 0);
        streamer_set_wanted(&fp.st, true);
        assert_true((double)sent_in(SECOND / 10) <= rates[i] / 10 + 1);
        assert_true((double)sent_in(10 * SECOND) <= rates[i] * 10 + 1);
        assert_true(fake_sent_run(&fp, 0, 0, fp.n_sent - 1));
        fake_producer_done(&fp);
    }
}

/* A suspend: the clock jumps between two steps. */
static void no_burst_after_a_suspend(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 32768, .rate_per_s = 1000});
    fp.ack_after_us = 1000;
    sent_in(SECOND);
    fp.now_us += 3600 * SECOND;
    assert_in_range(sent_in(1000), 1, 103);
    assert_in_range(sent_in(10 * SECOND), 9990, 10001);
    fake_producer_done(&fp);
}

static void no_burst_after_a_full_window(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 50, .rate_per_s = 10});
    fake_run(&fp, 60 * SECOND);
    assert_int_equal(fp.n_sent, 50);
    fp.ack_after_us = 1000;
    /* What was due in the 55 s it waited is not made up. */
    assert_in_range(sent_in(10 * SECOND), 95, 103);
    fake_producer_done(&fp);
}

/* "an outage blocks the window and fails nothing." 10 minutes on our own timers. */
static void outage(double per_s, size_t room)
{
    int64_t fine_us = per_s < PT_RATE_MAX ? 10 * SECOND : SECOND / 20;
    begin(&(struct fake_opts){.window = 32768, .rate_per_s = per_s});
    fp.ack_after_us = 3000;
    fp.room = room;
    fake_run(&fp, fine_us);
    size_t before = fp.n_sent;
    uint64_t delivered = figures().delivered;
    fp.ack_after_us = -1;
    uint64_t steps = fake_run(&fp, 600 * SECOND);
    struct window_figures f = figures();
    assert_int_equal(f.failed, 0);
    assert_int_equal(f.delivered, delivered);
    assert_int_equal(f.in_flight, fp.n_held);
    assert_int_equal(f.generated, fp.n_sent);
    assert_int_equal(streamer_failure(&fp.st).code, PT_OK);
    bool is_full = f.in_flight == 32768 || fp.n_held == room;
    assert_int_equal(state_now(), is_full ? STREAMER_WAITING : STREAMER_RUNNING);
    if (is_full)
        assert_true(steps < fp.n_sent - before + 600 * 10 + 100); /* it waits, it does not spin */
    fp.ack_after_us = 3000;
    size_t mark = fp.n_sent;
    fake_run(&fp, fine_us);
    assert_true(fp.n_sent > mark);
    assert_int_equal(state_now(), per_s < PT_RATE_MAX ? STREAMER_RUNNING : state_now());
    streamer_set_wanted(&fp.st, false);
    fake_run(&fp, SECOND);
    f = figures();
    assert_int_equal(f.delivered, fp.n_sent);
    assert_int_equal(f.in_flight, 0);
    assert_true(window_is_empty(&fp.st.win));
    assert_true(fake_sent_run(&fp, 0, 0, fp.n_sent - 1));
    fake_producer_done(&fp);
}

static void ten_minutes_of_outage(void **state)
{
    (void)state;
    outage(10, SIZE_MAX);
    outage(1000, SIZE_MAX);
    outage(PT_RATE_MAX, SIZE_MAX);
}

/* The same with the producer's own queue the smaller one: the record that did not fit is made
 * again, and no other. */
static void ten_minutes_of_outage_with_a_full_queue(void **state)
{
    (void)state;
    outage(1000, 100);
    outage(PT_RATE_MAX, 999);
}

/* The bound is in bytes: a value of the fake source has five to nine. */
static void a_bounded_flight_while_answers_come(void **state)
{
    enum { BYTES = 9000, MOST = BYTES / 5 + 1 };
    size_t most = 0;
    (void)state;
    begin(&(struct fake_opts){.window = 32768, .rate_per_s = PT_RATE_MAX});
    streamer_set_flight(&fp.st, BYTES);
    fp.ack_after_us = 1000;
    for (int i = 0; i < 200; i++) {
        fake_run(&fp, 500);
        most = fp.n_held > most ? fp.n_held : most;
    }
    assert_in_range(most, 500, MOST);
    assert_true(fp.n_sent > 50 * most);
    assert_true(fake_sent_run(&fp, 0, 0, fp.n_sent - 1));
    fake_producer_done(&fp);
}

/* An outage fills all of the window, as it did without a bound. */
static void silence_fills_the_window(void **state)
{
    enum { BYTES = 9000, MOST = BYTES / 5 + 1 };
    (void)state;
    begin(&(struct fake_opts){.window = 32768, .rate_per_s = PT_RATE_MAX});
    streamer_set_flight(&fp.st, BYTES);
    fp.ack_after_us = 1000;
    fake_run(&fp, SECOND);
    fp.ack_after_us = -1;
    fake_run(&fp, SECOND - SECOND / 10);
    assert_in_range(fp.n_held, 500, MOST);
    assert_int_equal(state_now(), STREAMER_WAITING);
    fake_run(&fp, SECOND / 2);
    assert_int_equal(fp.n_held, 32768);
    assert_int_equal(figures().in_flight, 32768);
    fp.ack_after_us = 1000;
    fake_run(&fp, SECOND);
    assert_in_range(fp.n_held, 1, MOST);
    streamer_set_wanted(&fp.st, false);
    fake_run(&fp, SECOND);
    assert_int_equal(figures().delivered, fp.n_sent);
    assert_true(window_is_empty(&fp.st.win));
    fake_producer_done(&fp);
}

/* What waits for a partition without a leader is not taken off the others' share. */
static void one_open_record_slows_no_other(void **state)
{
    enum { BYTES = 9000 };
    size_t n = 0, open = 0;
    (void)state;
    begin(&(struct fake_opts){.window = 32768, .rate_per_s = 4000});
    streamer_set_flight(&fp.st, BYTES);
    /* Of three in turn one is never answered. */
    for (int i = 0; i < 5000; i++) {
        fake_run(&fp, 1000);
        for (; n < fp.n_sent; n++) {
            if (n % 3 == 0)
                open++;
            else
                fake_deliver_one(&fp, n);
        }
    }
    assert_true(open * 5 > 2 * BYTES);
    assert_in_range(fp.n_sent, 4000 * 5 - 2000, 4000 * 5 + 1);
    fake_producer_done(&fp);
}

/* The first records get no answer before the connection stands: that is no silence yet. */
static void a_start_is_bounded(void **state)
{
    enum { BYTES = 9000, MOST = BYTES / 5 + 1 };
    (void)state;
    begin(&(struct fake_opts){.window = 32768, .rate_per_s = PT_RATE_MAX});
    streamer_set_flight(&fp.st, BYTES);
    fake_run(&fp, SECOND - SECOND / 10);
    assert_in_range(fp.n_held, 500, MOST);
    fake_producer_done(&fp);
}

static void the_place_in_the_source_outlives_a_full_queue(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 64, .rate_per_s = PT_RATE_MAX});
    fp.room = 10;
    fake_run(&fp, 10 * SECOND);
    assert_int_equal(fp.n_sent, 10);
    assert_true(fp.n_full > 50 && fp.n_full <= 101);
    assert_int_equal(figures().generated, 10);
    /* A stop and a start in between change nothing. */
    streamer_set_wanted(&fp.st, false);
    fake_run(&fp, SECOND);
    assert_int_equal(state_now(), STREAMER_STOPPED);
    streamer_set_wanted(&fp.st, true);
    fake_run(&fp, SECOND);
    fp.room = 30;
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_sent, 30);
    assert_true(fake_sent_run(&fp, 0, 0, 29));
    fake_producer_done(&fp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_wanted_is_stopped),
        cmocka_unit_test(paces),
        cmocka_unit_test(max_is_bounded_by_the_window_alone),
        cmocka_unit_test(one_open_record_holds_the_window),
        cmocka_unit_test(original_in_step),
        cmocka_unit_test(a_new_rate_within_100_ms),
        cmocka_unit_test(no_burst_after_a_stop),
        cmocka_unit_test(no_burst_after_a_suspend),
        cmocka_unit_test(no_burst_after_a_full_window),
        cmocka_unit_test(ten_minutes_of_outage),
        cmocka_unit_test(ten_minutes_of_outage_with_a_full_queue),
        cmocka_unit_test(a_bounded_flight_while_answers_come),
        cmocka_unit_test(silence_fills_the_window),
        cmocka_unit_test(one_open_record_slows_no_other),
        cmocka_unit_test(a_start_is_bounded),
        cmocka_unit_test(the_place_in_the_source_outlives_a_full_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
