/* The racks of the brokers: known once a broker has told its own, and kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "kafka/racks.h"

static struct racks racks;
static struct pt_broker brokers[3];

/* Nobody is asked: that is not due. */
static void look(void)
{
    memset(brokers, 0, sizeof brokers);
    for (int i = 0; i < 3; i++)
        brokers[i].id = i + 1;
    racks_look(&racks, NULL, brokers, 3);
}

static int setup(void **state)
{
    (void)state;
    memset(&racks, 0, sizeof racks);
    racks.next_us = INT64_MAX;
    return 0;
}

static void what_nobody_told_is_unknown(void **state)
{
    (void)state;
    look();
    for (int i = 0; i < 3; i++) {
        assert_false(brokers[i].is_rack_known);
        assert_string_equal(brokers[i].rack, "");
    }
}

static void each_broker_has_its_own(void **state)
{
    (void)state;
    racks_note(&racks, 2, "use1-az2");
    racks_note(&racks, 3, NULL); /* it told its settings, and this is not among them */
    look();
    assert_false(brokers[0].is_rack_known);
    assert_true(brokers[1].is_rack_known);
    assert_string_equal(brokers[1].rack, "use1-az2");
    assert_true(brokers[2].is_rack_known);
    assert_string_equal(brokers[2].rack, "");
    racks_note(&racks, 2, "use1-az1");
    look();
    assert_string_equal(brokers[1].rack, "use1-az1");
    assert_int_equal(racks.n, 2);
}

static void a_rack_is_made_printable_and_cut(void **state)
{
    char longer[200];
    (void)state;
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    racks_note(&racks, 1, longer);
    racks_note(&racks, 2, "az\033[2J");
    look();
    assert_true(strlen(brokers[0].rack) < sizeof brokers[0].rack);
    assert_null(strchr(brokers[1].rack, '\033'));
}

static void more_brokers_than_it_holds_stay_unknown(void **state)
{
    (void)state;
    for (int i = 0; i < PT_BROKERS_MAX + 10; i++)
        racks_note(&racks, 100 + i, "r");
    assert_int_equal(racks.n, PT_BROKERS_MAX);
    racks_note(&racks, 1, "r");
    look();
    assert_false(brokers[0].is_rack_known);
}

/* Another handle must be asked again, and what was told stays. */
static void what_is_known_outlives_its_handle(void **state)
{
    (void)state;
    racks_note(&racks, 1, "r");
    racks_done(&racks);
    assert_int_equal(racks.next_us, 0);
    racks.next_us = INT64_MAX;
    look();
    assert_true(brokers[0].is_rack_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_nobody_told_is_unknown, setup),
        cmocka_unit_test_setup(each_broker_has_its_own, setup),
        cmocka_unit_test_setup(a_rack_is_made_printable_and_cut, setup),
        cmocka_unit_test_setup(more_brokers_than_it_holds_stay_unknown, setup),
        cmocka_unit_test_setup(what_is_known_outlives_its_handle, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
