/* The watcher: metadata, high watermarks and the sink group's offsets of all watched topics, in
 * few batched requests. It runs on a thread of its own and reports what it found. Beyond 500
 * partitions, each look asks for those in watch_want and those where the group is active; the
 * others take turns, so that each is asked for within 30 s. */
#ifndef KAFKA_WATCH_H
#define KAFKA_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kafka/stats.h"
#include "kafka/watch_report.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

struct watch;

struct watch_opts {
    const struct pt_config *cfg;
    const char *bootstrap;    /* may be NULL */
    const char *topics_regex; /* POSIX extended, for the whole name: which topics are watched
                               * (watermarks, rates). NULL or "": all. Internal ones (__) only
                               * when it contains "__" */
    const char *group;        /* the sink's group, or NULL: committed offsets stay unknown */
    int64_t wait_ms;          /* how long the user waits for answers; 0: as in pt_run */
    int64_t period_ms; /* between two looks at watermarks and offsets; metadata every 10 s, low
                        * watermarks every 10 s */
    void *arg;
    void (*report)(void *arg, struct watch_report *report); /* the receiver owns the report; called
                                                             * on the watcher's thread */
    void (*error)(void *arg, int code,
                  const char *reason); /* librdkafka's error callback, any thread */
    /* librdkafka's statistics of the watcher's handle, each stats_ms; on the watcher's thread,
     * after a look. NULL: the handle makes none. */
    void (*stats)(void *arg, const struct stats *stats);
    int64_t stats_ms;
};

/* Starts the thread. The strings of opts are copied; cfg must outlive the watcher. *watch is set
 * before the first callback comes; the callbacks must not call watch_free. The other functions do
 * nothing with NULL.
 * Errors PT_ENOMEM, PT_EIO, PT_ECONFIG (the regular expression); later ones are reports. */
pt_code watch_start(const struct watch_opts *opts, struct watch **watch, struct pt_error *err);
/* Looks again now, including the metadata. Thread: any. */
void watch_refresh(struct watch *watch);
/* Sets the topics that are asked for each second even where there are many: those on a screen,
 * and those that a verdict depends on. Each call replaces the last list of its kind; names are
 * copied. Thread: any. */
void watch_want(struct watch *watch, enum watch_why why, const char *const *topics, size_t n);
/* Sets another group (a connector was found). Thread: any. */
void watch_set_group(struct watch *watch, const char *group);
/* Ends and frees the watcher; waits at most 2 s for the current request (after that its thread
 * ends later on its own). No callback comes after it has returned. */
void watch_free(struct watch *watch);

#endif
