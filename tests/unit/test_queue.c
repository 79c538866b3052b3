/* The queue between threads: order, the end, and who frees what is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/queue.h"

/* ---- queue ---- */

static void queue_keeps_order(void **state)
{
    int items[100];
    struct queue *queue = queue_new();
    (void)state;
    /* Round and round, so that it grows while it wraps. */
    for (int lap = 0; lap < 7; lap++) {
        for (int i = 0; i < 5; i++)
            assert_true(queue_push(queue, &items[i]));
        for (int i = 0; i < 5; i++)
            assert_ptr_equal(queue_take(queue, 0), &items[i]);
    }
    for (int i = 0; i < 100; i++)
        assert_true(queue_push(queue, &items[i]));
    for (int i = 0; i < 100; i++)
        assert_ptr_equal(queue_take(queue, 0), &items[i]);
    assert_null(queue_take(queue, 0));
    assert_null(queue_take(queue, clock_mono_us() + 1000));
    queue_free(queue, NULL);
    queue_free(NULL, free);
}

static void queue_closed(void **state)
{
    int item;
    struct queue *queue = queue_new();
    (void)state;
    assert_false(queue_is_closed(queue));
    queue_push(queue, &item);
    queue_close(queue);
    assert_true(queue_is_closed(queue));
    assert_false(queue_push(queue, &item));
    assert_ptr_equal(queue_take(queue, INT64_MAX), &item);
    assert_null(queue_take(queue, INT64_MAX)); /* at once */
    queue_free(queue, NULL);
}

static void queue_frees_what_is_left(void **state)
{
    struct queue *queue = queue_new();
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(queue_push(queue, malloc(10)));
    queue_free(queue, free);
}

enum { PUSHERS = 3, EACH = 5000 };
struct pusher {
    struct queue *queue;
    uintptr_t first;
};

static void *push_many(void *arg)
{
    const struct pusher *pusher = arg;
    for (uintptr_t i = 0; i < EACH; i++)
        assert_true(queue_push(pusher->queue, (void *)(pusher->first + i)));
    return NULL;
}

struct taker {
    struct queue *queue;
    unsigned char *times;
    size_t n;
    bool is_in_order;
};

static void *take_many(void *arg)
{
    struct taker *taker = arg;
    uintptr_t last[PUSHERS] = {0}, item;
    taker->is_in_order = true;
    while ((item = (uintptr_t)queue_take(taker->queue, INT64_MAX)) != 0) {
        size_t from = (item - 1) / EACH;
        taker->is_in_order = taker->is_in_order && item > last[from];
        last[from] = item;
        taker->times[item]++;
        taker->n++;
    }
    return NULL;
}

static void queue_between_threads(void **state)
{
    static unsigned char times[2][PUSHERS * EACH + 1];
    struct queue *queue = queue_new();
    struct pusher pushers[PUSHERS];
    struct taker takers[2] = {
        {queue, times[0], 0, false},
        {queue, times[1], 0, false}
    };
    pthread_t push_threads[PUSHERS], take_threads[2];
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&take_threads[i], NULL, take_many, &takers[i]), 0);
    for (uintptr_t i = 0; i < PUSHERS; i++) {
        pushers[i] = (struct pusher){queue, i * EACH + 1};
        assert_int_equal(pthread_create(&push_threads[i], NULL, push_many, &pushers[i]), 0);
    }
    for (int i = 0; i < PUSHERS; i++)
        pthread_join(push_threads[i], NULL);
    queue_close(queue);
    for (int i = 0; i < 2; i++)
        pthread_join(take_threads[i], NULL);
    assert_int_equal(takers[0].n + takers[1].n, PUSHERS * EACH);
    assert_true(takers[0].is_in_order && takers[1].is_in_order);
    for (int i = 1; i <= PUSHERS * EACH; i++)
        assert_int_equal(times[0][i] + times[1][i], 1);
    queue_free(queue, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_keeps_order),
        cmocka_unit_test(queue_closed),
        cmocka_unit_test(queue_frees_what_is_left),
        cmocka_unit_test(queue_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
