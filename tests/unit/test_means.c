/* The means over five seconds that rates are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/mean.h"

static void a_mean_needs_two_samples(void **state)
{
    struct mean mean = {0};
    (void)state;
    assert_true(isnan(mean_per_s(&mean)));
    mean_add(&mean, 1000000, 100);
    assert_true(isnan(mean_per_s(&mean)));
    mean_add(&mean, 1000000, 200); /* the same moment */
    assert_true(isnan(mean_per_s(&mean)));
    mean_add(&mean, 2000000, 200);
    assert_true(fabs(mean_per_s(&mean) - 100) < 1e-9);
}

static void a_mean_is_over_five_seconds(void **state)
{
    struct mean mean = {0};
    (void)state;
    for (int s = 0; s < 100; s++)
        mean_add(&mean, (int64_t)s * 1000000, s < 90 ? s * 1000.0 : 89000.0);
    assert_true(fabs(mean_per_s(&mean)) < 1e-9);
    for (int s = 100; s < 103; s++)
        mean_add(&mean, (int64_t)s * 1000000, 89000.0 + (s - 99) * 500.0);
    assert_true(fabs(mean_per_s(&mean) - 3 * 500.0 / 5) < 1e-9);
    /* After a gap there is nothing that recent but itself. */
    mean_add(&mean, INT64_C(200000000), 95000);
    assert_true(isnan(mean_per_s(&mean)));
    mean_add(&mean, INT64_C(201000000), 95007);
    assert_true(fabs(mean_per_s(&mean) - 7) < 1e-9);
}

static void late_ticks_keep_the_span(void **state)
{
    struct mean mean = {0};
    (void)state;
    for (int s = 0; s < 50; s++)
        mean_add(&mean, (int64_t)s * 1000000 + s % 3 * 40000, s * 10.0);
    assert_true(fabs(mean_per_s(&mean) - 10) < 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mean_needs_two_samples),
        cmocka_unit_test(a_mean_is_over_five_seconds),
        cmocka_unit_test(late_ticks_keep_the_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
