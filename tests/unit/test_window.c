/* The window, one property after the other. Threads are in test_window_threads.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "stream/window.h"

#define FLIGHT (1u << SLOT_FLIGHT)
#define FAILED (1u << SLOT_FAILED)

static struct window win;

static void make(uint64_t size, uint64_t first)
{
    assert_int_equal(window_init(&win, size, first, true, NULL), PT_OK);
}

static uint64_t take(int64_t now_us)
{
    uint64_t index;
    assert_true(window_take(&win, now_us, NULL, &index));
    return index;
}

static void take_many(uint64_t n)
{
    while (n-- > 0)
        take(1);
}

/* Counts the slots one by one, and holds the figures against them. */
static struct window_figures checked(void)
{
    struct window_figures f = window_read(&win);
    uint64_t flight = 0, failed = 0, acked = 0, unresolved = 0, occupied = 0;
    for (uint64_t i = f.lowest; i < f.next; i++) {
        flight += window_find(&win, i, FLIGHT) == i;
        failed += window_find(&win, i, FAILED) == i;
        acked += window_find(&win, i, 1u << SLOT_ACKED) == i;
        unresolved += window_find(&win, i, 1u << SLOT_UNRESOLVED) == i;
        occupied += window_find(&win, i, 1u << SLOT_DONE) != i;
    }
    assert_int_equal(f.in_flight, flight);
    assert_int_equal(f.failed, failed);
    assert_int_equal(f.uncommitted, acked);
    assert_int_equal(f.unresolved, unresolved);
    assert_int_equal(occupied, flight + failed + acked + unresolved);
    assert_int_equal(f.generated, f.delivered + f.failed + f.in_flight + f.unresolved);
    assert_int_equal(f.generated, f.next - f.first);
    assert_true(f.next - f.lowest <= f.size);
    assert_int_equal(window_is_empty(&win), occupied == 0 && f.lowest == f.next);
    return f;
}

/* "The streamer waits when next − lowest unresolved = W." */
static void waits_at_exactly_w(void **state)
{
    static const uint64_t sizes[] = {16, 17, 100, 1000, 1023, 1024, 1025, 32768, 1048576};
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint64_t size = sizes[s], index, first = 7;
        make(size, first);
        /* Three times around, a different way each time. */
        for (uint64_t lap = 0; lap < 3; lap++) {
            uint64_t n = 0;
            while (window_has_room(&win)) {
                assert_int_equal(window_next_index(&win), first + n);
                assert_int_equal(take(1), first + n);
                n++;
            }
            assert_int_equal(n, size);
            assert_false(window_take(&win, 1, NULL, &index));
            struct window_figures f = window_read(&win);
            assert_int_equal(f.in_flight, size);
            assert_int_equal(f.next - f.lowest, size);
            /* One that is not the lowest makes no room. */
            assert_true(window_delivered(&win, first + size - 1, 1, 2, true));
            assert_false(window_has_room(&win));
            assert_true(window_delivered(&win, first, 1, 2, true));
            assert_true(window_has_room(&win));
            for (uint64_t i = 1; i + 1 < size; i++)
                assert_true(window_delivered(&win, first + i, 1, 2, true));
            assert_true(window_is_empty(&win));
            first += size;
        }
        assert_int_equal(window_read(&win).delivered, 3 * size);
        window_done(&win);
    }
}

static void lowest_passes_only_what_is_done(void **state)
{
    static const uint64_t order[] = {3, 1, 0, 5, 4, 2, 7, 6};
    static const uint64_t lowest_after[] = {0, 0, 2, 2, 2, 6, 6, 8};
    (void)state;
    make(100, 0);
    take_many(8);
    for (size_t i = 0; i < 8; i++) {
        assert_true(window_delivered(&win, order[i], 1, 2, true));
        assert_int_equal(checked().lowest, lowest_after[i]);
    }
    assert_true(window_is_empty(&win));
    window_done(&win);
}

/* Embedded: "a slot stays occupied (state acked, no longer in flight) until its sink object is
 * committed, so the checkpoint means in a durable object". */
static void acked_is_not_done(void **state)
{
    (void)state;
    make(16, 0);
    take_many(16);
    for (uint64_t i = 0; i < 16; i++)
        assert_true(window_delivered(&win, i, 10, 2, false));
    struct window_figures f = checked();
    assert_int_equal(f.in_flight, 0);
    assert_int_equal(f.delivered, 16);
    assert_int_equal(f.uncommitted, 16);
    assert_int_equal(f.lowest, 0);
    assert_false(window_has_room(&win));
    /* Neither acknowledged nor failed a second time. */
    assert_false(window_delivered(&win, 3, 10, 2, false));
    assert_false(window_failed(&win, 3));
    assert_true(window_committed(&win, 1));
    assert_int_equal(checked().lowest, 0);
    assert_true(window_committed(&win, 0));
    assert_int_equal(checked().lowest, 2);
    assert_false(window_committed(&win, 0));
    assert_true(window_has_room(&win));
    f = checked();
    assert_int_equal(f.delivered, 16);
    assert_int_equal(f.uncommitted, 14);
    assert_int_equal(f.bytes, 160);
    window_done(&win);
}

static void commit_before_ack_is_refused(void **state)
{
    (void)state;
    make(16, 0);
    take_many(1);
    assert_false(window_committed(&win, 0));
    assert_int_equal(checked().in_flight, 1);
    assert_false(window_committed(&win, 1));
    window_done(&win);
}

/* "its slot stays occupied, and a start makes the record again (failed goes down by what is taken
 * up again)". */
static void failed_stays_and_is_taken_again(void **state)
{
    (void)state;
    make(16, 100);
    take_many(16);
    assert_true(window_failed(&win, 101));
    assert_true(window_failed(&win, 104));
    for (uint64_t i = 100; i < 116; i++)
        window_delivered(&win, i, 1, 2, true);
    struct window_figures f = checked();
    assert_int_equal(f.failed, 2);
    assert_int_equal(f.delivered, 14);
    assert_int_equal(f.in_flight, 0);
    assert_int_equal(f.lowest, 101);
    assert_int_equal(f.next - f.lowest, 15);
    assert_int_equal(window_find(&win, 0, FAILED), 101);
    assert_int_equal(window_find(&win, 102, FAILED), 104);
    assert_int_equal(window_find(&win, 105, FAILED), 116);
    window_take_again(&win, 101, 5);
    f = checked();
    assert_int_equal(f.failed, 1);
    assert_int_equal(f.in_flight, 1);
    assert_int_equal(f.generated, 16);
    assert_int_equal(f.oldest_us, 5);
    assert_true(window_delivered(&win, 101, 1, 6, true));
    assert_int_equal(checked().lowest, 104);
    /* It may fail again, and still be taken again. */
    window_take_again(&win, 104, 7);
    assert_true(window_failed(&win, 104));
    assert_int_equal(checked().failed, 1);
    window_take_again(&win, 104, 8);
    assert_true(window_delivered(&win, 104, 1, 9, true));
    f = checked();
    assert_int_equal(f.failed, 0);
    assert_int_equal(f.delivered, 16);
    assert_int_equal(f.lowest, 116);
    window_done(&win);
}

/* "its slot is taken, before produce; given back if produce refuses". */
static void given_back_is_as_if_not_taken(void **state)
{
    struct source_pos pos = {700, 7};
    uint64_t index;
    (void)state;
    make(16, 5);
    take_many(3);
    struct window_figures before = checked();
    assert_true(window_take(&win, 9, &pos, &index));
    assert_int_equal(index, 8);
    assert_int_equal(window_read(&win).generated, 4);
    window_give_back(&win, index);
    struct window_figures after = checked();
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(window_next_index(&win), 8);
    assert_false(window_delivered(&win, 8, 1, 2, true));
    assert_int_equal(take(10), 8);
    /* The last one that fits, too. */
    take_many(12);
    assert_false(window_has_room(&win));
    window_give_back(&win, 20);
    assert_true(window_has_room(&win));
    assert_int_equal(checked().generated, 15);
    window_done(&win);
}

static void strange_reports_change_nothing(void **state)
{
    (void)state;
    make(16, 100);
    take_many(20 - 4);
    for (uint64_t i = 100; i < 110; i++)
        assert_true(window_delivered(&win, i, 1, 2, true));
    take_many(4);
    struct window_figures before = checked();
    /* Done; not yet taken; before the first; a lap earlier and later than one in flight. */
    static const uint64_t strange[] = {100, 109, 120, 121, 99, 0, 111 + 16, 116 - 16, UINT64_MAX};
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        assert_false(window_delivered(&win, strange[i], 1, 2, true));
        assert_false(window_delivered(&win, strange[i], 1, 2, false));
        assert_false(window_failed(&win, strange[i]));
        assert_false(window_committed(&win, strange[i]));
    }
    struct window_figures after = checked();
    assert_memory_equal(&before, &after, sizeof before);
    window_done(&win);
}

/* "unresolved (what was in flight when a run ended; in flight is then 0)". */
static void the_end_makes_flight_unresolved(void **state)
{
    (void)state;
    make(20, 0);
    take_many(10);
    window_delivered(&win, 0, 1, 2, true);
    window_delivered(&win, 4, 1, 2, true);
    window_delivered(&win, 5, 1, 2, false);
    window_failed(&win, 6);
    assert_int_equal(window_end(&win), 7); /* what was not durable dies with the cluster */
    struct window_figures f = checked();
    assert_int_equal(f.in_flight, 0);
    assert_int_equal(f.unresolved, 7);
    assert_int_equal(f.failed, 1);
    assert_int_equal(f.delivered, 2);
    assert_int_equal(f.uncommitted, 0);
    assert_int_equal(f.lowest, 1);
    assert_int_equal(window_end(&win), 0);
    /* What comes too late is not counted: it is sent again by the next run. */
    assert_false(window_delivered(&win, 1, 1, 3, true));
    assert_false(window_failed(&win, 2));
    assert_false(window_committed(&win, 5));
    f = checked();
    assert_int_equal(f.unresolved, 7);
    assert_int_equal(f.delivered, 2);
    window_done(&win);
}

static void the_end_of_a_full_and_of_an_empty_window(void **state)
{
    (void)state;
    make(17, UINT64_MAX / 4);
    assert_int_equal(window_end(&win), 0);
    assert_true(window_is_empty(&win));
    take_many(17);
    assert_int_equal(window_end(&win), 17);
    assert_int_equal(checked().unresolved, 17);
    assert_false(window_is_empty(&win));
    window_done(&win);
}

static void the_oldest_is_the_lowest_in_flight(void **state)
{
    (void)state;
    make(16, 0);
    assert_int_equal(window_read(&win).oldest_us, INT64_MIN);
    take(1000);
    take(2000);
    take(3000);
    assert_int_equal(window_read(&win).oldest_us, 1000);
    window_delivered(&win, 1, 1, 4000, true);
    assert_int_equal(window_read(&win).oldest_us, 1000);
    window_delivered(&win, 0, 1, 4000, true);
    assert_int_equal(window_read(&win).oldest_us, 3000);
    /* Acknowledged but not durable, or refused: nobody waits for a broker any more. */
    take(5000);
    take(6000);
    window_delivered(&win, 2, 1, 6500, false);
    assert_int_equal(window_read(&win).oldest_us, 5000);
    window_failed(&win, 3);
    assert_int_equal(window_read(&win).oldest_us, 6000);
    window_take_again(&win, 3, 7000);
    assert_int_equal(window_read(&win).oldest_us, 7000);
    window_end(&win);
    assert_int_equal(window_read(&win).oldest_us, INT64_MIN);
    window_done(&win);
}

static void acknowledgement_times(void **state)
{
    (void)state;
    make(1000, 0);
    for (int i = 0; i < 100; i++)
        take(1000);
    for (uint64_t i = 0; i < 100; i++)
        window_delivered(&win, i, 5, 1000 + (i == 99 ? 90000 : 10), true);
    struct hist_summary ack = hist_read(&win.ack_us);
    assert_int_equal(ack.total, 100);
    assert_int_equal(ack.p50, 10);
    assert_int_equal(ack.max, 90000);
    assert_int_equal(window_read(&win).bytes, 500);
    /* A clock that stands still, or a report stamped before the record, is 0, not 2^64. */
    take(5000);
    window_delivered(&win, 100, 5, 4000, true);
    assert_int_equal(hist_read(&win.ack_us).max, 90000);
    window_done(&win);
}

/* "right for those in [lowest, next) and for next - 1". */
static void positions_follow_the_ring(void **state)
{
    (void)state;
    make(16, 0);
    for (uint64_t i = 0; i < 100; i++) {
        struct source_pos pos = {i * 1000, i};
        uint64_t index;
        assert_true(window_take(&win, 1, &pos, &index));
        uint64_t lowest = i < 15 ? 0 : i - 15;
        for (uint64_t at = lowest; at <= i; at++) {
            assert_int_equal(window_position(&win, at).offset, at * 1000);
            assert_int_equal(window_position(&win, at).row, at);
        }
        if (i >= 15)
            assert_true(window_delivered(&win, i - 15, 1, 2, true));
    }
    for (uint64_t i = 85; i < 100; i++)
        assert_true(window_delivered(&win, i, 1, 2, true));
    assert_true(window_is_empty(&win));
    assert_int_equal(window_position(&win, 99).row, 99);
    window_done(&win);
}

static void without_positions_they_are_zero(void **state)
{
    struct source_pos pos = {5, 5};
    uint64_t index;
    (void)state;
    assert_int_equal(window_init(&win, 16, 0, false, NULL), PT_OK);
    assert_true(window_take(&win, 1, &pos, &index));
    assert_int_equal(window_position(&win, 0).offset, 0);
    window_done(&win);
    window_done(&win); /* twice is fine */
}

/* A random walk of everything one thread can do, held against a plain list of states. */
static void random_walk_agrees_with_a_list(void **state)
{
    enum { N = 60000, W = 37 };
    static unsigned char want[N];
    uint64_t next = 0, seed = 12345, index;
    (void)state;
    make(W, 0);
    for (int step = 0; step < 400000 && next < N - 1; step++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t r = seed >> 33, low = window_read(&win).lowest;
        uint64_t at = next > low ? low + (r >> 4) % (next - low) : low;
        switch (r % 16) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
            if (window_take(&win, 1, NULL, &index)) {
                assert_int_equal(index, next);
                assert_true(next - low < W);
                want[next++] = SLOT_FLIGHT;
            } else {
                assert_int_equal(next - low, W);
            }
            break;
        case 5:
            if (next > low && want[next - 1] == SLOT_FLIGHT)
                window_give_back(&win, --next);
            break;
        case 6:
            if (at < next) {
                assert_int_equal(window_failed(&win, at), want[at] == SLOT_FLIGHT);
                if (want[at] == SLOT_FLIGHT)
                    want[at] = SLOT_FAILED;
            }
            break;
        case 7:
        case 8:
            if (at < next && want[at] == SLOT_FAILED) {
                window_take_again(&win, at, 2);
                want[at] = SLOT_FLIGHT;
            }
            break;
        case 9:
        case 10:
            if (at < next) {
                assert_int_equal(window_committed(&win, at), want[at] == SLOT_ACKED);
                if (want[at] == SLOT_ACKED)
                    want[at] = SLOT_DONE;
            }
            break;
        default:
            if (at < next) {
                assert_int_equal(window_delivered(&win, at, 1, 3, r & 32), want[at] == SLOT_FLIGHT);
                if (want[at] == SLOT_FLIGHT)
                    want[at] = r & 32 ? SLOT_DONE : SLOT_ACKED;
            }
        }
        if (step % 64 == 0) {
            struct window_figures f = checked();
            uint64_t lowest = 0;
            while (lowest < next && want[lowest] == SLOT_DONE)
                lowest++;
            assert_int_equal(f.lowest, lowest);
            assert_int_equal(f.next, next);
        }
    }
    assert_true(next > 5000);
    window_done(&win);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_at_exactly_w),
        cmocka_unit_test(lowest_passes_only_what_is_done),
        cmocka_unit_test(acked_is_not_done),
        cmocka_unit_test(commit_before_ack_is_refused),
        cmocka_unit_test(failed_stays_and_is_taken_again),
        cmocka_unit_test(given_back_is_as_if_not_taken),
        cmocka_unit_test(strange_reports_change_nothing),
        cmocka_unit_test(the_end_makes_flight_unresolved),
        cmocka_unit_test(the_end_of_a_full_and_of_an_empty_window),
        cmocka_unit_test(the_oldest_is_the_lowest_in_flight),
        cmocka_unit_test(acknowledgement_times),
        cmocka_unit_test(positions_follow_the_ring),
        cmocka_unit_test(without_positions_they_are_zero),
        cmocka_unit_test(random_walk_agrees_with_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
