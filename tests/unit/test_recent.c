/* The rate into a stream's topic over the last minutes: means of ten seconds, from the first that
 * is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "parts/recent.h"

#define SECOND INT64_C(1000000)

static struct recent recent;

static int begin(void **state)
{
    (void)state;
    recent_init(&recent);
    return 0;
}

static void add(int from_s, int to_s, double per_s)
{
    for (int s = from_s; s < to_s; s++)
        recent_add(&recent, s * SECOND, per_s);
}

static void it_begins_with_the_first_that_is_known(void **state)
{
    (void)state;
    add(1000, 1025, NAN);
    assert_int_equal(recent.n, 0);
    add(1025, 1030, 4);
    assert_int_equal(recent.n, 1);
    assert_true(recent.per_s[0] == 4.0F);
}

static void each_is_the_mean_of_ten_seconds(void **state)
{
    (void)state;
    add(1000, 1005, 10);
    add(1005, 1010, 30);
    add(1010, 1012, 5);
    assert_int_equal(recent.n, 2);
    assert_true(recent.per_s[0] == 20.0F && recent.per_s[1] == 5.0F);
    add(1012, 1014, NAN); /* what is not known is no zero */
    assert_true(recent.per_s[1] == 5.0F);
    add(1014, 1016, 8);
    assert_true(recent.per_s[1] == 6.5F);
}

static void what_is_unknown_leaves_a_gap(void **state)
{
    (void)state;
    add(1000, 1010, 10);
    add(1010, 1030, NAN);
    add(1030, 1031, 7);
    assert_int_equal(recent.n, 4);
    assert_true(recent.per_s[0] == 10.0F && recent.per_s[3] == 7.0F);
    assert_true(isnan(recent.per_s[1]) && isnan(recent.per_s[2]));
    add(1071, 1072, 9); /* nobody looked for 40 seconds */
    assert_int_equal(recent.n, 8);
    assert_true(isnan(recent.per_s[4]) && isnan(recent.per_s[6]) && recent.per_s[7] == 9.0F);
}

static void the_oldest_leave_first(void **state)
{
    (void)state;
    for (int i = 0; i < PT_RECENT + 3; i++)
        add(1000 + 10 * i, 1010 + 10 * i, i);
    assert_int_equal(recent.n, PT_RECENT);
    for (int i = 0; i < PT_RECENT; i++)
        assert_true(recent.per_s[i] == (float)(i + 3));
    add(90000, 90001, 1); /* a day later: nothing of before is left */
    assert_int_equal(recent.n, PT_RECENT);
    for (int i = 0; i < PT_RECENT - 1; i++)
        assert_true(isnan(recent.per_s[i]));
    assert_true(recent.per_s[PT_RECENT - 1] == 1.0F);
}

static void the_rates_of_the_streams_topics_are_taken(void **state)
{
    struct pt_topic topics[3] = {
        {.stream = PT_GEO, .in_per_s = 3  },
        {.stream = -1,     .in_per_s = 100},
        {.stream = PT_PIN, .in_per_s = NAN}
    };
    struct pt_topics_section section = {.n_topics = 3, .topics = topics};
    struct recent all[PT_STREAMS];
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++)
        recent_init(&all[i]);
    recent_sample(all, NULL, SECOND);
    recent_sample(all, &section, 2 * SECOND);
    assert_int_equal(all[PT_GEO].n, 1);
    assert_true(all[PT_GEO].per_s[0] == 3.0F);
    assert_int_equal(all[PT_PIN].n, 0);
    assert_int_equal(all[PT_USER].n, 0);
    section.source = PT_TOPICS_OF_AWS; /* means of minutes ago */
    topics[0].in_per_s = 9;
    recent_sample(all, &section, 3 * SECOND);
    assert_true(all[PT_GEO].per_s[0] == 3.0F);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_begins_with_the_first_that_is_known, begin),
        cmocka_unit_test_setup(each_is_the_mean_of_ten_seconds, begin),
        cmocka_unit_test_setup(what_is_unknown_leaves_a_gap, begin),
        cmocka_unit_test_setup(the_oldest_leave_first, begin),
        cmocka_unit_test(the_rates_of_the_streams_topics_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
