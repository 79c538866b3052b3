/* Limits how often AWS is called by all clients that share this: at most four calls to one
 * service in any second, as the service sees it, unless it answers thousands (S3); and counts the
 * calls of the last minute. Automatic calls keep within an allowance per minute; calls that an
 * operator requests are counted, but not delayed. Thread: any. */
#ifndef AWS_PACE_H
#define AWS_PACE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/service.h"

enum { AWS_PACE_A_SECOND = 4, AWS_PACE_SERVICES = 16, AWS_PACE_KEPT = 256 };

struct aws_pace {
    pthread_mutex_t lock;    /* protects everything below */
    int64_t (*now_ms)(void); /* a clock that does not jump */
    struct aws_pace_service {
        const struct aws_service *service;
        int64_t free_ms[AWS_PACE_A_SECOND]; /* its places; INT64_MAX: a call is running */
    } services[AWS_PACE_SERVICES];
    int64_t made_ms[AWS_PACE_KEPT]; /* the last calls that were not regular */
    unsigned n_made;                /* in total */
};

/* now_ms is base/clock.h's clock_even_ms, or a test's. */
void aws_pace_init(struct aws_pace *pace, int64_t (*now_ms)(void));
void aws_pace_done(struct aws_pace *pace);

/* Takes a place for one call; a service that answers thousands always has one. A place is free
 * again a second after the answer came, so no five calls can arrive within a second, however long
 * the first one took to arrive.
 *
 * is_regular  a call that is made all the time (the list); one place is reserved for these, and
 *             they are not counted.
 * wait_ms     out, when there is no place: try again after this time.
 * Returns the place, for aws_pace_give; -1 when none is free. */
int aws_pace_take(struct aws_pace *pace, const struct aws_service *service, bool is_regular,
                  int64_t *wait_ms);
void aws_pace_give(struct aws_pace *pace, const struct aws_service *service, int place);

/* Returns the number of calls within the last minute that were not regular, all services
 * together. */
int aws_pace_count(struct aws_pace *pace);

#endif
