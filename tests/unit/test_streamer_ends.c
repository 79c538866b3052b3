/* How a stream ends and what it tells, on a fake clock over a fake producer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "fake_producer.h"
#include "pintop/config.h"
#include "streamer.h"

static void a_count_ends_exactly(void **state)
{
    static const uint64_t counts[] = {1, 2, 255, 256, 257, 1000, 40000};
    static const double rates[] = {PT_RATE_MAX, 1000};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof counts / sizeof *counts; i++) {
        uint64_t count = counts[i / 2];
        begin(&(struct fake_opts){
            .window = 1000, .rate_per_s = rates[i % 2], .first_index = 5000, .count = count});
        fp.ack_after_us = 1000;
        fake_run(&fp, 60 * SECOND);
        assert_int_equal(state_now(), STREAMER_DONE);
        assert_false(atomic_load(&fp.st.is_source_end));
        assert_int_equal(figures().delivered, count);
        assert_true(fake_sent_run(&fp, 0, 5000, 5000 + count - 1));
        assert_int_equal(fp.src.n_next, count);
        assert_int_equal(fake_step(&fp), INT64_MAX);
        /* A start does not begin a second run. */
        streamer_set_wanted(&fp.st, true);
        fake_run(&fp, SECOND);
        assert_int_equal(state_now(), STREAMER_DONE);
        assert_int_equal(fp.n_sent, count);
        streamer_set_wanted(&fp.st, false);
        fake_run(&fp, SECOND);
        assert_int_equal(state_now(), STREAMER_DONE);
        fake_producer_done(&fp);
    }
}

static void the_source_ends(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 100, .rate_per_s = 1000, .count = 500});
    fp.ack_after_us = 1000;
    fp.src.end_row = 123;
    fake_run(&fp, 10 * SECOND);
    assert_int_equal(state_now(), STREAMER_DONE);
    assert_true(atomic_load(&fp.st.is_source_end));
    assert_true(fake_sent_run(&fp, 0, 0, 122));
    assert_int_equal(figures().generated, 123);
    fake_producer_done(&fp);
}

static void an_empty_source(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 100, .rate_per_s = PT_RATE_MAX});
    fp.src.end_row = 0;
    fake_run(&fp, SECOND);
    assert_int_equal(state_now(), STREAMER_DONE);
    assert_true(atomic_load(&fp.st.is_source_end));
    assert_int_equal(figures().generated, 0);
    fake_producer_done(&fp);
}

static void held_and_let_go(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 100, .rate_per_s = 10});
    fp.ack_after_us = 1000;
    fp.is_held = true;
    fake_run(&fp, 10 * SECOND);
    assert_int_equal(state_now(), STREAMER_HELD);
    assert_int_equal(fp.n_sent, 0);
    fp.is_held = false;
    assert_in_range(sent_in(SECOND), 5, 12);
    assert_int_equal(state_now(), STREAMER_RUNNING);
    fp.is_held = true;
    assert_true(sent_in(SECOND) <= 1);
    /* A held stream can be stopped. */
    streamer_set_wanted(&fp.st, false);
    fake_step(&fp);
    assert_int_equal(state_now(), STREAMER_STOPPED);
    fake_producer_done(&fp);
}

/* Each change is told once; nothing is told while nothing changes. */
static void changes_are_told_once(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 20, .rate_per_s = 10});
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_changed, 1);
    fake_run(&fp, 20 * SECOND);
    assert_int_equal(fp.n_changed, 2);
    streamer_set_wanted(&fp.st, false);
    fake_run(&fp, SECOND);
    assert_int_equal(fp.n_changed, 3);
    fake_producer_done(&fp);
}

static void produce_times_are_the_age_of_what_is_open(void **state)
{
    (void)state;
    begin(&(struct fake_opts){.window = 100, .rate_per_s = 10});
    fake_run(&fp, 5 * SECOND);
    assert_true(llabs(figures().oldest_us - SECOND) <= 50);
    fake_deliver(&fp, 10);
    assert_true(llabs(figures().oldest_us - 2 * SECOND) < 1000);
    assert_true(hist_read(&fp.st.win.ack_us).max >= 4900000);
    fake_producer_done(&fp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_ends_exactly),
        cmocka_unit_test(the_source_ends),
        cmocka_unit_test(an_empty_source),
        cmocka_unit_test(held_and_let_go),
        cmocka_unit_test(changes_are_told_once),
        cmocka_unit_test(produce_times_are_the_age_of_what_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
