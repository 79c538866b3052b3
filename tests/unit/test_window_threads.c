/* The window between its threads: a taker, a reporter that completes out of order and fails some, a
 * committer, and a sampler that asserts "at every moment generated = delivered + failed + in flight
 * + unresolved", and the bounds. Also what two threads might do to one slot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream/window.h"

#ifdef PT_TSAN
enum { RECORDS = 60000, ROUNDS = 300 };
#else
enum { RECORDS = 400000, ROUNDS = 3000 };
#endif
enum { RING = 1 << 17 };

/* One pusher, one taker: between the streamer and the broker. */
struct ring {
    uint64_t at[RING];
    _Atomic size_t in, out;
};

static void ring_put(struct ring *ring, uint64_t index)
{
    size_t in = atomic_load(&ring->in);
    while (in - atomic_load(&ring->out) == RING)
        sched_yield();
    ring->at[in % RING] = index;
    atomic_store(&ring->in, in + 1);
}

static bool ring_get(struct ring *ring, uint64_t *index)
{
    size_t out = atomic_load(&ring->out);
    if (out == atomic_load(&ring->in))
        return false;
    *index = ring->at[out % RING];
    atomic_store(&ring->out, out + 1);
    return true;
}

struct stress {
    struct window win;
    struct ring sent, acked;
    bool is_durable;
    uint64_t fail_each;        /* one of so many fails; 0 none */
    uint64_t reports[RECORDS]; /* how often index was delivered; the reporter's own */
    uint64_t given_back, taken_again;
    atomic_bool is_over;
    pthread_mutex_t commits, findings;
    char wrong[200]; /* the samplers' first finding */
    atomic_uint samples;
};

static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    return (x ^ x >> 27) * 0x94d049bb133111ebu >> 7;
}

static void take_failed_again(struct stress *s)
{
    uint64_t next = window_next_index(&s->win);
    for (uint64_t at = window_find(&s->win, 0, 1u << SLOT_FAILED); at < next;
         at = window_find(&s->win, at + 1, 1u << SLOT_FAILED)) {
        window_take_again(&s->win, at, 2);
        if (mixed(s->taken_again) % 8 == 0)
            window_failed(&s->win, at); /* refused at once */
        else
            ring_put(&s->sent, at);
        s->taken_again++;
    }
}

/* Until every record is done. */
static void *taker(void *arg)
{
    struct stress *s = arg;
    struct source_pos pos = {0};
    uint64_t index, n = 0;
    while (window_next_index(&s->win) < RECORDS || !window_is_empty(&s->win)) {
        n++;
        if (window_next_index(&s->win) == RECORDS || !window_take(&s->win, 1, &pos, &index)) {
            take_failed_again(s);
            sched_yield();
        } else if (mixed(n) % 97 == 0) {
            window_give_back(&s->win, index);
            s->given_back++;
        } else {
            ring_put(&s->sent, index);
        }
    }
    atomic_store(&s->is_over, true);
    return NULL;
}

static void report(struct stress *s, uint64_t index, uint64_t n)
{
    if (s->fail_each && mixed(n) % s->fail_each == 0) {
        window_failed(&s->win, index);
        return;
    }
    if (s->is_durable) {
        s->reports[index] += window_delivered(&s->win, index, 3, 5, true);
        return;
    }
    /* As core/account does it: acknowledged and queued under the lock of the commits. */
    pthread_mutex_lock(&s->commits);
    s->reports[index] += window_delivered(&s->win, index, 3, 5, false);
    pthread_mutex_unlock(&s->commits);
    ring_put(&s->acked, index);
}

/* Out of order: holds up to 64 back and reports them shuffled. Some twice. */
static void *reporter(void *arg)
{
    struct stress *s = arg;
    uint64_t held[64], n = 0;
    while (!atomic_load(&s->is_over)) {
        size_t n_held = 0, want = mixed(n) % 64 + 1;
        while (n_held < want && ring_get(&s->sent, &held[n_held]))
            n_held++;
        if (n_held == 0)
            sched_yield();
        while (n_held > 0) {
            size_t pick = mixed(++n) % n_held;
            report(s, held[pick], n);
            held[pick] = held[--n_held];
        }
    }
    return NULL;
}

static void *committer(void *arg)
{
    struct stress *s = arg;
    uint64_t index;
    while (!atomic_load(&s->is_over)) {
        if (!ring_get(&s->acked, &index)) {
            sched_yield();
            continue;
        }
        pthread_mutex_lock(&s->commits);
        window_committed(&s->win, index);
        pthread_mutex_unlock(&s->commits);
    }
    return NULL;
}

static void find_wrong(struct stress *s, const struct window_figures *f,
                       const struct window_figures *was)
{
    const char *what = NULL;
    uint64_t size = f->size;
    if (f->generated != f->delivered + f->failed + f->in_flight + f->unresolved)
        what = "the sum";
    else if (f->in_flight > size)
        what = "more in flight than the window holds, or fewer than none";
    else if (f->failed > size)
        what = "more failed than the window holds";
    else if (f->generated > RECORDS || f->delivered > f->generated)
        what = "counters";
    else if (f->delivered < was->delivered || f->generated + 1 < was->generated)
        what = "a counter went back";
    else if (f->lowest < was->lowest)
        what = "lowest went back";
    else if (f->lowest > f->next || f->next - f->lowest > size)
        what = "lowest <= next <= lowest + size";
    else if (f->uncommitted > size)
        what = "uncommitted";
    if (what == NULL)
        return;
    pthread_mutex_lock(&s->findings);
    if (s->wrong[0] == 0)
        snprintf(s->wrong, sizeof s->wrong,
                 "%s: generated %lld delivered %lld failed %lld in flight %lld lowest %lld next "
                 "%lld uncommitted %lld",
                 what, (long long)f->generated, (long long)f->delivered, (long long)f->failed,
                 (long long)f->in_flight, (long long)f->lowest, (long long)f->next,
                 (long long)f->uncommitted);
    pthread_mutex_unlock(&s->findings);
}

static void *sampler(void *arg)
{
    struct stress *s = arg;
    struct window_figures was = {0};
    while (!atomic_load(&s->is_over)) {
        struct window_figures f = window_read(&s->win);
        find_wrong(s, &f, &was);
        was = f;
        if (atomic_fetch_add(&s->samples, 1) % 64 == 0)
            sched_yield();
    }
    return NULL;
}

static void run_stress(uint64_t size, bool is_durable, uint64_t fail_each)
{
    struct stress *s = calloc(1, sizeof *s);
    pthread_t threads[5];
    void *(*const runs[])(void *) = {reporter, sampler, sampler, taker, committer};
    size_t n = is_durable ? 4 : 5;
    assert_non_null(s);
    s->is_durable = is_durable;
    s->fail_each = fail_each;
    pthread_mutex_init(&s->commits, NULL);
    pthread_mutex_init(&s->findings, NULL);
    assert_int_equal(window_init(&s->win, size, 0, true, NULL), PT_OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, runs[i], s), 0);
    for (size_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    assert_string_equal(s->wrong, "");
    assert_true(s->samples > 0);
    assert_true(s->given_back > 0);
    assert_int_equal(s->taken_again > 0, fail_each > 0);
    struct window_figures f = window_read(&s->win);
    assert_int_equal(f.generated, RECORDS);
    assert_int_equal(f.delivered, RECORDS);
    assert_int_equal(f.failed, 0);
    assert_int_equal(f.in_flight, 0);
    assert_int_equal(f.uncommitted, 0);
    assert_int_equal(f.lowest, RECORDS);
    assert_int_equal(f.bytes, 3 * (uint64_t)RECORDS);
    assert_int_equal(hist_read(&s->win.ack_us).total, RECORDS);
    for (uint64_t i = 0; i < RECORDS; i++)
        assert_int_equal(s->reports[i], 1);
    window_done(&s->win);
    pthread_mutex_destroy(&s->commits);
    pthread_mutex_destroy(&s->findings);
    free(s);
}

static void stress_durable(void **state)
{
    (void)state;
    run_stress(1000, true, 500);
}

static void stress_tiny_window(void **state)
{
    (void)state;
    run_stress(17, true, 50);
}

static void stress_committed_by_a_third(void **state)
{
    (void)state;
    run_stress(4096, false, 1000);
}

static void stress_full_size_without_failures(void **state)
{
    (void)state;
    run_stress(32768, false, 0);
}

/* The end comes when a purge ran out of time, too: reports may still come in beside it. Each record
 * is then delivered or unresolved, never both. */
struct race {
    struct window win;
    bool is_durable;
    atomic_int begun, reported; /* rounds; both threads spin, to start at the same moment */
};

enum { RACE_SIZE = 1024 };

static void await(const atomic_int *rounds, int round)
{
    for (int spins = 0; atomic_load(rounds) < round; spins++)
        if (spins > 10000)
            sched_yield();
}

static void *late_reporter(void *arg)
{
    struct race *race = arg;
    for (int round = 1; round <= ROUNDS; round++) {
        await(&race->begun, round);
        for (uint64_t i = 0; i < RACE_SIZE; i++)
            window_delivered(&race->win, i, 1, 2, race->is_durable);
        atomic_store(&race->reported, round);
    }
    return NULL;
}

static void race_to_the_end(bool is_durable)
{
    struct race *race = calloc(1, sizeof *race);
    pthread_t thread;
    uint64_t index, both = 0;
    assert_non_null(race);
    race->is_durable = is_durable;
    assert_int_equal(pthread_create(&thread, NULL, late_reporter, race), 0);
    for (int round = 1; round <= ROUNDS; round++) {
        assert_int_equal(window_init(&race->win, RACE_SIZE, 0, false, NULL), PT_OK);
        while (window_take(&race->win, 1, NULL, &index))
            ;
        atomic_store(&race->begun, round);
        uint64_t n = window_end(&race->win);
        await(&race->reported, round);
        struct window_figures f = window_read(&race->win);
        both += f.delivered + n != RACE_SIZE || f.unresolved != n || f.in_flight != 0;
        window_done(&race->win);
    }
    pthread_join(thread, NULL);
    free(race);
    assert_int_equal(both, 0);
}

static void the_end_beside_a_late_report(void **state)
{
    (void)state;
    race_to_the_end(true);
}

/* Embedded: what was acknowledged at that moment is taken back, too. */
static void the_end_beside_a_late_acknowledgement(void **state)
{
    (void)state;
    race_to_the_end(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stress_durable),
        cmocka_unit_test(stress_tiny_window),
        cmocka_unit_test(stress_committed_by_a_third),
        cmocka_unit_test(stress_full_size_without_failures),
        cmocka_unit_test(the_end_beside_a_late_report),
        cmocka_unit_test(the_end_beside_a_late_acknowledgement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
