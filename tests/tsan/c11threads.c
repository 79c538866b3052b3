/* C11 threads over pthreads, for the thread sanitizer's flavour only.
 *
 * Debian's librdkafka locks with glibc's mtx_*, cnd_* and thrd_*, which the sanitizer does not
 * intercept: it crashes on the first thread, and would see no lock. Defined in the program, these
 * win over glibc's and go through the pthread functions, which it does intercept. The objects stay
 * glibc's own types, as librdkafka was compiled with their sizes; glibc's mtx_t is the pthread
 * mutex inside as well. */
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

_Static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t), "mtx_t holds a pthread mutex");
_Static_assert(_Alignof(mtx_t) == _Alignof(pthread_mutex_t), "mtx_t holds a pthread mutex");
_Static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t), "cnd_t holds a pthread condition");
_Static_assert(_Alignof(cnd_t) == _Alignof(pthread_cond_t), "cnd_t holds a pthread condition");
_Static_assert(sizeof(thrd_t) == sizeof(pthread_t), "thrd_t is a pthread's id");
_Static_assert(sizeof(tss_t) == sizeof(pthread_key_t), "tss_t is a pthread key");
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "once_flag is pthread's");
_Static_assert(PTHREAD_ONCE_INIT == 0, "ONCE_FLAG_INIT is all zero, so must pthread's be");

static int code(int error)
{
    switch (error) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ENOMEM:
        return thrd_nomem;
    case ETIMEDOUT:
        return thrd_timedout;
    default:
        return thrd_error;
    }
}

/* ---- threads ---- */

struct start {
    thrd_start_t func;
    void *arg;
};

static void *run(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    return (void *)(intptr_t)start.func(start.arg);
}

int thrd_create(thrd_t *thread, thrd_start_t func, void *arg)
{
    struct start *start = malloc(sizeof *start);
    if (!start) {
        return thrd_nomem;
    }
    *start = (struct start){func, arg};
    int rc = pthread_create((pthread_t *)thread, NULL, run, start);
    if (rc != 0) {
        free(start);
    }
    return rc == EAGAIN ? thrd_nomem : code(rc);
}

int thrd_join(thrd_t thread, int *result)
{
    void *value;
    int rc = pthread_join((pthread_t)thread, &value);
    if (rc == 0 && result) {
        *result = (int)(intptr_t)value;
    }
    return code(rc);
}

int thrd_detach(thrd_t thread)
{
    return code(pthread_detach((pthread_t)thread));
}

thrd_t thrd_current(void)
{
    return (thrd_t)pthread_self();
}

int thrd_equal(thrd_t a, thrd_t b)
{
    return pthread_equal((pthread_t)a, (pthread_t)b);
}

void thrd_exit(int result)
{
    pthread_exit((void *)(intptr_t)result);
}

void thrd_yield(void)
{
    sched_yield();
}

/* C11: 0 done, -1 interrupted, else another negative number. */
int thrd_sleep(const struct timespec *time, struct timespec *remaining)
{
    int rc = clock_nanosleep(CLOCK_REALTIME, 0, time, remaining);
    if (rc == 0) {
        return 0;
    }
    return rc == EINTR ? -1 : -2;
}

/* ---- mutexes ---- */

/* Only librdkafka calls these; pintop itself uses the pthread functions. Whoever gives up the last
 * reference to an object destroys its mutexes and conditions. It counts references by atomic
 * instructions, which the sanitizer does not see (as with free() below), so the destruction would
 * look like a race with everyone who used them before. Said here: they are done with it. */
void __tsan_acquire(void *address);
void __tsan_release(void *address);

static pthread_mutex_t *mutex(mtx_t *mtx)
{
    return (pthread_mutex_t *)mtx;
}

int mtx_init(mtx_t *mtx, int type)
{
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE
                                                          : PTHREAD_MUTEX_NORMAL);
    int rc = pthread_mutex_init(mutex(mtx), &attr);
    pthread_mutexattr_destroy(&attr);
    return code(rc);
}

int mtx_lock(mtx_t *mtx)
{
    return code(pthread_mutex_lock(mutex(mtx)));
}

int mtx_timedlock(mtx_t *restrict mtx, const struct timespec *restrict time)
{
    return code(pthread_mutex_timedlock(mutex(mtx), time));
}

int mtx_trylock(mtx_t *mtx)
{
    return code(pthread_mutex_trylock(mutex(mtx)));
}

int mtx_unlock(mtx_t *mtx)
{
    return code(pthread_mutex_unlock(mutex(mtx)));
}

void mtx_destroy(mtx_t *mtx)
{
    __tsan_acquire(mtx); /* what its unlocking released */
    pthread_mutex_destroy(mutex(mtx));
}

/* ---- conditions; C11's absolute times are TIME_UTC, pthread's default clock too ---- */

static pthread_cond_t *condition(cnd_t *cnd)
{
    return (pthread_cond_t *)cnd;
}

int cnd_init(cnd_t *cnd)
{
    return code(pthread_cond_init(condition(cnd), NULL));
}

int cnd_signal(cnd_t *cnd)
{
    int rc = pthread_cond_signal(condition(cnd));
    __tsan_release(cnd);
    return code(rc);
}

int cnd_broadcast(cnd_t *cnd)
{
    int rc = pthread_cond_broadcast(condition(cnd));
    __tsan_release(cnd);
    return code(rc);
}

int cnd_wait(cnd_t *cnd, mtx_t *mtx)
{
    int rc = pthread_cond_wait(condition(cnd), mutex(mtx));
    __tsan_release(cnd);
    return code(rc);
}

int cnd_timedwait(cnd_t *restrict cnd, mtx_t *restrict mtx, const struct timespec *restrict time)
{
    int rc = pthread_cond_timedwait(condition(cnd), mutex(mtx), time);
    __tsan_release(cnd);
    return code(rc);
}

void cnd_destroy(cnd_t *cnd)
{
    __tsan_acquire(cnd);
    pthread_cond_destroy(condition(cnd));
}

/* ---- thread-specific storage, once ---- */

int tss_create(tss_t *key, tss_dtor_t destructor)
{
    return code(pthread_key_create((pthread_key_t *)key, destructor));
}

void *tss_get(tss_t key)
{
    return pthread_getspecific((pthread_key_t)key);
}

int tss_set(tss_t key, void *value)
{
    return code(pthread_setspecific((pthread_key_t)key, value));
}

void tss_delete(tss_t key)
{
    pthread_key_delete((pthread_key_t)key);
}

void call_once(once_flag *flag, void (*func)(void))
{
    pthread_once((pthread_once_t *)flag, func);
}

/* ---- memory that librdkafka frees itself ---- */

/* It counts references to a fetched buffer by atomic instructions, which the sanitizer does not see
 * in a library that is not instrumented: the last one's free() looks like a race with everyone who
 * read the buffer before. So what librdkafka frees itself is not looked at as a write. Only that:
 * a suppression by name would hide our own callbacks, too. Reading a buffer after it is freed is
 * the address sanitizer's to find. */
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
void __interceptor_free(void *memory);

static uintptr_t library_begin, library_end;

static int find_library(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size, (void)arg;
    if (!info->dlpi_name || !strstr(info->dlpi_name, "librdkafka.so")) {
        return 0;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X)) {
            library_begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            library_end = library_begin + info->dlpi_phdr[i].p_memsz;
        }
    }
    return 1;
}

__attribute__((constructor)) static void find_it(void)
{
    dl_iterate_phdr(find_library, NULL);
}

/* Called before the sanitizer has begun, so not instrumented itself. */
__attribute__((no_sanitize("thread"))) void free(void *memory)
{
    uintptr_t caller = (uintptr_t)__builtin_return_address(0);
    bool is_library = caller >= library_begin && caller < library_end;
    if (is_library) {
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    }
    __interceptor_free(memory);
    if (is_library) {
        AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    }
}

/* ---- read-write locks ---- */

/* librdkafka destroys a topic's lock when the last reference goes; it counts them by atomics that
 * the sanitizer does not see, and takes the destruction for a race. pintop has no such lock itself.
 */
int pthread_rwlock_destroy(pthread_rwlock_t *lock);
int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    (void)lock;
    return 0;
}
