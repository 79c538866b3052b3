/* What the screen costs: means, the highest second, and what is not known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pintop/stream.h"
#include "term/meter.h"

static struct meter meter;
static struct meter_counters counters;
static int64_t now_ms;

static int begin(void **state)
{
    (void)state;
    memset(&meter, 0, sizeof meter);
    memset(&counters, 0, sizeof counters);
    now_ms = 5000;
    meter_take(&meter, &counters, now_ms);
    return 0;
}

static void second(uint64_t bytes, uint64_t frames, int64_t cpu_ms)
{
    now_ms += 1000;
    counters.bytes += bytes;
    counters.frames += frames;
    counters.cpu_ms += cpu_ms;
    meter_take(&meter, &counters, now_ms);
}

static void nothing_is_known_before_a_second_is_over(void **state)
{
    (void)state;
    counters.bytes = 900;
    meter_take(&meter, &counters, now_ms + 999);
    struct meter_reading reading = meter_read(&meter);
    assert_true(reading.bytes_per_s == PT_UNKNOWN && reading.bytes_per_s_most == PT_UNKNOWN);
    assert_true(isnan(reading.frames_per_s) && isnan(reading.cpu_pct));
    meter_take(&meter, &counters, now_ms + 1000);
    reading = meter_read(&meter);
    assert_int_equal(reading.bytes_per_s, 900);
    assert_int_equal(reading.bytes_per_s_most, 900);
}

static void the_mean_is_of_ten_seconds_and_the_highest_of_sixty(void **state)
{
    (void)state;
    second(9000, 9, 500);
    for (int i = 0; i < 59; i++)
        second(100, 1, 10);
    struct meter_reading reading = meter_read(&meter);
    assert_int_equal(reading.bytes_per_s, 100);
    assert_int_equal(reading.bytes_per_s_most, 9000);
    assert_true(fabs(reading.frames_per_s - 1) < 1e-9 && fabs(reading.cpu_pct - 1) < 1e-9);
    second(100, 1, 10); /* the minute is over */
    assert_int_equal(meter_read(&meter).bytes_per_s_most, 100);
    second(1100, 1, 10);
    assert_int_equal(meter_read(&meter).bytes_per_s, 200);
}

/* While nothing is drawn nobody calls, and the seconds go by all the same. */
static void quiet_seconds_count(void **state)
{
    (void)state;
    second(1000, 2, 10);
    now_ms += 8000;
    second(0, 0, 90);
    struct meter_reading reading = meter_read(&meter);
    assert_int_equal(reading.bytes_per_s, 100);
    assert_true(fabs(reading.frames_per_s - 0.2) < 1e-9 && fabs(reading.cpu_pct - 1) < 1e-9);
}

static void a_stop_of_the_process_is_not_measured(void **state)
{
    (void)state;
    second(1000, 2, 10);
    now_ms += 3600000;
    second(5000, 1, 10);
    assert_true(meter_read(&meter).bytes_per_s == PT_UNKNOWN);
    second(70, 1, 10);
    assert_int_equal(meter_read(&meter).bytes_per_s, 70);
    assert_int_equal(meter_read(&meter).bytes_per_s_most, 70);
}

static void an_unknown_cpu_time_is_no_figure(void **state)
{
    (void)state;
    second(10, 1, 10);
    counters.cpu_ms = PT_UNKNOWN;
    now_ms += 1000;
    meter_take(&meter, &counters, now_ms);
    assert_true(isnan(meter_read(&meter).cpu_pct));
    assert_int_equal(meter_read(&meter).bytes_per_s, 5);
}

#define METER_TEST(f) cmocka_unit_test_setup(f, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        METER_TEST(nothing_is_known_before_a_second_is_over),
        METER_TEST(the_mean_is_of_ten_seconds_and_the_highest_of_sixty),
        METER_TEST(quiet_seconds_count),
        METER_TEST(a_stop_of_the_process_is_not_measured),
        METER_TEST(an_unknown_cpu_time_is_no_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
