/* AWS keys for threads that make calls: loaded once, shared as copies until they are about to end.
 * Thread: any. */
#ifndef CORE_KEYRING_H
#define CORE_KEYRING_H

#include <pthread.h>

#include "core/aws_setup.h"

struct keyring {
    pthread_mutex_t lock;
    struct aws_keys keys;
    int64_t renew_s; /* Unix; 0: there are none */
    unsigned turn;   /* counts keyring_forget */
};
void keyring_init(struct keyring *ring);
void keyring_done(struct keyring *ring);
/* Load anew at the next turn: AWS refused them, or somebody asked. */
void keyring_forget(struct keyring *ring);
/* A copy, aws_keys_done; loads them by setup (this thread's) when there are none. Waits for no
 * other thread's loading. Errors as aws_setup_load. */
pt_code keyring_take(struct keyring *ring, struct aws_setup *setup, struct aws_keys *keys,
                     struct pt_error *err);

#endif
