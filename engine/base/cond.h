/* Waiting on a condition until a moment of clock_mono_us, so that setting the system clock
 * neither shortens nor lengthens a wait. */
#ifndef BASE_COND_H
#define BASE_COND_H

#include <pthread.h>
#include <stdint.h>

/* Replaces pthread_cond_init for a condition that cond_wait_until waits on. */
void cond_init(pthread_cond_t *cond);
/* Like pthread_cond_timedwait: returns 0 or ETIMEDOUT. INT64_MAX waits without a limit. */
int cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t mono_us);

#endif
