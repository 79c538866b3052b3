/* A watch on a mock cluster, and the reports that it gives. */
#ifndef FLOW_WATCH_H
#define FLOW_WATCH_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "kafka/embedded.h"
#include "kafka/handle.h"
#include "kafka/watch.h"

enum { WAIT_S = 15 };

struct fixture {
    struct embedded cluster;
    rd_kafka_t *producer;
    struct watch *watch;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct watch_report *last; /* the newest not yet taken */
    int n_reports, n_errors;
    struct stats stats; /* the newest of the watcher's handle */
    int n_stats;
    bool is_early; /* a report came before watch_start had told its watcher */
};

static void on_report(void *arg, struct watch_report *report)
{
    struct fixture *f = arg;
    pthread_mutex_lock(&f->lock);
    watch_report_free(f->last);
    f->last = report;
    f->n_reports++;
    f->is_early = f->is_early || f->watch == NULL;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

static void on_error(void *arg, int code, const char *reason)
{
    struct fixture *f = arg;
    (void)code;
    pthread_mutex_lock(&f->lock);
    f->n_errors += reason[0] != 0;
    pthread_mutex_unlock(&f->lock);
}

static void on_stats(void *arg, const struct stats *stats)
{
    struct fixture *f = arg;
    pthread_mutex_lock(&f->lock);
    f->stats = *stats;
    f->n_stats++;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

static int stop(void **state)
{
    struct fixture *f = *state;
    watch_free(f->watch);
    assert_false(f->is_early);
    watch_report_free(f->last);
    handle_free(f->producer);
    embedded_stop(&f->cluster);
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->lock);
    free(f);
    return 0;
}

static void watch_cluster(struct fixture *f, const char *servers, const char *regex,
                          const char *group, int64_t period_ms)
{
    struct pt_error err = {0};
    const struct watch_opts opts = {.bootstrap = servers,
                                    .topics_regex = regex,
                                    .group = group,
                                    .period_ms = period_ms,
                                    .arg = f,
                                    .report = on_report,
                                    .error = on_error,
                                    .stats = on_stats,
                                    .stats_ms = 100};
    if (watch_start(&opts, &f->watch, &err) != PT_OK) {
        fail_msg("%s", err.what);
    }
}

typedef bool (*is_wanted_fn)(const struct watch_report *report, int64_t arg);

/* The first report that is wanted; the caller frees it. */
static struct watch_report *wait_report(struct fixture *f, is_wanted_fn is_wanted, int64_t arg)
{
    struct watch_report *found = NULL;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&f->lock);
    while (!found) {
        if (f->last && is_wanted(f->last, arg)) {
            found = f->last;
            f->last = NULL;
        } else if (pthread_cond_timedwait(&f->changed, &f->lock, &until) != 0) {
            break;
        }
    }
    pthread_mutex_unlock(&f->lock);
    if (!found) {
        fail_msg("no such report within %d s", WAIT_S);
    }
    return found;
}

static const struct pt_topic *find_topic(const struct watch_report *report, const char *name)
{
    for (size_t i = 0; i < report->n_topics; i++) {
        if (strcmp(report->topics[i].name, name) == 0) {
            return &report->topics[i];
        }
    }
    return NULL;
}

#endif
