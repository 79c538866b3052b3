/* What the account puts into a checkpoint: where a next run goes on, with the source's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "base/clock.h"
#include "kafka/producer.h"
#include "scratch.h"
#include "state/account.h"

static struct checkpoint cp;

static void take_checkpoint(const char *why)
{
    char *text = account_checkpoint(&acc, why);
    assert_non_null(text);
    scratch_put("cp.json", text);
    free(text);
    assert_int_equal(checkpoint_load(scratch_path("cp.json"), &cp, NULL), PT_OK);
}

/* "the lowest index not delivered of each stream … with seed, source (for replay: file, byte
 * offset, row), shard, first index ever, and each partition's end offset". */
static void the_checkpoint_of_a_run(void **state)
{
    (void)state;
    make(16, 50, false);
    acc.cp.seed = UINT64_MAX;
    acc.cp.first_index = 20;
    acc.cp.n_partitions = 3;
    acc.cp.start_offsets[0] = 7;
    acc.cp.start_offsets[2] = INT64_C(1) << 52;
    /* Nothing taken yet: what the last run's file said stays. */
    acc.cp.source_index = 49;
    acc.cp.source_offset = 4900;
    acc.cp.source_row = 49;
    take_checkpoint("");
    assert_int_equal(cp.next_index, 50);
    assert_int_equal(cp.taken_index, 50);
    assert_int_equal(cp.source_index, 49);
    assert_int_equal(cp.source_offset, 4900);
    take(5);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 50);
    assert_int_equal(cp.taken_index, 55);
    assert_int_equal(cp.source_index, 50);
    assert_int_equal(cp.source_offset, 5000);
    assert_int_equal(cp.source_row, 50);
    ack(50, 0, 1);
    ack(52, 0, 2);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 51);
    assert_int_equal(cp.source_index, 51);
    assert_int_equal(cp.source_row, 51);
    ack(51, 0, 3);
    ack(53, 0, 4);
    ack(54, 0, 5);
    /* All delivered: the next record was not read yet, the one before it is named. */
    take_checkpoint("terminal hung up");
    assert_int_equal(cp.next_index, 55);
    assert_int_equal(cp.taken_index, 55);
    assert_int_equal(cp.source_index, 54);
    assert_int_equal(cp.source_offset, 5400);
    assert_int_equal(cp.seed, UINT64_MAX);
    assert_int_equal(cp.first_index, 20);
    assert_int_equal(cp.n_partitions, 3);
    assert_int_equal(cp.start_offsets[0], 7);
    assert_int_equal(cp.start_offsets[2], INT64_C(1) << 52);
    assert_string_equal(cp.ended_why, "terminal hung up");
    assert_true(cp.ended_ms > 0 && cp.ended_ms == cp.written_ms);
    account_done(&acc);
}

/* W a power of two, and not; and full, which is the state of an outage. */
static void the_checkpoint_of_a_full_window(void **state)
{
    static const uint64_t sizes[] = {16, 17, 32768};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        make(sizes[i], 100, false);
        take(sizes[i]);
        take_checkpoint("");
        assert_int_equal(cp.next_index, 100);
        assert_int_equal(cp.taken_index, 100 + sizes[i]);
        assert_int_equal(cp.source_row, 100);
        ack(100, 0, 0);
        take(1);
        take_checkpoint("");
        assert_int_equal(cp.next_index, 101);
        assert_int_equal(cp.source_row, 101);
        account_done(&acc);
    }
}

static void a_failed_record_holds_the_checkpoint(void **state)
{
    (void)state;
    make(16, 0, false);
    take(3);
    ack(0, 0, 0);
    assert_true(window_failed(&acc.streamer.win, 1));
    ack(2, 0, 1);
    take_checkpoint("stopped");
    assert_int_equal(cp.next_index, 1);
    assert_int_equal(cp.taken_index, 3);
    assert_int_equal(cp.source_row, 1);
    assert_int_equal(window_end(&acc.streamer.win), 0);
    account_done(&acc);
}

/* Embedded: "the checkpoint means in a durable object". */
static void an_acknowledged_record_holds_the_checkpoint(void **state)
{
    (void)state;
    make(16, 0, true);
    take(3);
    for (uint64_t i = 0; i < 3; i++)
        ack(i, 0, (int64_t)i);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 0);
    account_committed(&acc, 0, 2);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 2);
    assert_int_equal(cp.taken_index, 3);
    account_done(&acc);
}

static void a_record_given_back_is_not_taken(void **state)
{
    (void)state;
    make(16, 0, false);
    take(2);
    ack(0, 0, 0);
    ack(1, 0, 1);
    take(1);
    window_give_back(&acc.streamer.win, 2);
    take_checkpoint("");
    assert_int_equal(cp.next_index, 2);
    assert_int_equal(cp.taken_index, 2);
    assert_int_equal(cp.source_index, 1);
    assert_int_equal(cp.source_row, 1);
    account_done(&acc);
}

/* The disk's copy is made while the streams run: its source place must be that of its index, at
 * every moment. */
static void *runner(void *arg)
{
    atomic_bool *is_over = arg;
    while (!atomic_load(is_over)) {
        uint64_t index = window_next_index(&acc.streamer.win);
        struct source_pos pos = {index * 100, index};
        size_t settled;
        window_take(&acc.streamer.win, 1, &pos, &index);
        if (index % 5 == 0)
            window_give_back(&acc.streamer.win, index);
        else
            account_delivered(&acc, index, 0, 0, 1, 2, &settled);
        if (index % 5 == 0) {
            window_take(&acc.streamer.win, 1, &pos, &index);
            account_delivered(&acc, index, 0, 0, 1, 2, &settled);
        }
    }
    return NULL;
}

static uint64_t number_in(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    at = strchr(at + strlen(name), ':');
    assert_non_null(at);
    return strtoull(at + 1, NULL, 10);
}

static void a_checkpoint_beside_a_running_stream(void **state)
{
    atomic_bool is_over = false;
    pthread_t thread;
    uint64_t wrong = 0, back = 0, was = 0;
    (void)state;
    make(16, 0, false);
    assert_int_equal(pthread_create(&thread, NULL, runner, &is_over), 0);
    int64_t until_us = clock_mono_us() + 700000;
    while (clock_mono_us() < until_us) {
        char *text = account_checkpoint(&acc, "");
        uint64_t next = number_in(text, "\"next_index\""),
                 taken = number_in(text, "\"taken_index\""),
                 index = number_in(text, "\"source_index\""),
                 offset = number_in(text, "\"source_offset\""),
                 row = number_in(text, "\"source_row\"");
        wrong += next > 0 && (offset != index * 100 || row != index || taken < next ||
                              taken - next > 16 || (index != next && index + 1 != next));
        back += next < was;
        was = next;
        free(text);
    }
    atomic_store(&is_over, true);
    pthread_join(thread, NULL);
    assert_true(was > 1000);
    assert_int_equal(wrong, 0);
    assert_int_equal(back, 0);
    account_done(&acc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_checkpoint_of_a_run, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(the_checkpoint_of_a_full_window, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(a_failed_record_holds_the_checkpoint, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(an_acknowledged_record_holds_the_checkpoint, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(a_record_given_back_is_not_taken, scratch_make,
                                        scratch_remove),
        cmocka_unit_test(a_checkpoint_beside_a_running_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
