/* Another engine in the place of the one that runs: the old one is stopped and freed on a thread of
 * its own, because that may take seconds, and the screen stays alive meanwhile. Thread: the
 * dashboard's. */
#ifndef UI_RESTART_H
#define UI_RESTART_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "pintop/config.h"
#include "pintop/link.h"

/* All zero: nothing is restarted. */
struct restart {
    bool is_on;
    pthread_t thread;
    struct pt_link old;
    struct pt_config *next; /* of the engine that follows; owned until restart_take */
    atomic_bool is_over;
};

/* Takes over the link, which is closed afterwards, and next. Errors PT_ENOMEM: no thread; link and
 * next stay the caller's. */
pt_code restart_begin(struct restart *restart, struct pt_link *link, struct pt_config *next,
                      struct pt_error *err);
/* Returns whether the old engine is gone: then restart_take. */
bool restart_is_over(struct restart *restart);
/* Returns the next configuration, the caller's from now on. */
struct pt_config *restart_take(struct restart *restart);

#endif
