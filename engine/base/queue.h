/* A bounded queue of owned pointers between threads, in order.
 * Thread: any number of pushers and takers. */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

/* max: entries that queue_push accepts. NULL without memory. */
struct queue *queue_new(size_t max);
/* Frees the queue and, with free_fn, what is still in it. NULL is fine. */
void queue_free(struct queue *queue, void (*free_fn)(void *item));

/* Add item; the queue owns it. false: full or closed, the item stays the caller's. Never blocks
 * but for the lock. */
bool queue_push(struct queue *queue, void *item);
/* Add although it is full (not closed): for what must never be dropped. */
bool queue_push_always(struct queue *queue, void *item);
/* The oldest item; waits until mono_us deadline (0: not at all; INT64_MAX: for ever). NULL: none
 * came, or closed and empty. */
void *queue_take(struct queue *queue, int64_t deadline_us);
/* Nothing more goes in; takers get the rest, then NULL at once. */
void queue_close(struct queue *queue);
bool queue_is_closed(struct queue *queue);
/* Wake one taker without an item (it gets NULL). */
void queue_kick(struct queue *queue);

#endif
