/* The sink from inside: shared by its own files only (sink.c, intake.c, commit.c). All of it is the
 * sink thread's, but what `lock` guards. */
#ifndef SINK_SINK_PRIVATE_H
#define SINK_SINK_PRIVATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "sink/manifest.h"
#include "sink/object.h"
#include "sink/sink.h"

enum {
    SINK_BATCH = 1024,            /* records taken at once */
    SINK_COMMIT_MS = 100,         /* least time between two commits under load */
    SINK_PENDING_BYTES = 8 << 20, /* closed bytes that do not wait for it */
    SINK_PENDING_OBJECTS = 1024,
    SINK_RETRY_MS = 1000,
    SINK_STATUS_MS = 100,
    SINK_DRAIN_QUIET_MS = 20,
    SINK_IDLE_MS = 1000,
    SINK_ASK_MS = 300,        /* the longest wait for an answer of the cluster */
    SINK_GROUP_ANSWER_MS = 50 /* for the group's commit before committed() is told */
};

/* One partition that is consumed. The cluster's offset + base is the directory's. */
struct part {
    char topic[MANIFEST_TOPIC_MAX + 1];
    int32_t partition;
    int64_t base;
    int64_t expected;     /* the cluster's offset of the next record */
    int64_t lost;         /* found missing, not in the manifest yet */
    int64_t told;         /* committed() was told this */
    int64_t group_offset; /* the group has this; -1 none */
    struct object *open;  /* or NULL */
    int64_t opened_us;
    bool is_told_due;  /* told changed, committed() has not been called */
    bool is_rewinding; /* a record could not be taken: skip all until assigned anew */
    bool is_trimmed;   /* expected left the cluster's log: its start has to be asked */
};

struct victim {
    char topic[MANIFEST_TOPIC_MAX + 1];
    int32_t partition;
    int64_t first_offset;
};

struct topic {
    char name[MANIFEST_TOPIC_MAX + 1];
    bool is_found;
};

struct sink {
    struct sink_opts opts; /* topics NULL, dir ours */
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;   /* the consumer's */
    rd_kafka_queue_t *answers; /* of the group's commits */
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t wake; /* CLOCK_MONOTONIC */
    struct topic *asked; /* lock: handed over by other threads */
    size_t n_asked;
    bool is_draining, is_stopping; /* lock */

    struct topic *topics;
    size_t n_topics;
    struct part **parts;
    size_t n_parts;
    struct part *last; /* of the last record, with its topic's handle */
    const rd_kafka_topic_t *last_topic;
    bool is_assign_due, is_ready; /* ready: the manifest is read */
    int64_t next_search_us, next_rewind_us, quiet_since_us;

    struct manifest manifest;
    struct object **pending; /* closed, in order; the first n_entered are in the manifest */
    size_t n_pending, cap_pending, n_entered;
    int64_t pending_bytes;
    struct victim *victims; /* expired, still there until the manifest is saved */
    size_t n_victims, cap_victims;
    bool is_unsaved; /* the manifest holds something new */
    int64_t next_commit_us, next_group_us, next_retry_us;
    int64_t group_asked_us; /* a group commit is on its way since; 0 none */

    struct sink_status status;
    bool is_status_due;
    int64_t next_status_us;
};

/* ---- intake.c: cluster → objects ---- */

/* Look for the partitions of topics not found yet, and assign; now_us starts the retry's second. */
void intake_search(struct sink *sink, int64_t now_us);
/* Consume what is there, waiting at most wait_ms for the first record. Returns how many came. */
size_t intake_take(struct sink *sink, int64_t wait_ms);
/* Close every open object that is due: all of them, or those open for rotate_ms. */
void intake_close_due(struct sink *sink, int64_t now_us, bool all);
/* Ask the start of trimmed partitions, assign anew where that is due. */
void intake_mend(struct sink *sink, int64_t now_us);

/* ---- commit.c: objects → directory → group → hooks ---- */

/* Read the manifest, clean the directory. Errors as manifest_load and leftover_remove. */
pt_code commit_open(struct sink *sink, struct pt_error *err);
/* Make everything that is closed durable and tell it. A call that failed is simply repeated. */
pt_code commit_all(struct sink *sink, struct pt_error *err);
/* Take answers of the group's commits, and commit what it lacks when its time has come; waits at
 * most wait_ms for the answer. */
void commit_group(struct sink *sink, int64_t now_us, int64_t wait_ms);
/* Does the group lack anything? */
bool commit_is_group_behind(const struct sink *sink);
/* Is there anything to make durable? */
bool commit_has_work(const struct sink *sink);
void commit_done(struct sink *sink);

#endif
