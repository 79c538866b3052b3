/* Two bits an index: present, doubled, the gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "audit/seen.h"

/* An allocation too big to grant is NULL under the sanitizers, too. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static struct seen seen;

static void assert_gap(uint64_t from, uint64_t first, uint64_t last)
{
    uint64_t a, b;
    assert_true(seen_gap(&seen, from, &a, &b));
    assert_int_equal(a, first);
    assert_int_equal(b, last);
}

static void nothing_to_see(void **state)
{
    uint64_t a, b;
    (void)state;
    assert_int_equal(seen_init(&seen, 7, 0, NULL), PT_OK);
    assert_false(seen_add(&seen, 7));
    assert_false(seen_gap(&seen, 0, &a, &b));
    seen_done(&seen);
    seen_done(&seen);
}

static void once_twice_often(void **state)
{
    (void)state;
    assert_int_equal(seen_init(&seen, 100, 10, NULL), PT_OK);
    for (int i = 0; i < 5; i++) {
        assert_true(seen_add(&seen, 103));
        assert_int_equal(seen.present, 1);
        assert_int_equal(seen.doubled, i > 0);
    }
    assert_true(seen_add(&seen, 102));
    assert_true(seen_add(&seen, 104));
    assert_int_equal(seen.present, 3);
    assert_int_equal(seen.doubled, 1);
    seen_done(&seen);
}

static void outside_is_foreign(void **state)
{
    static const uint64_t strange[] = {0, 99, 110, 111, UINT64_MAX};
    (void)state;
    assert_int_equal(seen_init(&seen, 100, 10, NULL), PT_OK);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
        assert_false(seen_add(&seen, strange[i]));
    assert_true(seen_add(&seen, 100));
    assert_true(seen_add(&seen, 109));
    assert_int_equal(seen.present, 2);
    seen_done(&seen);
}

static void gaps_are_inclusive_ranges(void **state)
{
    uint64_t a, b;
    (void)state;
    assert_int_equal(seen_init(&seen, 100, 20, NULL), PT_OK);
    assert_gap(0, 100, 119);
    assert_gap(110, 110, 119);
    seen_add(&seen, 100);
    seen_add(&seen, 105);
    seen_add(&seen, 105);
    seen_add(&seen, 106);
    seen_add(&seen, 119);
    assert_gap(0, 101, 104);
    assert_gap(105, 107, 118);
    assert_gap(118, 118, 118);
    assert_false(seen_gap(&seen, 119, &a, &b));
    assert_false(seen_gap(&seen, 120, &a, &b));
    assert_false(seen_gap(&seen, UINT64_MAX, &a, &b));
    seen_done(&seen);
}

static void at_the_end_of_the_numbers(void **state)
{
    (void)state;
    assert_int_equal(seen_init(&seen, UINT64_MAX - 9, 10, NULL), PT_OK);
    assert_true(seen_add(&seen, UINT64_MAX));
    assert_true(seen_add(&seen, UINT64_MAX - 9));
    assert_false(seen_add(&seen, UINT64_MAX - 10));
    assert_false(seen_add(&seen, 0));
    assert_gap(0, UINT64_MAX - 8, UINT64_MAX - 1);
    seen_done(&seen);
}

static void too_many_are_refused_with_a_way_out(void **state)
{
    struct pt_error err;
    (void)state;
    assert_int_equal(seen_init(&seen, 0, UINT64_MAX, &err), PT_ENOMEM);
    assert_non_null(strstr(err.fix, "--until"));
    seen_done(&seen);
}

/* Against plain counters. */
static void random_agrees_with_counters(void **state)
{
    enum { N = 5003 };
    static unsigned char times[N];
    uint64_t seed = 1, present = 0, doubled = 0, first, last, from = 1000, missing = 0;
    (void)state;
    assert_int_equal(seen_init(&seen, 1000, N, NULL), PT_OK);
    for (int i = 0; i < 6000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t at = (seed >> 33) % N;
        assert_true(seen_add(&seen, 1000 + at));
        present += times[at] == 0;
        doubled += times[at] == 1;
        times[at] += times[at] < 2;
    }
    assert_int_equal(seen.present, present);
    assert_int_equal(seen.doubled, doubled);
    while (seen_gap(&seen, from, &first, &last)) {
        assert_true(first >= from && last >= first && last < 1000 + N);
        for (uint64_t i = first; i <= last; i++)
            assert_int_equal(times[i - 1000], 0);
        missing += last - first + 1;
        from = last + 1;
    }
    assert_int_equal(missing, N - present);
    seen_done(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_see),
        cmocka_unit_test(once_twice_often),
        cmocka_unit_test(outside_is_foreign),
        cmocka_unit_test(gaps_are_inclusive_ranges),
        cmocka_unit_test(at_the_end_of_the_numbers),
        cmocka_unit_test(too_many_are_refused_with_a_way_out),
        cmocka_unit_test(random_agrees_with_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
