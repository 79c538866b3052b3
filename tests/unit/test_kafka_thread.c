/* What the Kafka thread joins, without a thread and without Kafka: streamers hand their records to
 * the producer by its hooks, the producer's reports come back to the accounts, the sink's commits
 * settle them, and the reactor is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine_state.h"
#include "fake_producer.h"

static struct pt_engine eng;
static struct fake_source source;

/* The account of stream 0 with one record in flight: its index. */
static uint64_t open_account(const struct streamer_hooks *hooks)
{
    fake_source_init(&source);
    const struct streamer_opts opts = {
        .source = &source.base, .window = 64, .first_index = 5, .rate_per_s = 10, .hooks = *hooks};
    assert_int_equal(streamer_init(&eng.accounts[0].streamer, &opts, NULL), PT_OK);
    eng.accounts[0].is_open = true;
    eng.accounts[0].run_first = 5;
    eng.accounts[0].cp.n_partitions = 2;
    atomic_store(&eng.open_streams, PT_STREAM_BIT(0));
    uint64_t index = window_next_index(&eng.accounts[0].streamer.win);
    assert_true(window_take(&eng.accounts[0].streamer.win, 1000, NULL, &index));
    return index;
}

static int start(void **state)
{
    (void)state;
    memset(&eng, 0, sizeof eng);
    for (int i = 0; i < PT_STREAMS; i++) {
        account_init(&eng.accounts[i]);
        snprintf(eng.set.topics[i], sizeof eng.set.topics[i], "demo.%d", i);
    }
    return inbox_init(&eng.inbox) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    for (int i = 0; i < PT_STREAMS; i++)
        account_done(&eng.accounts[i]);
    inbox_done(&eng.inbox);
    return 0;
}

/* The next fact is of that kind: its number and streams. */
static void heard(enum fact_kind kind, int64_t number, unsigned streams)
{
    struct fact *fact = queue_take(eng.inbox.facts, 0);
    assert_non_null(fact);
    assert_int_equal(fact->kind, kind);
    if (number >= 0)
        assert_int_equal(fact->number, number);
    assert_int_equal(fact->streams, streams);
    fact_free(fact);
}

static void a_stream_waits_until_its_topic_was_asked_about_again(void **state)
{
    struct pt_error err;
    struct streamer_hooks hooks = kafka_streamer_hooks(&eng);
    (void)state;
    atomic_store(&eng.stale_topics, PT_STREAM_BIT(1));
    assert_int_equal(hooks.produce(&eng, PT_GEO, 0, "{}", 2, &err), PRODUCE_FULL);
}

static void a_change_of_a_stream_is_told(void **state)
{
    struct streamer_hooks hooks = kafka_streamer_hooks(&eng);
    (void)state;
    hooks.changed(&eng, PT_USER);
    heard(FACT_STREAM, 0, PT_STREAM_BIT(PT_USER));
}

static void streams_are_held_without_a_token(void **state)
{
    (void)state;
    assert_null(kafka_streamer_hooks(&eng).is_held); /* nothing to hold them for */
    eng.auth = (struct auth *)&eng;                  /* there is a login; it is not looked into */
    struct streamer_hooks hooks = kafka_streamer_hooks(&eng);
    assert_false(hooks.is_held(&eng, PT_PIN));
    atomic_store(&eng.has_no_token, true);
    assert_true(hooks.is_held(&eng, PT_PIN));
    eng.auth = NULL;
}

/* The embedded cluster would drop what its sink has not read. */
static void a_stream_is_held_while_the_embedded_sink_is_behind(void **state)
{
    (void)state;
    eng.set.is_embedded = true;
    eng.set.hold_bytes = 1000;
    struct streamer_hooks hooks = kafka_streamer_hooks(&eng);
    atomic_store(&eng.producer.unsettled[0][EMBEDDED_PARTITIONS - 1], 1000);
    assert_false(hooks.is_held(&eng, PT_PIN));
    atomic_store(&eng.producer.unsettled[0][EMBEDDED_PARTITIONS - 1], 1001);
    assert_true(hooks.is_held(&eng, PT_PIN));
    assert_false(hooks.is_held(&eng, PT_GEO));
}

static void a_delivery_and_a_commit_settle_a_record(void **state)
{
    struct producer_hooks reports;
    struct streamer_hooks hooks = kafka_streamer_hooks(&eng);
    (void)state;
    uint64_t index = open_account(&hooks);
    kafka_producer_hooks(&eng, &reports);
    eng.accounts[0].is_embedded = true;
    atomic_store(&eng.producer.unsettled[0][1], (int64_t)producer_record_bytes(300));
    reports.delivered(&eng, PT_PIN, index, 1, 0, 300);
    assert_int_equal(window_read(&eng.accounts[0].streamer.win).in_flight, 0);
    kafka_sink_committed(&eng, "demo.0", 1, 1);
    heard(FACT_OBJECT, -1, PT_STREAM_BIT(0));
    assert_int_equal(atomic_load(&eng.producer.unsettled[0][1]), 0);
    kafka_sink_committed(&eng, "another.topic", 1, 1);
    assert_null(queue_take(eng.inbox.facts, 0));
}

static void a_failure_ends_its_stream_with_the_reason(void **state)
{
    struct pt_error why;
    struct producer_hooks reports;
    struct streamer_hooks hooks = kafka_streamer_hooks(&eng);
    (void)state;
    uint64_t index = open_account(&hooks);
    kafka_producer_hooks(&eng, &reports);
    pt_error_set(&why, PT_EAUTH, "Ask for it.", "no right to write");
    reports.failed(&eng, PT_PIN, index, &why);
    streamer_step(&eng.accounts[0].streamer, 2000);
    assert_int_equal(streamer_state_of(&eng.accounts[0].streamer), STREAMER_ERROR);
}

static void an_error_of_the_client_is_told_with_its_code(void **state)
{
    struct producer_hooks reports;
    (void)state;
    kafka_producer_hooks(&eng, &reports);
    reports.error(&eng, RD_KAFKA_RESP_ERR__TRANSPORT, "connection refused");
    struct fact *fact = queue_take(eng.inbox.facts, 0);
    assert_non_null(fact);
    assert_int_equal(fact->kind, FACT_KAFKA_ERROR);
    assert_int_equal(fact->number, RD_KAFKA_RESP_ERR__TRANSPORT);
    assert_string_equal(fact->text, "connection refused");
    fact_free(fact);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(a_stream_waits_until_its_topic_was_asked_about_again),
        ON(a_change_of_a_stream_is_told),
        ON(streams_are_held_without_a_token),
        ON(a_stream_is_held_while_the_embedded_sink_is_behind),
        ON(a_delivery_and_a_commit_settle_a_record),
        ON(a_failure_ends_its_stream_with_the_reason),
        ON(an_error_of_the_client_is_told_with_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
