#include "record/recorder.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cond.h"

enum { TURN_US = 1000000 };

struct recorder {
    struct turn turn; /* the thread's own, as its recording is */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, done;
    bool is_ending, is_over;
};

static void *recorder_run(void *arg)
{
    struct recorder *recorder = arg;
    pthread_setname_np(pthread_self(), "recorder");
    pthread_mutex_lock(&recorder->lock);
    for (bool is_last = false; !is_last;) {
        is_last = recorder->is_ending;
        pthread_mutex_unlock(&recorder->lock);
        turn_take(&recorder->turn, clock_even_ms());
        pthread_mutex_lock(&recorder->lock);
        if (!is_last && !recorder->is_ending)
            cond_wait_until(&recorder->more, &recorder->lock, clock_mono_us() + TURN_US);
    }
    pthread_mutex_unlock(&recorder->lock);
    recording_free(recorder->turn.recording);
    pthread_mutex_lock(&recorder->lock);
    recorder->turn.recording = NULL;
    recorder->is_over = true;
    pthread_cond_broadcast(&recorder->done);
    pthread_mutex_unlock(&recorder->lock);
    return NULL;
}

pt_code recorder_start(const struct recording_opts *opts, const struct recorder_hooks *hooks,
                       struct recorder **out, struct pt_error *err)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL || recording_new(opts, &recorder->turn.recording, err) != PT_OK) {
        free(recorder);
        return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    }
    recorder->turn.hooks = *hooks;
    pthread_mutex_init(&recorder->lock, NULL);
    cond_init(&recorder->more);
    cond_init(&recorder->done);
    if (pthread_create(&recorder->thread, NULL, recorder_run, recorder) != 0) {
        recording_free(recorder->turn.recording);
        free(recorder);
        return pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                            "recording: no thread can be started");
    }
    *out = recorder;
    return PT_OK;
}

void recorder_finish(struct recorder *recorder, int64_t deadline_us)
{
    if (recorder == NULL)
        return;
    pthread_mutex_lock(&recorder->lock);
    recorder->is_ending = true;
    pthread_cond_signal(&recorder->more);
    while (!recorder->is_over &&
           cond_wait_until(&recorder->done, &recorder->lock, deadline_us) == 0) {
    }
    pthread_mutex_unlock(&recorder->lock);
}

void recorder_free(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    recorder_finish(recorder, INT64_MAX);
    pthread_join(recorder->thread, NULL);
    pthread_cond_destroy(&recorder->more);
    pthread_cond_destroy(&recorder->done);
    pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}
