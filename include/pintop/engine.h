/* The streaming engine: start it, read its snapshots, send it commands, stop it. */
#ifndef PINTOP_ENGINE_H
#define PINTOP_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/audit.h"
#include "pintop/command.h"
#include "pintop/config.h"
#include "pintop/error.h"
#include "pintop/snapshot.h"

#define PINTOP_VERSION "1.0"

struct pt_engine;

/* How a run of the streams is bounded; all zero: start stopped, no bounds. */
struct pt_run {
    unsigned start;        /* bits of the streams to start at once */
    int64_t count;         /* records of this run for each stream; 0 none */
    int64_t duration_ms;   /* 0 none */
    int64_t first_index;   /* starts a new account there; -1: go on from the checkpoint */
    bool has_sink_drain;   /* end only when the embedded sink has committed all */
    bool has_connectors;   /* ask about connectors */
    const char *connector; /* name or id of the one that is asked about before all others; ""
                              somebody waits for what there is of them; NULL nobody does. The
                              caller's, until pt_engine_free */
    int64_t wait_ms;       /* for so long its asker waits for answers: none is given up before half
                              of it; 0: each question's own time */
    bool is_oneshot;       /* command line: no streams, no lock, no embedded cluster of its own */
};

/* Start the engine: makes the reactor thread and returns; files and connections follow on engine
 * threads. Block the process's signals (pthread_sigmask) before.
 *
 * cfg     stays the caller's, unchanged until pt_engine_free.
 * Errors  PT_EREADONLY (streams to start), PT_ENOMEM, PT_EIO (no thread, no descriptor). What fails
 * later is in the snapshot. */
pt_code pt_engine_start(const struct pt_config *cfg, const struct pt_run *run,
                        struct pt_engine **eng, struct pt_error *err);

/* For commands that end at once, with an engine or without: lines go to pintop.log.file, when it is
 * set, from now on; the first names what is done. A dashboard's and `stream`'s lines are written by
 * their engine. Errors PT_EIO. */
pt_code pt_log_start(const struct pt_config *cfg, const char *what, struct pt_error *err);
void pt_log_error(const struct pt_error *error);

/* Readable when a newer snapshot is there: an eventfd, level-triggered. Drain it (read 8 bytes),
 * then acquire. */
int pt_engine_wake_fd(const struct pt_engine *eng);

/* The newest snapshot, one reference for the caller; never NULL. Thread: any. */
const struct pt_snapshot *pt_engine_acquire(struct pt_engine *eng);

/* What pt_engine_submit would refuse at once, without queueing anything: PT_EUSAGE, PT_EREADONLY,
 * PT_ENAME. Thread: any. */
pt_code pt_engine_check(const struct pt_engine *eng, const struct pt_command *cmd,
                        struct pt_error *err);

/* Queue one command; never blocks.
 *
 * cmd     copied with its strings; the caller keeps its own.
 * id      out, may be NULL: look for it in snapshot->completed.
 * Errors  PT_EBUSY queue full (256), nothing queued; PT_ECLOSED the engine is stopping;
 *         PT_EREADONLY; PT_ENAME the name rule or Kafka's own refuses the topic's name.
 * Thread  any; one short lock, no I/O. The effect shows in a later snapshot. */
pt_code pt_engine_submit(struct pt_engine *eng, const struct pt_command *cmd, uint64_t *id,
                         struct pt_error *err);

/* These topics are on the screen now: they are asked about each second, however many there are.
 * Replaces what was said before. Names are copied. Thread: any; one short lock. */
void pt_engine_look_at(struct pt_engine *eng, const char *const *topics, size_t n);

/* Halt the streams, drain, let the sink commit, purge, write the checkpoint. The end shows as
 * pt_engine_is_stopped. Calling it again with a limit puts one on a drain that has none;
 * any other second call ends the drain.
 *
 * why       kept for the next start ("SIGHUP: terminal hung up"); printable.
 * limit_ms  of the drain; -1 none (the end of a count), -2 pintop.stop.timeout.ms.
 * Thread    any, also the signal thread; async-signal-unsafe. */
void pt_engine_stop(struct pt_engine *eng, const char *why, int64_t limit_ms);
bool pt_engine_is_stopped(struct pt_engine *eng);

/* Every bounded stream has ended and the engine may be stopped without loss: ended_by is "count",
 * "duration", "end of file" or "error" (static), NULL while it goes on. */
const char *pt_engine_ended_by(struct pt_engine *eng);

/* Why the engine could not start what it was asked to (lock, mismatch, state directory), as an
 * error with its fix; PT_OK: nothing. Thread: any. */
pt_code pt_engine_failure(struct pt_engine *eng, struct pt_error *err);

/* Join everything and free; stops first if need be. For tests and sanitizers: it can take as long
 * as librdkafka takes. */
void pt_engine_free(struct pt_engine *eng);

/* What a program that ends at once calls before _exit: waits at most wait_ms for the threads that
 * hold files, and frees nothing. */
void pt_engine_abandon(struct pt_engine *eng, int64_t wait_ms);

#endif
