/* The engine as its own files see it: who owns what, and which thread may touch it. No other folder
 * of the engine includes it. */
#ifndef CORE_ENGINE_STATE_H
#define CORE_ENGINE_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "away/worker.h"
#include "base/queue.h"
#include "config/settings.h"
#include "connector/watch/connectors.h"
#include "connector/watch/watchers.h"
#include "core/board.h"
#include "desk/desk.h"
#include "kafka/admin.h"
#include "kafka/embedded.h"
#include "kafka/producer.h"
#include "kafka/watch.h"
#include "login/auth.h"
#include "login/discovery.h"
#include "parts/auth.h"
#include "parts/cluster.h"
#include "parts/minutes.h"
#include "parts/results.h"
#include "parts/series.h"
#include "parts/session.h"
#include "parts/setup.h"
#include "parts/streams.h"
#include "parts/topics.h"
#include "pintop/engine.h"
#include "sink/manifest.h"
#include "sink/sink.h"
#include "state/account.h"
#include "state/disk.h"
#include "state/lock.h"

enum {
    COMMANDS_MAX = 256,
    LINES_MAX = 4096, /* log lines queued for the reactor */
    SEATS = 12
};

/* The parts and their seats. Owned by the reactor. */
struct parts {
    struct events events;
    struct auth_part auth;
    struct cluster_part cluster;
    struct topics_part topics;
    struct streams_part streams;
    struct conn_models connectors;
    struct session_part session;
    struct series_part series;
    struct minutes_part minutes;
    struct results_part results;
    struct setup_part setup;
    struct part_seat seats[SEATS];
};

enum stop_phase { STOP_NO, STOP_DRAIN, STOP_PURGE, STOP_FLUSH, STOP_DONE };

/* The bounds of the run, and the stop. Owned by the reactor. */
struct stop {
    enum stop_phase phase;
    int64_t booted_us;
    int64_t run_deadline_us; /* the end of the run's duration; INT64_MAX none */
    const char *ended_by;
    int64_t deadline_us; /* of the phase */
    int64_t flush_us;    /* when the last checkpoints were handed to the disk */
    bool is_disk_slow;   /* that wait has been reported */
    bool is_sink_draining;
    char why[128];
    char unwritten[200]; /* why the last checkpoints could not be written; "" */
};

/* Owned by the reactor. */
struct reactor {
    int64_t tick_us;
    uint64_t n_ticks;
    int64_t clock_offset_ms; /* the system clock minus clock_even_ms; 0: not measured yet */
    bool is_dirty;           /* there is something to publish */
};

struct pt_engine {
    /* The configuration as it was given; after the boot with the servers that were found
     * (pintop.msk.cluster). */
    _Atomic(const struct pt_config *) cfg;
    const struct pt_config *given_cfg; /* as the caller gave it */
    struct pt_config *found_cfg;       /* made by the opener, freed by pt_engine_free; NULL none */
    struct discovery_end discovery;
    atomic_bool is_look_asked; /* the search for the cluster is to be repeated now */
    struct pt_run run;
    struct settings set;
    const struct command_table *commands;

    /* Between threads */
    struct inbox inbox;
    struct pt_companion companion; /* zero: none */
    struct queue *open_jobs, *admin_jobs, *doctor_jobs;
    struct queue *early_commands; /* facts: for the admin worker, from before the boot's end */
    struct board board;
    struct owner owner;
    atomic_uint_fast64_t next_id;
    atomic_int n_commands, n_lines;
    atomic_bool is_stopping, is_stopped;
    _Atomic(const char *) ended_by;
    atomic_bool is_ending; /* the threads must return */
    atomic_bool is_purge_asked, is_renew_asked, is_fix_cancelled;
    /* Held while the producer is replaced, so that no stream starts meanwhile. */
    pthread_mutex_t start_lock;
    atomic_bool has_disk; /* the boot is over, and disk exists */

    pthread_t reactor_thread, opener, admin_thread, doctor_thread, kafka;
    bool has_reactor, has_opener, has_admin, has_doctor, has_kafka;

    /* Made by the opener before it posts the fact that announces it; freed by pt_engine_free. */
    struct disk *disk;
    int lock_fd;
    void *server; /* while the lock is held; NULL: it could not be made */
    struct embedded embedded;
    char bootstrap[256];      /* the embedded cluster's; "": the configuration's servers apply */
    struct manifest manifest; /* of the embedded cluster's sink, as it was at the start */
    struct embedded_sink *sink;
    struct watch *watch;
    struct admin *admin;
    struct connectors *connectors; /* NULL: connectors are not watched */
    struct away *away;             /* NULL: the cluster is none of MSK's */
    char away_sink[PT_NAME_MAX];   /* the connector whose lag AWS tells; the reactor's; "" none */
    struct auth *auth;             /* NULL: the cluster does not use IAM tokens */
    atomic_bool has_no_token;      /* the token has expired: streams are held */
    struct producer producer;
    uint64_t n_reports; /* delivery reports of the current poll; the kafka thread's */
    int64_t report_us;  /* their time (monotonic µs) */
    struct account accounts[PT_STREAMS];
    atomic_uint open_streams; /* bits */
    atomic_uint stale_topics; /* bits: librdkafka may remember a refusal of the stream's topic */

    /* Owned by the reactor */
    struct desk desk;
    struct parts parts;
    struct reactor reactor;
    struct stop stop;
};

/* opener.c: the worker that touches files and creates Kafka handles. */
void *opener_run(void *eng);
/* serve.c: takes the lock of the state directory, unless this engine has it, and serves from then
 * on. Errors PT_ELOCKED, PT_EIO. */
pt_code engine_take_lock(struct pt_engine *eng, struct pt_error *err);
/* Lets other pintops of this user attach, from now on; the caller holds the lock. Without
 * a server the engine goes on, and says so, except one that exists to be served. Errors PT_EIO,
 * PT_EEXISTS, PT_ENOMEM. */
pt_code engine_serve(struct pt_engine *eng, struct pt_error *err);
/* No thread of the engine may be about to serve. */
void engine_serve_no_more(struct pt_engine *eng);
/* boot.c */
pt_code opener_boot(struct pt_engine *eng, struct pt_error *err);

/* pt_engine_submit with an ID of the caller's, which nobody else uses. asked_ms: when it was asked
 * for, by clock_even_ms: one that is too old when its turn comes has an error as its result. Errors
 * as there. */
pt_code engine_submit_as(struct pt_engine *eng, const struct pt_command *cmd, uint64_t id,
                         int64_t asked_ms, struct pt_error *err);

/* kafka_thread.c */
void *kafka_thread_run(void *eng);
const struct producer_hooks *kafka_producer_hooks(struct pt_engine *eng,
                                                  struct producer_hooks *out);
struct streamer_hooks kafka_streamer_hooks(struct pt_engine *eng);
/* Reports that the sink has written an object of a stream's topic (Unix ms). Thread: any. */
void engine_tell_object(struct pt_engine *eng, int stream, int64_t made_ms);
void kafka_sink_committed(void *eng, const char *topic, int32_t partition, int64_t next_offset);

/* admin_worker.c */
struct command_row;
struct command_table;
struct admin_job {
    uint64_t id;
    const struct command_row *row;
    struct pt_command *command;
};
void admin_job_free(void *job);
/* Does the job by its row, and posts the result. */
void admin_job_serve(struct pt_engine *eng, const struct admin_job *job);
void *admin_run(void *eng);

/* doctor_worker.c: makes the checks of the setup, and their fixes; takes admin_jobs. */
void *doctor_run(void *eng);

/* wiring.c: makes the desk and the parts of an engine whose settings are resolved. Returns false
 * when out of memory. */
bool parts_init(struct pt_engine *eng);
void parts_done(struct pt_engine *eng);
/* To be called after the boot: gives what it made to the parts that use it. */
void parts_booted(struct pt_engine *eng);
/* Queues a job for the opener; takes job, NULL (out of memory) is fine. */
void opener_push(struct pt_engine *eng, struct open_job *job);

/* reactor.c */
void *reactor_run(void *eng);
/* Publishes what is new; before the reactor runs, or on its thread. */
void reactor_publish(struct pt_engine *eng);

/* serve.c: finds out which pintop streams from this state directory; it may start or end at any
 * time. Thread: the opener's. */
void engine_look_for_owner(struct pt_engine *eng);

/* stop.c, on the reactor's thread. */
void stop_begin(struct pt_engine *eng, const char *why, int64_t limit_ms, int64_t now_us);
/* To be called when the producer has nothing in flight any more. */
void stop_purged(struct pt_engine *eng);
/* Advances the stop and checks the run's bounds; returns when to call it again (monotonic µs). */
int64_t stop_look(struct pt_engine *eng, int64_t now_us);
/* For the session: how far the stop is. */
void stop_tell(void *eng, struct session_stop *stop);

#endif
