/* Work that may never end, such as on a disk that hangs: a thread that nobody joins, and a limited
 * wait for it. Whoever comes last frees what both have. */
#ifndef UI_APART_H
#define UI_APART_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Starts a thread that nobody joins. False: there is none. */
bool apart_start(void *(*run)(void *arg), void *arg);
/* A condition whose waits end by the monotonic clock, so that setting the system's changes no
 * limit.
 */
void apart_cond_init(pthread_cond_t *cond);
/* Waits until *is_over, which is under the lock, but no longer than limit_ms. Returns it. */
bool apart_wait(pthread_cond_t *cond, pthread_mutex_t *lock, const bool *is_over, int64_t limit_ms);

#endif
