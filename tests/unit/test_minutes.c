/* The samples of minutes, made of those of seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "desk/section.h"
#include "parts/minutes.h"
#include "test_desk.h"

static struct test_desk desk;

static int start(void **state)
{
    (void)state;
    test_desk_init(&desk, test_desk_usual);
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_desk_done(&desk);
    return 0;
}

static struct minutes_part minutes;

/* Seconds pass with this lag and this rate. */
static void seconds_pass(int n, float lag, float in)
{
    for (int i = 0; i < n; i++) {
        struct pt_series_section *s = section_new(sizeof *s);
        const struct pt_series_section *old = desk.now.series;
        struct pt_section head = s->section;
        if (old != NULL)
            *s = *old;
        else
            s->last_sample = -1;
        s->section = head;
        size_t at = (size_t)++s->last_sample % PT_SERIES_LEN;
        s->last_sample_ms = test_desk_ms();
        s->produced[at] = s->out[at] = s->ack_p99_ms[at] = NAN;
        s->lag[at] = lag;
        s->in[at] = in;
        s->token_left_s[at] = 900 - (float)(s->last_sample % 900);
        test_desk_put(&desk, (const void **)&desk.now.series, s);
        const void *section = minutes_part.section(&minutes);
        if (section != NULL)
            test_desk_put(&desk, (const void **)&desk.now.minutes, section);
        test_desk_wait_ms(1000);
    }
}

static float minute_of(const float *ring, int64_t back)
{
    return ring[(desk.now.minutes->last_sample - back) % PT_SERIES_LEN];
}

static void a_minute_keeps_the_mean_of_rates_and_the_peak_of_the_lag(void **state)
{
    (void)state;
    minutes_part_init(&minutes, &desk.desk, NULL);
    test_desk_put(&desk, (const void **)&desk.now.minutes, minutes_part.section(&minutes));
    assert_int_equal(desk.now.minutes->last_sample, -1);
    seconds_pass((int)(60 - test_desk_ms() / 1000 % 60), 1, 1); /* to the end of a minute */
    int64_t begin_ms = test_desk_ms() / 60000 * 60000;
    seconds_pass(30, 10, 100);
    seconds_pass(1, 5000, NAN);
    seconds_pass(29, NAN, 200);
    seconds_pass(1, 0, 0);
    const struct pt_series_section *now = desk.now.minutes;
    assert_int_equal(now->last_sample_ms, begin_ms);
    assert_true(minute_of(now->lag, 0) == 5000);
    assert_true(fabsf(minute_of(now->in, 0) - (30 * 100 + 29 * 200) / 59.0f) < 0.01f);
    assert_true(isnan(minute_of(now->produced, 0)));
    assert_true(minute_of(now->token_left_s, 0) < minute_of(now->token_left_s, 1));
}

static void minutes_that_were_slept_through_are_unknown(void **state)
{
    (void)state;
    minutes_part_init(&minutes, &desk.desk, NULL);
    seconds_pass(120, 10, 100);
    int64_t before = desk.now.minutes->last_sample;
    test_desk_wait_ms(10 * 60000);
    seconds_pass(1, 10, 100);
    const struct pt_series_section *now = desk.now.minutes;
    assert_true(now->last_sample >= before + 10);
    assert_int_equal(now->last_sample_ms, (test_desk_ms() - 1000) / 60000 * 60000 - 60000);
    assert_true(isnan(minute_of(now->lag, 0)) && isnan(minute_of(now->lag, 8)));
    assert_true(minute_of(now->lag, 10) == 10);
    test_desk_wait_ms(3 * 24 * INT64_C(3600000));
    before = now->last_sample;
    seconds_pass(1, 10, 100);
    assert_true(desk.now.minutes->last_sample <= before + PT_SERIES_LEN + 1);
    assert_int_equal(desk.now.minutes->last_sample_ms,
                     (test_desk_ms() - 1000) / 60000 * 60000 - 60000);
}

/* What CloudWatch has of the time before stands beside the minutes, not among them. */
static void cloudwatchs_stay_beside_the_minutes(void **state)
{
    (void)state;
    struct away_past_told told = {
        .past = {.first_ms = test_desk_ms() - 600000, .period_ms = 300000, .n = 2}
    };
    told.past.samples[0] = told.past.samples[1] = (struct pt_away_sample){7, 9};
    minutes_part_init(&minutes, &desk.desk, NULL);
    seconds_pass(130, 1, 1);
    int64_t last = desk.now.minutes->last_sample;
    assert_int_equal(desk.now.minutes->away.n, 0);
    assert_int_equal(desk.now.minutes->away.first_ms, PT_UNKNOWN);
    test_desk_take(&minutes_part, &minutes, fact_copy(FACT_AWAY_PAST, &told, sizeof told));
    seconds_pass(1, 1, 1);
    assert_int_equal(desk.now.minutes->last_sample, last);
    assert_int_equal(desk.now.minutes->away.first_ms, told.past.first_ms);
    assert_true(desk.now.minutes->away.samples[1].lag == 9);
    assert_true(minute_of(desk.now.minutes->in, 0) == 1);
    minutes_part.clock_set(&minutes, 60000);
    seconds_pass(130, 1, 1);
    assert_int_equal(desk.now.minutes->away.first_ms, told.past.first_ms + 60000);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(a_minute_keeps_the_mean_of_rates_and_the_peak_of_the_lag),
        ON(minutes_that_were_slept_through_are_unknown),
        ON(cloudwatchs_stay_beside_the_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
