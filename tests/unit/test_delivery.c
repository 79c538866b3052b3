/* Why records are not acknowledged: what is read from a debug line about a batch, and which
 * broker does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "kafka/delivery.h"

#define LINE(place, error)                                                                         \
    "[thrd:127.0.0.1:39191/bootstrap]: 127.0.0.1:39191/1: " place                                  \
    ": MessageSet with 1 message(s) (MsgId 1, BaseSeq 0) encountered error: " error                \
    " (actions Retry,MsgNotPersisted)"

static struct delivery delivery;
static struct delivery_facts facts;

static int setup(void **state)
{
    (void)state;
    delivery_init(&delivery);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    delivery_done(&delivery);
    return 0;
}

static void a_refusal_is_read(void **state)
{
    (void)state;
    delivery_heard(&delivery, LINE("demo.pin [12]", "Broker: Not enough in-sync replicas"), 100);
    delivery_heard(&delivery, LINE("demo.pin [12]", "Broker: Not enough in-sync replicas"), 300);
    /* librdkafka's own error for the batches behind it. */
    delivery_heard(&delivery, LINE("demo.pin [12]", "Local: Retry operation"), 400);
    delivery_read(&delivery, &facts);
    assert_int_equal(facts.n_refusals, 1);
    assert_string_equal(facts.refusals[0].topic, "demo.pin");
    assert_int_equal(facts.refusals[0].partition, 12);
    assert_int_equal(facts.refusals[0].code, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
    assert_int_equal(facts.refusals[0].since_us, 100);
    assert_int_equal(facts.refusals[0].last_us, 300);
}

static void another_reason_begins_anew(void **state)
{
    (void)state;
    delivery_heard(&delivery, LINE("a [0]", "Broker: Not leader for partition"), 100);
    delivery_heard(&delivery,
                   LINE("a [0]", "Broker: Disk error when trying to access log file on disk"), 200);
    delivery_read(&delivery, &facts);
    assert_int_equal(facts.n_refusals, 1);
    assert_int_equal(facts.refusals[0].code, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR);
    assert_int_equal(facts.refusals[0].since_us, 200);
}

static void an_acknowledgement_ends_it(void **state)
{
    (void)state;
    delivery_heard(&delivery, LINE("a [0]", "Broker: Not leader for partition"), 100);
    delivery_heard(&delivery, LINE("a [1]", "Broker: Not leader for partition"), 100);
    delivery_acked(&delivery, "a", 0);
    delivery_acked(&delivery, "b", 1);
    delivery_read(&delivery, &facts);
    assert_int_equal(facts.n_refusals, 1);
    assert_int_equal(facts.refusals[0].partition, 1);
}

/* None of these lines is a refusal, and none of them does harm. */
static void other_lines_are_left(void **state)
{
    static const char *const lines[] = {
        "",
        "a [0]: MessageSet with 1 message(s) (MsgId 1, BaseSeq 0) delivered",
        "]: MessageSet with  encountered error: x",
        "[0]: MessageSet with 1 encountered error: x",
        " [0]: MessageSet with 1 encountered error: x",
        "encountered error: Broker: Not leader for partition",
    };
    char huge[600];
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        delivery_heard(&delivery, lines[i], 1);
    snprintf(huge, sizeof huge, "%0400d [0]: MessageSet with 1 encountered error: x", 1);
    delivery_heard(&delivery, huge, 1);
    delivery_read(&delivery, &facts);
    assert_int_equal(facts.n_refusals, 0);
}

static void the_oldest_gives_way(void **state)
{
    char line[300];
    (void)state;
    for (int i = 0; i < DELIVERY_REFUSALS + 5; i++) {
        snprintf(line, sizeof line,
                 "a [%d]: MessageSet with 1 encountered error: Broker: Not leader for partition "
                 "(actions x)",
                 i);
        delivery_heard(&delivery, line, 100 + i);
    }
    delivery_read(&delivery, &facts);
    assert_int_equal(facts.n_refusals, DELIVERY_REFUSALS);
    for (size_t i = 0; i < facts.n_refusals; i++)
        assert_true(facts.refusals[i].last_us >= 105);
}

static void a_silent_broker_is_known(void **state)
{
    (void)state;
    delivery_sent(&delivery, 1, 100);
    delivery_sent(&delivery, 2, 110);
    delivery_sent(&delivery, 1, 120);
    delivery_ended(&delivery, 2, true, 130);
    /* The request timed out and is retried: the broker has not answered since the first one. */
    delivery_ended(&delivery, 1, false, 140);
    delivery_ended(&delivery, 1, false, 150);
    delivery_sent(&delivery, 1, 160);
    delivery_read(&delivery, &facts);
    assert_int_equal(facts.n_silent, 1);
    assert_int_equal(facts.silent[0].broker, 1);
    assert_int_equal(facts.silent[0].since_us, 100);
    delivery_ended(&delivery, 1, true, 200);
    delivery_read(&delivery, &facts);
    assert_int_equal(facts.n_silent, 0);
}

/* The broker answers one of two requests: for the other one the silence begins with that answer. */
static void an_answer_is_not_for_all(void **state)
{
    (void)state;
    delivery_sent(&delivery, 1, 100);
    delivery_sent(&delivery, 1, 110);
    delivery_ended(&delivery, 1, true, 500);
    delivery_read(&delivery, &facts);
    assert_int_equal(facts.n_silent, 1);
    assert_int_equal(facts.silent[0].since_us, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_refusal_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(another_reason_begins_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(an_acknowledgement_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(other_lines_are_left, setup, teardown),
        cmocka_unit_test_setup_teardown(the_oldest_gives_way, setup, teardown),
        cmocka_unit_test_setup_teardown(a_silent_broker_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(an_answer_is_not_for_all, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
