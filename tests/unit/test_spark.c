/* A chart in one row of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "widget/spark.h"

static void is_drawn(const float *values, size_t n, bool is_ascii, const char *bars)
{
    char text[64];
    spark_text(values, n, spark_most(values, n), is_ascii, text, sizeof text);
    assert_string_equal(text, bars);
}

static void each_has_its_share_of_the_highest(void **state)
{
    (void)state;
    is_drawn((float[]){0, 2, 7, NAN, 14}, 5, false, "▁▂▄ ▆");
    is_drawn((float[]){0, 2, 7, NAN, 14}, 5, true, "_.- +");
    is_drawn((float[]){0.0001F, 0.0001F}, 2, false, "▆▆");
}

static void nothing_and_the_unknown_are_not_the_same(void **state)
{
    (void)state;
    is_drawn((float[]){0, 0, 0}, 3, false, "▁▁▁");
    is_drawn((float[]){NAN, NAN}, 2, false, "  ");
    is_drawn(NULL, 0, false, "");
}

static void what_cannot_be_is_drawn_too(void **state)
{
    (void)state;
    is_drawn((float[]){-5, 10, 20}, 3, true, "_-+");
    is_drawn((float[]){INFINITY, 3e38F, 0}, 3, true, "___");
    assert_true(isinf(spark_most((float[]){INFINITY, NAN, 1}, 3)));
}

static void it_ends_with_a_whole_bar(void **state)
{
    char text[8];
    (void)state;
    spark_text((float[]){1, 1, 1, 1}, 4, 1, false, text, sizeof text);
    assert_string_equal(text, "▆▆"); /* each takes three bytes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_share_of_the_highest),
        cmocka_unit_test(nothing_and_the_unknown_are_not_the_same),
        cmocka_unit_test(what_cannot_be_is_drawn_too),
        cmocka_unit_test(it_ends_with_a_whole_bar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
