/* The account: what is acknowledged waits for its durable object (embedded). What it puts into a
 * checkpoint is in test_account_checkpoint.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include "account.h"
#include "config/settings.h"
#include "kafka/producer.h"
#include "state/account.h"

/* What a record with a value of ten bytes counts for. */
#define HELD producer_record_bytes(10)

static struct window_figures figures(void)
{
    return window_read(&acc.streamer.win);
}

static void a_real_cluster_needs_no_commit(void **state)
{
    (void)state;
    make(16, 0, false);
    take(3);
    assert_int_equal(ack(0, 0, 100), 0);
    assert_int_equal(figures().lowest, 1);
    assert_int_equal(figures().uncommitted, 0);
    ack(2, 5, 7);
    ack(1, 1000000, -1);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
    assert_true(src.is_freed);
}

static void acknowledged_before_committed(void **state)
{
    (void)state;
    make(16, 0, true);
    take(4);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(ack(i, 0, (int64_t)i), 0);
    assert_int_equal(figures().in_flight, 0);
    assert_int_equal(figures().uncommitted, 4);
    assert_int_equal(figures().lowest, 0);
    assert_int_equal(account_committed(&acc, 0, 0), 0);
    assert_int_equal(account_committed(&acc, 0, 3), 3 * HELD);
    assert_int_equal(figures().lowest, 3);
    assert_int_equal(account_committed(&acc, 0, 3), 0);
    assert_int_equal(account_committed(&acc, 0, 2), 0); /* an older word changes nothing */
    assert_int_equal(account_committed(&acc, 0, 4), HELD);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
}

/* The sink may have read and committed a record before our own report of it is served. */
static void committed_before_acknowledged(void **state)
{
    (void)state;
    make(16, 0, true);
    take(4);
    assert_int_equal(account_committed(&acc, 1, 3), 0);
    assert_int_equal(figures().lowest, 0);
    assert_int_equal(figures().in_flight, 4);
    assert_int_equal(ack(0, 1, 0), HELD);
    assert_int_equal(ack(1, 1, 1), HELD);
    assert_int_equal(ack(2, 1, 2), HELD);
    assert_int_equal(figures().lowest, 3);
    assert_int_equal(ack(3, 1, 3), 0);
    assert_int_equal(figures().uncommitted, 1);
    assert_int_equal(account_committed(&acc, 1, 4), HELD);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
}

/* A broker may say that it has a record already, without saying where: it is not taken for
 * committed. */
static void an_unknown_offset_is_not_committed(void **state)
{
    (void)state;
    make(16, 0, true);
    take(2);
    account_committed(&acc, 0, 50);
    assert_int_equal(ack(0, 0, -1001), 0);
    assert_int_equal(figures().uncommitted, 1);
    assert_int_equal(ack(1, 0, 60), 0);
    account_committed(&acc, 0, 61);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
}

static void partitions_are_apart_and_out_of_order(void **state)
{
    (void)state;
    make(16, 0, true);
    take(6);
    ack(4, 1, 1);
    ack(1, 1, 2);
    ack(5, 2, 0);
    ack(0, 2, 1);
    ack(2, 0, 0);
    ack(3, 0, 1);
    assert_int_equal(account_committed(&acc, 1, 10), 2 * HELD);
    assert_int_equal(figures().lowest, 0);
    assert_int_equal(account_committed(&acc, 0, 1), HELD);
    assert_int_equal(figures().lowest, 0);
    assert_int_equal(account_committed(&acc, 2, 2), 2 * HELD);
    assert_int_equal(figures().lowest, 3);
    assert_int_equal(account_committed(&acc, 0, 2), HELD);
    assert_int_equal(figures().lowest, 6);
    account_done(&acc);
}

static void a_report_for_nothing_settles_nothing(void **state)
{
    (void)state;
    make(16, 0, true);
    take(2);
    ack(0, 0, 0);
    assert_int_equal(ack(0, 0, 0), 0);
    assert_int_equal(ack(7, 0, 1), 0);
    assert_int_equal(account_committed(&acc, 0, 100), HELD);
    assert_int_equal(ack(0, 0, 0), 0);
    assert_int_equal(figures().delivered, 1);
    account_done(&acc);
}

/* The queue grows and goes round while it is used. */
static void many_wait_for_a_commit(void **state)
{
    int64_t offset = 0, committed = 0;
    uint64_t next = 0;
    (void)state;
    make(32768, 0, true);
    for (int round = 0; round < 200; round++) {
        uint64_t n = (uint64_t)(round * 37 % 1000 + 1);
        if (figures().next - figures().lowest + n > 32768)
            break;
        take(n);
        for (uint64_t i = 0; i < n; i++)
            ack(next++, 0, offset++);
        int64_t step = round * 53 % 900;
        committed = committed + step < offset ? committed + step : offset;
        account_committed(&acc, 0, committed);
        assert_int_equal(figures().lowest, committed);
        assert_int_equal(figures().uncommitted, offset - committed);
    }
    assert_true(next > 50000);
    assert_int_equal(account_committed(&acc, 0, INT64_MAX), (size_t)(offset - committed) * HELD);
    assert_true(window_is_empty(&acc.streamer.win));
    account_done(&acc);
}

/* ---- what is held back ---- */

/* The sink closes an object at its count or at its bytes: until then nothing is committed, and a
 * stream that is held before would wait for the clock to close it. */
static void an_object_fits_into_the_hold(void **state)
{
    static const int64_t counts[] = {1, 100, 1000, 5000, 10000, 1000000};
    static const int64_t sizes[] = {1, 20, 128, 600, 5000, 900000};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            int64_t n = OBJECT_BYTES / sizes[k] < counts[i] ? OBJECT_BYTES / sizes[k] : counts[i];
            int64_t hold = settings_hold_bytes(counts[i]);
            assert_true(hold > n * (int64_t)producer_record_bytes((size_t)sizes[k]));
            /* However small a record is, its value is a part of what is counted; the cluster keeps
             * 5 MiB of them. */
            assert_true(hold < 4 * 1024 * 1024);
        }
}

static void a_flight_is_as_wide_as_the_topic(void **state)
{
    static struct producer producer;
    const uint64_t batch = 262144, least = 131072;
    (void)state;
    producer.batch_bytes = (int64_t)batch;
    assert_int_equal(producer_flight_bytes(&producer, PT_PIN), 2 * 3 * batch);
    producer.n_used[PT_PIN] = 1;
    assert_int_equal(producer_flight_bytes(&producer, PT_PIN), 2 * 3 * batch);
    producer.n_used[PT_PIN] = 12;
    assert_int_equal(producer_flight_bytes(&producer, PT_PIN), 2 * 12 * batch);
    assert_int_equal(producer_flight_bytes(&producer, PT_GEO), 2 * 3 * batch);
    producer.batch_bytes = 16384; /* a user's */
    assert_int_equal(producer_flight_bytes(&producer, PT_GEO), 2 * 3 * least);
}

/* Acknowledgements and commits from two threads, as the kafka thread and the sink do it. */
static void *committer(void *arg)
{
    atomic_llong *offset = arg;
    for (;;) {
        long long next = atomic_load(offset);
        account_committed(&acc, 0, next < 0 ? -next : next);
        if (next < 0)
            return NULL;
        sched_yield();
    }
}

static void acknowledged_beside_committed(void **state)
{
    atomic_llong offset = 0;
    pthread_t thread;
    (void)state;
    make(1024, 0, true);
    assert_int_equal(pthread_create(&thread, NULL, committer, &offset), 0);
    for (uint64_t i = 0; i < 30000;) {
        if (!window_has_room(&acc.streamer.win)) {
            sched_yield();
            continue;
        }
        take(1);
        if (i % 2)
            atomic_store(&offset, (long long)i + 1); /* the sink is quicker than the report */
        ack(i, 0, (int64_t)i);
        atomic_store(&offset, (long long)++i);
    }
    atomic_store(&offset, -30000);
    pthread_join(thread, NULL);
    assert_true(window_is_empty(&acc.streamer.win));
    assert_int_equal(figures().uncommitted, 0);
    assert_int_equal(figures().delivered, 30000);
    account_done(&acc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_cluster_needs_no_commit),
        cmocka_unit_test(acknowledged_before_committed),
        cmocka_unit_test(committed_before_acknowledged),
        cmocka_unit_test(an_unknown_offset_is_not_committed),
        cmocka_unit_test(partitions_are_apart_and_out_of_order),
        cmocka_unit_test(a_report_for_nothing_settles_nothing),
        cmocka_unit_test(many_wait_for_a_commit),
        cmocka_unit_test(an_object_fits_into_the_hold),
        cmocka_unit_test(a_flight_is_as_wide_as_the_topic),
        cmocka_unit_test(acknowledged_beside_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
