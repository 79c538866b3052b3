#include "base/cond.h"

#include <time.h>

void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

int cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t mono_us)
{
    const struct timespec until = {.tv_sec = (time_t)(mono_us / 1000000),
                                   .tv_nsec = (long)(mono_us % 1000000) * 1000};
    return mono_us == INT64_MAX ? pthread_cond_wait(cond, lock)
                                : pthread_cond_timedwait(cond, lock, &until);
}
