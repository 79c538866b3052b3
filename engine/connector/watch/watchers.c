#include "connector/watch/watchers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/patience.h"
#include "base/text.h"
#include "connector/watch/commits.h"
#include "connector/watch/group.h"
#include "connector/watch/loss_file.h"
#include "connector/watch/losses.h"
#include "connector/watch/safe.h"
#include "connector/watch/worker.h"
#include "connector/watch/workers.h"
#include "desk/section.h"

enum { FORGET_MS = 60000 /* between two renewals of credentials after a missing permission */ };

const char *connectors_url(const struct pt_config *cfg)
{
    const char *url = pt_config_get(cfg, "pintop.connector.url");
    return url != NULL ? url : "http://localhost:8083";
}

/* ------------------------------------------------------------------ the jobs */

static void do_list(struct conn_worker *worker, const struct conn_job *job, struct conn_news *news)
{
    struct conn_backend *b = &worker->backend;
    if (conn_worker_backend(worker, &news->error) != PT_OK)
        return;
    b->ops->list(b, job->only, &news->list, &news->error);
    for (size_t i = 0; i < news->list.n; i++)
        conn_read_rules(&news->list.items[i]);
    text_copy(news->version, sizeof news->version, b->version);
    news->can = b->can;
}

/* Reads what was acknowledged, by this pintop or another one, if the file has changed. A file that
 * cannot be read hides no loss. */
static void read_marks(struct conn_worker *worker, struct conn_news *news)
{
    const char *dir = pt_config_get(worker->connectors->opts.cfg, "pintop.state.dir");
    struct pt_error err;
    if (dir == NULL ||
        (!loss_file_changed(dir, LOSS_FILE_ACKNOWLEDGED, &worker->marks) && worker->has_marks))
        return;
    worker->has_marks = news->has_marks = true;
    if (loss_file_read(dir, LOSS_FILE_ACKNOWLEDGED, &news->marks, &err) != PT_OK)
        log_line(PT_WARN, "sink", "%s", err.what);
}

/* Stores what was seen for the pintops that run later, and reads the file when one of them has
 * added to it. When it cannot be written, this pintop still shows its own. */
static void share_seen(struct conn_worker *worker, const struct conn_job *job,
                       struct conn_news *news)
{
    const char *dir = pt_config_get(worker->connectors->opts.cfg, "pintop.state.dir");
    struct loss_marks all;
    struct pt_error err;
    if (dir == NULL)
        return;
    if (job->marks.n > 0) {
        bool is_bad = loss_file_add(dir, LOSS_FILE_SEEN, &job->marks, &all, &err) != PT_OK;
        if (is_bad && !worker->has_warned)
            log_line(PT_WARN, "sink", "%s", err.what);
        if (!is_bad)
            loss_marks_done(&all);
        worker->has_warned = is_bad;
    }
    if (!loss_file_changed(dir, LOSS_FILE_SEEN, &worker->seen) && worker->has_seen)
        return;
    worker->has_seen = news->has_seen = true;
    if (loss_file_read(dir, LOSS_FILE_SEEN, &news->seen, &err) != PT_OK)
        log_line(PT_WARN, "sink", "%s", err.what);
}

static void do_details(struct conn_worker *worker, const struct conn_job *job,
                       struct conn_news *news)
{
    struct conn_backend *b = &worker->backend;
    if (conn_worker_backend(worker, &news->error) != PT_OK)
        return;
    if (job->ask == CONN_ASK_CHANGES) {
        b->ops->last_change(b, &job->conn, &news->operation, &news->error);
        return;
    }
    struct conn *fresh = conn_list_add(&news->list);
    if (fresh != NULL && b->ops->read(b, &job->conn, fresh, &news->error) == PT_OK)
        conn_read_rules(fresh);
}

static void do_objects(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    struct aws_keys keys;
    news->objects.topics = job->topics;
    if (conn_worker_setup(worker, &news->error) != PT_OK)
        return;
    bool has_own = conn_get(&job->conn, "aws.access.key.id")[0] != '\0';
    pt_code code = conn_worker_keys(worker, &keys, &news->error);
    if (code != PT_OK && has_own && code != PT_ECANCELLED) {
        memset(&keys, 0, sizeof keys);
        news->error = (struct pt_error){.code = PT_OK};
        code = PT_OK;
    }
    if (code == PT_OK)
        ask_objects(&worker->setup.client, &keys, &job->conn, &job->rows, job->lists, &worker->turn,
                    &news->objects, &news->error);
    news->objects.topics = NULL;
    if (code == PT_OK && news->error.code == PT_OK)
        conn_kafka_count(worker, &job->conn, &job->rows);
    news->rows = job->rows; /* with their newest objects */
    job->rows = (struct conn_rows){0};
    aws_keys_done(&keys);
}

static void do_log(struct conn_worker *worker, const struct conn_job *job,
                   const struct aws_keys *keys, struct conn_news *news)
{
    struct log_blocks blocks;
    bool is_cut;
    if (ask_log(&worker->setup.client, keys, &job->conn, job->since_ms, LOG_PATTERN, &blocks,
                &is_cut, &news->error) != PT_OK)
        return;
    log_witness(&blocks, &job->conn, &news->log);
    log_blocks_done(&blocks);
}

/* The job's connectors belong to the news by now. */
static void do_metrics(struct conn_worker *worker, struct conn_job *job,
                       const struct aws_keys *keys, struct conn_news *news)
{
    struct metrics_ask *asks = calloc(job->n_metered + 1, sizeof *asks);
    size_t n = 0;
    for (; asks != NULL && n < news->n_metered; n++) {
        struct conn_metered *one = &news->metered[n];
        one->metrics = calloc(1, sizeof *one->metrics);
        if (one->metrics == NULL)
            break;
        asks[n] = (struct metrics_ask){.connector = one->name, .out = one->metrics};
    }
    if (asks == NULL || n < news->n_metered)
        pt_error_set(&news->error, PT_ENOMEM, NULL, "CloudWatch GetMetricData: out of memory");
    else
        ask_metrics(&worker->setup.client, keys, asks, n, job->since_ms, &news->error);
    for (size_t i = 0; asks != NULL && i < n; i++)
        news->metered[i].error = news->error.code != PT_OK ? news->error : asks[i].error;
    free(asks);
}

static void do_aws(struct conn_worker *worker, struct conn_job *job, struct conn_news *news)
{
    struct aws_keys keys;
    struct aws_client *client = &worker->setup.client;
    pt_code code = conn_worker_keys(worker, &keys, &news->error);
    if (code == PT_OK && worker->checks == NULL &&
        (worker->checks = calloc(1, sizeof *worker->checks)) == NULL)
        code = pt_error_set(&news->error, PT_ENOMEM, NULL, "AWS: out of memory");
    if (code == PT_OK && job->ask == CONN_ASK_METRICS)
        do_metrics(worker, job, &keys, news);
    else if (code == PT_OK && job->ask == CONN_ASK_LOG)
        do_log(worker, job, &keys, news);
    else if (code == PT_OK)
        ask_checks(client, &keys, &job->conn, job->only, worker->checks, job->is_anew,
                   &news->checks, &news->error);
    aws_keys_done(&keys);
}

static void do_command(struct conn_worker *worker, const struct conn_job *job)
{
    const struct connectors_opts *opts = &worker->connectors->opts;
    struct result *result = result_new(job->id, job->command->kind);
    if (result == NULL)
        return;
    struct pt_result *pub = &result->pub;
    text_copy(pub->topic, sizeof pub->topic, job->command->connector);
    pt_code code = opts->command(worker, job, pub, &pub->error);
    pub->state = code == PT_OK ? PT_RESULT_DONE : PT_RESULT_FAILED;
    opts->result(opts->arg, job->id, job->command, pub);
}

/* Credentials that AWS rejects may have been replaced in the files, and an identity that lacks a
 * permission may be another one there. The latter is checked once a minute at most: otherwise each
 * of fifty denials would cost a call to STS. */
static void forget_refused_keys(struct connectors *c, const struct pt_error *err)
{
    int64_t now_ms = clock_even_ms(), forgot_ms = atomic_load(&c->forgot_ms);
    if (err->code == PT_ELOGIN || (err->code == PT_EAUTH && now_ms - forgot_ms >= FORGET_MS)) {
        atomic_store(&c->forgot_ms, now_ms);
        keyring_forget(&c->ring);
    }
}

void conn_worker_serve(struct conn_worker *worker, struct conn_job *job)
{
    const struct connectors_opts *opts = &worker->connectors->opts;
    if (job->ask == CONN_ASK_COMMAND) {
        do_command(worker, job);
        return;
    }
    struct conn_news *news = calloc(1, sizeof *news);
    if (news == NULL)
        return;
    news->ask = job->ask;
    news->key = job->key;
    news->metered = job->metered;
    news->n_metered = job->n_metered;
    job->metered = NULL;
    /* Without an answer, for want of credentials for instance, no time is known. */
    news->objects.newest_ms = PT_UNKNOWN;
    for (int i = 0; i < PT_STREAMS; i++)
        news->objects.topic_ms[i] = PT_UNKNOWN;
    switch (job->ask) {
    case CONN_ASK_LIST:
        read_marks(worker, news);
        share_seen(worker, job, news);
        do_list(worker, job, news);
        break;
    case CONN_ASK_DETAILS:
    case CONN_ASK_CHANGES:
        do_details(worker, job, news);
        break;
    case CONN_ASK_OBJECTS:
        do_objects(worker, job, news);
        break;
    case CONN_ASK_LAG:
        conn_kafka_lag(worker, job, news);
        break;
    case CONN_ASK_TIMES:
        conn_kafka_times(worker, job, news);
        break;
    case CONN_ASK_KEEPS:
        conn_keeps_do(worker, job, news);
        break;
    case CONN_ASK_GROUP:
        conn_group_do(worker, job, news);
        break;
    case CONN_ASK_DEAD:
        conn_losses_do(worker, job, news);
        break;
    case CONN_ASK_COMMITS:
        conn_commits_do(worker, job, news);
        break;
    case CONN_ASK_WORKERS:
        conn_workers_do(worker, job, news);
        break;
    default:
        do_aws(worker, job, news);
        break;
    }
    news->asked_ms = clock_real_ms();
    forget_refused_keys(worker->connectors, &news->error);
    opts->news(opts->arg, news);
}

/* The reactor no longer waits for it, and has sent another one: if this one was done all the
 * same, old jobs would be done in a burst. */
static bool is_given_up(const struct conn_job *job)
{
    int64_t limit_ms = job->ask == CONN_ASK_LIST ? 2 * CONN_LOST_MS : CONN_LOST_MS;
    return job->ask != CONN_ASK_COMMAND && !job->is_newest &&
           clock_even_ms() - job->made_ms > limit_ms;
}

static void *watchers_run(void *arg)
{
    struct conn_worker *worker = arg;
    struct conn_job *job;
    pthread_setname_np(pthread_self(), "connectors");
    while ((job = queue_take(worker->jobs, INT64_MAX)) != NULL) {
        if (!atomic_load(&worker->connectors->is_ending) && !is_given_up(job))
            conn_worker_serve(worker, job);
        conn_job_free(job);
    }
    return NULL;
}

static enum conn_concern concern_of(enum conn_ask ask)
{
    switch (ask) {
    case CONN_ASK_LIST:
        return CONCERN_STATE;
    case CONN_ASK_DETAILS:
    case CONN_ASK_CHANGES:
        return CONCERN_DETAILS;
    case CONN_ASK_OBJECTS:
        return CONCERN_OBJECTS;
    case CONN_ASK_LAG:
    case CONN_ASK_TIMES:
    case CONN_ASK_KEEPS:
    case CONN_ASK_GROUP:
    case CONN_ASK_DEAD:
    case CONN_ASK_COMMITS:
        return CONCERN_KAFKA;
    case CONN_ASK_COMMAND:
        return CONCERN_COMMANDS;
    default:
        return CONCERN_METRICS;
    }
}

/* ------------------------------------------------------------------ start and stop */

void connectors_ask(struct connectors *connectors, struct conn_job *job)
{
    struct conn_worker *worker = &connectors->workers[concern_of(job->ask)];
    if (!queue_push(worker->jobs, job))
        conn_job_free(job);
}

int connectors_calls(struct connectors *connectors)
{
    return aws_pace_count(&connectors->pace);
}

void connectors_forget_keys(struct connectors *connectors)
{
    keyring_forget(&connectors->ring);
}

static void watchers_read_login(struct connectors *c)
{
    const char *url = connectors_url(c->opts.cfg);
    const char *user = pt_config_get(c->opts.cfg, "pintop.connector.user");
    const char *password = pt_config_get(c->opts.cfg, "pintop.connector.password");
    if (!conn_url_split(url, c->url, c->user, c->password, CONN_LOGIN_MAX))
        text_copy(c->url, sizeof c->url, "too-long"); /* rejected at the first call */
    if (user != NULL)
        text_copy(c->user, sizeof c->user, user);
    if (password != NULL)
        text_copy(c->password, sizeof c->password, password);
}

pt_code connectors_start(const struct connectors_opts *opts, struct connectors **out,
                         struct pt_error *err)
{
    struct connectors *c = calloc(1, sizeof *c);
    *out = NULL;
    if (c == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "connectors: out of memory");
    c->opts = *opts;
    keyring_init(&c->ring);
    aws_pace_init(&c->pace, clock_even_ms);
    pthread_mutex_init(&c->probe_lock, NULL);
    cond_init(&c->probe_done);
    watchers_read_login(c);
    bool is_good = true;
    for (int i = 0; i < CONCERNS; i++) {
        struct conn_worker *worker = &c->workers[i];
        worker->connectors = c;
        worker->jobs = queue_new();
        pthread_mutex_init(&worker->lock, NULL);
        worker->has_thread = worker->jobs != NULL &&
                             pthread_create(&worker->thread, NULL, watchers_run, worker) == 0;
        is_good = is_good && worker->has_thread;
    }
    if (!is_good) {
        connectors_stop(c);
        return pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u).",
                            "connectors: a thread cannot be started");
    }
    *out = c;
    return PT_OK;
}

void connectors_stop(struct connectors *c)
{
    if (c == NULL)
        return;
    atomic_store(&c->is_ending, true);
    connectors_end_probe(c);
    for (int i = 0; i < CONCERNS; i++) {
        struct conn_worker *worker = &c->workers[i];
        if (worker->jobs != NULL)
            queue_close(worker->jobs);
        pthread_mutex_lock(&worker->lock);
        if (worker->has_setup)
            http_cancel(worker->setup.http);
        pthread_mutex_unlock(&worker->lock);
    }
    for (int i = 0; i < CONCERNS; i++) {
        struct conn_worker *worker = &c->workers[i];
        if (worker->has_thread)
            pthread_join(worker->thread, NULL);
        queue_free(worker->jobs, conn_job_free);
        conn_kafka_done(worker);
        free(worker->checks);
        if (worker->has_setup)
            aws_setup_done(&worker->setup);
        pthread_mutex_destroy(&worker->lock);
    }
    keyring_done(&c->ring);
    aws_pace_done(&c->pace);
    pthread_cond_destroy(&c->probe_done);
    pthread_mutex_destroy(&c->probe_lock);
    explicit_bzero(c->password, sizeof c->password);
    free(c);
}
