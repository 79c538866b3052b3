/* Which topics' offsets are asked for each second: those of the streams and of the connectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "connector/watch/internal.h"
#include "test_desk.h"

enum { MANY = CONN_NEEDED_MAX };

static struct test_desk desk;
static struct lag_row few[3], many[MANY];
static struct conn_model items[2];
static struct conn_models connectors;
static const char *names[CONN_NEEDED_MAX];

static int start(void **state)
{
    (void)state;
    test_desk_init(&desk, test_desk_usual);
    snprintf(few[0].topic, sizeof few[0].topic, "demo.pin"); /* also a stream's */
    snprintf(few[1].topic, sizeof few[1].topic, "orders");
    snprintf(few[2].topic, sizeof few[2].topic, "orders"); /* its second partition */
    for (int i = 0; i < MANY; i++)
        snprintf(many[i].topic, sizeof many[i].topic, "log-%d", i);
    connectors = (struct conn_models){.desk = &desk.desk, .items = items, .n = 2};
    items[0] = (struct conn_model){.rows = few, .n_rows = 3};
    items[1] = (struct conn_model){.rows = many, .n_rows = 0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    test_desk_done(&desk);
    return 0;
}

static void each_topic_is_asked_for_once(void **state)
{
    (void)state;
    assert_int_equal(conn_needed_topics(&connectors, names), PT_STREAMS + 1);
    assert_string_equal(names[0], "demo.pin");
    assert_string_equal(names[PT_STREAMS], "orders");
    items[1].n_rows = 2;
    assert_int_equal(conn_needed_topics(&connectors, names), PT_STREAMS + 3);
    assert_string_equal(names[PT_STREAMS + 2], "log-1");
}

/* All of a connector's topics or none: its lag would be wrong by those that are left out. */
static void a_connector_with_too_many_is_left_out_whole(void **state)
{
    (void)state;
    items[1].n_rows = CONN_NEEDED_MAX - PT_STREAMS - 1;
    assert_int_equal(conn_needed_topics(&connectors, names), CONN_NEEDED_MAX);
    items[1].n_rows++;
    assert_int_equal(conn_needed_topics(&connectors, names), PT_STREAMS + 1);
    items[1].n_rows++;
    struct conn_model first = items[0]; /* the next one is still taken */
    items[0] = items[1];
    items[1] = first;
    assert_int_equal(conn_needed_topics(&connectors, names), PT_STREAMS + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_topic_is_asked_for_once, start, end),
        cmocka_unit_test_setup_teardown(a_connector_with_too_many_is_left_out_whole, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
