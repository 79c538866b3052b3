/* How long a request may take. Each kind of request has a default that suffices for a healthy
 * service. When the user waits longer (--wait), requests get more time, because a late answer is
 * not a failure. Pure. Thread: any. */
#ifndef BASE_PATIENCE_H
#define BASE_PATIENCE_H

#include <stdint.h>

/* wait_ms is how long the user waits for all answers together; 0 when no user waits. One request
 * gets half of it, so that requests that depend on its answer can follow. */
static inline int64_t patience_ms(int64_t own_ms, int64_t wait_ms)
{
    return own_ms > wait_ms / 2 ? own_ms : wait_ms / 2;
}

#endif
