/* How often AWS is asked, by all clients that share this: never more than four calls to one service
 * in any second, as the service sees it, and how many were made within the last minute. Who asks by
 * itself keeps within a minute's allowance (core/conn_aws.c); what an operator asks for is counted,
 * not held up. Thread: any. */
#ifndef AWS_PACE_H
#define AWS_PACE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/service.h"

enum { AWS_PACE_A_SECOND = 4, AWS_PACE_SERVICES = 16, AWS_PACE_KEPT = 256 };

struct aws_pace {
    pthread_mutex_t lock;    /* all below */
    int64_t (*now_ms)(void); /* a clock that nobody sets */
    struct aws_pace_service {
        const struct aws_service *service;
        int64_t free_ms[AWS_PACE_A_SECOND]; /* its places; INT64_MAX: a call is under way */
    } services[AWS_PACE_SERVICES];
    int64_t made_ms[AWS_PACE_KEPT]; /* the last calls that weren't regular */
    unsigned n_made;                /* ever */
};

/* now_ms: base/clock.h's clock_even_ms, or a test's. */
void aws_pace_init(struct aws_pace *pace, int64_t (*now_ms)(void));
void aws_pace_done(struct aws_pace *pace);

/* A place for one call. A place is free again a second after the answer came, so that no five calls
 * can arrive within a second, however long the first one was on its way.
 *
 * is_regular  one of those that come all the time (the list); one place is kept for them, and they
 *             are not counted.
 * wait_ms     out, when there is none: ask again after so long.
 * Returns the place, for aws_pace_give; -1: none is free. */
int aws_pace_take(struct aws_pace *pace, const struct aws_service *service, bool is_regular,
                  int64_t *wait_ms);
void aws_pace_give(struct aws_pace *pace, const struct aws_service *service, int place);

/* Calls within the last minute that weren't regular ones, all services together. */
int aws_pace_count(struct aws_pace *pace);

#endif
