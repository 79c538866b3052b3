/* The streaming engine: start it, read its snapshots, send it commands, stop it. */
#ifndef PINTOP_ENGINE_H
#define PINTOP_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/api.h"
#include "pintop/audit.h"
#include "pintop/command.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/event.h"
#include "pintop/link.h"
#include "pintop/snapshot.h"

PT_API_BEGIN

#define PINTOP_VERSION "1.0"

/* The version of librdkafka that is loaded ("2.15.0"), and whether it logs in again on an open
 * connection before the login's lifetime ends (KIP-368). With one that does not, the broker closes
 * the connection then, and it is made again. Pure. Thread: any. */
const char *pt_kafka_library(void);
bool pt_kafka_library_reauthenticates(void);

struct pt_engine;
struct pt_serving;

/* How a run of the streams is bounded; all zero: start stopped, no bounds. */
struct pt_run {
    unsigned start;      /* bits of the streams to start at once */
    int64_t count;       /* records of this run for each stream; 0 none */
    int64_t duration_ms; /* 0 none */
    int64_t first_index; /* starts a new account there; -1: continue from the checkpoint */
    bool has_sink_drain; /* end only when the embedded sink has committed all */
    bool has_connectors; /* poll connectors */
    /* Name or ID of the connector that is polled first; "" for all of them; NULL when the user
     * waits for none. The caller's, until pt_engine_free. */
    const char *connector;
    int64_t wait_ms; /* how long the user waits for answers: no request is given up before
                      * half of it; 0: each request's own time */
    /* The lock of the state directory is taken at the start, and not only with the first stream;
     * when another process holds it, the engine fails (PT_ELOCKED). */
    bool is_holder;
    /* Front ends may use the engine of another pintop of this user instead. Where that was tried in
     * vain, note is why: it becomes an event. The caller's, as connector. */
    /* How others are served while the lock is held; NULL: they are not. */
    const struct pt_serving *serving;
    bool may_attach, must_attach; /* must: there is no engine of its own in place of it */
    const char *note;
    bool is_oneshot; /* command line: no streams, no lock, no embedded cluster of its own */
    /* With is_oneshot: streams or the engine are stopped, and nothing else is asked of it. How this
     * pintop is set up, and for which cluster, does not matter then. */
    bool is_stop_alone;
    /* Where the configuration names no cluster: why none is asked ("its brokers cannot be reached:
     * …"), and what to do about it. The caller's, as above; NULL: none is named. */
    const char *no_cluster, *no_cluster_fix;
    /* A recording in the place of an engine (pintop/record.h): a file, or the directory of a ring;
     * NULL: an engine. And what is shown first: Unix ms; PT_UNKNOWN: it is played from its
     * beginning. The caller's, as above. */
    const char *recording;
    int64_t recording_at_ms;
};

/* Starts the engine: makes the reactor thread and returns; files and connections follow on engine
 * threads. Block the process's signals (pthread_sigmask) before.
 *
 * cfg     stays the caller's, unchanged until pt_engine_free.
 * Errors  PT_EREADONLY (streams to start), PT_ENOMEM, PT_EIO (no thread, no descriptor). Later
 *         failures are in the snapshot. */
pt_code pt_engine_start(const struct pt_config *cfg, const struct pt_run *run,
                        struct pt_engine **eng, struct pt_error *err);

/* For commands that end at once, with an engine or without: lines go to pintop.log.file, when it
 * is set, from now on; the first line names the command. A dashboard's and `stream`'s lines are
 * written by their engine. Errors PT_EIO. */
pt_code pt_log_start(const struct pt_config *cfg, const char *what, struct pt_error *err);
void pt_log_error(const struct pt_error *error);

/* Readable when there is a newer snapshot: an eventfd, level-triggered. Drain it (read 8 bytes),
 * then acquire. */
int pt_engine_wake_fd(const struct pt_engine *eng);

/* Returns the newest snapshot, one reference for the caller; never NULL. Thread: any. */
const struct pt_snapshot *pt_engine_acquire(struct pt_engine *eng);

/* Returns what pt_engine_submit would refuse at once, without queueing anything: PT_EUSAGE,
 * PT_EREADONLY, PT_ENAME. Thread: any. */
pt_code pt_engine_check(const struct pt_engine *eng, const struct pt_command *cmd,
                        struct pt_error *err);

/* Queues one command; never blocks.
 *
 * cmd     copied with its strings; the caller keeps its own.
 * id      out, may be NULL: look for it in snapshot->completed.
 * Errors  PT_EBUSY queue full (256), nothing queued; PT_ECLOSED the engine is stopping;
 *         PT_EREADONLY; PT_ENAME the name rule or Kafka's own refuses the topic's name.
 * Thread  any; one short lock, no I/O. The effect shows in a later snapshot. */
pt_code pt_engine_submit(struct pt_engine *eng, const struct pt_command *cmd, uint64_t *id,
                         struct pt_error *err);

/* Sets the topics that are on the screen now: they are polled each second, however many there
 * are. Replaces the previous list. Names are copied. Thread: any; one short lock. */
void pt_engine_look_at(struct pt_engine *eng, const char *const *topics, size_t n);

/* Stops the streams, drains, lets the sink commit, purges, writes the checkpoint. The end shows as
 * pt_engine_is_stopped. A second call with a limit puts it on a drain that has none, and ends a
 * drain that has one; a second call with PT_STOP_UNLIMITED does nothing.
 *
 * why       kept for the next start ("SIGHUP: terminal hung up"); printable.
 * limit_ms  of the drain, or PT_STOP_….
 * Thread    any, also the signal thread; async-signal-unsafe. */
void pt_engine_stop(struct pt_engine *eng, const char *why, int64_t limit_ms);
bool pt_engine_is_stopped(struct pt_engine *eng);

/* Returns why the run has ended, when every bounded stream has ended and the engine may be stopped
 * without loss: "count", "duration", "end of file", "stop.after" or "error" (static); NULL while it
 * runs. */
const char *pt_engine_ended_by(struct pt_engine *eng);

/* Returns why the engine could not start what was requested (lock, mismatch, state directory),
 * as an error with its fix; PT_OK: no failure. Thread: any. */
pt_code pt_engine_failure(struct pt_engine *eng, struct pt_error *err);

/* Returns whether an engine with the embedded cluster, or one that streams, runs on the state
 * directory of this configuration. Thread: any; reads a file. */
bool pt_embedded_runs(const struct pt_config *cfg);

/* What lives as long as an engine and uses it: the recorder (pintop/record.h). */
struct pt_companion {
    void *arg;
    void (*finish)(void *arg, int64_t wait_ms); /* the process ends: write what must last */
    void (*free)(void *arg);                    /* the engine has stopped, and is freed next */
};
/* Ties it to the engine; one at most. Thread: the one that starts and frees the engine. */
void pt_engine_accompany(struct pt_engine *eng, const struct pt_companion *companion);
/* Makes an event of it, for the screen and the log. text is copied. Thread: any. */
void pt_engine_tell(struct pt_engine *eng, enum pt_severity severity, const char *text);

/* Gives the engine minutes that were recorded before its start, which its own are put behind: once.
 * They are of the subject that its own section of minutes names, and by the same clock. Of the last
 * restart, which is the engine's own, only the end of the one before is known. minutes is copied.
 * When out of memory, nothing happens. Thread: any; never blocks. */
void pt_engine_recall(struct pt_engine *eng, const struct pt_series_section *minutes);

/* Joins everything and frees it; stops first if needed. For tests and sanitizers: it can take as
 * long as librdkafka takes. */
void pt_engine_free(struct pt_engine *eng);

/* For a program that ends at once, before _exit: waits at most wait_ms for the threads that hold
 * files, and frees nothing. */
void pt_engine_abandon(struct pt_engine *eng, int64_t wait_ms);

/* Returns a link to this engine, for a front end that need not know where an engine runs. The link
 * owns nothing: the engine must live as long as any copy of it is used. Closing it is
 * pt_engine_abandon. */
struct pt_link pt_engine_link(struct pt_engine *eng);

PT_API_END

#endif
