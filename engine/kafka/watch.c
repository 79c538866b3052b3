/* The watcher's thread: when it polls, and how it ends. What it asks for is in watch_look.c. */
#include "kafka/watch.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/cond.h"
#include "kafka/handle.h"
#include "kafka/racks.h"
#include "kafka/watch_look.h"

enum {
    GROUP_MAX = 256,
    RETRY_MS = 1000,
    REFUSED_MS = 10000,
    FREE_WAIT_MS = 2000,
    SOON_MS = 250,
    SERVERS_MAX = 4096
};

struct watch {
    struct watch_opts opts; /* strings: the copies below, or NULL */
    char bootstrap[SERVERS_MAX];
    pthread_t thread;
    atomic_bool is_cancelled;
    /* Held during a callback, so that none is running once watch_free has taken it. */
    pthread_mutex_t callback_lock;
    pthread_mutex_t lock; /* protects everything below */
    pthread_cond_t changed;
    char group[GROUP_MAX];
    bool is_refresh_wanted, is_group_new;
    struct look_names wanted[WATCH_WHYS]; /* for the next look */
    struct look_names told[WATCH_WHYS];   /* the last list, to tell whether another one is new */
    bool is_wanted_new[WATCH_WHYS];
    bool is_done;      /* the thread has ended */
    bool is_abandoned; /* the thread frees the watch */
    struct look look;  /* used by the thread only, as racks */
    struct racks racks;
};

/* ------------------------------------------------------------------ callbacks */

static void watch_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct watch *watch = arg;
    kafka_note_error(watch->look.broker_error, sizeof(watch->look.broker_error), code, reason);
    pthread_mutex_lock(&watch->callback_lock);
    if (!watch->is_cancelled && watch->opts.error) {
        watch->opts.error(watch->opts.arg, (int)code, reason);
    }
    pthread_mutex_unlock(&watch->callback_lock);
}

static void watch_on_stats(void *arg, const char *json, size_t len)
{
    struct watch *watch = arg;
    struct stats *stats = malloc(sizeof(*stats));
    if (stats && stats_parse(json, len, stats, NULL) == PT_OK) {
        pthread_mutex_lock(&watch->callback_lock);
        if (!watch->is_cancelled) {
            watch->opts.stats(watch->opts.arg, stats);
        }
        pthread_mutex_unlock(&watch->callback_lock);
    }
    free(stats);
}

static void hand_over(struct watch *watch, struct watch_report *report)
{
    pthread_mutex_lock(&watch->callback_lock);
    if (!watch->is_cancelled && report) {
        watch->opts.report(watch->opts.arg, report);
        report = NULL;
    }
    pthread_mutex_unlock(&watch->callback_lock);
    watch_report_free(report);
}

/* ------------------------------------------------------------------ the thread */

/* The caller holds the lock. */
static void take_wanted(struct watch *watch)
{
    for (int i = 0; i < WATCH_WHYS; i++) {
        if (watch->is_wanted_new[i]) {
            look_names_done(&watch->look.wanted[i]);
            watch->look.wanted[i] = watch->wanted[i];
            watch->wanted[i] = (struct look_names){NULL, 0};
            watch->is_wanted_new[i] = false;
        }
    }
}

/* Waits until the next look is due, or until it is requested. group: out, the group to ask for.
 * soon_us: when topics that have just come on a screen may be asked for. */
static void wait_for_turn(struct watch *watch, int64_t soon_us, int64_t next_us,
                          char group[GROUP_MAX])
{
    bool is_refresh, is_group_new;
    pthread_mutex_lock(&watch->lock);
    while (!watch->is_cancelled && !watch->is_refresh_wanted && !watch->is_group_new &&
           clock_mono_us() < next_us) {
        /* Other topics are on the screen now: ask for them soon, but not for each row that
         * scrolls by. */
        if ((watch->is_wanted_new[WATCH_SEEN] || watch->is_wanted_new[WATCH_ATTACHED]) &&
            soon_us < next_us) {
            next_us = soon_us;
            continue;
        }
        cond_wait_until(&watch->changed, &watch->lock, next_us);
    }
    take_wanted(watch);
    is_refresh = watch->is_refresh_wanted;
    is_group_new = watch->is_group_new;
    watch->is_refresh_wanted = watch->is_group_new = false;
    memcpy(group, watch->group, GROUP_MAX);
    pthread_mutex_unlock(&watch->lock);
    if (is_refresh) {
        look_forget_times(&watch->look);
    }
    if (is_group_new) {
        look_forget_group(&watch->look);
        /* A handle belongs to one group. */
        racks_done(&watch->racks);
        handle_free(watch->look.rk);
        watch->look.rk = NULL;
    }
}

static pt_code make_handle(struct watch *watch, const char *group, struct pt_error *err)
{
    char interval[64];
    const char *const wishes[] = {interval};
    struct handle_opts opts = {
        .kind = group[0] ? HANDLE_GROUP : HANDLE_MONITOR,
        .cfg = watch->opts.cfg,
        .bootstrap = watch->opts.bootstrap,
        .group = group[0] ? group : NULL,
        .hooks = {.arg = watch, .error = watch_on_error},
    };
    if (watch->opts.stats) {
        snprintf(interval, sizeof(interval), "statistics.interval.ms=%" PRId64,
                 watch->opts.stats_ms);
        opts.hooks.stats = watch_on_stats;
        opts.wishes = wishes;
        opts.n_wishes = 1;
    }
    return watch->look.rk ? PT_OK : handle_new(&opts, &watch->look.rk, err);
}

/* The brokers of the embedded cluster have no racks, and the mock does not know the request. */
static void look_for_racks(struct watch *watch, struct watch_report *report)
{
    bool is_mock = strncmp(report->cluster_id, "mockCluster", strlen("mockCluster")) == 0;
    for (size_t i = 0; is_mock && i < report->n_brokers; i++)
        report->brokers[i].is_rack_known = true;
    if (!is_mock)
        racks_look(&watch->racks, watch->look.rk, report->brokers, report->n_brokers);
    report->racks_error = watch->racks.error;
}

static bool look_and_report(struct watch *watch, const char *group)
{
    struct pt_error err = {0};
    struct watch_report *report;
    if (make_handle(watch, group, &err) == PT_OK) {
        report = look_once(&watch->look, group);
        rd_kafka_poll(watch->look.rk, 0); /* runs the callbacks */
    } else {
        report = look_failed(&watch->look, &err);
    }
    bool is_good = report && report->error.code == PT_OK;
    if (is_good)
        look_for_racks(watch, report);
    hand_over(watch, report);
    return is_good;
}

static void free_watch(struct watch *watch)
{
    look_done(&watch->look);
    for (int i = 0; i < WATCH_WHYS; i++) {
        look_names_done(&watch->wanted[i]);
        look_names_done(&watch->told[i]);
    }
    pthread_cond_destroy(&watch->changed);
    pthread_mutex_destroy(&watch->lock);
    pthread_mutex_destroy(&watch->callback_lock);
    free(watch);
}

static void watch_finish(struct watch *watch)
{
    racks_done(&watch->racks);
    handle_free(watch->look.rk);
    watch->look.rk = NULL;
    pthread_mutex_lock(&watch->lock);
    bool is_abandoned = watch->is_abandoned;
    watch->is_done = true;
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
    if (is_abandoned) {
        free_watch(watch);
    }
}

static int64_t next_period(const struct watch *watch, bool is_good)
{
    if (!watch->look.rk) {
        return REFUSED_MS; /* the configuration is refused: retrying soon cannot help */
    }
    return is_good ? watch->opts.period_ms : RETRY_MS;
}

static void *watch_run(void *arg)
{
    struct watch *watch = arg;
    int64_t next_us = clock_mono_us(), begun_us = 0;
    pthread_setname_np(pthread_self(), "watch");
    for (;;) {
        char group[GROUP_MAX];
        wait_for_turn(watch, begun_us + SOON_MS * INT64_C(1000), next_us, group);
        if (watch->is_cancelled) {
            break;
        }
        begun_us = clock_mono_us();
        bool is_good = look_and_report(watch, group);
        int64_t period_ms = next_period(watch, is_good);
        next_us = begun_us + period_ms * 1000;
        if (next_us < clock_mono_us()) { /* a slow look is not made up for */
            next_us = clock_mono_us() + period_ms * 1000;
        }
    }
    watch_finish(watch);
    return NULL;
}

/* ------------------------------------------------------------------ life */

static void init_locks(struct watch *watch)
{
    cond_init(&watch->changed);
    pthread_mutex_init(&watch->lock, NULL);
    pthread_mutex_init(&watch->callback_lock, NULL);
}

static pt_code copy_opts(struct watch *watch, const struct watch_opts *opts, struct pt_error *err)
{
    watch->opts = *opts;
    watch->opts.topics_regex = watch->opts.group = NULL;
    if (watch->opts.period_ms < 1) {
        watch->opts.period_ms = RETRY_MS;
    }
    if (opts->bootstrap) {
        if (strlen(opts->bootstrap) >= sizeof(watch->bootstrap)) {
            return pt_error_set(err, PT_ECONFIG, "List fewer servers",
                                "bootstrap servers: the list is too long");
        }
        snprintf(watch->bootstrap, sizeof(watch->bootstrap), "%s", opts->bootstrap);
        watch->opts.bootstrap = watch->bootstrap;
    }
    snprintf(watch->group, sizeof(watch->group), "%s", opts->group ? opts->group : "");
    pt_code code = look_init(&watch->look, opts->topics_regex, &watch->is_cancelled, err);
    watch->look.wait_ms = opts->wait_ms;
    return code;
}

pt_code watch_start(const struct watch_opts *opts, struct watch **out, struct pt_error *err)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    *out = NULL;
    if (!watch) {
        return pt_error_set(err, PT_ENOMEM, NULL, "watch the cluster: out of memory");
    }
    init_locks(watch);
    pt_code code = copy_opts(watch, opts, err);
    /* Set before the thread runs: the receiver of the first report may use it at once. */
    *out = watch;
    if (code == PT_OK && pthread_create(&watch->thread, NULL, watch_run, watch) != 0) {
        code =
            pt_error_set(err, PT_EIO, "Raise the limit of threads (ulimit -u), then restart pintop",
                         "watch the cluster: no thread can be started");
    }
    if (code != PT_OK) {
        *out = NULL;
        free_watch(watch);
    }
    return code;
}

void watch_refresh(struct watch *watch)
{
    if (watch == NULL)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->is_refresh_wanted = true;
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Makes sorted copies. Returns false when out of memory. */
static bool copy_names(struct look_names *out, const char *const *names, size_t n)
{
    out->names = calloc(n + 1, sizeof(*out->names));
    out->n = 0;
    for (size_t i = 0; out->names && i < n && (out->names[i] = strdup(names[i])) != NULL; i++) {
        out->n++;
    }
    if (!out->names || out->n < n) {
        look_names_done(out);
        return false;
    }
    qsort(out->names, n, sizeof(*out->names), compare_names);
    return true;
}

static bool are_same(const struct look_names *a, const struct look_names *b)
{
    bool is_same = a->n == b->n;
    for (size_t i = 0; is_same && i < a->n; i++) {
        is_same = strcmp(a->names[i], b->names[i]) == 0;
    }
    return is_same;
}

void watch_want(struct watch *watch, enum watch_why why, const char *const *topics, size_t n)
{
    struct look_names told, wanted;
    if (watch == NULL)
        return;
    if (!copy_names(&told, topics, n)) {
        return; /* the previous list stays in use */
    }
    if (!copy_names(&wanted, topics, n)) {
        look_names_done(&told);
        return;
    }
    pthread_mutex_lock(&watch->lock);
    if (!are_same(&told, &watch->told[why])) {
        look_names_done(&watch->told[why]);
        look_names_done(&watch->wanted[why]);
        watch->told[why] = told;
        watch->wanted[why] = wanted;
        told = wanted = (struct look_names){NULL, 0};
        watch->is_wanted_new[why] = true;
        pthread_cond_broadcast(&watch->changed);
    }
    pthread_mutex_unlock(&watch->lock);
    look_names_done(&told);
    look_names_done(&wanted);
}

void watch_set_group(struct watch *watch, const char *group)
{
    if (watch == NULL)
        return;
    pthread_mutex_lock(&watch->lock);
    if (strcmp(watch->group, group ? group : "") != 0) {
        snprintf(watch->group, sizeof(watch->group), "%s", group ? group : "");
        watch->is_group_new = true;
        pthread_cond_broadcast(&watch->changed);
    }
    pthread_mutex_unlock(&watch->lock);
}

/* Returns false when the thread is still in a request; it will then free the watch itself. */
static bool wait_for_end(struct watch *watch)
{
    int64_t deadline_us = clock_mono_us() + FREE_WAIT_MS * INT64_C(1000);
    pthread_mutex_lock(&watch->lock);
    pthread_cond_broadcast(&watch->changed);
    while (!watch->is_done && clock_mono_us() < deadline_us) {
        cond_wait_until(&watch->changed, &watch->lock, deadline_us);
    }
    bool is_done = watch->is_done;
    watch->is_abandoned = !is_done;
    if (!is_done) {
        pthread_detach(watch->thread);
    }
    pthread_mutex_unlock(&watch->lock);
    return is_done;
}

void watch_free(struct watch *watch)
{
    if (!watch) {
        return;
    }
    watch->is_cancelled = true;
    pthread_mutex_lock(&watch->callback_lock);
    pthread_mutex_unlock(&watch->callback_lock);
    if (wait_for_end(watch)) {
        pthread_join(watch->thread, NULL);
        free_watch(watch);
    }
}
