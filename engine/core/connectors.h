/* The threads that ask about connectors: one for the back end's states, one for what its list
 * doesn't tell, one for CloudWatch and logs, one for S3, one for Kafka's offsets, one for what the
 * operator asks for. Each takes jobs from its own queue, in order, so that a service that hangs
 * delays nobody else. What to ask, and when, is the reactor's to decide (model_connectors.c). */
#ifndef CORE_CONNECTORS_H
#define CORE_CONNECTORS_H

#include "connector/ask.h"
#include "connector/backend.h"
#include "connector/loss_marks.h"
#include "core/conn_probe.h"
#include "core/conn_safe.h"
#include "core/conn_workers.h"
#include "kafka/group.h"
#include "kafka/record_times.h"
#include "pintop/command.h"
#include "pintop/config.h"

enum conn_ask {
    CONN_ASK_LIST,    /* states; tasks and settings, too, where the back end's list has them */
    CONN_ASK_DETAILS, /* what a brief list doesn't tell: settings, why it is in its state */
    CONN_ASK_CHANGES, /* the last change */
    CONN_ASK_METRICS, /* CloudWatch: of many in one job */
    CONN_ASK_LOG,     /* CloudWatch Logs: what went wrong lately */
    CONN_ASK_CHECKS,  /* configuration against what is */
    CONN_ASK_OBJECTS, /* newest objects */
    CONN_ASK_LAG,     /* a group's offsets */
    CONN_ASK_TIMES,   /* records' times, topics' retention */
    CONN_ASK_GROUP,   /* a group's members */
    CONN_ASK_KEEPS,   /* how long topics keep what waits */
    CONN_ASK_DEAD,    /* the dead letter topic */
    CONN_ASK_COMMITS, /* how many in-sync replicas a commit needs */
    CONN_ASK_WORKERS, /* whether the other workers answer */
    CONN_ASK_COMMAND,
    CONN_ASKS
};

/* CloudWatch's answer about one of those that were asked about in one call. */
struct conn_metered {
    uint64_t key;
    char name[CONN_NAME_MAX];
    struct conn_metrics *metrics; /* news: owned, NULL after an error */
    struct pt_error error;
};

/* What a worker found out. */
struct conn_news {
    enum conn_ask ask;
    uint64_t key;     /* whose, as it was in the job; 0 for the list and for metrics */
    int64_t asked_ms; /* Unix, when the answer came */
    struct pt_error error;
    bool is_denied;
    /* list; of details, the one */
    struct conn_list list;
    char version[32];
    unsigned can;
    /* the others */
    struct conn_operation operation; /* changes */
    size_t n_metered;
    struct conn_metered *metered;
    struct conn_objects objects;
    struct conn_log log;
    struct conn_checks checks;
    struct conn_rows rows;
    size_t n_times;
    struct record_time *times;
    bool is_newest; /* the times are of the newest records */
    struct conn_keeps keeps;
    struct group_look group;
    int64_t min_in_sync;
    struct conn_workers workers;
    struct conn_probe *probe; /* of a command: what it found; owned, NULL none */
    bool has_marks;           /* of the list, and of a command: what was acknowledged is in marks */
    struct loss_marks marks;
    bool has_seen; /* of the list: losses that some pintop has seen are in seen */
    struct loss_marks seen;
};
void conn_news_free(struct conn_news *news);

/* One thing to be done; owns what it holds. */
/* An answer that has not come by then (the list: by twice then) is asked for anew. */
enum { CONN_LOST_MS = 60000 };

struct conn_job {
    enum conn_ask ask;
    int64_t made_ms;  /* clock_even_ms */
    uint64_t key;     /* of the connector that is asked about: an id may change, this doesn't */
    struct conn conn; /* whose; empty for the list */
    char group[CONN_NAME_MAX + 16];
    char only[CONN_NAME_MAX]; /* list: this one alone; "" all */
    int64_t since_ms;         /* metrics, log: from when */
    size_t n_metered;         /* metrics: whose */
    struct conn_metered *metered;
    int lists;             /* objects: at most so many */
    bool is_anew;          /* checks: what was answered for others isn't believed */
    struct conn_rows rows; /* objects, lag */
    size_t n_times;
    struct record_time *times;
    bool is_newest;
    char topics[PT_STREAMS][PT_TOPIC_MAX]; /* objects: the streams' */
    struct conn_keeps keeps;
    struct conn_workers workers;
    struct loss_marks
        marks;   /* to be acknowledged by the command; list: what was seen, to be kept */
    uint64_t id; /* command */
    struct pt_command *command;
};
struct conn_job *conn_job_new(enum conn_ask ask);
void conn_job_free(void *job);

struct connectors;

struct connectors_opts {
    const struct pt_config *cfg;        /* must outlive it */
    const char *bootstrap;              /* NULL: the configuration's */
    const struct conn_backend_ops *ops; /* NULL: only groups' offsets */
    const char *cluster;                /* MSK: name or ARN, "" not known; for create */
    int64_t wait_ms;                    /* for so long somebody waits for answers; 0: as pt_run's */
    void *arg;
    void (*news)(void *arg, struct conn_news *news); /* the receiver's from now on */
    void (*result)(void *arg, uint64_t id, const struct pt_command *cmd, struct pt_result *result);
};
pt_code connectors_start(const struct connectors_opts *opts, struct connectors **out,
                         struct pt_error *err);
/* End it, with calls under way. NULL is fine. */
void connectors_stop(struct connectors *connectors);
/* The job is its own from now on. Thread: any. */
void connectors_ask(struct connectors *connectors, struct conn_job *job);
/* End a write probe that is under way, and all later ones: what it wrote is taken away, and its
 * result told. Thread: any. */
void connectors_end_probe(struct connectors *connectors);
/* The same, and wait at most so long until that is done. */
void connectors_await_probe(struct connectors *connectors, int64_t wait_ms);
/* Calls to AWS within the last minute, the lists left out. Thread: any. */
int connectors_calls(struct connectors *connectors);
/* New AWS keys at the next call. */
void connectors_forget_keys(struct connectors *connectors);

/* Which back end a configuration means: auto is embedded on the embedded cluster, connect with a
 * URL, MSK Connect for MSK; NULL: none. */
const struct conn_backend_ops *connectors_backend(const struct pt_config *cfg);
/* Of the Kafka Connect worker that is asked, as it is configured: with a user in it, maybe. Valid
 * as long as cfg. */
const char *connectors_url(const struct pt_config *cfg);

#endif
