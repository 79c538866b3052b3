/* The pacer on a fake clock: how many, how early, and never a burst. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pintop/config.h"
#include "stream/pacer.h"

#define SECOND INT64_C(1000000)
#define START (5 * SECOND)

static struct pacer pacer;
static int64_t now_us;
static uint64_t taken;

static void begin(double per_s, uint64_t seed)
{
    now_us = START;
    taken = 0;
    pacer_init(&pacer, per_s, seed, now_us);
}

/* Take whatever is due until then; as a streamer does, with a clock that never stands still. */
static uint64_t take_for(int64_t for_us)
{
    int64_t until_us = now_us + for_us;
    uint64_t before = taken;
    while (now_us < until_us) {
        int64_t wait_us = pacer_wait_us(&pacer, now_us);
        assert_true(wait_us >= 0);
        if (wait_us == 0)
            pacer_took(&pacer, taken++);
        else
            now_us = wait_us < until_us - now_us ? now_us + wait_us : until_us;
    }
    return taken - before;
}

static void the_rate_is_kept(void **state)
{
    static const double rates[] = {0.1, 0.3, 1, 7, 10, 333.3, 1000, 33333, 100000};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        int64_t seconds = rates[i] < 1 ? 1000 : rates[i] > 10000 ? 5 : 60;
        begin(rates[i], 1);
        double want = rates[i] * (double)seconds;
        uint64_t got = take_for(seconds * SECOND);
        /* The first is due at once: one more than the intervals that have passed. */
        assert_in_range(got, (uint64_t)want, (uint64_t)want + 1);
    }
}

static void the_first_is_due_at_once_and_none_is_early(void **state)
{
    (void)state;
    begin(10, 1);
    for (uint64_t i = 0; i < 1000; i++) {
        int64_t due_us = START + (int64_t)i * SECOND / 10;
        if (i > 0)
            assert_true(pacer_wait_us(&pacer, due_us - 1) > 0);
        assert_true(pacer_wait_us(&pacer, due_us + 1) == 0);
        pacer_took(&pacer, i);
    }
}

/* A thread that wakes late each time still makes the rate, as long as it is not later than the
 * bucket is deep. */
static void lateness_is_made_up(void **state)
{
    (void)state;
    begin(100, 1);
    for (int i = 0; i < 1000; i++) {
        now_us += 37000;
        while (pacer_wait_us(&pacer, now_us) == 0)
            pacer_took(&pacer, taken++);
    }
    assert_in_range(taken, 3700, 3701);
}

/* "no burst after a stop or a suspend": at most 100 ms' worth, and the one that is due. */
static void no_burst_after_a_pause(void **state)
{
    static const double rates[] = {0.1, 10, 1000, 100000};
    static const int64_t pauses[] = {SECOND, 60 * SECOND, 86400 * SECOND};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        for (size_t k = 0; k < sizeof pauses / sizeof *pauses; k++) {
            begin(rates[i], 1);
            take_for(SECOND);
            now_us += pauses[k];
            uint64_t at_once = 0;
            while (pacer_wait_us(&pacer, now_us) == 0) {
                pacer_took(&pacer, taken++);
                at_once++;
            }
            assert_true((double)at_once <= rates[i] / 10 + 1);
            /* And from then on the rate. */
            assert_true((double)take_for(10 * SECOND) <= rates[i] * 10 + 1);
        }
    }
}

static void max_never_waits_and_leaves_no_debt(void **state)
{
    (void)state;
    begin(PT_RATE_MAX, 1);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(pacer_wait_us(&pacer, now_us), 0);
        pacer_took(&pacer, taken++);
    }
    now_us += 3600 * SECOND;
    pacer_set_rate(&pacer, 10, now_us);
    assert_in_range(take_for(10 * SECOND), 100, 102);
}

/* "+ - take effect within 100 ms": the next is never further away than one new interval. */
static void a_new_rate_is_taken_up_at_once(void **state)
{
    static const struct {
        double from, to;
    } changes[] = {
        {0.1,              10         },
        {0.1,              1000       },
        {10,               1000       },
        {PT_RATE_ORIGINAL, 1000       },
        {0.1,              PT_RATE_MAX},
        {0.1,              10.5       },
        {1000,             2000       }
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        begin(changes[i].from, 3);
        take_for(SECOND);
        pacer_set_rate(&pacer, changes[i].to, now_us);
        assert_true(pacer_wait_us(&pacer, now_us) <= 100001);
        if (changes[i].to >= PT_RATE_MAX)
            continue;
        uint64_t got = take_for(10 * SECOND);
        assert_true((double)got >= changes[i].to * 10 - 1);
        assert_true((double)got <= changes[i].to * 10 * 1.01 + 2);
    }
}

static void a_lower_rate_is_taken_up_at_once(void **state)
{
    static const double from[] = {10, 1000, 100000, PT_RATE_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        begin(from[i], 1);
        if (from[i] < PT_RATE_MAX)
            take_for(SECOND);
        pacer_set_rate(&pacer, 0.1, now_us);
        /* One that was due, then one each 10 s. */
        assert_in_range(take_for(100 * SECOND), 10, 11);
    }
}

/* Keys pressed again and again make no records of their own, and hold none back for ever. */
static void changing_all_the_time(void **state)
{
    (void)state;
    begin(10, 1);
    uint64_t got = 0;
    for (int i = 0; i < 600; i++) {
        pacer_set_rate(&pacer, i % 2 ? 10 : 20, now_us);
        got += take_for(SECOND / 10);
    }
    assert_in_range(got, 600, 1200);
}

/* "original: sleep 0 or 1 s at random … about two turns a second". */
static void original_sleeps_none_or_one_second(void **state)
{
    int64_t last_us = 0;
    uint64_t zeros = 0, n = 40000, longest = 0, in_a_row = 0;
    (void)state;
    begin(PT_RATE_ORIGINAL, 42);
    for (uint64_t i = 0; i < n; i++) {
        int64_t wait_us;
        while ((wait_us = pacer_wait_us(&pacer, now_us)) > 0)
            now_us += wait_us;
        int64_t slept_us = i == 0 ? 0 : now_us - last_us;
        assert_true(slept_us == 0 || (slept_us >= SECOND - 2 && slept_us <= SECOND + 2));
        zeros += slept_us == 0;
        in_a_row = slept_us == 0 ? in_a_row + 1 : 0;
        longest = in_a_row > longest ? in_a_row : longest;
        last_us = now_us;
        pacer_took(&pacer, i);
    }
    double turns_per_s = (double)n * SECOND / (double)(now_us - START);
    assert_true(turns_per_s > 1.95 && turns_per_s < 2.05);
    assert_in_range(zeros, n * 48 / 100, n * 52 / 100);
    assert_in_range(longest, 8, 30); /* a fair coin's, not a pattern's */
}

static void original_has_no_burst_after_a_pause(void **state)
{
    (void)state;
    begin(PT_RATE_ORIGINAL, 42);
    take_for(10 * SECOND);
    now_us += 3600 * SECOND;
    assert_true(take_for(SECOND / 2) <= 25);
    uint64_t got = take_for(1000 * SECOND);
    assert_in_range(got, 1800, 2200);
}

static void original_depends_on_the_seed_and_the_index_only(void **state)
{
    struct pacer a, b, c;
    unsigned differs = 0;
    (void)state;
    pacer_init(&a, PT_RATE_ORIGINAL, 7, 1000);
    pacer_init(&b, PT_RATE_ORIGINAL, 7, 999000);
    pacer_init(&c, PT_RATE_ORIGINAL, 8, 1000);
    for (uint64_t i = 500; i < 1500; i++) {
        double was_a = a.next_us, was_b = b.next_us, was_c = c.next_us;
        pacer_took(&a, i);
        pacer_took(&b, i);
        pacer_took(&c, i);
        assert_true(a.next_us - was_a == b.next_us - was_b);
        differs += a.next_us - was_a != c.next_us - was_c;
    }
    assert_in_range(differs, 400, 600);
}

/* As the streamer sleeps. */
static uint64_t sleep_for(int64_t for_us, uint64_t most, unsigned *wakeups)
{
    int64_t until_us = now_us + for_us;
    uint64_t before = taken;
    while (now_us < until_us) {
        int64_t wait_us = pacer_wait_us(&pacer, now_us);
        if (wait_us == 0) {
            pacer_took(&pacer, taken++);
            continue;
        }
        int64_t sleep_us = pacer_sleep_us(&pacer, now_us, wait_us, most);
        assert_true(sleep_us >= wait_us);
        (*wakeups)++;
        now_us += sleep_us;
    }
    return taken - before;
}

/* A slow stream wakes twice a second, not for each record, and makes its rate all the same. */
static void sleeping_longer_keeps_the_rate(void **state)
{
    static const double rates[] = {0.1, 1, 2.5, 10, 99, 100, 101, 1000, 50000};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        unsigned wakeups = 0;
        begin(rates[i], 1);
        double want = rates[i] * 100;
        uint64_t got = sleep_for(100 * SECOND, 8192, &wakeups);
        assert_in_range(got, (uint64_t)(want - rates[i] / 2), (uint64_t)(want + rates[i] / 2) + 1);
        assert_true(wakeups <= (rates[i] <= 100 ? 202u : 5002u));
    }
}

/* Three streams that began at different times wake at the same ones. */
static void streams_wake_together(void **state)
{
    struct pacer a, b;
    (void)state;
    pacer_init(&a, 10, 1, START + 12345);
    pacer_init(&b, 7, 1, START + 333333);
    pacer_took(&a, 0);
    pacer_took(&b, 0);
    int64_t at_us = START + 400000;
    assert_int_equal(pacer_sleep_us(&a, at_us, 10000, 8192), 100000);
    assert_int_equal(pacer_sleep_us(&b, at_us, 70000, 8192), 100000);
}

/* The first record of a rate, and so the answer to a key, is not kept waiting. */
static void the_first_of_a_rate_is_not_late(void **state)
{
    unsigned wakeups = 0;
    (void)state;
    begin(0.1, 1);
    sleep_for(SECOND, 8192, &wakeups);
    pacer_set_rate(&pacer, 10, now_us);
    int64_t wait_us = pacer_wait_us(&pacer, now_us);
    assert_true(wait_us <= 100001);
    assert_int_equal(pacer_sleep_us(&pacer, now_us, wait_us, 8192), wait_us);
}

/* What is due at once fits the window: a small one is not filled by a long sleep. */
static void no_more_than_asked_at_once(void **state)
{
    (void)state;
    begin(100, 1);
    pacer_took(&pacer, 0);
    for (int i = 1; i < 1000; i++) {
        int64_t wait_us = pacer_wait_us(&pacer, now_us);
        now_us += pacer_sleep_us(&pacer, now_us, wait_us, 4);
        unsigned n = 0;
        for (; pacer_wait_us(&pacer, now_us) == 0; n++)
            pacer_took(&pacer, taken++);
        assert_in_range(n, 1, 5);
    }
}

/* Suspended while it slept: what came due meanwhile is not made up for. */
static void no_burst_after_a_long_sleep(void **state)
{
    unsigned wakeups = 0, n = 0;
    (void)state;
    begin(100, 1);
    sleep_for(SECOND, 8192, &wakeups);
    now_us += pacer_sleep_us(&pacer, now_us, pacer_wait_us(&pacer, now_us), 8192) + 3600 * SECOND;
    for (; pacer_wait_us(&pacer, now_us) == 0; n++)
        pacer_took(&pacer, taken++);
    assert_in_range(n, 1, 11);
}

/* The original emulator's pace is kept to the moment. */
static void original_is_not_on_the_grid(void **state)
{
    (void)state;
    begin(PT_RATE_ORIGINAL, 7);
    pacer_took(&pacer, 0);
    assert_int_equal(pacer_sleep_us(&pacer, now_us, 123457, 8192), 123457);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_is_kept),
        cmocka_unit_test(the_first_is_due_at_once_and_none_is_early),
        cmocka_unit_test(lateness_is_made_up),
        cmocka_unit_test(no_burst_after_a_pause),
        cmocka_unit_test(max_never_waits_and_leaves_no_debt),
        cmocka_unit_test(a_new_rate_is_taken_up_at_once),
        cmocka_unit_test(a_lower_rate_is_taken_up_at_once),
        cmocka_unit_test(changing_all_the_time),
        cmocka_unit_test(original_sleeps_none_or_one_second),
        cmocka_unit_test(original_has_no_burst_after_a_pause),
        cmocka_unit_test(original_depends_on_the_seed_and_the_index_only),
        cmocka_unit_test(sleeping_longer_keeps_the_rate),
        cmocka_unit_test(streams_wake_together),
        cmocka_unit_test(the_first_of_a_rate_is_not_late),
        cmocka_unit_test(no_more_than_asked_at_once),
        cmocka_unit_test(no_burst_after_a_long_sleep),
        cmocka_unit_test(original_is_not_on_the_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
