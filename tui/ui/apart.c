#include "ui/apart.h"

#include <errno.h>
#include <time.h>

bool apart_start(void *(*run)(void *arg), void *arg)
{
    pthread_attr_t attr;
    pthread_t thread;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    int rc = pthread_create(&thread, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return rc == 0;
}

void apart_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

bool apart_wait(pthread_cond_t *cond, pthread_mutex_t *lock, const bool *is_over, int64_t limit_ms)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + limit_ms % 1000 * 1000000;
    until.tv_sec += limit_ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    while (!*is_over && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(cond, lock, &until);
    return *is_over;
}
