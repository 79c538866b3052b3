/* Waiting on a condition until a moment of clock_mono_us: whoever sets the machine's clock shortens
 * and lengthens no wait. */
#ifndef BASE_COND_H
#define BASE_COND_H

#include <pthread.h>
#include <stdint.h>

/* In place of pthread_cond_init, for one that cond_wait_until waits on. */
void cond_init(pthread_cond_t *cond);
/* As pthread_cond_timedwait: 0, or ETIMEDOUT. INT64_MAX: without an end. */
int cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t mono_us);

#endif
