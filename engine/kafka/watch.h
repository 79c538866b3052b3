/* The watcher: metadata, high watermarks and the sink group's offsets of all watched topics, each
 * in few batched requests; runs on a thread of its own and reports what it found. Of more than 500
 * partitions it asks those that are wanted (watch_want) and those where the group is at work in
 * each look, the others in turn, so that each is asked within 30 s. */
#ifndef KAFKA_WATCH_H
#define KAFKA_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kafka/watch_report.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

struct watch;

struct watch_opts {
    const struct pt_config *cfg;
    const char *bootstrap;    /* may be NULL */
    const char *topics_regex; /* POSIX extended, for the whole name; which topics are watched
                                 (watermarks, rates). NULL or "": all. Internal ones (__) only
                                 when it has "__" in it. */
    const char *group;        /* the sink's group, or NULL: committed stays unknown */
    int64_t wait_ms;          /* for so long somebody waits for answers; 0: as pt_run's */
    int64_t period_ms; /* between two looks at watermarks and offsets; metadata each 10 s, and
                          low watermarks each 10 s */
    void *arg;
    void (*report)(void *arg, struct watch_report *report); /* the receiver's from now on; called on
                                                               the watcher's thread */
    void (*error)(void *arg, int code,
                  const char *reason); /* librdkafka's error callback, any thread */
};

/* Start the thread. opts' strings are copied; cfg must outlive it. *watch is set before the first
 * callback comes; the callbacks must not call watch_free. The other functions take NULL: nothing.
 * Errors PT_ENOMEM, PT_EIO, PT_ECONFIG (the regular expression); later ones are reports. */
pt_code watch_start(const struct watch_opts *opts, struct watch **watch, struct pt_error *err);
/* Look again now, metadata included. Thread: any. */
void watch_refresh(struct watch *watch);
/* Topics that are asked each second also where there are many: those on a screen, and those whose
 * verdict depends on it. Each replaces the last list of its kind; names are copied. Thread: any. */
void watch_want(struct watch *watch, enum watch_why why, const char *const *topics, size_t n);
/* Another group (a connector was found). Thread: any. */
void watch_set_group(struct watch *watch, const char *group);
/* End and free; waits for the request under way at most 2 s (then its thread ends by itself). No
 * callback comes after it returned. */
void watch_free(struct watch *watch);

#endif
