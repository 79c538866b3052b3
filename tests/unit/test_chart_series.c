/* The samples of the Overview's charts: steps, and what a step keeps of its samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "page/chart_series.h"

static struct pt_series_section seconds, minutes;
static struct pt_snapshot snap = {.series = &seconds, .minutes = &minutes};
static struct chart_samples samples;

static int chart_series_setup(void **state)
{
    (void)state;
    memset(&seconds, 0, sizeof seconds);
    memset(&minutes, 0, sizeof minutes);
    seconds.last_sample = minutes.last_sample = -1;
    return 0;
}

/* n samples: the rate of sample i is i, every fifth lag is i and the others 0. */
static void have(struct pt_series_section *series, int64_t n, int64_t last_ms)
{
    for (int64_t i = n > PT_SERIES_LEN ? n - PT_SERIES_LEN : 0; i < n; i++) {
        size_t at = (size_t)i % PT_SERIES_LEN;
        series->in[at] = (float)i;
        series->out[at] = NAN;
        series->lag[at] = i % 5 == 0 ? (float)i : 0;
        series->ack_p99_ms[at] = NAN;
        series->token_left_s[at] = (float)(900 - i % 900);
    }
    series->last_sample = n - 1;
    series->last_sample_ms = last_ms;
}

static float sample_of(const float *ring, int64_t n)
{
    return ring[n % PT_SERIES_LEN];
}

/* The same step at every width that a plot may have; from each, all others can be gone to. */
static void each_width_has_steps_from_a_second_to_a_day(void **state)
{
    (void)state;
    for (int span = 10; span <= 1020; span++) {
        int step = chart_step_fit(0, span), n = 1;
        assert_int_equal(step, 0);
        for (int next; (next = chart_step_next(step, 1, span)) != step; step = next, n++) {
            assert_true(chart_step_length(next) > chart_step_length(step));
            assert_int_equal(chart_step_fit(next, span), next);
            assert_int_equal(chart_step_next(next, -1, span), step);
        }
        /* The longest shows nearly a day, or is the longest there is. */
        assert_true(chart_step_length(step) * span >= INT64_C(60000) * PT_SERIES_LEN * 9 / 10 ||
                    step == CHART_STEPS - 1);
        assert_true(n >= 3);
        assert_int_equal(chart_step_fit(1000, span), step);
    }
}

static void a_second_is_shown_as_it_is(void **state)
{
    (void)state;
    have(&seconds, 100, 5000000);
    chart_samples_of(&snap, FIGURE_RATES, 0, PT_SERIES_LEN, &samples);
    assert_int_equal(samples.chart.last, 99);
    assert_int_equal(samples.chart.last_ms, 5000000);
    assert_int_equal(samples.chart.step_ms, 1000);
    assert_true(sample_of(samples.in, 42) == 42 && isnan(sample_of(samples.out, 42)));
    chart_samples_of(&snap, FIGURE_LAG, 0, PT_SERIES_LEN, &samples);
    assert_null(samples.chart.out);
    assert_true(sample_of(samples.in, 95) == 95 && sample_of(samples.in, 96) == 0);
}

static void a_step_has_the_mean_of_rates_and_the_peak_of_the_lag(void **state)
{
    (void)state;
    have(&seconds, 103, 5000000);
    chart_samples_of(&snap, FIGURE_RATES, 2, PT_SERIES_LEN, &samples); /* 5 s */
    assert_int_equal(samples.chart.last, 20); /* its 100, 101 and 102 are there */
    assert_int_equal(samples.chart.last_ms, 5000000 - 2000);
    assert_true(sample_of(samples.in, 20) == 101 && sample_of(samples.in, 19) == 97);
    assert_true(isnan(sample_of(samples.out, 19)));
    chart_samples_of(&snap, FIGURE_LAG, 2, PT_SERIES_LEN, &samples);
    assert_true(sample_of(samples.in, 20) == 100 && sample_of(samples.in, 1) == 5);
    chart_samples_of(&snap, FIGURE_TOKEN, 2, PT_SERIES_LEN, &samples);
    assert_true(fabsf(sample_of(samples.in, 19) - 801.0f / 60) < 0.001f);
}

/* Of a ring that has gone round, a step is made of what is still there. */
static void what_the_ring_has_lost_is_not_made_up(void **state)
{
    (void)state;
    have(&minutes, PT_SERIES_LEN * 3 + 7, 7200000000);
    chart_samples_of(&snap, FIGURE_RATES, 7, PT_SERIES_LEN, &samples); /* 10 min */
    int64_t last = samples.chart.last, first = last - PT_SERIES_LEN / 10;
    assert_int_equal(last, (PT_SERIES_LEN * 3 + 6) / 10);
    assert_int_equal(chart_time_of(&samples.chart, last), 7200000000 - 6 * 60000);
    assert_true(sample_of(samples.in, last - 3) == (float)((last - 3) * 10) + 4.5f);
    assert_true(sample_of(samples.in, first) > (float)(PT_SERIES_LEN * 2));
    assert_true(isnan(sample_of(samples.in, first - 2)));
}

static void an_unknown_figure_is_known_to_be_unknown(void **state)
{
    (void)state;
    have(&seconds, 50, 5000000);
    assert_false(chart_is_known(&snap, FIGURE_ACK, 0, 144));
    assert_true(chart_is_known(&snap, FIGURE_LAG, 0, 144));
    assert_false(chart_is_known(&snap, FIGURE_LAG, 4, 144)); /* no minute is over */
    seconds.lag[49] = NAN;
    assert_false(chart_is_known(&snap, FIGURE_LAG, 0, 1));
    assert_true(chart_is_known(&snap, FIGURE_LAG, 1, 1)); /* two seconds, one of them known */
    chart_samples_of(&snap, FIGURE_LAG, 4, 144, &samples);
    assert_int_equal(samples.chart.last, -1);
}

/* 24 hours of CloudWatch's, up to a time: period i has rate 1000 + i and lag i. */
static void have_away(int64_t to_ms)
{
    struct pt_away_past *away = &minutes.away;
    away->period_ms = 300000;
    away->n = PT_AWAY_PAST_MAX;
    away->first_ms = to_ms - PT_AWAY_PAST_MAX * INT64_C(300000);
    for (size_t i = 0; i < away->n; i++)
        away->samples[i] = (struct pt_away_sample){(float)(1000 + i), (float)i};
}

/* Before pintop's own samples stand CloudWatch's, of their periods; its own stay as they are, also
 * those of which nothing is known. */
static void cloudwatch_stands_before_the_own_samples(void **state)
{
    (void)state;
    int64_t last_ms = 7200000000;
    have(&minutes, 30, last_ms);
    minutes.in[10] = NAN;
    have_away(last_ms + 60000);
    chart_samples_of(&snap, FIGURE_RATES, 4, 300, &samples); /* a minute */
    int64_t last = samples.chart.last;
    assert_int_equal(chart_time_of(&samples.chart, last), last_ms);
    for (int64_t i = 0; i < 30; i++)
        assert_true(i == 10 ? isnan(sample_of(samples.in, last - 29 + i))
                            : sample_of(samples.in, last - 29 + i) == (float)i);
    assert_int_equal(samples.away_ms, last_ms - 29 * 60000);
    /* The 30 minutes are its last 6 periods; those before are five minutes long. */
    assert_true(sample_of(samples.in, last - 30) == 1000 + PT_AWAY_PAST_MAX - 7);
    assert_true(sample_of(samples.in, last - 34) == 1000 + PT_AWAY_PAST_MAX - 7);
    assert_true(sample_of(samples.in, last - 35) == 1000 + PT_AWAY_PAST_MAX - 8);
    assert_true(isnan(sample_of(samples.out, last - 35)));
    chart_samples_of(&snap, FIGURE_LAG, 7, 100, &samples); /* ten minutes: the highest of two */
    last = samples.chart.last;
    assert_true(sample_of(samples.in, last - 3) == PT_AWAY_PAST_MAX - 7);
    chart_samples_of(&snap, FIGURE_ACK, 7, 100, &samples);
    assert_int_equal(samples.away_ms, PT_UNKNOWN);
    have(&seconds, 100, last_ms);
    chart_samples_of(&snap, FIGURE_RATES, 0, 100, &samples); /* seconds */
    assert_int_equal(samples.away_ms, PT_UNKNOWN);
    assert_int_equal(samples.chart.last, 99);
}

/* In the AWS-only view no minute has a rate, so all of it is CloudWatch's. */
static void without_own_rates_all_is_cloudwatchs(void **state)
{
    (void)state;
    int64_t last_ms = 7200000000;
    have(&minutes, 30, last_ms);
    for (int i = 0; i < PT_SERIES_LEN; i++)
        minutes.in[i] = NAN;
    have_away(last_ms - 4 * 60000);
    assert_true(chart_is_known(&snap, FIGURE_RATES, 4, 144));
    chart_samples_of(&snap, FIGURE_RATES, 4, 300, &samples);
    int64_t last = samples.chart.last;
    assert_true(isnan(sample_of(samples.in, last)) && isnan(sample_of(samples.in, last - 3)));
    assert_true(sample_of(samples.in, last - 5) == 1000 + PT_AWAY_PAST_MAX - 1);
    assert_int_equal(samples.away_ms, last_ms - 4 * 60000);
}

/* A pintop that has just started shows what CloudWatch has, and nothing of its own. */
static void before_the_first_minute_is_over_cloudwatchs_are_there(void **state)
{
    (void)state;
    int64_t now_ms = 7200000000 + 30000;
    snap.time_ms = now_ms;
    minutes.last_sample = -1;
    minutes.last_sample_ms = PT_UNKNOWN;
    chart_samples_of(&snap, FIGURE_RATES, 4, 300, &samples);
    assert_int_equal(samples.chart.last, -1);
    have_away(7200000000 - 5 * 60000);
    for (int step = 4; step < CHART_STEPS; step++) {
        chart_samples_of(&snap, FIGURE_RATES, step, 300, &samples);
        int64_t last = samples.chart.last, length_ms = chart_step_length(step);
        assert_true(last >= 0);
        assert_int_equal(samples.chart.last_ms, 7200000000 - length_ms);
        int64_t back = (5 * 60000 + length_ms - 1) / length_ms; /* the first that has a period */
        for (int64_t i = 1; i <= back + 3 && i * length_ms <= 5 * 60000; i++)
            assert_true(isnan(sample_of(samples.in, last - i + 1)));
        assert_false(isnan(sample_of(samples.in, last - back)));
        assert_int_not_equal(samples.away_ms, PT_UNKNOWN);
    }
    chart_samples_of(&snap, FIGURE_ACK, 4, 300, &samples);
    assert_int_equal(samples.away_ms, PT_UNKNOWN);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup(test, chart_series_setup)
    const struct CMUnitTest tests[] = {
        ON(each_width_has_steps_from_a_second_to_a_day),
        ON(a_second_is_shown_as_it_is),
        ON(a_step_has_the_mean_of_rates_and_the_peak_of_the_lag),
        ON(what_the_ring_has_lost_is_not_made_up),
        ON(an_unknown_figure_is_known_to_be_unknown),
        ON(cloudwatch_stands_before_the_own_samples),
        ON(without_own_rates_all_is_cloudwatchs),
        ON(before_the_first_minute_is_over_cloudwatchs_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
