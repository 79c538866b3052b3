/* The bounds of a run, and the stop: halt · drain · sink commit · purge · checkpoint. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/engine_state.h"

enum {
    LOOK_US = 10000,
    FIRST_LOOK_US = 100000, /* how often the end of the first poll is checked */
    PURGE_US = 1500000,
    /* How long the last checkpoints are waited for: when the disk reports an error, when it does
     * not answer, and at most; and from when on the disk is called slow. */
    FLUSH_FAILED_US = 1000000,
    FLUSH_SILENT_US = 3000000,
    FLUSH_US = 10000000,
    SLOW_DISK_US = 1000000,
    PATIENCE_US = 30000000,
    REFUSED_US = 3000000
};

static void stop_drain_sink(struct pt_engine *eng)
{
    if (eng->desk.is_booted && eng->sink && !eng->stop.is_sink_draining) {
        sink_drain(eng->sink);
        eng->stop.is_sink_draining = true;
    }
}

/* ---- bounds ---- */

static void stop_end_run(struct pt_engine *eng, const char *why)
{
    eng->stop.ended_by = why;
    atomic_store(&eng->ended_by, why);
    eng->reactor.is_dirty = true;
}

/* `stream` waits for a cluster that is still starting, but not forever. */
static void stop_give_up(struct pt_engine *eng, int64_t now_us)
{
    struct pt_error err;
    int64_t waited_s = (now_us - eng->stop.booted_us + 500000) / 1000000;
    /* Taken from the parts, because the sections may be a moment older. */
    struct trouble trouble = cluster_trouble(&eng->parts.cluster, &eng->parts.auth.auth);
    if (eng->parts.cluster.report == NULL)
        pt_error_set(&err, PT_ETIMEOUT,
                     trouble.fix[0] ? trouble.fix
                                    : "Check the servers (-b HOST:PORT) and that they can be "
                                      "reached.",
                     "stream: no broker answered in %" PRId64 " s%s%s", waited_s,
                     trouble.what[0] ? ": " : "", trouble.what);
    else
        pt_error_set(&err, PT_ETIMEOUT, "See which: pintop topics describe NAME.",
                     "stream: a topic's partitions had no leader for %" PRId64 " s", waited_s);
    inbox_fail(&eng->inbox, &err);
}

/* A login or a certificate that was refused will be refused again: the wait is short then. */
static int64_t stop_patience_us(const struct pt_engine *eng)
{
    struct trouble trouble = cluster_trouble(&eng->parts.cluster, &eng->parts.auth.auth);
    return eng->parts.cluster.report == NULL && trouble.fix[0] ? REFUSED_US : PATIENCE_US;
}

/* The first poll of the cluster is not over, so it is unknown why it fails. */
static bool stop_is_first_look(const struct pt_engine *eng)
{
    return eng->parts.cluster.report == NULL && eng->parts.topics.error.code == PT_OK &&
           eng->parts.cluster.boot_error.code == PT_OK;
}

/* Only `stream` ends automatically: at its bounds, when all its streams have ended, or when they
 * cannot start. Streams that a stop has halted are at no bound. */
static int64_t stop_look_at_bounds(struct pt_engine *eng, int64_t now_us)
{
    if (!eng->desk.is_booted || eng->stop.ended_by || !eng->run.has_sink_drain ||
        eng->stop.phase != STOP_NO)
        return INT64_MAX;
    bool is_over = eng->run.duration_ms > 0 && now_us >= eng->stop.run_deadline_us;
    bool is_patient = now_us < eng->stop.booted_us + stop_patience_us(eng);
    if (is_over && streams_are_waiting(&eng->parts.streams) && stop_is_first_look(eng) &&
        is_patient)
        return now_us + FIRST_LOOK_US;
    if (streams_are_waiting(&eng->parts.streams) && (is_over || !is_patient))
        stop_give_up(eng, now_us);
    if (is_over) {
        streams_want(&eng->parts.streams, PT_STREAM_ALL, false, now_us);
        stop_drain_sink(eng);
        stop_end_run(eng, "duration");
        return INT64_MAX;
    }
    int64_t next_us = eng->run.duration_ms > 0 ? eng->stop.run_deadline_us : INT64_MAX;
    const char *why = streams_ended_by(&eng->parts.streams, eng->run.start);
    if (why == NULL ||
        (strcmp(why, "error") == 0 && streams_go_on(&eng->parts.streams, eng->run.start)))
        return next_us;
    stop_drain_sink(eng);
    stop_end_run(eng, why);
    return next_us;
}

/* ---- the stop ---- */

static int64_t stop_deadline(const struct pt_engine *eng, int64_t limit_ms, int64_t now_us)
{
    limit_ms = limit_ms == PT_STOP_CONFIGURED ? eng->set.stop_timeout_ms : limit_ms;
    if (limit_ms > PT_STOP_MAX_MS)
        limit_ms = PT_STOP_MAX_MS;
    return limit_ms < 0 ? INT64_MAX : now_us + limit_ms * 1000;
}

void stop_begin(struct pt_engine *eng, const char *why, int64_t limit_ms, int64_t now_us)
{
    if (eng->connectors != NULL) /* the objects of a probe are deleted before the end */
        connectors_end_probe(eng->connectors);
    if (eng->stop.phase != STOP_NO) {
        /* A second call sets the limit of a wait that has none, and otherwise ends the wait; one
         * without a limit hurries nobody: a count may be reached while somebody else stops it. */
        bool is_limit = eng->stop.deadline_us == INT64_MAX;
        if (eng->stop.phase == STOP_DRAIN && limit_ms != PT_STOP_UNLIMITED)
            eng->stop.deadline_us = is_limit ? stop_deadline(eng, limit_ms, now_us) : 0;
        return;
    }
    text_copy(eng->stop.why, sizeof eng->stop.why, why);
    streams_halt(&eng->parts.streams);
    stop_drain_sink(eng);
    eng->stop.phase = STOP_DRAIN;
    eng->stop.deadline_us = stop_deadline(eng, limit_ms, now_us);
}

static void stop_begin_purge(struct pt_engine *eng, int64_t now_us)
{
    eng->stop.phase = STOP_PURGE;
    eng->stop.deadline_us = 0; /* nothing to purge */
    if (streams_in_flight(&eng->parts.streams) > 0) {
        eng->stop.deadline_us = now_us + PURGE_US;
        atomic_store(&eng->is_purge_asked, true);
        producer_wake(&eng->producer);
    }
}

static void stop_begin_flush(struct pt_engine *eng, int64_t now_us)
{
    uint64_t unresolved = streams_end_windows(&eng->parts.streams);
    if (unresolved > 0)
        desk_event(&eng->desk, PT_WARN, "pintop",
                   "%" PRIu64 " records unresolved: sent again by the next run", unresolved);
    streams_put_checkpoints(&eng->parts.streams, eng->stop.why[0] ? eng->stop.why : "stopped");
    eng->stop.phase = STOP_FLUSH;
    eng->stop.flush_us = now_us;
}

/* The next run continues from an older checkpoint: the user of this one must know that. */
static void stop_tell_unwritten(struct pt_engine *eng, int64_t waited_us)
{
    struct pt_error err;
    char why[64];
    const char *refusal = session_disk_error(&eng->parts.session);
    snprintf(why, sizeof why, "the disk has not written it in %" PRId64 " s",
             (waited_us + 500000) / 1000000);
    text_copy(eng->stop.unwritten, sizeof eng->stop.unwritten, refusal[0] ? refusal : why);
    pt_error_set(&err, PT_EIO,
                 "Free or repair the disk. The next run sends again what came after the last "
                 "checkpoint on the disk; `pintop audit` counts those that are doubled.",
                 "checkpoint: not written, the next run sends records again: %s",
                 eng->stop.unwritten);
    inbox_fail(&eng->inbox, &err);
}

/* A slow disk is waited for, and an event says so; one that reports errors or does not answer is
 * given up sooner. */
static bool stop_is_flush_over(struct pt_engine *eng, int64_t now_us)
{
    struct stop *stop = &eng->stop;
    int64_t waited_us = now_us - stop->flush_us;
    int64_t answered_us = disk_answered_us(eng->disk);
    int64_t silent_us = answered_us > stop->flush_us ? now_us - answered_us : waited_us;
    if (waited_us >= SLOW_DISK_US && !stop->is_disk_slow) {
        stop->is_disk_slow = eng->reactor.is_dirty = true;
        desk_event(&eng->desk, PT_WARN, "pintop",
                   "the disk is slow: the last checkpoints are waited for, 10 s at most");
    }
    return waited_us >= FLUSH_US || silent_us >= FLUSH_SILENT_US ||
           (waited_us >= FLUSH_FAILED_US && session_disk_error(&eng->parts.session)[0]);
}

static int64_t stop_look_at_phase(struct pt_engine *eng, int64_t now_us)
{
    struct streams_part *streams = &eng->parts.streams;
    switch (eng->stop.phase) {
    case STOP_NO:
    case STOP_DONE:
        return INT64_MAX;
    case STOP_DRAIN:
        if ((streams_are_at_rest(streams) && streams_in_flight(streams) == 0 &&
             streams_uncommitted(streams) == 0) ||
            now_us >= eng->stop.deadline_us)
            stop_begin_purge(eng, now_us);
        break;
    case STOP_PURGE:
        if (now_us >= eng->stop.deadline_us)
            stop_begin_flush(eng, now_us);
        break;
    case STOP_FLUSH:
        if (!eng->desk.is_booted || disk_flush(eng->disk, now_us)) {
            eng->stop.phase = STOP_DONE;
        } else if (stop_is_flush_over(eng, now_us)) {
            stop_tell_unwritten(eng, now_us - eng->stop.flush_us);
            eng->stop.phase = STOP_DONE;
        }
        break;
    }
    return eng->stop.phase == STOP_DONE ? INT64_MAX : now_us + LOOK_US;
}

int64_t stop_look(struct pt_engine *eng, int64_t now_us)
{
    int64_t bounds_us = stop_look_at_bounds(eng, now_us);
    int64_t phase_us = stop_look_at_phase(eng, now_us);
    return bounds_us < phase_us ? bounds_us : phase_us;
}

void stop_purged(struct pt_engine *eng)
{
    if (eng->stop.phase == STOP_PURGE)
        eng->stop.deadline_us = 0;
}

static void stop_text(const struct pt_engine *eng, char *out, size_t cap)
{
    int64_t left_us = eng->stop.deadline_us - desk_mono_us(&eng->desk), open = 0;
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct pt_stream *st = &eng->board.now.streams->streams[i];
        open += st->in_flight;
        open += st->uncommitted != PT_UNKNOWN ? st->uncommitted : 0;
    }
    if (eng->stop.phase != STOP_DRAIN)
        text_copy(out, cap,
                  eng->stop.is_disk_slow ? "writing the checkpoint: the disk is slow"
                                         : "writing the checkpoint");
    else if (eng->stop.deadline_us == INT64_MAX)
        snprintf(out, cap, "draining %" PRId64 " records", open);
    else
        snprintf(out, cap, "draining %" PRId64 " records, %.0f s left", open,
                 left_us > 0 ? (double)left_us / 1e6 : 0.0);
}

void stop_tell(void *arg, struct session_stop *out)
{
    const struct pt_engine *eng = arg;
    out->is_stopping = eng->stop.phase != STOP_NO;
    out->is_stopped = eng->stop.phase == STOP_DONE;
    if (out->is_stopping)
        text_copy(out->why, sizeof out->why, eng->stop.why);
    text_copy(out->unwritten, sizeof out->unwritten, eng->stop.unwritten);
    if (out->is_stopping && !out->is_stopped && eng->board.now.streams != NULL)
        stop_text(eng, out->text, sizeof out->text);
}
