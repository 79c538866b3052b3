/* What the files of core/connectors share. */
#ifndef CORE_CONNECTORS_PRIVATE_H
#define CORE_CONNECTORS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/queue.h"
#include "core/connectors.h"
#include "core/keyring.h"

enum conn_concern {
    CONCERN_STATE,   /* the back end's list */
    CONCERN_DETAILS, /* what that doesn't tell, one connector at a time */
    CONCERN_METRICS, /* CloudWatch, Logs, checks; the other workers */
    CONCERN_OBJECTS, /* S3 */
    CONCERN_KAFKA,   /* offsets, times */
    CONCERN_COMMANDS,
    CONCERNS
};

enum { GROUPS_KEPT = 4, CONN_LOGIN_MAX = 1024 };

/* One thread with its queue; what it needs is made when its first job comes. */
struct conn_worker {
    struct connectors *connectors;
    enum conn_concern concern;
    struct queue *jobs;
    pthread_t thread;
    bool has_thread;
    bool has_setup;
    struct aws_setup setup; /* its http is used for Kafka Connect, too */
    pthread_mutex_t lock;   /* of setup.http's being there, for connectors_stop */
    bool has_backend;
    struct conn_backend backend;
    size_t turn;             /* of the LISTs */
    struct stat marks, seen; /* of the files of losses, when they were read */
    bool has_marks, has_seen;
    bool has_warned;              /* that what was seen can't be written: once, until it can */
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
    atomic_llong forgot_ms; /* clock_even_ms: keys were dropped for a refusal; 0 never */
    struct aws_pace pace;   /* of all workers' calls */
    atomic_bool is_ending;
    pthread_mutex_t probe_lock; /* of probe_http */
    pthread_cond_t probe_done;
    struct http *probe_http; /* of a write probe that is under way; NULL none */
    atomic_bool is_probe_ended;
    struct conn_worker workers[CONCERNS];
};

/* A worker's job done, and its news told. Takes nothing over. */
void conn_worker_serve(struct conn_worker *worker, struct conn_job *job);
/* conn_worker.c. Errors as aws_setup_init. */
pt_code conn_worker_setup(struct conn_worker *worker, struct pt_error *err);
/* Keys for an AWS call of this worker; aws_keys_done. */
pt_code conn_worker_keys(struct conn_worker *worker, struct aws_keys *keys, struct pt_error *err);
pt_code conn_worker_backend(struct conn_worker *worker, struct pt_error *err);

/* How long a question to Kafka may take: own_ms, or longer when somebody waits for it. */
int conn_worker_patience_ms(const struct conn_worker *worker, int own_ms);

/* conn_kafka.c */
void conn_kafka_lag(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
void conn_kafka_times(struct conn_worker *worker, struct conn_job *job, struct conn_news *news);
/* What of the gaps between the objects of these rows are records, counted in Kafka: a few of them
 * in each look. What isn't answered stays undecided. */
void conn_kafka_count(struct conn_worker *worker, const struct conn *conn, struct conn_rows *rows);
/* The handle of a group, the worker's; NULL with err. */
rd_kafka_t *conn_kafka_handle(struct conn_worker *worker, const char *group, struct pt_error *err);
void conn_kafka_done(struct conn_worker *worker);

/* conn_commands.c: one command, its result filled. */
pt_code conn_command(struct conn_worker *worker, const struct conn_job *job,
                     struct pt_result *result, struct pt_error *err);

/* conn_update.c: the settings of the command over those in force, which are read just before. */
pt_code conn_update(struct conn_worker *worker, const struct conn_job *job,
                    struct pt_result *result, char *said, struct pt_error *err);

/* conn_acknowledge.c: the losses of the job are written down. */
pt_code conn_acknowledge(struct conn_worker *worker, const struct conn_job *job,
                         struct pt_result *result, struct pt_error *err);

/* conn_lost.c: what became of a change whose answer was lost. It may have been done all the same,
 * so it is looked up before it is called failed, and is never sent a second time. code: of the
 * change; any other than a lost answer comes back as it is. said: PT_REASON_MAX. */
pt_code conn_look_after(struct conn_worker *worker, const struct conn_job *job, pt_code code,
                        char *said, struct pt_error *err);
pt_code conn_look_for_created(struct conn_worker *worker, const char *name, pt_code code,
                              char *said, struct pt_error *err);
/* settings: what was sent. */
pt_code conn_look_for_settings(struct conn_worker *worker, const struct conn *conn,
                               const struct conn_setting *settings, size_t n, pt_code code,
                               char *said, struct pt_error *err);

#endif
