/* Times as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/place.h"
#include "ui/when.h"

/* 2026-11-30T09:00:00Z. */
#define NOW_MS INT64_C(1796029200000)
#define HOUR_MS INT64_C(3600000)

static void check(const char *text, int64_t expected_ms)
{
    int64_t time_ms = 0;
    struct pt_error err;
    if (when_parse(text, NOW_MS, "--at", &time_ms, &err) != PT_OK)
        fail_msg("%s: %s", text, err.what);
    if (time_ms != expected_ms)
        fail_msg("%s: %lld", text, (long long)(time_ms - NOW_MS));
}

static void times_are_understood(void **state)
{
    (void)state;
    check("2026-11-30T03:10:00Z", NOW_MS - 21000000);
    check("2026-11-30T03:10:00.250Z", NOW_MS - 21000000);
    check("2026-11-30T03:10", NOW_MS - 21000000);
    check("2026-11-30 03:10:05", NOW_MS - 20995000);
    check("2024-02-29T00:00Z", INT64_C(1709164800000));
    check("03:10", NOW_MS - 21000000);
    check("03:10Z", NOW_MS - 21000000);
    check("03:10:05", NOW_MS - 20995000);
    check("09:00", NOW_MS);
    check("09:01", NOW_MS + 60000 - 24 * HOUR_MS); /* of yesterday */
    check("23:10", NOW_MS + 14 * HOUR_MS + 600000 - 24 * HOUR_MS);
    check("-2h", NOW_MS - 2 * HOUR_MS);
    check("-90s", NOW_MS - 90000);
    check("-15m", NOW_MS - 900000);
    check("-3d", NOW_MS - 72 * HOUR_MS);
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "24:00",
                                      "03:60",
                                      "3:10",
                                      "03:10:61",
                                      "03:10x",
                                      "03",
                                      "-",
                                      "-2",
                                      "-h",
                                      "-2w",
                                      "--2h",
                                      "-2hh",
                                      "-99999999h",
                                      "2026-11-31T03:10Z",
                                      "2026-13-01T03:10Z",
                                      "2026-02-29T03:10Z",
                                      "2026-11-30",
                                      "2026-11-30T03",
                                      "2026-11-30X03:10Z",
                                      "2026-11-30T03:10+01:00",
                                      "03:10:"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t time_ms;
        struct pt_error err;
        if (when_parse(bad[i], NOW_MS, "--at", &time_ms, &err) != PT_EUSAGE)
            fail_msg("taken: %s", bad[i]);
        assert_non_null(strstr(err.what, "--at '"));
        assert_non_null(strstr(err.fix, "03:10 (UTC)"));
    }
}

/* ---- places in a topic ---- */

static struct pt_command place(const char *text)
{
    struct pt_command peek = {.is_at = true, .is_from = true, .offset = 9, .from_ms = 9};
    struct pt_error err;
    if (place_parse(text, NOW_MS, "--from", &peek, &err) != PT_OK)
        fail_msg("%s: %s", text, err.what);
    return peek;
}

static void places_are_understood(void **state)
{
    (void)state;
    assert_false(place("newest").is_at || place("newest").is_from);
    assert_false(place("").is_at || place("").is_from);
    assert_true(place("oldest").is_from && place("oldest").from_ms == 0);
    assert_true(place("-1h").is_from && place("-1h").from_ms == NOW_MS - HOUR_MS);
    struct pt_command at = place("2@9223372036854775807");
    assert_true(at.is_at && !at.is_from && at.partition == 2 && at.offset == INT64_MAX);
}

static void what_is_no_place_is_refused(void **state)
{
    static const char *const bad[] = {"2@",           "@5",    "2@-1",
                                      "2@1x",         "-1@5",  "0@9223372036854775808",
                                      "4294967296@1", "15000", "new"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pt_command peek = {.is_at = true};
        struct pt_error err;
        if (place_parse(bad[i], NOW_MS, "--from", &peek, &err) != PT_EUSAGE)
            fail_msg("taken: %s", bad[i]);
        assert_non_null(strstr(err.what, "--from '"));
        assert_non_null(strstr(err.fix, "2@15000"));
        assert_false(peek.is_at || peek.is_from);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_understood),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(places_are_understood),
        cmocka_unit_test(what_is_no_place_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
