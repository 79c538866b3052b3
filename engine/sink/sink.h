/* The embedded sink: the embedded cluster's topics → a directory, in the S3 sink's layout.
 *
 * It owns one thread, one consumer (assign at explicit offsets, group only for commits), the open
 * objects and the manifest. It knows nothing of streams or accounts: it reports what it has
 * committed.
 *
 * DIR/topics/<topic>/partition=<n>/<topic>+<n>+<%010d offset>.json   one JSON object per line
 * DIR/manifest.json   replaced atomically with each commit: for each topic and partition the next
 *                     offset, the oldest kept offset, and each object's first offset, records,
 *                     bytes, keys' bytes, time. An object's offset is the manifest's next offset at
 *                     start (base) + the mock cluster's offset.
 *
 * The order of a commit: objects durable → manifest durable → the group's offsets → committed().
 * Objects that close within 100 ms share one. A raw newline in a value would break the lines and
 * is written as a space (flattened_records). While the directory cannot be written, nothing is
 * consumed, what was consumed stays in memory, and it is retried each second. */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "pintop/error.h"

struct embedded_sink;

struct sink_status {
    enum { SINK_STARTING, SINK_RUNNING, SINK_FAILED, SINK_STOPPED } state;
    char error[200], fix[160]; /* while FAILED or when a disk is full (it is retried each second) */
    int64_t records, objects, bytes;          /* committed in this run */
    int64_t open_records;                     /* consumed, not committed yet */
    int64_t kept_objects, kept_bytes;         /* in the directory now, including keys files */
    int64_t expired_objects, expired_records; /* deleted because of the limit, in total */
    int64_t lost_records;                     /* gaps in the offsets, in total */
    int64_t flattened_records;                /* values whose newlines became spaces, in this run */
    char newest_object[320];                  /* path below DIR */
    int64_t newest_object_ms;                 /* Unix; INT64_MIN none */
};

/* What the sink reports; called on the sink's thread, must not block. */
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
    rd_kafka_t *consumer;                  /* made by the caller with group.id,
                                            * auto.offset.reset=error and no auto commit; owned
                                            * by the sink once sink_start returned PT_OK,
                                            * destroyed by sink_free */
    void (*free_consumer)(rd_kafka_t *rk); /* how; NULL: rd_kafka_destroy without the close */
    const char *const *topics;
    size_t n_topics;
    const char *dir;
    int64_t flush_size;       /* records in an object */
    int64_t rotate_ms;        /* how long an object may be open */
    int64_t max_object_bytes; /* 1 MiB; a longer record is an object of its own */
    int64_t limit_bytes;      /* of the directory's objects and keys files; the newest is kept */
    bool has_keys; /* also write …+%010d.keys.json, one JSON string per line (replayed files do
                    * not contain their index); without it only from a record by hand on, to the
                    * end of its object */
    struct sink_hooks hooks;
};

/* The maximum number of kept objects, whatever their size: the manifest lists each. */
enum { SINK_MAX_OBJECTS = 500000 };

/* Starts the sink's thread, which reads the manifest, deletes temporary files and files that the
 * manifest does not list, finds each topic's partitions, and consumes from offset 0 of the cluster.
 * A topic that the cluster does not have (yet) is looked for each second, without creating it.
 * opts    copied, including strings.
 * Errors  PT_ENOMEM, PT_EIO (the consumer stays the caller's). Later ones: status. */
pt_code sink_start(const struct sink_opts *opts, struct embedded_sink **sink, struct pt_error *err);
/* Adds a topic to consume; one that is already consumed is fine. Thread: any. */
void sink_add_topic(struct embedded_sink *sink, const char *topic);
/* Closes and commits every open object now (once 20 ms bring no record), and from now on as soon
 * as records come. Thread: any. */
void sink_drain(struct embedded_sink *sink);
/* Commits what is open, ends the thread, and frees everything including the consumer. NULL is
 * fine. */
void sink_free(struct embedded_sink *sink);

#endif
