/* The embedded sink: the embedded cluster's topics → a directory, in the S3 sink's layout.
 *
 * Owns one thread, one consumer (assign at explicit offsets, group only for commits), the open
 * objects and the manifest. Knows nothing of streams or accounts: it tells what it has committed.
 *
 * DIR/topics/<topic>/partition=<n>/<topic>+<n>+<%010d offset>.json   one JSON object a line
 * DIR/manifest.json   replaced atomically with each commit: for each topic and partition the next
 *                     offset, the oldest kept offset, and each object's first offset, records,
 *                     bytes, keys' bytes, time. An object's offset is the manifest's next offset at
 *                     start (base) + the mock cluster's offset.
 *
 * The order of a commit: objects durable → manifest durable → the group's offsets → committed().
 * Objects that close within 100 ms share one. A raw newline in a value would break the lines and is
 * written as a space (flattened_records). When the directory cannot be written, nothing is taken
 * from the cluster any more, what was taken is kept in memory, and it is tried again each second.
 */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"

struct sink;

struct sink_status {
    enum { SINK_STARTING, SINK_RUNNING, SINK_FAILED, SINK_STOPPED } state;
    char error[200],
        fix[160]; /* while FAILED or when a disk is full (it tries again each second) */
    int64_t records, objects, bytes;          /* committed in this run */
    int64_t open_records;                     /* taken from the cluster, not committed yet */
    int64_t kept_objects, kept_bytes;         /* in the directory now, keys files included */
    int64_t expired_objects, expired_records; /* left because of the limit, ever */
    int64_t lost_records;                     /* gaps in the offsets, ever */
    int64_t flattened_records;                /* values whose newlines became spaces, this run */
    char newest_object[320];                  /* path below DIR */
    int64_t newest_object_ms;                 /* Unix; INT64_MIN none */
};

/* What the sink tells; called on the sink's thread, must not block. */
struct sink_hooks {
    void *arg;
    /* Everything of topic/partition below the cluster's own offset next_offset is in durable
     * objects, and the group's offset is committed (a refused commit is logged and repeated with
     * the next). */
    void (*committed)(void *arg, const char *topic, int32_t partition, int64_t next_offset);
    /* Figures changed; at most ten times a second, and at the end. */
    void (*status)(void *arg, const struct sink_status *status);
};

struct sink_opts {
    rd_kafka_t *consumer;                  /* made by the caller's constructor with group.id,
                                              auto.offset.reset=error and no auto commit; the sink's once sink_start
                                              returned PT_OK, ended by sink_free */
    void (*free_consumer)(rd_kafka_t *rk); /* how; NULL: rd_kafka_destroy without the close */
    const char *const *topics;
    size_t n_topics;
    const char *dir;
    int64_t flush_size;       /* records an object */
    int64_t rotate_ms;        /* an object's longest time open */
    int64_t max_object_bytes; /* 1 MiB; a longer record is an object of its own */
    int64_t limit_bytes;      /* of the directory's objects and keys files; the newest is kept */
    bool has_keys; /* also write …+%010d.keys.json, one JSON string a line (replayed files
                      do not carry their index) */
    struct sink_hooks hooks;
};

/* No more objects are kept, whatever their size: the manifest names each. */
enum { SINK_MAX_OBJECTS = 500000 };

/* Start the sink's thread, which reads the manifest, deletes temporary files and what the manifest
 * does not name, finds each topic's partitions, and consumes from offset 0 of the cluster. A topic
 * that the cluster does not have (yet) is looked for each second, without making it.
 * opts    copied, strings too.
 * Errors  PT_ENOMEM, PT_EIO (the consumer stays the caller's). Later ones: status. */
pt_code sink_start(const struct sink_opts *opts, struct sink **sink, struct pt_error *err);
/* Consume a topic more; one that is consumed already is fine. Thread: any. */
void sink_add_topic(struct sink *sink, const char *topic);
/* Close and commit every open object now (once 20 ms bring no record), and from now on as soon as
 * records come. Thread: any. */
void sink_drain(struct sink *sink);
/* Commit what is open, end the thread, free, the consumer too. NULL is fine. */
void sink_free(struct sink *sink);

#endif
