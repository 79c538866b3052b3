/* What one thread of a round has for itself: an AWS client whose calls end with the check that
 * makes them. Thread: its own, except doctor_worker_cancel. */
#ifndef DOCTOR_WORKER_H
#define DOCTOR_WORKER_H

#include <stdatomic.h>

#include "login/aws_setup.h"
#include "login/keyring.h"

struct doctor_worker {
    struct aws_setup setup;
    struct http_transport net; /* the client's own, behind the one with a limit */
    int64_t deadline_us;       /* of the running check */
    atomic_size_t *n_calls;    /* of the round */
};

/* pace and n_calls are the round's. doctor_worker_done also after an error. Errors as
 * aws_setup_init. */
pt_code doctor_worker_init(struct doctor_worker *worker, const struct pt_config *cfg,
                           struct aws_pace *pace, atomic_size_t *n_calls, struct pt_error *err);
void doctor_worker_done(struct doctor_worker *worker);
/* Ends its running call, and all later ones. Thread: any. */
void doctor_worker_cancel(struct doctor_worker *worker);

#endif
