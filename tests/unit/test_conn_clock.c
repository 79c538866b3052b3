/* The host's clock is set while connectors are watched: what pintop noted itself moves along, what
 * others told stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connector/watch/internal.h"

enum { HOUR_MS = 3600000 };
#define NOTED_MS INT64_C(1790000000000)

static struct lag_row row;
static struct conn_model item;
static struct conn_models connectors = {.n = 1, .items = &item};

static int start(void **state)
{
    (void)state;
    row = (struct lag_row){.no_leader_ms = NOTED_MS, .moved_ms = PT_UNKNOWN};
    item = (struct conn_model){.n_rows = 1, .rows = &row};
    return 0;
}

static void a_wait_is_as_long_as_before(void **state)
{
    (void)state;
    connectors.sinkless_ms = connectors.workers_turn_ms = NOTED_MS;
    item.losses.hurried_ms = NOTED_MS;
    conn_clock_moved(&connectors, -HOUR_MS);
    assert_int_equal(row.no_leader_ms, NOTED_MS - HOUR_MS);
    assert_int_equal(connectors.sinkless_ms, NOTED_MS - HOUR_MS);
    assert_int_equal(connectors.workers_turn_ms, NOTED_MS - HOUR_MS);
    assert_int_equal(item.losses.hurried_ms, NOTED_MS - HOUR_MS);
}

static void what_is_not_known_stays_so(void **state)
{
    (void)state;
    connectors.sinkless_ms = PT_UNKNOWN;
    connectors.workers_turn_ms = 0;
    conn_clock_moved(&connectors, HOUR_MS);
    assert_int_equal(connectors.sinkless_ms, PT_UNKNOWN);
    assert_int_equal(connectors.workers_turn_ms, 0);
    assert_int_equal(row.moved_ms, PT_UNKNOWN);
}

static void a_state_is_as_old_as_who_told_it_says(void **state)
{
    (void)state;
    item.state_seen_ms = NOTED_MS;
    item.state_since_ms = NOTED_MS - 7; /* the back end's own time */
    conn_clock_moved(&connectors, HOUR_MS);
    assert_int_equal(item.state_since_ms, NOTED_MS - 7);
    assert_int_equal(item.state_seen_ms, NOTED_MS + HOUR_MS);
    item.state_since_ms = item.state_seen_ms; /* as pintop saw it change */
    conn_clock_moved(&connectors, HOUR_MS);
    assert_int_equal(item.state_since_ms, NOTED_MS + 2 * HOUR_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_wait_is_as_long_as_before, start),
        cmocka_unit_test_setup(what_is_not_known_stays_so, start),
        cmocka_unit_test_setup(a_state_is_as_old_as_who_told_it_says, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
