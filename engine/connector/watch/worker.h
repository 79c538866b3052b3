/* The threads that ask about connectors, for the files that make the requests: what each thread
 * has, and the requests that have a file of their own. */
#ifndef CONNECTOR_WATCH_WORKER_H
#define CONNECTOR_WATCH_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/queue.h"
#include "connector/watch/news.h"
#include "login/keyring.h"
#include "pintop/config.h"

/* What the threads are started with. */
struct conn_worker;
struct connectors_opts {
    const struct pt_config *cfg;        /* must outlive the threads */
    const char *bootstrap;              /* NULL: the configuration's */
    const struct conn_backend_ops *ops; /* NULL: only groups' offsets */
    const char *cluster;                /* MSK: name or ARN, "" unknown; for create */
    int64_t wait_ms;                    /* how long the user waits for answers; 0: as in pt_run */
    /* Carries out a command and fills its result (conn_command). Thread: the commands' worker. */
    pt_code (*command)(struct conn_worker *worker, const struct conn_job *job,
                       struct pt_result *result, struct pt_error *err);
    void *arg;
    void (*news)(void *arg, struct conn_news *news); /* takes the news over */
    void (*result)(void *arg, uint64_t id, const struct pt_command *cmd, struct pt_result *result);
};

enum conn_concern {
    CONCERN_STATE,   /* the back end's list */
    CONCERN_DETAILS, /* what the list lacks, one connector at a time */
    CONCERN_METRICS, /* CloudWatch, Logs, checks; the other workers */
    CONCERN_OBJECTS, /* S3 */
    CONCERN_KAFKA,   /* offsets, members, timestamps, retention */
    CONCERN_COMMANDS,
    CONCERNS
};

enum { GROUPS_KEPT = 4, CONN_LOGIN_MAX = 1024 };

struct connectors;

/* One thread with its queue. What it needs is created when its first job arrives. */
struct conn_worker {
    struct connectors *connectors;
    struct queue *jobs;
    pthread_t thread;
    bool has_thread;
    bool has_setup;
    struct aws_setup setup; /* its http is used for Kafka Connect, too */
    pthread_mutex_t lock;   /* of has_setup, for connectors_stop */
    bool has_backend;
    struct conn_backend backend;
    size_t turn;             /* of the LIST calls */
    struct stat marks, seen; /* of the files of losses, when they were read */
    bool has_marks, has_seen;
    bool has_warned;              /* seen losses cannot be stored: logged once, until they can */
    struct checks_memory *checks; /* NULL none yet */
    struct group_handle {
        char group[CONN_NAME_MAX + 16];
        rd_kafka_t *rk;
        uint64_t used;
    } groups[GROUPS_KEPT];
    uint64_t n_used;
};

struct connectors {
    struct connectors_opts opts;
    char url[CONN_LOGIN_MAX], user[CONN_LOGIN_MAX], password[CONN_LOGIN_MAX];
    struct keyring ring;
    atomic_llong forgot_ms; /* clock_even_ms when a refusal dropped the credentials; 0 never */
    struct aws_pace pace;   /* of all workers' calls */
    atomic_bool is_ending;
    pthread_mutex_t probe_lock; /* of probe_http */
    pthread_cond_t probe_done;
    struct http *probe_http; /* of the running write probe; NULL none */
    atomic_bool is_probe_ended;
    struct conn_worker workers[CONCERNS];
};

static inline const struct conn_backend_ops *conn_worker_ops(const struct conn_worker *worker)
{
    return worker->connectors->opts.ops;
}

/* Does a job and hands over its news. The job stays the caller's. */
void conn_worker_serve(struct conn_worker *worker, struct conn_job *job);
/* In worker.c. Errors as aws_setup_init. */
pt_code conn_worker_setup(struct conn_worker *worker, struct pt_error *err);
/* Gets credentials for an AWS call of this worker; aws_keys_done. */
pt_code conn_worker_keys(struct conn_worker *worker, struct aws_keys *keys, struct pt_error *err);
pt_code conn_worker_backend(struct conn_worker *worker, struct pt_error *err);

/* How long a request to Kafka may take: own_ms, or longer when the user waits for the answer. */
int conn_worker_patience_ms(const struct conn_worker *worker, int own_ms);

/* In kafka.c. */
void conn_kafka_lag(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_kafka_times(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
/* In count.c: counts in Kafka how many records lie in the gaps between the objects of these rows, a
 * few gaps at a time. A gap without an answer stays undecided. */
void conn_kafka_count(struct conn_worker *worker, const struct conn *conn, struct conn_rows *rows);
/* In kafka.c: the handle of a group, which the worker keeps; NULL with err. */
rd_kafka_t *conn_kafka_handle(struct conn_worker *worker, const char *group, struct pt_error *err);
void conn_kafka_done(struct conn_worker *worker);

/* In change/deeds.c: carries out one command and fills its result. */
pt_code conn_command(struct conn_worker *worker, const struct conn_job *job,
                     struct pt_result *result, struct pt_error *err);

/* As conn_deed.run. In change/update.c: sets the settings of the command over the current ones,
 * which are read just before. */
pt_code conn_update(struct conn_worker *worker, const struct conn_job *job,
                    struct pt_result *result, char *said, struct pt_error *err);

/* In change/describe.c. */
pt_code conn_describe(struct conn_worker *worker, const struct conn_job *job,
                      struct pt_result *result, char *said, struct pt_error *err);
pt_code conn_logs(struct conn_worker *worker, const struct conn_job *job, struct pt_result *result,
                  char *said, struct pt_error *err);

/* In change/create.c. */
pt_code conn_create(struct conn_worker *worker, const struct conn_job *job,
                    struct pt_result *result, char *said, struct pt_error *err);

/* In change/acknowledge.c: stores the losses of the job as acknowledged. */
pt_code conn_acknowledge(struct conn_worker *worker, const struct conn_job *job,
                         struct pt_result *result, char *said, struct pt_error *err);

/* In lost.c: finds out what became of a change whose answer was lost. It may have been made all the
 * same, so pintop looks before it calls it failed, and never sends it a second time. code: of the
 * change; any other than that of a lost answer is returned as it is. said: PT_REASON_MAX bytes. */
pt_code conn_look_after(struct conn_worker *worker, const struct conn_job *job, pt_code code,
                        char *said, struct pt_error *err);
pt_code conn_look_for_created(struct conn_worker *worker, const char *name, pt_code code,
                              char *said, struct pt_error *err);
/* settings: the ones that were sent. */
pt_code conn_look_for_settings(struct conn_worker *worker, const struct conn *conn,
                               const struct conn_setting *settings, size_t n, pt_code code,
                               char *said, struct pt_error *err);

#endif
