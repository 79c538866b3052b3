#include "ui/incident_job.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "pintop/incident.h"
#include "ui/apart.h"

struct incident_job {
    char path[80];
    struct incident_parts parts;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    /* Under the lock. */
    bool is_over, is_left; /* is_left: nobody waits for it any more */
    pt_code code;
    struct pt_error err;
};

static void incident_job_free(struct incident_job *job)
{
    pt_snapshot_release(job->parts.snap);
    free(job->parts.screen);
    free(job->parts.config);
    free(job->parts.recording);
    pthread_cond_destroy(&job->ended);
    pthread_mutex_destroy(&job->lock);
    free(job);
}

static pt_code incident_job_write(const struct incident_job *job, struct pt_error *err)
{
    const struct pt_incident incident = {.snap = job->parts.snap,
                                         .config = job->parts.config,
                                         .screen = job->parts.screen,
                                         .recording = job->parts.recording,
                                         .now_ms = job->parts.now_ms};
    char *bytes = NULL;
    size_t len = 0;
    pt_code code = pt_incident_make(&incident, &bytes, &len, err);
    if (code == PT_OK)
        code = pt_incident_write(job->path, bytes, len, err);
    free(bytes);
    return code;
}

static void *incident_job_run(void *arg)
{
    struct incident_job *job = arg;
    struct pt_error err = {0};
    pthread_setname_np(pthread_self(), "incident");
    pt_code code = incident_job_write(job, &err);
    pthread_mutex_lock(&job->lock);
    job->code = code;
    job->err = err;
    job->is_over = true;
    bool is_left = job->is_left;
    pthread_cond_signal(&job->ended);
    pthread_mutex_unlock(&job->lock);
    if (is_left)
        incident_job_free(job);
    return NULL;
}

pt_code incident_job_start(const char *path, const struct incident_parts *parts,
                           struct incident_job **out, struct pt_error *err)
{
    struct incident_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        free(parts->screen);
        free(parts->config);
        free(parts->recording);
        return pt_error_set(err, PT_ENOMEM, NULL, "incident file: out of memory");
    }
    snprintf(job->path, sizeof job->path, "%s", path);
    job->parts = *parts;
    job->parts.snap = pt_snapshot_acquire(parts->snap);
    apart_cond_init(&job->ended);
    pthread_mutex_init(&job->lock, NULL);
    if (!apart_start(incident_job_run, job)) {
        incident_job_free(job);
        return pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                            "incident file: no thread can be started");
    }
    *out = job;
    return PT_OK;
}

bool incident_job_is_over(struct incident_job *job)
{
    pthread_mutex_lock(&job->lock);
    bool is_over = job->is_over;
    pthread_mutex_unlock(&job->lock);
    return is_over;
}

pt_code incident_job_end(struct incident_job *job, int64_t limit_ms, struct pt_error *err)
{
    if (job == NULL)
        return PT_OK;
    pthread_mutex_lock(&job->lock);
    bool is_over = apart_wait(&job->ended, &job->lock, &job->is_over, limit_ms);
    pt_code code = job->code;
    if (!is_over)
        code = pt_error_set(err, PT_ETIMEOUT, "`pintop incident` writes one.",
                            "incident file: %s was not written within %g s", job->path,
                            (double)limit_ms / 1000);
    else if (err != NULL)
        *err = job->err;
    job->is_left = true;
    pthread_mutex_unlock(&job->lock);
    if (is_over)
        incident_job_free(job);
    return code;
}
