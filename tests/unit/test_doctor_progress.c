/* What a fix tells of its progress: how often, how fast, and what ends it; with a clock of the
 * test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "doctor/progress.h"

static const struct check_row row = {.id = "s3.plugin"};
static int64_t now_us, n_told;
static struct pt_progress told;

static int64_t mono_us(void)
{
    return now_us;
}

static int64_t real_ms(void)
{
    return 1000000 + now_us / 1000;
}

static const struct clock clock_of_test = {.mono_us = mono_us, .real_ms = real_ms};

static void tell(void *arg, const struct pt_progress *progress)
{
    (void)arg;
    n_told++;
    told = *progress;
}

static atomic_bool is_leaving;
static struct check_progress progress;
static struct check check;

static int start(void **state)
{
    (void)state;
    now_us = 5000000;
    n_told = 0;
    atomic_store(&is_leaving, false);
    progress =
        (struct check_progress){.clock = &clock_of_test, .tell = tell, .is_leaving = &is_leaving};
    check = (struct check){.row = &row, .progress = &progress};
    return 0;
}

static void a_step_is_told_at_once_and_begins_with_nothing(void **state)
{
    (void)state;
    progress_step(&check, 60000, "uploading %s", "a.zip");
    assert_int_equal(n_told, 1);
    assert_string_equal(told.id, "s3.plugin");
    assert_string_equal(told.does, "uploading a.zip");
    assert_int_equal(told.begun_ms, real_ms());
    assert_int_equal(told.limit_ms, 60000);
    assert_int_equal(told.done_bytes, PT_UNKNOWN);
    progress_state(&check, "CREATING");
    progress_log(&check, "a line");
    progress_step(&check, PT_UNKNOWN, "waiting");
    assert_string_equal(told.state, "");
    assert_string_equal(told.log, "");
}

static void it_is_told_at_most_four_times_a_second(void **state)
{
    (void)state;
    progress_step(&check, 60000, "uploading");
    for (int i = 0; i < 200; i++) { /* two seconds */
        now_us += 10000;
        assert_true(progress_bytes(&check, i, 200));
    }
    assert_int_equal(n_told, 1 + 8);
    progress_state(&check, "ACTIVE"); /* what has changed is told at once */
    assert_int_equal(n_told, 10);
    progress_state(&check, "ACTIVE");
    assert_int_equal(n_told, 10);
}

/* What an earlier upload has left in the store was not sent in this time. */
static void the_rate_is_of_what_was_sent_now(void **state)
{
    (void)state;
    progress_step(&check, 60000, "uploading");
    progress_bytes(&check, 8000, 20000);
    assert_true(isnan(progress.now.bytes_per_s));
    now_us += 100000;
    progress_bytes(&check, 9000, 20000);
    assert_true(isnan(progress.now.bytes_per_s)); /* too early to say */
    now_us += 1900000;
    progress_bytes(&check, 12000, 20000);
    assert_int_equal((int)progress.now.bytes_per_s, 2000);
    assert_int_equal(told.done_bytes, 12000);
    assert_int_equal(told.total_bytes, 20000);
}

static void a_cancelled_transfer_ends(void **state)
{
    (void)state;
    progress_step(&check, 60000, "uploading");
    assert_true(progress_bytes(&check, 1, 2));
    atomic_store(&is_leaving, true);
    assert_false(progress_bytes(&check, 1, 2));
}

static void a_log_is_printable(void **state)
{
    (void)state;
    progress_step(&check, 60000, "waiting");
    now_us += 1000000;
    progress_log(&check, "one\x1b[31m\ntwo");
    assert_null(strchr(told.log, '\x1b'));
    assert_non_null(strchr(told.log, '\n'));
    progress_goes_on(&check, "%s keeps running.", "x");
    assert_string_equal(progress.goes_on, "x keeps running.");
}

static void a_check_that_nobody_watches_tells_nothing(void **state)
{
    (void)state;
    check.progress = NULL;
    progress_step(&check, 1, "x");
    assert_true(progress_bytes(&check, 1, 2));
    progress_state(&check, "x");
    progress_log(&check, "x");
    progress_tick(&check);
    progress_goes_on(&check, "x");
    assert_int_equal(n_told, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_step_is_told_at_once_and_begins_with_nothing),
        TEST(it_is_told_at_most_four_times_a_second),
        TEST(the_rate_is_of_what_was_sent_now),
        TEST(a_cancelled_transfer_ends),
        TEST(a_log_is_printable),
        TEST(a_check_that_nobody_watches_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
