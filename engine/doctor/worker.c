#include "doctor/worker.h"

#include <string.h>

#include "base/clock.h"

static int64_t left_ms(const struct doctor_worker *worker)
{
    return (worker->deadline_us - clock_mono_us()) / 1000;
}

static pt_code too_late(struct pt_error *err)
{
    return pt_error_set(err, PT_ETIMEOUT, "Check again; if it stays so, look at the network",
                        "no answer within the check's limit of time");
}

static pt_code worker_call(void *arg, const struct http_request *req, struct http_answer *answer,
                           struct pt_error *err)
{
    struct doctor_worker *worker = arg;
    struct http_request limited = *req;
    int64_t left = left_ms(worker);
    if (left <= 0)
        return too_late(err);
    if (limited.call_ms == 0 || limited.call_ms > left)
        limited.call_ms = left;
    if (limited.connect_ms == 0 || limited.connect_ms > left)
        limited.connect_ms = left;
    atomic_fetch_add(worker->n_calls, 1);
    return worker->net.call(worker->net.arg, &limited, answer, err);
}

/* A wait that would last longer than the check ends at once: no call could follow it. */
static pt_code worker_wait(void *arg, int64_t ms)
{
    struct doctor_worker *worker = arg;
    return ms >= left_ms(worker) ? PT_ETIMEOUT : worker->net.wait(worker->net.arg, ms);
}

pt_code doctor_worker_init(struct doctor_worker *worker, const struct pt_config *cfg,
                           struct aws_pace *pace, atomic_size_t *n_calls, struct pt_error *err)
{
    pt_code code = aws_setup_init(&worker->setup, cfg, err);
    worker->n_calls = n_calls;
    if (code != PT_OK)
        return code;
    worker->net = worker->setup.client.net;
    worker->setup.client.net =
        (struct http_transport){.arg = worker, .call = worker_call, .wait = worker_wait};
    worker->setup.client.pace = pace;
    return PT_OK;
}

void doctor_worker_done(struct doctor_worker *worker)
{
    aws_setup_done(&worker->setup);
}

void doctor_worker_cancel(struct doctor_worker *worker)
{
    if (worker->setup.http != NULL)
        http_cancel(worker->setup.http);
}
