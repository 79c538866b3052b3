/* The streamer's own thread: wishes wake it, park stops it, a kick saves the wait, the end is an
 * end. Waits are for a state with a deadline, never for a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "fake_producer.h"
#include "pintop/config.h"

#define SECOND INT64_C(1000000)
enum { HELD_MAX = 4096 };

/* A producer between threads: what it took waits in held[] for the test, or for its reporter. */
struct broker {
    pthread_mutex_t lock;
    pthread_cond_t moved; /* something was sent, or the state changed */
    uint64_t held[HELD_MAX];
    size_t n_held, room;
    uint64_t n_sent;
    atomic_bool is_sending, is_over;
    unsigned fail_each; /* of the reporter: one of so many; 0 none */
    uint64_t delivered;
    struct fake_source src;
    struct streamer st;
};

static struct broker b;

static enum produce_status produce(void *arg, enum pt_stream_id id, uint64_t index,
                                   const char *value, size_t len, struct pt_error *err)
{
    (void)arg;
    (void)id;
    (void)value;
    (void)len;
    (void)err;
    enum produce_status status = PRODUCE_FULL;
    atomic_store(&b.is_sending, true);
    pthread_mutex_lock(&b.lock);
    if (b.n_held < b.room) {
        b.held[b.n_held++] = index;
        b.n_sent++;
        status = PRODUCE_OK;
        pthread_cond_broadcast(&b.moved);
    }
    pthread_mutex_unlock(&b.lock);
    atomic_store(&b.is_sending, false);
    return status;
}

static void changed(void *arg, enum pt_stream_id id)
{
    (void)arg;
    (void)id;
    pthread_mutex_lock(&b.lock);
    pthread_cond_broadcast(&b.moved);
    pthread_mutex_unlock(&b.lock);
}

static void make(uint64_t window, double per_s, uint64_t count)
{
    pthread_condattr_t attr;
    memset(&b, 0, sizeof b);
    pthread_mutex_init(&b.lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&b.moved, &attr);
    pthread_condattr_destroy(&attr);
    b.room = HELD_MAX;
    fake_source_init(&b.src);
    struct streamer_opts opts = {
        .source = &b.src.base,
        .window = window,
        .count = count,
        .rate_per_s = per_s,
        .has_positions = true,
        .hooks = {NULL, produce, NULL, changed}
    };
    assert_int_equal(streamer_init(&b.st, &opts, NULL), PT_OK);
    assert_int_equal(streamer_start(&b.st, NULL), PT_OK);
}

static void unmake(void)
{
    streamer_done(&b.st);
    assert_true(b.src.is_freed);
    pthread_mutex_destroy(&b.lock);
    pthread_cond_destroy(&b.moved);
}

/* Wait until so many were sent and the state is this one (-1: any); false after 20 s. */
static bool await(uint64_t n_sent, int state)
{
    int64_t until_us = clock_mono_us() + 20 * SECOND;
    struct timespec until = {.tv_sec = (time_t)(until_us / SECOND),
                             .tv_nsec = (long)(until_us % SECOND) * 1000};
    bool is_there = false;
    int rc = 0;
    pthread_mutex_lock(&b.lock);
    while (!is_there && rc == 0) {
        is_there = b.n_sent >= n_sent && (state < 0 || (int)streamer_state_of(&b.st) == state);
        if (!is_there)
            rc = pthread_cond_timedwait(&b.moved, &b.lock, &until);
    }
    pthread_mutex_unlock(&b.lock);
    return is_there;
}

/* Acknowledge all that is held; as the kafka thread does, kick afterwards. */
static size_t deliver_all(bool is_kicking)
{
    pthread_mutex_lock(&b.lock);
    size_t n = b.n_held;
    for (size_t i = 0; i < n; i++)
        window_delivered(&b.st.win, b.held[i], 1, clock_mono_us(), true);
    b.n_held = 0;
    b.delivered += n;
    pthread_mutex_unlock(&b.lock);
    if (is_kicking)
        streamer_kick(&b.st);
    return n;
}

static uint64_t sent(void)
{
    pthread_mutex_lock(&b.lock);
    uint64_t n = b.n_sent;
    pthread_mutex_unlock(&b.lock);
    return n;
}

static void a_run_to_the_end(void **state)
{
    (void)state;
    make(64, PT_RATE_MAX, 5000);
    streamer_set_wanted(&b.st, true);
    int64_t begin_us = clock_mono_us();
    while (streamer_state_of(&b.st) != STREAMER_DONE && clock_mono_us() < begin_us + 60 * SECOND) {
        if (deliver_all(true) == 0)
            sched_yield();
    }
    deliver_all(true);
    assert_int_equal(streamer_state_of(&b.st), STREAMER_DONE);
    assert_int_equal(b.delivered, 5000);
    assert_true(window_is_empty(&b.st.win));
    unmake();
}

/* Without the kick each full window would cost 100 ms: 300 of them half a minute. */
static void a_kick_saves_the_wait(void **state)
{
    (void)state;
    make(16, PT_RATE_MAX, 16 * 300);
    streamer_set_wanted(&b.st, true);
    int64_t begin_us = clock_mono_us();
    for (uint64_t round = 1; round <= 300; round++) {
        assert_true(await(round * 16, round < 300 ? STREAMER_WAITING : STREAMER_DONE));
        deliver_all(true);
    }
    assert_true(clock_mono_us() - begin_us < 15 * SECOND);
    unmake();
}

/* A kick that comes too early, or not at all, costs a wait and nothing else. */
static void without_a_kick_it_looks_by_itself(void **state)
{
    (void)state;
    make(16, PT_RATE_MAX, 48);
    streamer_set_wanted(&b.st, true);
    for (uint64_t round = 1; round <= 3; round++) {
        assert_true(await(round * 16, round < 3 ? STREAMER_WAITING : STREAMER_DONE));
        streamer_kick(&b.st); /* for nothing */
        deliver_all(false);
    }
    unmake();
}

static void a_wish_wakes_it(void **state)
{
    (void)state;
    make(4096, 0.1, 0);
    assert_int_equal(streamer_state_of(&b.st), STREAMER_STOPPED);
    streamer_set_wanted(&b.st, true);
    assert_true(await(1, STREAMER_RUNNING));
    int64_t begin_us = clock_mono_us();
    streamer_set_rate(&b.st, 1000);
    assert_true(await(20, STREAMER_RUNNING));
    streamer_set_wanted(&b.st, false);
    assert_true(await(20, STREAMER_STOPPED));
    /* At the old rate the second record would have been due after 10 s. */
    assert_true(clock_mono_us() - begin_us < 5 * SECOND);
    uint64_t n = sent();
    streamer_set_rate(&b.st, PT_RATE_MAX);
    streamer_park(&b.st);
    assert_int_equal(sent(), n);
    streamer_unpark(&b.st, false);
    unmake();
}

static void a_failure_wakes_it(void **state)
{
    struct pt_error why;
    (void)state;
    make(4096, 0.1, 0);
    streamer_set_wanted(&b.st, true);
    assert_true(await(1, STREAMER_RUNNING));
    pt_error_set(&why, PT_EAUTH, "Ask.", "no right");
    assert_true(window_failed(&b.st.win, 0));
    streamer_fail(&b.st, &why);
    assert_true(await(1, STREAMER_ERROR));
    assert_string_equal(streamer_failure(&b.st).what, "no right");
    streamer_set_wanted(&b.st, true);
    assert_true(await(3, STREAMER_RUNNING)); /* 0 once more, and 1 */
    assert_int_equal(b.held[1], 0);
    assert_int_equal(b.held[2], 1);
    unmake();
}

/* When park returns, produce is not running and will not until unpark. */
static void parked_is_at_rest(void **state)
{
    (void)state;
    make(64, PT_RATE_MAX, 0);
    streamer_set_wanted(&b.st, true);
    for (int i = 0; i < 300; i++) {
        deliver_all(true);
        streamer_park(&b.st);
        uint64_t n = sent();
        assert_false(atomic_load(&b.is_sending));
        deliver_all(true);
        for (int k = 0; k < 20; k++)
            sched_yield();
        assert_int_equal(sent(), n);
        assert_false(atomic_load(&b.is_sending));
        if (i % 3 == 0)
            streamer_park(&b.st); /* twice is once */
        streamer_unpark(&b.st, false);
        if (i % 2)
            assert_true(await(n + 1, -1));
    }
    unmake();
}

/* Parked from every state it can be in. */
static void parks_from_any_state(void **state)
{
    (void)state;
    make(16, PT_RATE_MAX, 32);
    streamer_park(&b.st); /* stopped */
    streamer_set_wanted(&b.st, true);
    assert_int_equal(sent(), 0);
    streamer_unpark(&b.st, false);
    assert_true(await(16, STREAMER_WAITING));
    streamer_park(&b.st);
    streamer_unpark(&b.st, false);
    deliver_all(true);
    assert_true(await(32, STREAMER_DONE));
    streamer_park(&b.st);
    streamer_unpark(&b.st, true);
    assert_true(await(48, STREAMER_DONE)); /* a new producer: the last 16 once more */
    unmake();
}

/* A wish that comes between the thread's look and its step is not lost to it. */
static void parks_as_it_begins(void **state)
{
    (void)state;
    for (int i = 0; i < 3000; i++) {
        make(16, PT_RATE_MAX, 0);
        for (int64_t until_us = clock_mono_us() + i % 60; clock_mono_us() < until_us;)
            ;
        streamer_park(&b.st);
        streamer_unpark(&b.st, false);
        streamer_park(&b.st);
        assert_int_equal(sent(), 0);
        unmake();
    }
}

/* What was in flight is sent again by unpark, once, lowest first. */
static void unpark_with_redo(void **state)
{
    (void)state;
    make(100, PT_RATE_MAX, 100);
    streamer_set_wanted(&b.st, true);
    assert_true(await(100, STREAMER_DONE));
    streamer_park(&b.st);
    for (uint64_t i = 0; i < 100; i += 2)
        window_delivered(&b.st.win, i, 1, clock_mono_us(), true);
    b.n_held = 0;
    b.room = 20; /* and the new one's queue is small */
    streamer_unpark(&b.st, true);
    for (uint64_t want = 1; want < 100;) {
        assert_true(await(100 + (want < 60 ? want / 2 + 20 : 50), -1));
        pthread_mutex_lock(&b.lock);
        for (size_t i = 0; i < b.n_held; i++, want += 2) {
            assert_int_equal(b.held[i], want);
            window_delivered(&b.st.win, want, 1, clock_mono_us(), true);
        }
        b.n_held = 0;
        pthread_mutex_unlock(&b.lock);
        streamer_kick(&b.st);
    }
    assert_int_equal(sent(), 150);
    assert_true(window_is_empty(&b.st.win));
    unmake();
}

static void ends_from_any_state(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        make(16, i % 3 == 0 ? 0.1 : PT_RATE_MAX, 0);
        if (i % 5 > 0)
            streamer_set_wanted(&b.st, true);
        if (i % 5 == 2)
            assert_true(await(1, -1));
        if (i % 5 == 3)
            streamer_park(&b.st);
        if (i % 5 == 4 && i % 3)
            assert_true(await(16, STREAMER_WAITING));
        unmake();
    }
}

/* ---- all at once ---- */

static void *reporter(void *arg)
{
    uint64_t x = 1;
    (void)arg;
    while (!atomic_load(&b.is_over)) {
        struct pt_error why;
        pthread_mutex_lock(&b.lock);
        size_t n = b.n_held;
        for (size_t i = 0; i < n; i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            size_t pick = (size_t)(x >> 33) % b.n_held;
            if (b.fail_each && (x >> 20) % b.fail_each == 0) {
                pt_error_set(&why, PT_EAUTH, "Ask.", "no right");
                if (window_failed(&b.st.win, b.held[pick]))
                    streamer_fail(&b.st, &why);
            } else {
                b.delivered += window_delivered(&b.st.win, b.held[pick], 1, clock_mono_us(), true);
            }
            b.held[pick] = b.held[--b.n_held];
        }
        pthread_mutex_unlock(&b.lock);
        streamer_kick(&b.st);
        sched_yield();
    }
    return NULL;
}

static void everything_at_once(void **state)
{
    enum { COUNT = 20000 };
    pthread_t thread;
    uint64_t samples = 0;
    (void)state;
    make(100, PT_RATE_MAX, COUNT);
    b.fail_each = 400;
    assert_int_equal(pthread_create(&thread, NULL, reporter, NULL), 0);
    streamer_set_wanted(&b.st, true);
    int64_t until_us = clock_mono_us() + 60 * SECOND;
    bool is_right = true;
    while (clock_mono_us() < until_us) {
        struct window_figures f = window_read(&b.st.win);
        is_right = is_right && f.in_flight <= f.size && f.next - f.lowest <= f.size &&
                   f.generated == f.delivered + f.failed + f.in_flight + f.unresolved;
        if (f.delivered == COUNT)
            break;
        if (++samples % 50 == 0) {
            /* The producer dies; a new one. */
            streamer_park(&b.st);
            pthread_mutex_lock(&b.lock);
            b.n_held = 0;
            pthread_mutex_unlock(&b.lock);
            streamer_unpark(&b.st, true);
        } else if (samples % 7 == 0) {
            streamer_set_wanted(&b.st, false);
        } else if (samples % 11 == 0) {
            streamer_set_rate(&b.st, samples % 2 ? 1e6 : PT_RATE_MAX);
        } else {
            streamer_set_wanted(&b.st, true);
        }
        sched_yield();
    }
    streamer_set_wanted(&b.st, true);
    bool is_done = await(COUNT, STREAMER_DONE);
    atomic_store(&b.is_over, true);
    pthread_join(thread, NULL);
    struct window_figures f = window_read(&b.st.win);
    assert_true(is_right);
    assert_int_equal(f.delivered, COUNT);
    assert_int_equal(b.delivered, COUNT);
    assert_int_equal(f.failed, 0);
    assert_true(is_done);
    assert_true(window_is_empty(&b.st.win));
    unmake();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_to_the_end),
        cmocka_unit_test(a_kick_saves_the_wait),
        cmocka_unit_test(without_a_kick_it_looks_by_itself),
        cmocka_unit_test(a_wish_wakes_it),
        cmocka_unit_test(a_failure_wakes_it),
        cmocka_unit_test(parked_is_at_rest),
        cmocka_unit_test(parks_from_any_state),
        cmocka_unit_test(parks_as_it_begins),
        cmocka_unit_test(unpark_with_redo),
        cmocka_unit_test(ends_from_any_state),
        cmocka_unit_test(everything_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
