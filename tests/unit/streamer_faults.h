/* What the tests of the streamer's faults start from. */
#ifndef UNIT_STREAMER_FAULTS_H
#define UNIT_STREAMER_FAULTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fake_producer.h"

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

/* Nothing is open, and each record holds the row of its index. Ends the producer. */
static void check_sent(void)
{
    struct window_figures f = figures();
    assert_int_equal(f.in_flight + f.failed, 0);
    assert_int_equal(f.delivered, f.next);
    assert_true(window_is_empty(&fp.st.win));
    for (size_t i = 0; i < fp.n_sent; i++) {
        char row[24];
        snprintf(row, sizeof row, "row %llu", (unsigned long long)fp.sent[i].index);
        assert_string_equal(fp.sent[i].value, row);
    }
    fake_producer_done(&fp);
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
    check_sent();
}

#endif
