/* The engine as its own files see it: who owns what, and which thread may touch it. */
#ifndef CORE_ENGINE_STATE_H
#define CORE_ENGINE_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "core/account.h"
#include "core/auth.h"
#include "core/conn_model.h"
#include "core/connectors.h"
#include "core/discovery.h"
#include "core/disk.h"
#include "core/fact.h"
#include "core/lock.h"
#include "core/settings.h"
#include "core/verdict.h"
#include "kafka/admin.h"
#include "kafka/embedded.h"
#include "kafka/producer.h"
#include "kafka/watch.h"
#include "pintop/engine.h"
#include "sink/manifest.h"
#include "sink/sink.h"

enum {
    COMMANDS_MAX = 256,
    LINES_MAX = 4096, /* log lines on their way to the reactor */
    RESULTS_BYTES = 4 * 1024 * 1024
};

/* One stream in the reactor's eyes. */
struct stream_model {
    bool is_wanted, is_pending, is_open, is_opening;
    struct pt_error refusal; /* why it could not be opened; PT_OK none */
    double rate_per_s;
    int64_t stop_at_us; /* pintop.stream.stop.after; INT64_MAX none */
    struct mean generated, delivered, bytes;
    struct hist_mark ack_marks[2]; /* [0] 30 to 60 s old, [1] the one that follows it */
    int64_t ack_marked_us;
    double usual_ms;         /* age of the oldest not acknowledged, as it is when all is well */
    uint64_t last_delivered; /* at the last tick: does it move? */
    bool is_stuck;
    int64_t queued;
    uint64_t put_lowest, put_taken; /* what the last checkpoint said */
    enum pt_stream_state shown;
    int64_t since_ms;
    uint64_t missed_list; /* the topic list that did not have the topic; 0 none */
    int64_t early_us;     /* when the first checkpoint with records is due; 0 it was put */
    bool has_look;        /* what the checkpoint says before the account is opened */
    struct checkpoint look;
};

struct topic_means {
    char name[PT_TOPIC_MAX];
    int64_t asked_ms; /* of the last sample */
    struct mean in, out;
};

/* The newest at total - 1, modulo cap; each is held. */
struct line_ring {
    const struct pt_event **lines;
    size_t cap, n;
    size_t bytes; /* of their texts */
    uint64_t total;
    bool is_dirty;
};

enum stop_phase { STOP_NO, STOP_DRAIN, STOP_PURGE, STOP_FLUSH, STOP_DONE };

/* Owned by the reactor. */
struct model {
    struct pt_snapshot parts; /* the sections in force */
    uint64_t versions, published_version, n_snapshots;
    int64_t published_s;
    bool is_dirty; /* something to publish */
    int64_t published_us, tick_us;
    bool is_booted;
    struct stream_model streams[PT_STREAMS];
    struct watch_report *report;  /* the last good one */
    uint64_t n_lists;             /* topic lists (metadata) so far */
    struct pt_error topics_error; /* why the last look failed; PT_OK it did not */
    struct pt_error group_error;  /* why the sink group's offsets were not told last */
    bool topics_dirty;
    struct topic_means *means;
    size_t n_means;
    struct stats stats;
    bool has_stats;
    struct sink_status sink;
    bool has_sink;
    char last_error[PT_REASON_MAX];
    int64_t last_error_ms, errors;
    enum pt_cluster_state cluster_state;
    int64_t cluster_since_ms;
    struct line_ring events, log;
    struct pt_result *results[PT_COMPLETED_MAX];
    size_t n_results;
    bool results_dirty;
    struct pt_series_section series;
    struct verdict verdict;
    struct since since; /* of the verdict */
    int64_t sinkless_ms;
    struct moves moves;
    struct conn_models connectors;
    char disk_errors[DISK_SLOTS][PT_REASON_MAX]; /* "" it was written */
    int64_t booted_us;
    int64_t deadline_us;        /* of the run (duration) */
    struct pt_error boot_error; /* why the cluster isn't found; PT_OK it is, or is looked for */
    struct pt_auth auth;
    bool auth_dirty;
    const char *ended_by;
    bool is_sink_draining;
    enum stop_phase stop;
    int64_t stop_deadline_us;
    int64_t stop_phase_us; /* when the last checkpoints were handed to the disk */
    bool is_disk_slow;     /* they are waited for */
    char stop_why[128];
    bool has_looked;
    char told_end[sizeof((struct checkpoint *)0)->ended_why + 32];
};

struct pt_engine {
    /* As it was given; from the boot on with the servers that were found (pintop.msk.cluster). */
    _Atomic(const struct pt_config *) cfg;
    struct pt_config *found_cfg; /* the opener's, to be freed */
    struct discovery_end discovery;
    atomic_bool is_look_asked; /* for the cluster, again */
    struct pt_run run;
    struct settings set;

    /* Between threads */
    struct queue *facts, *open_jobs, *admin_jobs;
    int wake_fd;
    pthread_mutex_t snap_lock; /* current */
    const struct pt_snapshot *current;
    atomic_uint_fast64_t next_id;
    atomic_int n_commands, n_lines;
    atomic_bool is_stopping, is_stopped;
    _Atomic(const char *) ended_by;
    pthread_mutex_t failure_lock;
    struct pt_error failure;
    atomic_bool is_ending; /* threads shall end */
    atomic_bool is_purge_asked, is_renew_asked;
    pthread_mutex_t start_lock; /* no stream starts while the producer is made anew */
    _Atomic int64_t owner_pid;  /* another pintop's, or PT_UNKNOWN */
    atomic_bool is_owner, is_watcher;
    atomic_bool has_disk; /* the boot is over, and disk is there */

    pthread_t reactor, opener, admin_thread, kafka;
    bool has_reactor, has_opener, has_admin, has_kafka;

    /* Made by the opener, before the fact that says so; freed by pt_engine_free. */
    struct disk *disk;
    int lock_fd;
    struct embedded embedded;
    char bootstrap[256];      /* embedded's, "" else: the configuration's */
    struct manifest manifest; /* embedded: as it was at start */
    struct sink *sink;
    struct watch *watch;
    struct admin *admin;
    struct connectors *connectors; /* NULL: nobody is asked */
    struct auth *auth;             /* NULL: the cluster takes no IAM token */
    atomic_bool has_no_token;      /* it has run out: streams are held */
    struct producer producer;
    uint64_t n_reports; /* of the poll under way; the kafka thread's */
    int64_t report_us;  /* when the last of them were taken */
    struct account accounts[PT_STREAMS];
    atomic_uint open_streams;                     /* bits */
    _Atomic int64_t newest_object_ms[PT_STREAMS]; /* embedded: Unix; PT_UNKNOWN none */
    atomic_uint stale_topics; /* bits: librdkafka may remember a refusal of the stream's topic */

    struct model model;
};

/* opener.c: the worker that touches files and makes handles. */
struct open_job {
    enum { OPEN_BOOT, OPEN_LOOK, OPEN_OWNER, OPEN_ACCOUNTS } kind;
    unsigned streams;
    char cluster_id[64];
    struct {
        size_t n;
        int64_t highs[CHECKPOINT_PARTITIONS];
    } starts[PT_STREAMS];
};
void *opener_run(void *eng);
/* boot.c */
pt_code opener_boot(struct pt_engine *eng, struct pt_error *err);

/* kafka_thread.c */
void *kafka_thread_run(void *eng);
const struct producer_hooks *kafka_producer_hooks(struct pt_engine *eng,
                                                  struct producer_hooks *out);
struct streamer_hooks kafka_streamer_hooks(struct pt_engine *eng);
void kafka_sink_committed(void *eng, const char *topic, int32_t partition, int64_t next_offset);

/* admin_worker.c */
struct admin_job {
    uint64_t id;
    struct pt_command *command;
};
void admin_job_free(void *job);
void *admin_run(void *eng);

/* reactor.c */
void *reactor_run(void *eng);

/* inbox.c */
/* Post a fact; never dropped. Thread: any. */
void engine_post(struct pt_engine *eng, struct fact *fact);
/* Keep the first failure that makes the program's errand impossible. */
void engine_fail(struct pt_engine *eng, const struct pt_error *err);
/* Add an event (and log line) from any thread. */
void engine_event(struct pt_engine *eng, enum pt_severity severity, const char *area,
                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* events.c: the rings, and what is added to them; on the reactor's thread. Without memory for a
 * ring its lines are dropped. */
void model_events_init(struct model *m);
void model_events_done(struct model *m);
void model_event(struct pt_engine *eng, enum pt_severity severity, const char *area,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* line: acquired by who keeps it; NULL is fine. */
void model_line(struct pt_engine *eng, const struct pt_event *line, bool is_event);
/* Their sections, NULL when nothing changed. */
const void *model_events_section(struct pt_engine *eng);
const void *model_log_section(struct pt_engine *eng);

/* reactor_*.c: all on the reactor's thread. */
void model_init(struct pt_engine *eng);
void model_done(struct pt_engine *eng);
void reactor_command(struct pt_engine *eng, struct fact *fact, int64_t now_us);
void reactor_result(struct pt_engine *eng, struct result *result);
void reactor_open_wanted(struct pt_engine *eng);
void reactor_opened(struct pt_engine *eng, struct fact *fact);
void reactor_want(struct pt_engine *eng, unsigned streams, bool is_wanted, int64_t now_us);
void reactor_look(struct pt_engine *eng);
/* needed.c */
void reactor_need_topics(struct pt_engine *eng);
void reactor_look_for_owner(struct pt_engine *eng);
void reactor_stop(struct pt_engine *eng, const struct fact *fact, int64_t now_us);
/* One look at the stop and at the run's bounds; returns when to look again (mono µs). */
int64_t reactor_progress(struct pt_engine *eng, int64_t now_us);
void model_report(struct pt_engine *eng, struct watch_report *report);
void model_tick(struct pt_engine *eng, int64_t now_us);
void model_put_checkpoints(struct pt_engine *eng, const char *why);
/* Rebuild the sections that changed and publish. */
void model_publish(struct pt_engine *eng, int64_t now_us);
/* Sections, each NULL when nothing changed. */
const void *model_streams_section(struct pt_engine *eng);
const void *model_topics_section(struct pt_engine *eng);
const void *model_cluster_section(struct pt_engine *eng);
const void *model_connectors_section(struct pt_engine *eng);
const void *model_session_section(struct pt_engine *eng);
const void *model_auth_section(struct pt_engine *eng);
/* What stands between us and the cluster, "" nothing that is known; fix "": it may pass by itself.
 * Valid as long as the model stays. */
struct trouble {
    const char *what, *fix;
};
struct trouble model_trouble(const struct model *m);
/* stream_patience.c */
/* How old a stream's oldest record may become before its acknowledgement is late. */
int64_t model_patience_ms(const struct stream_model *sm);
void model_learn_patience(struct stream_model *sm, const struct window_figures *f, int64_t now_us);
/* model_auth.c */
void model_auth_init(struct pt_engine *eng);
void model_auth(struct pt_engine *eng, const struct pt_auth *auth);
/* What a broker said against the login, if that is what it is about. */
void model_auth_refused(struct pt_engine *eng, const char *reason);
/* A broker answered: it took the login. */
void model_auth_taken(struct pt_engine *eng, int64_t time_ms);
void model_auth_tick(struct pt_engine *eng);
/* model_delivery.c: why records of an open stream wait, into s->blocked_by. */
void model_delivery(const struct pt_engine *eng, int i, struct pt_stream *s);
/* Whether some wait so long that it is worth hearing what the brokers say. Thread: kafka. */
bool model_delivery_waits(struct pt_engine *eng);
const struct pt_topic *model_topic(const struct pt_engine *eng, const char *name);
/* The pipeline's verdict anew, and an event when it is another; at_ms: now, Unix. */
void model_verdict(struct pt_engine *eng, int64_t at_ms);
/* model_connectors.c: what to ask about connectors, and what was answered. */
void model_connectors_init(struct pt_engine *eng);
void model_connectors_done(struct pt_engine *eng);
void model_connectors_news(struct pt_engine *eng, struct conn_news *news);
/* A new look at offsets (report), or at the embedded sink. */
void model_connectors_report(struct pt_engine *eng);
void model_connectors_sink(struct pt_engine *eng);
/* Ask what is due, and judge anew; returns when to look again (Unix ms). */
int64_t model_connectors_tick(struct pt_engine *eng);
/* Ask everything again now. */
void model_connectors_refresh(struct pt_engine *eng);
/* A command's job, or why it can't be: NULL with err. Takes fact's command. */
struct conn_job *model_connectors_job(struct pt_engine *eng, struct fact *fact,
                                      struct pt_error *err);

#endif
