#include "ui/context_job.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui/apart.h"

enum job_state { JOB_OVER = 1, JOB_LEFT };

struct context_job {
    char name[64]; /* "" none is loaded */
    struct pt_context_carry carry;
    struct context_found found;
    atomic_int state; /* enum job_state; 0: it runs */
};

static void context_job_free(struct context_job *job)
{
    free(job->found.list);
    pt_config_free(job->found.cfg);
    free(job);
}

static void *context_job_run(void *arg)
{
    struct context_job *job = arg;
    struct context_found *found = &job->found;
    pthread_setname_np(pthread_self(), "contexts");
    found->list_code = pt_contexts_read(&found->list, &found->n, &found->list_err);
    if (job->name[0] != '\0')
        found->code = pt_context_load(job->name, &job->carry, &found->cfg, &found->err);
    if (atomic_exchange(&job->state, JOB_OVER) == JOB_LEFT)
        context_job_free(job);
    return NULL;
}

struct context_job *context_job_start(const char *name, const struct pt_context_carry *carry)
{
    struct context_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return NULL;
    if (name != NULL) {
        snprintf(job->name, sizeof job->name, "%s", name);
        job->carry = *carry;
    }
    if (!apart_start(context_job_run, job)) {
        context_job_free(job);
        return NULL;
    }
    return job;
}

bool context_job_take(struct context_job *job, struct context_found *found)
{
    if (atomic_load(&job->state) != JOB_OVER)
        return false;
    *found = job->found;
    job->found = (struct context_found){.n = 0};
    context_job_free(job);
    return true;
}

void context_job_leave(struct context_job *job)
{
    if (job != NULL && atomic_exchange(&job->state, JOB_LEFT) == JOB_OVER)
        context_job_free(job);
}
