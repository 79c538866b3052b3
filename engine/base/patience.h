/* How long a question may take. Each has a time of its own that is enough where all is well;
 * whoever waits longer for the answer (--wait) is not told after that time that there is none: an
 * answer that is late is no failure. Pure. Thread: any. */
#ifndef BASE_PATIENCE_H
#define BASE_PATIENCE_H

#include <stdint.h>

/* wait_ms: for how long somebody waits for all the answers together; 0 nobody does. One question
 * gets half of it, so that what depends on its answer can be asked, too. */
static inline int64_t patience_ms(int64_t own_ms, int64_t wait_ms)
{
    return own_ms > wait_ms / 2 ? own_ms : wait_ms / 2;
}

#endif
