/* The sink's internals, shared by its own files only (sink.c, intake.c, commit.c). All of it
 * belongs to the sink's thread, except what `lock` protects. */
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
    SINK_BATCH = 1024,            /* records read at once */
    SINK_COMMIT_MS = 100,         /* minimum time between two commits under load */
    SINK_PENDING_BYTES = 8 << 20, /* when more closed bytes wait, a commit comes earlier */
    SINK_PENDING_OBJECTS = 1024,
    SINK_RETRY_MS = 1000,
    SINK_STATUS_MS = 100,
    SINK_DRAIN_QUIET_MS = 20,
    SINK_IDLE_MS = 1000,
    SINK_ASK_MS = 300,        /* the longest wait for an answer of the cluster */
    SINK_GROUP_ANSWER_MS = 50 /* for the group's commit before committed() is called */
};

/* One consumed partition. The cluster's offset + base is the directory's. */
struct sink_part {
    char topic[MANIFEST_TOPIC_MAX + 1];
    int32_t partition;
    int64_t base;
    int64_t expected;     /* the cluster's offset of the next record */
    int64_t lost;         /* found missing, not in the manifest yet */
    int64_t told;         /* committed() was last called with this */
    int64_t group_offset; /* committed in the group; -1 none */
    struct object *open;  /* or NULL */
    int64_t opened_us;
    bool is_told_due;  /* told changed, committed() has not been called */
    bool is_rewinding; /* a record could not be stored: skip everything until assigned again */
    bool is_trimmed;   /* expected has left the cluster's log: its start must be asked for */
};

struct victim {
    char topic[MANIFEST_TOPIC_MAX + 1];
    int32_t partition;
    int64_t first_offset;
};

struct sink_topic {
    char name[MANIFEST_TOPIC_MAX + 1];
    bool is_found;
};

struct embedded_sink {
    struct sink_opts opts; /* topics is NULL, dir is owned */
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;   /* the consumer's */
    rd_kafka_queue_t *answers; /* to the group's commits */
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t wake;      /* CLOCK_MONOTONIC */
    struct sink_topic *asked; /* lock: handed over by other threads */
    size_t n_asked;
    bool is_draining, is_stopping; /* lock */

    struct sink_topic *topics;
    size_t n_topics;
    struct sink_part **parts;
    size_t n_parts;
    struct sink_part *last; /* of the last record, with its topic handle */
    const rd_kafka_topic_t *last_topic;
    bool is_assign_due, is_ready; /* ready: the manifest is read */
    int64_t next_search_us, next_rewind_us, quiet_since_us;

    struct manifest manifest;
    struct object **pending; /* closed, in order; the first n_entered are in the manifest */
    size_t n_pending, cap_pending, n_entered;
    int64_t pending_bytes;
    struct victim *victims; /* expired, kept until the manifest is saved */
    size_t n_victims, cap_victims;
    bool is_unsaved; /* the manifest has unsaved changes */
    int64_t next_commit_us, next_group_us, next_retry_us;
    int64_t group_asked_us; /* since when a group commit is in flight; 0 none */

    struct sink_status status;
    bool is_status_due;
    int64_t next_status_us;
};

/* ---- intake.c: cluster → objects ---- */

/* Looks for the partitions of topics not found yet, and assigns them; now_us starts the second
 * until the next attempt. */
void intake_search(struct embedded_sink *sink, int64_t now_us);
/* Consumes what is available, waiting at most wait_ms for the first record. Returns how many
 * came. */
size_t intake_take(struct embedded_sink *sink, int64_t wait_ms);
/* Closes every open object that is due: all of them, or those open for rotate_ms. */
void intake_close_due(struct embedded_sink *sink, int64_t now_us, bool all);
/* Asks for the start of trimmed partitions, and assigns again where that is due. */
void intake_mend(struct embedded_sink *sink, int64_t now_us);

/* ---- commit.c: objects → directory → group → hooks ---- */

/* Reads the manifest and cleans the directory. Errors as manifest_load and leftover_remove. */
pt_code commit_open(struct embedded_sink *sink, struct pt_error *err);
/* Makes everything that is closed durable and reports it. A failed call is simply repeated. */
pt_code commit_all(struct embedded_sink *sink, struct pt_error *err);
/* Takes answers to the group's commits, and commits what the group lacks when it is time; waits
 * at most wait_ms for the answer. */
void commit_group(struct embedded_sink *sink, int64_t now_us, int64_t wait_ms);
/* Returns whether the group lacks a commit. */
bool commit_is_group_behind(const struct embedded_sink *sink);
/* Returns whether there is anything to make durable. */
bool commit_has_work(const struct embedded_sink *sink);
void commit_done(struct embedded_sink *sink);

#endif
