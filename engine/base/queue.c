#include "base/queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cond.h"

enum { FIRST_CAP = 16 };

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t more;
    void **items; /* a ring of cap entries */
    size_t cap, first, n;
    bool is_closed;
};

struct queue *queue_new(void)
{
    struct queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        return NULL;
    cond_init(&queue->more);
    pthread_mutex_init(&queue->lock, NULL);
    queue->cap = FIRST_CAP;
    queue->items = malloc(FIRST_CAP * sizeof *queue->items);
    if (queue->items == NULL) {
        queue_free(queue, NULL);
        return NULL;
    }
    return queue;
}

void queue_free(struct queue *queue, void (*free_fn)(void *item))
{
    if (queue == NULL)
        return;
    for (size_t i = 0; free_fn && i < queue->n; i++)
        free_fn(queue->items[(queue->first + i) % queue->cap]);
    free(queue->items);
    pthread_cond_destroy(&queue->more);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

static bool queue_grow(struct queue *queue)
{
    size_t cap = queue->cap * 2;
    void **items = malloc(cap * sizeof *items);
    if (items == NULL)
        return false;
    for (size_t i = 0; i < queue->n; i++)
        items[i] = queue->items[(queue->first + i) % queue->cap];
    free(queue->items);
    queue->items = items;
    queue->cap = cap;
    queue->first = 0;
    return true;
}

bool queue_push(struct queue *queue, void *item)
{
    bool is_in = false;
    pthread_mutex_lock(&queue->lock);
    if (!queue->is_closed && (queue->n < queue->cap || queue_grow(queue))) {
        queue->items[(queue->first + queue->n++) % queue->cap] = item;
        is_in = true;
        pthread_cond_signal(&queue->more);
    }
    pthread_mutex_unlock(&queue->lock);
    return is_in;
}

void *queue_take(struct queue *queue, int64_t deadline_us)
{
    void *item = NULL;
    pthread_mutex_lock(&queue->lock);
    while (queue->n == 0 && !queue->is_closed && deadline_us > 0) {
        if (cond_wait_until(&queue->more, &queue->lock, deadline_us) != 0)
            break;
    }
    if (queue->n > 0) {
        item = queue->items[queue->first];
        queue->first = (queue->first + 1) % queue->cap;
        queue->n--;
    }
    pthread_mutex_unlock(&queue->lock);
    return item;
}

void queue_close(struct queue *queue)
{
    if (queue == NULL)
        return;
    pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    pthread_cond_broadcast(&queue->more);
    pthread_mutex_unlock(&queue->lock);
}

bool queue_is_closed(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    bool is_closed = queue->is_closed;
    pthread_mutex_unlock(&queue->lock);
    return is_closed;
}
