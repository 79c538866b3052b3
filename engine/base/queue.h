/* A queue of owned pointers between threads, in order.
 * Thread: any number of pushers and takers. */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

/* NULL when out of memory. */
struct queue *queue_new(void);
/* Frees the queue and, with free_fn, the items that are left in it. NULL is fine. */
void queue_free(struct queue *queue, void (*free_fn)(void *item));

/* Adds an item, which then belongs to the queue. Returns false when the queue is closed, or when
 * out of memory; the item then stays the caller's. Blocks only for the lock. */
bool queue_push(struct queue *queue, void *item);
/* Takes the oldest item; waits until the mono_us deadline (0: not at all; INT64_MAX: for ever).
 * NULL when none came, or when the queue is closed and empty. */
void *queue_take(struct queue *queue, int64_t deadline_us);
/* Refuses further items; takers get the remaining ones, then NULL at once. queue may be NULL. */
void queue_close(struct queue *queue);
bool queue_is_closed(struct queue *queue);

#endif
