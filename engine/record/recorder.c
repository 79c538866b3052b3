#include "record/recorder.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/text.h"
#include "record/recall.h"

enum { TURN_US = 1000000 };

struct recorder {
    struct turn turn; /* the thread's own, as its recording is */
    char path[4096];
    struct recall *recall; /* the thread's own; NULL: it is over */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, done;
    bool is_ending, is_over;
};

/* ---- what was recorded before ---- */

static void recorder_tell_recall(const struct recorder *recorder, enum pt_severity severity,
                                 const char *text)
{
    if (text[0] != '\0')
        recorder->turn.hooks.tell(recorder->turn.hooks.arg, severity, text);
}

/* Before the first turn, after which what this engine records is in it, too. */
static void recorder_recall_begin(struct recorder *recorder)
{
    struct pt_error err = {0};
    const struct recorder_hooks *hooks = &recorder->turn.hooks;
    const struct pt_snapshot *now = hooks->acquire(hooks->arg);
    pt_code code = recall_open(recorder->path, now, &recorder->recall, &err);
    pt_snapshot_release(now);
    if (code != PT_OK && code != PT_ENOTFOUND && code != PT_ELOCKED)
        recorder_tell_recall(recorder, PT_NOTICE, err.what);
}

static void recorder_recall_end(struct recorder *recorder)
{
    char text[PT_TEXT_MAX];
    const struct recorder_hooks *hooks = &recorder->turn.hooks;
    const struct pt_series_section *found = recall_found(recorder->recall);
    if (found != NULL)
        hooks->recall(hooks->arg, found);
    recall_say(recorder->recall, text, sizeof text);
    recorder_tell_recall(recorder, PT_NOTICE, text);
    recall_close(recorder->recall);
    recorder->recall = NULL;
}

static bool recorder_is_ending(struct recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    bool is_ending = recorder->is_ending;
    pthread_mutex_unlock(&recorder->lock);
    return is_ending;
}

/* Reads one file after the other until the next turn is due, so that the recording waits for one
 * file at most. */
static void recorder_recall_on(struct recorder *recorder, int64_t until_us)
{
    while (recorder->recall != NULL && !recorder_is_ending(recorder)) {
        if (!recall_step(recorder->recall))
            recorder_recall_end(recorder);
        else if (clock_mono_us() >= until_us)
            return;
    }
}

/* ---- the thread ---- */

static void *recorder_run(void *arg)
{
    struct recorder *recorder = arg;
    pthread_setname_np(pthread_self(), "recorder");
    recorder_recall_begin(recorder);
    recorder_recall_on(recorder, clock_mono_us()); /* a file of its own is read before it grows */
    pthread_mutex_lock(&recorder->lock);
    for (bool is_last = false; !is_last;) {
        is_last = recorder->is_ending;
        pthread_mutex_unlock(&recorder->lock);
        int64_t next_us = clock_mono_us() + TURN_US;
        turn_take(&recorder->turn, clock_even_ms());
        recorder_recall_on(recorder, next_us);
        pthread_mutex_lock(&recorder->lock);
        if (!is_last && !recorder->is_ending)
            cond_wait_until(&recorder->more, &recorder->lock, next_us);
    }
    pthread_mutex_unlock(&recorder->lock);
    recall_close(recorder->recall);
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
    text_copy(recorder->path, sizeof recorder->path, opts->path);
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
