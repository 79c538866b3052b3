#include "sink/sink.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/printable.h"
#include "sink/sink_private.h"

/* ---- status ---- */

static void send_status(struct embedded_sink *sink, int64_t now_us)
{
    sink->is_status_due = false;
    sink->next_status_us = now_us + (int64_t)SINK_STATUS_MS * 1000;
    if (sink->opts.hooks.status)
        sink->opts.hooks.status(sink->opts.hooks.arg, &sink->status);
}

static void sink_fail(struct embedded_sink *sink, const struct pt_error *err)
{
    struct sink_status *status = &sink->status;
    char error[sizeof(status->error)];
    printable_str(error, sizeof(error), err->what);
    if (status->state != SINK_FAILED || strcmp(error, status->error) != 0)
        log_line(PT_ERROR, "sink", "%s", error);
    status->state = SINK_FAILED;
    memcpy(status->error, error, sizeof(error));
    printable_str(status->fix, sizeof(status->fix), err->fix);
    sink->is_status_due = true;
    sink->next_retry_us = clock_mono_us() + (int64_t)SINK_RETRY_MS * 1000;
}

static void sink_recovered(struct embedded_sink *sink)
{
    struct sink_status *status = &sink->status;
    if (status->state == SINK_FAILED)
        log_line(PT_NOTICE, "sink", "the sink writes again");
    status->state = sink->n_parts > 0 ? SINK_RUNNING : SINK_STARTING;
    status->error[0] = status->fix[0] = 0;
    sink->is_status_due = true;
}

/* ---- what other threads ask ---- */

static bool has_topic(const struct sink_topic *topics, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(topics[i].name, name) == 0)
            return true;
    return false;
}

static bool push_topic(struct sink_topic **topics, size_t *n, const char *name)
{
    if (has_topic(*topics, *n, name))
        return true;
    struct sink_topic *grown = realloc(*topics, (*n + 1) * sizeof(*grown));
    if (grown == NULL)
        return false;
    *topics = grown;
    grown += (*n)++;
    *grown = (struct sink_topic){.is_found = false};
    memcpy(grown->name, name, strlen(name) + 1);
    return true;
}

/* Hands a topic over to the thread; the caller holds `lock` once there is a thread. Returns
 * false when out of memory. */
static bool ask_topic(struct embedded_sink *sink, const char *name)
{
    if (!manifest_topic_is_valid(name)) {
        log_line(PT_ERROR, "sink",
                 "topic %s cannot be kept: its name cannot be used as a file name", name);
        return true;
    }
    return push_topic(&sink->asked, &sink->n_asked, name);
}

/* Takes over the topics that other threads asked for. */
static void take_asked(struct embedded_sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    for (size_t i = 0; i < sink->n_asked; i++)
        if (!has_topic(sink->topics, sink->n_topics, sink->asked[i].name) &&
            push_topic(&sink->topics, &sink->n_topics, sink->asked[i].name))
            sink->next_search_us = 0;
    sink->n_asked = 0;
    pthread_mutex_unlock(&sink->lock);
}

static bool is_draining(struct embedded_sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    bool answer = sink->is_draining;
    pthread_mutex_unlock(&sink->lock);
    return answer;
}

static bool is_stopping(struct embedded_sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    bool answer = sink->is_stopping;
    pthread_mutex_unlock(&sink->lock);
    return answer;
}

/* ---- the thread ---- */

static bool has_open(const struct embedded_sink *sink)
{
    for (size_t i = 0; i < sink->n_parts; i++)
        if (sink->parts[i]->open)
            return true;
    return false;
}

static int64_t sink_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Returns when there is something to do even if no record comes. */
static int64_t next_deadline(const struct embedded_sink *sink, int64_t now_us, bool is_drain)
{
    int64_t next = sink_earlier(now_us + (int64_t)SINK_IDLE_MS * 1000, sink->next_search_us);
    for (size_t i = 0; i < sink->n_parts; i++) {
        const struct sink_part *part = sink->parts[i];
        if (part->open)
            next = sink_earlier(next, part->opened_us + sink->opts.rotate_ms * 1000);
        if (part->is_trimmed)
            next = sink_earlier(next, sink->next_rewind_us);
    }
    if (sink->is_assign_due)
        next = sink_earlier(next, sink->next_rewind_us);
    if (commit_has_work(sink))
        next = sink_earlier(next, sink->next_commit_us);
    if (is_drain && (commit_has_work(sink) || has_open(sink)))
        next = sink_earlier(next, sink->quiet_since_us + (int64_t)SINK_DRAIN_QUIET_MS * 1000);
    if (sink->group_asked_us || commit_is_group_behind(sink))
        next = sink_earlier(next, now_us + (int64_t)SINK_COMMIT_MS * 1000);
    if (sink->is_status_due)
        next = sink_earlier(next, sink->next_status_us);
    return next;
}

static int64_t wait_ms(const struct embedded_sink *sink, int64_t now_us, bool is_drain)
{
    int64_t next = next_deadline(sink, now_us, is_drain);
    return next <= now_us ? 0 : (next - now_us + 999) / 1000;
}

static bool is_commit_due(const struct embedded_sink *sink, int64_t now_us, bool is_quiet)
{
    return commit_has_work(sink) &&
           (is_quiet || now_us >= sink->next_commit_us ||
            sink->pending_bytes >= SINK_PENDING_BYTES || sink->n_pending >= SINK_PENDING_OBJECTS);
}

static void sink_work(struct embedded_sink *sink)
{
    struct pt_error err;
    int64_t now_us = clock_mono_us();
    if (now_us >= sink->next_search_us)
        intake_search(sink, now_us);
    intake_mend(sink, now_us);
    bool is_drain = is_draining(sink);
    size_t n = intake_take(sink, wait_ms(sink, now_us, is_drain));
    now_us = clock_mono_us();
    if (n > 0) {
        sink->quiet_since_us = now_us;
        sink->is_status_due = true;
    }
    bool is_quiet =
        is_drain && now_us - sink->quiet_since_us >= (int64_t)SINK_DRAIN_QUIET_MS * 1000;
    intake_close_due(sink, now_us, is_quiet);
    if (is_commit_due(sink, now_us, is_quiet) && commit_all(sink, &err) != PT_OK)
        sink_fail(sink, &err);
    commit_group(sink, now_us, 0);
}

/* Repeats what failed; nothing is consumed meanwhile, so memory stays limited. */
static void sink_recover(struct embedded_sink *sink)
{
    struct pt_error err;
    pt_code code = sink->is_ready ? commit_all(sink, &err) : commit_open(sink, &err);
    if (code != PT_OK) {
        sink_fail(sink, &err);
        return;
    }
    sink->is_ready = true;
    sink_recovered(sink);
}

/* Waits until the next attempt, or until another thread asks for something. */
static void pause_failed(struct embedded_sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    while (!sink->is_stopping && clock_mono_us() < sink->next_retry_us)
        cond_wait_until(&sink->wake, &sink->lock, sink->next_retry_us);
    pthread_mutex_unlock(&sink->lock);
}

static void sink_finish(struct embedded_sink *sink)
{
    struct pt_error err;
    int64_t now_us = clock_mono_us();
    intake_close_due(sink, now_us, true);
    if (sink->is_ready && commit_has_work(sink) && commit_all(sink, &err) != PT_OK)
        sink_fail(sink, &err);
    commit_group(sink, now_us, SINK_GROUP_ANSWER_MS);
    sink->status.state = SINK_STOPPED;
    send_status(sink, now_us);
}

static void *sink_run(void *arg)
{
    struct embedded_sink *sink = arg;
    pthread_setname_np(pthread_self(), "sink");
    while (!is_stopping(sink)) {
        take_asked(sink);
        if (!sink->is_ready || sink->status.state == SINK_FAILED)
            sink_recover(sink);
        else
            sink_work(sink);
        int64_t now_us = clock_mono_us();
        if (sink->is_status_due && now_us >= sink->next_status_us)
            send_status(sink, now_us);
        if (sink->status.state == SINK_FAILED) {
            if (sink->is_status_due)
                send_status(sink, now_us);
            pause_failed(sink);
        }
    }
    sink_finish(sink);
    return NULL;
}

/* ---- life ---- */

static void sink_destroy(struct embedded_sink *sink)
{
    for (size_t i = 0; i < sink->n_parts; i++) {
        object_free(sink->parts[i]->open);
        free(sink->parts[i]);
    }
    free(sink->parts);
    commit_done(sink);
    free(sink->topics);
    free(sink->asked);
    free((void *)(uintptr_t)sink->opts.dir);
    pthread_cond_destroy(&sink->wake);
    pthread_mutex_destroy(&sink->lock);
    free(sink);
}

static void init_lock(struct embedded_sink *sink)
{
    pthread_mutex_init(&sink->lock, NULL);
    cond_init(&sink->wake);
}

static struct embedded_sink *sink_make(const struct sink_opts *opts)
{
    struct embedded_sink *sink = calloc(1, sizeof(*sink));
    if (sink == NULL)
        return NULL;
    init_lock(sink);
    sink->opts = *opts;
    sink->opts.topics = NULL;
    sink->opts.dir = strdup(opts->dir);
    sink->rk = opts->consumer;
    sink->status.newest_object_ms = INT64_MIN;
    if (sink->opts.flush_size < 1)
        sink->opts.flush_size = 1;
    bool is_made = sink->opts.dir != NULL;
    for (size_t i = 0; i < opts->n_topics && is_made; i++)
        is_made = ask_topic(sink, opts->topics[i]);
    if (is_made)
        return sink;
    sink_destroy(sink);
    return NULL;
}

pt_code sink_start(const struct sink_opts *opts, struct embedded_sink **out, struct pt_error *err)
{
    *out = NULL;
    if (strlen(opts->dir) + MANIFEST_PATH_MAX >= PATH_MAX)
        return pt_error_set(err, PT_EIO, "Set pintop.sink.dir to a shorter path",
                            "cannot start the sink: the name of its directory is too long");
    struct embedded_sink *sink = sink_make(opts);
    if (sink == NULL)
        return pt_error_set(err, PT_ENOMEM, "Free some memory",
                            "cannot start the sink: out of memory");
    rd_kafka_poll_set_consumer(sink->rk);
    sink->queue = rd_kafka_queue_get_consumer(sink->rk);
    sink->answers = rd_kafka_queue_new(sink->rk);
    if (pthread_create(&sink->thread, NULL, sink_run, sink) != 0) {
        rd_kafka_queue_destroy(sink->queue);
        rd_kafka_queue_destroy(sink->answers);
        sink_destroy(sink);
        return pt_error_set(err, PT_ENOMEM,
                            "Free some memory, or raise the limit of threads (ulimit -u)",
                            "cannot start the sink: no thread can be started");
    }
    *out = sink;
    return PT_OK;
}

/* Ends the thread's wait, wherever it waits. */
static void sink_wake(struct embedded_sink *sink)
{
    pthread_cond_signal(&sink->wake);
    rd_kafka_queue_yield(sink->queue);
}

void sink_add_topic(struct embedded_sink *sink, const char *topic)
{
    pthread_mutex_lock(&sink->lock);
    if (!ask_topic(sink, topic))
        log_line(PT_ERROR, "sink", "topic %s is not consumed: out of memory", topic);
    pthread_mutex_unlock(&sink->lock);
    sink_wake(sink);
}

void sink_drain(struct embedded_sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    sink->is_draining = true;
    pthread_mutex_unlock(&sink->lock);
    sink_wake(sink);
}

void sink_free(struct embedded_sink *sink)
{
    if (sink == NULL)
        return;
    pthread_mutex_lock(&sink->lock);
    sink->is_stopping = true;
    pthread_mutex_unlock(&sink->lock);
    sink_wake(sink);
    pthread_join(sink->thread, NULL);
    rd_kafka_queue_destroy(sink->queue);
    rd_kafka_queue_destroy(sink->answers);
    if (sink->opts.free_consumer)
        sink->opts.free_consumer(sink->rk);
    else
        rd_kafka_destroy_flags(sink->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    sink_destroy(sink);
}
