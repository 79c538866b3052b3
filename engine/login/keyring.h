/* AWS credentials for threads that make calls: loaded once, shared as copies until shortly before
 * they expire.
 * Thread: any. */
#ifndef LOGIN_KEYRING_H
#define LOGIN_KEYRING_H

#include <pthread.h>

#include "login/aws_setup.h"

struct keyring {
    pthread_mutex_t lock;
    struct aws_keys keys;
    int64_t renew_s; /* Unix; 0: there are none */
    unsigned turn;   /* counts keyring_forget */
};
void keyring_init(struct keyring *ring);
void keyring_done(struct keyring *ring);
/* Makes the next keyring_take load them again: AWS rejected them, or the user asked for it. */
void keyring_forget(struct keyring *ring);
/* Returns a copy, aws_keys_done; loads them with setup (this thread's) when there are none. Does
 * not wait for another thread's loading. Errors as aws_setup_load. */
pt_code keyring_take(struct keyring *ring, struct aws_setup *setup, struct aws_keys *keys,
                     struct pt_error *err);

#endif
