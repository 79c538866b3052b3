/* The streamer when its producer died and was made new: what was open is produced again, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "fake_producer.h"
#include "pintop/config.h"
#include "streamer_faults.h"

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
        check_sent();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
