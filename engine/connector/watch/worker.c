/* What a worker needs, created when its first job arrives: AWS client, credentials, back end. */
#include <string.h>

#include "base/patience.h"
#include "connector/watch/worker.h"

pt_code conn_worker_setup(struct conn_worker *worker, struct pt_error *err)
{
    if (worker->has_setup)
        return PT_OK;
    struct aws_setup setup;
    pt_code code = aws_setup_init(&setup, worker->connectors->opts.cfg, err);
    if (code != PT_OK) {
        aws_setup_done(&setup);
        return code;
    }
    setup.client.pace = &worker->connectors->pace;
    pthread_mutex_lock(&worker->lock);
    worker->setup = setup;
    worker->has_setup = true;
    if (atomic_load(&worker->connectors->is_ending))
        http_cancel(worker->setup.http);
    pthread_mutex_unlock(&worker->lock);
    return PT_OK;
}

pt_code conn_worker_keys(struct conn_worker *worker, struct aws_keys *keys, struct pt_error *err)
{
    memset(keys, 0, sizeof *keys);
    pt_code code = conn_worker_setup(worker, err);
    return code == PT_OK ? keyring_take(&worker->connectors->ring, &worker->setup, keys, err)
                         : code;
}

int conn_worker_patience_ms(const struct conn_worker *worker, int own_ms)
{
    return (int)patience_ms(own_ms, worker->connectors->opts.wait_ms);
}

static pt_code keys_for_backend(void *arg, struct aws_client *client, struct aws_keys *keys,
                                struct pt_error *err)
{
    (void)client; /* the worker's own */
    return conn_worker_keys(arg, keys, err);
}

pt_code conn_worker_backend(struct conn_worker *worker, struct pt_error *err)
{
    const struct connectors *all = worker->connectors;
    if (worker->has_backend)
        return PT_OK;
    pt_code code = conn_worker_setup(worker, err);
    if (code != PT_OK)
        return code;
    const struct conn_access access = {.net = worker->setup.client.net,
                                       .url = all->url,
                                       .wait_ms = all->opts.wait_ms,
                                       .user = all->user,
                                       .password = all->password,
                                       .aws = &worker->setup.client,
                                       .keys_arg = worker,
                                       .keys = keys_for_backend};
    conn_backend_init(&worker->backend, all->opts.ops, &access);
    worker->has_backend = true;
    return PT_OK;
}
