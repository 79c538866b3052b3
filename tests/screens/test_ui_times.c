/* Times on the screen: in UTC, or as the clock on the wall has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <time.h>

#include "session.h"
#include "widget/format.h"

/* The fixture's moment, 2026-11-23 03:12:38Z, is 08:57:38 in Kathmandu, UTC+05:45. */
static int setup_zone(void **state)
{
    setenv("TZ", "NPT-5:45", 1);
    tzset();
    show_set_local(false);
    return setup(state);
}

static int teardown_zone(void **state)
{
    show_set_local(false);
    return teardown(state);
}

static void t_turns_every_time_and_says_where_they_stand(void **state)
{
    (void)state;
    assert_true(is_shown("03:12Z 2s"));
    assert_true(is_shown(" 01:52:38Z user"));
    press("t");
    assert_true(is_shown("times are local time: NPT, UTC+05:45"));
    assert_true(is_shown("08:57 NPT 2s"));
    assert_true(is_shown(" 07:37:38  user"));
    assert_false(is_shown("01:52:38Z"));
    press("6");
    assert_true(is_shown(">08:57:29  notice  sink"));
    press("?");
    assert_non_null(strstr(ui.dialogs[0].text, "Times are local time: NPT, UTC+05:45"));
    ui_key(&ui, KEY_ESC_);
    press("t");
    assert_true(is_shown("times are UTC"));
    assert_true(is_shown(">03:12:29Z notice  sink"));
}

static void what_is_copied_is_utc(void **state)
{
    (void)state;
    press("6ty");
    assert_memory_equal(fake.copied, "03:12:29Z ", 10);
    assert_true(show_is_local());
    ui_key(&ui, KEY_ESC_);
    press("\ny"); /* a text that is open is copied as it is, with its zone */
    assert_non_null(strstr(fake.copied, "2026-11-23 08:57:29.000+05:45"));
    assert_non_null(strstr(fake.copied, "Times without a Z: local time: NPT, UTC+05:45"));
}

/* Lines that were made before the key are turned too. */
static void records_that_are_shown_are_turned(void **state)
{
    (void)state;
    static struct pt_peeked record;
    static struct pt_result peek;
    record =
        (struct pt_peeked){.time_ms = FIXTURE_NOW_MS, .key = "7", .value = "v", .value_bytes = 1};
    peek = (struct pt_result){.id = 2,
                              .kind = PT_CMD_TOPIC_PEEK,
                              .state = PT_RESULT_DONE,
                              .records = &record,
                              .n_records = 1};
    press("2\n");
    fixture.completed.n_results = 1;
    fixture.completed.results[0] = &peek;
    next_snapshot();
    assert_true(is_shown("23 Nov 03:12:38Z        7  v"));
    press("t");
    assert_true(is_shown("23 Nov 08:57:38         7  v"));
}

/* A day begins where the reader is. */
static void today_is_the_reader_s_day(void **state)
{
    (void)state;
    int64_t hour_ms = 3600000, now_ms = FIXTURE_NOW_MS + 18 * hour_ms; /* 21:12Z, 02:57 NPT */
    assert_string_equal(show_minute(now_ms - 15 * hour_ms, now_ms).s, "06:12Z");
    show_set_local(true);
    assert_string_equal(show_minute(now_ms - 15 * hour_ms, now_ms).s, "23 Nov 11:57");
    assert_string_equal(show_stamp(now_ms).s, "2026-11-24 02:57:38.000+05:45");
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(t_turns_every_time_and_says_where_they_stand, setup_zone,
                                        teardown_zone),
        cmocka_unit_test_setup_teardown(what_is_copied_is_utc, setup_zone, teardown_zone),
        cmocka_unit_test_setup_teardown(records_that_are_shown_are_turned, setup_zone,
                                        teardown_zone),
        cmocka_unit_test_setup_teardown(today_is_the_reader_s_day, setup_zone, teardown_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
