#include "term/even_clock.h"

#include <time.h>

#include "pintop/stream.h"

int64_t even_clock_ms(void *unused)
{
    struct timespec now;
    (void)unused;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t even_clock_cpu_ms(void)
{
    struct timespec used;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
        return PT_UNKNOWN;
    return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}
