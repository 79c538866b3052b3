/* What any thread may hand to the reactor: facts, and the failure that ends the run. */
#ifndef DESK_INBOX_H
#define DESK_INBOX_H

#include <pthread.h>
#include <stdbool.h>

#include "base/queue.h"
#include "desk/fact.h"
#include "pintop/event.h"

struct inbox {
    struct queue *facts;
    pthread_mutex_t lock; /* guards failure */
    struct pt_error failure;
};

/* Returns false when out of memory; inbox_done is fine then, too. */
bool inbox_init(struct inbox *inbox);
/* Frees the facts that were not taken. */
void inbox_done(struct inbox *inbox);

/* Queues a fact; there is no limit on their number. After the end of the reactor it is dropped.
 * NULL (out of memory) is fine. Thread: any. */
void inbox_post(struct inbox *inbox, struct fact *fact);
/* Queues an event with the present time; it goes to the log, too. Thread: any. */
void inbox_event(struct inbox *inbox, enum pt_severity severity, const char *area, const char *fmt,
                 ...) __attribute__((format(printf, 4, 5)));
/* Queues a log line and references it until it is taken. Returns false when out of memory: nothing
 * was queued. Thread: any. */
bool inbox_line(struct inbox *inbox, const struct pt_event *line);
/* Queues a command's result; takes the reference. Thread: any. */
void inbox_result(struct inbox *inbox, struct pt_result *result);
/* Keeps the first failure that makes the run impossible. Thread: any. */
void inbox_fail(struct inbox *inbox, const struct pt_error *err);
/* Returns that failure; PT_OK: none. Thread: any. */
pt_code inbox_failure(struct inbox *inbox, struct pt_error *failure);

#endif
