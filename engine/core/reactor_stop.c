/* The bounds of a run, and the stop: halt · drain · sink commit · purge · checkpoint. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/engine_state.h"
#include "kafka/connection.h"

enum {
    LOOK_US = 10000,
    FIRST_LOOK_US = 100000, /* whether it has ended */
    PURGE_US = 1500000,
    /* The last checkpoints: a disk that answers with an error, one that says nothing, one that is
     * slow. */
    FLUSH_FAILED_US = 1000000,
    FLUSH_SILENT_US = 3000000,
    FLUSH_US = 10000000,
    SLOW_DISK_US = 1000000,
    PATIENCE_US = 30000000,
    REFUSED_US = 3000000
};

static bool is_open(const struct pt_engine *eng, int i)
{
    return eng->model.streams[i].is_open;
}

static int64_t in_flight(const struct pt_engine *eng)
{
    int64_t n = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        if (is_open(eng, i))
            n += (int64_t)window_read(&eng->accounts[i].streamer.win).in_flight;
    return n;
}

static int64_t uncommitted(const struct pt_engine *eng)
{
    int64_t n = 0;
    for (int i = 0; i < PT_STREAMS && eng->set.is_embedded; i++)
        if (is_open(eng, i))
            n += (int64_t)window_read(&eng->accounts[i].streamer.win).uncommitted;
    return n;
}

static void drain_sink(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    if (m->is_booted && eng->sink && !m->is_sink_draining) {
        sink_drain(eng->sink);
        m->is_sink_draining = true;
    }
}

/* ---- bounds ---- */

static const char *ended_by(struct pt_engine *eng)
{
    const char *why = "count";
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct stream_model *sm = &eng->model.streams[i];
        if (!(eng->run.start & PT_STREAM_BIT(i)))
            continue;
        if (sm->refusal.code != PT_OK)
            return "error";
        if (!sm->is_open)
            return NULL;
        struct streamer *st = &eng->accounts[i].streamer;
        switch (streamer_state_of(st)) {
        case STREAMER_DONE:
            if (atomic_load(&st->is_source_end))
                why = "end of file";
            break;
        case STREAMER_STOPPED:
            if (sm->is_wanted || !streamer_has_heard(&eng->accounts[i].streamer))
                return NULL;
            why = "stop.after";
            break;
        case STREAMER_ERROR:
            return "error"; /* once the others are quiet too: see below */
        default:
            return NULL;
        }
    }
    return why;
}

/* A stream in error ends the run when no other can go on. */
static bool is_any_going_on(const struct pt_engine *eng)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct stream_model *sm = &eng->model.streams[i];
        if (!(eng->run.start & PT_STREAM_BIT(i)) || sm->refusal.code != PT_OK)
            continue;
        if (!sm->is_open)
            return sm->is_wanted;
        enum streamer_state state = streamer_state_of(&eng->accounts[i].streamer);
        if (state != STREAMER_DONE && state != STREAMER_ERROR)
            return true;
    }
    return false;
}

static void end_run(struct pt_engine *eng, const char *why)
{
    eng->model.ended_by = why;
    atomic_store(&eng->ended_by, why);
    eng->model.is_dirty = true;
}

/* `stream` waits for a cluster that comes up beside it, but not for ever for one that is not there.
 */
static void give_up(struct pt_engine *eng, int64_t now_us)
{
    const struct model *m = &eng->model;
    struct pt_error err;
    int64_t waited_s = (now_us - m->booted_us + 500000) / 1000000;
    struct trouble trouble = model_trouble(m);
    if (m->report == NULL)
        pt_error_set(&err, PT_ETIMEOUT,
                     trouble.fix[0] ? trouble.fix
                                    : "Check the servers (-b HOST:PORT) and that they can be "
                                      "reached.",
                     "stream: no broker answered in %" PRId64 " s%s%s", waited_s,
                     trouble.what[0] ? ": " : "", trouble.what);
    else
        pt_error_set(&err, PT_ETIMEOUT, "See which: pintop topics describe NAME.",
                     "stream: a topic's partitions had no leader for %" PRId64 " s", waited_s);
    engine_fail(eng, &err);
}

static bool is_any_waiting(const struct pt_engine *eng)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        const struct stream_model *sm = &eng->model.streams[i];
        if (sm->is_wanted && !sm->is_open && !sm->is_opening)
            return true;
    }
    return false;
}

/* A login that is refused, or a certificate, is not waited for: it will be refused again. */
static int64_t patience_us(const struct model *m)
{
    return m->report == NULL && model_trouble(m).fix[0] ? REFUSED_US : PATIENCE_US;
}

/* The first look at the cluster is not over: why it fails isn't known yet. */
static bool is_first_look(const struct model *m)
{
    return m->report == NULL && m->topics_error.code == PT_OK && m->boot_error.code == PT_OK;
}

/* Only runs that were started with bounds, or as `stream`, end by themselves. */
static int64_t look_at_bounds(struct pt_engine *eng, int64_t now_us)
{
    struct model *m = &eng->model;
    if (!m->is_booted || m->ended_by || !eng->run.has_sink_drain)
        return INT64_MAX;
    bool is_over = eng->run.duration_ms > 0 && now_us >= m->deadline_us;
    bool is_patient = now_us < m->booted_us + patience_us(m);
    if (is_over && is_any_waiting(eng) && is_first_look(m) && is_patient)
        return now_us + FIRST_LOOK_US;
    if (is_any_waiting(eng) && (is_over || !is_patient))
        give_up(eng, now_us);
    if (is_over) {
        reactor_want(eng, PT_STREAM_ALL, false, now_us);
        drain_sink(eng);
        end_run(eng, "duration");
        return INT64_MAX;
    }
    int64_t next_us = eng->run.duration_ms > 0 ? m->deadline_us : INT64_MAX;
    const char *why = ended_by(eng);
    if (why == NULL || (strcmp(why, "error") == 0 && is_any_going_on(eng)))
        return next_us;
    drain_sink(eng);
    end_run(eng, why);
    return next_us;
}

static int64_t look_at_stop_after(struct pt_engine *eng, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &eng->model.streams[i];
        if (sm->stop_at_us <= now_us)
            reactor_want(eng, PT_STREAM_BIT(i), false, now_us);
        if (sm->stop_at_us < next_us)
            next_us = sm->stop_at_us;
    }
    return next_us;
}

/* ---- the stop ---- */

static int64_t stop_deadline(const struct pt_engine *eng, int64_t limit_ms, int64_t now_us)
{
    limit_ms = limit_ms == -2 ? eng->set.stop_timeout_ms : limit_ms;
    return limit_ms < 0 ? INT64_MAX : now_us + limit_ms * 1000;
}

void reactor_stop(struct pt_engine *eng, const struct fact *fact, int64_t now_us)
{
    struct model *m = &eng->model;
    if (eng->connectors != NULL) /* what a probe wrote is taken away before the end */
        connectors_end_probe(eng->connectors);
    if (m->stop != STOP_NO) {
        /* A wait without limit gets one, if one is given; else a second call ends the wait. */
        bool is_limit = m->stop_deadline_us == INT64_MAX && fact->number != -1;
        if (m->stop == STOP_DRAIN)
            m->stop_deadline_us = is_limit ? stop_deadline(eng, fact->number, now_us) : 0;
        return;
    }
    text_copy(m->stop_why, sizeof m->stop_why, fact->text);
    for (int i = 0; i < PT_STREAMS; i++) {
        m->streams[i].is_wanted = false;
        if (is_open(eng, i))
            streamer_set_wanted(&eng->accounts[i].streamer, false);
    }
    drain_sink(eng);
    m->stop = STOP_DRAIN;
    m->stop_deadline_us = stop_deadline(eng, fact->number, now_us);
}

static bool are_streams_at_rest(const struct pt_engine *eng)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        enum streamer_state state = streamer_state_of(&eng->accounts[i].streamer);
        if (eng->model.streams[i].is_opening)
            return false;
        if (is_open(eng, i) && state != STREAMER_STOPPED && state != STREAMER_DONE &&
            state != STREAMER_ERROR)
            return false;
    }
    return true;
}

static void begin_purge(struct pt_engine *eng, int64_t now_us)
{
    struct model *m = &eng->model;
    m->stop = STOP_PURGE;
    m->stop_deadline_us = 0; /* nothing to purge */
    if (in_flight(eng) > 0) {
        m->stop_deadline_us = now_us + PURGE_US;
        atomic_store(&eng->is_purge_asked, true);
        producer_wake(&eng->producer);
    }
}

static void begin_flush(struct pt_engine *eng, int64_t now_us)
{
    struct model *m = &eng->model;
    uint64_t unresolved = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        if (is_open(eng, i))
            unresolved += window_end(&eng->accounts[i].streamer.win);
    if (unresolved > 0)
        model_event(eng, PT_WARN, "pintop",
                    "%" PRIu64 " records unresolved: sent again by the next run", unresolved);
    model_put_checkpoints(eng, m->stop_why[0] ? m->stop_why : "stopped");
    m->stop = STOP_FLUSH;
    m->stop_phase_us = now_us;
}

static void set_stopped(struct pt_engine *eng, int64_t now_us)
{
    eng->model.stop = STOP_DONE;
    model_tick(eng, now_us);
    model_publish(eng, now_us);
    atomic_store(&eng->is_stopped, true);
    uint64_t one = 1;
    ssize_t n = write(eng->wake_fd, &one, sizeof one);
    (void)n; /* a full counter is readable too */
}

/* What the disk answered last to a checkpoint that it did not take; NULL: nothing. */
static const char *disk_refusal(const struct model *m)
{
    for (int i = 0; i < DISK_SLOTS; i++)
        if (m->disk_errors[i][0])
            return m->disk_errors[i];
    return NULL;
}

/* The next run goes on from an older checkpoint: whoever started this one must know. */
static void tell_unwritten(struct pt_engine *eng, int64_t waited_us)
{
    struct pt_error err;
    char why[64];
    const char *refusal = disk_refusal(&eng->model);
    snprintf(why, sizeof why, "the disk has not written it in %" PRId64 " s",
             (waited_us + 500000) / 1000000);
    pt_error_set(&err, PT_EIO, "Mend the disk; `pintop audit` counts what is doubled then.",
                 "checkpoint: not written, the next run sends records again: %s",
                 refusal ? refusal : why);
    engine_fail(eng, &err);
}

/* A slow disk is waited for, and it is said; one that refuses, or says nothing, is not. */
static bool is_flush_over(struct pt_engine *eng, int64_t now_us)
{
    struct model *m = &eng->model;
    int64_t waited_us = now_us - m->stop_phase_us;
    int64_t answered_us = disk_answered_us(eng->disk);
    int64_t silent_us = answered_us > m->stop_phase_us ? now_us - answered_us : waited_us;
    if (waited_us >= SLOW_DISK_US && !m->is_disk_slow) {
        m->is_disk_slow = m->is_dirty = true;
        model_event(eng, PT_WARN, "pintop",
                    "the disk is slow: the last checkpoints are waited for, 10 s at most");
    }
    return waited_us >= FLUSH_US || silent_us >= FLUSH_SILENT_US ||
           (waited_us >= FLUSH_FAILED_US && disk_refusal(m));
}

static int64_t look_at_stop(struct pt_engine *eng, int64_t now_us)
{
    struct model *m = &eng->model;
    switch (m->stop) {
    case STOP_NO:
    case STOP_DONE:
        return INT64_MAX;
    case STOP_DRAIN:
        if ((are_streams_at_rest(eng) && in_flight(eng) == 0 && uncommitted(eng) == 0) ||
            now_us >= m->stop_deadline_us)
            begin_purge(eng, now_us);
        break;
    case STOP_PURGE:
        if (now_us >= m->stop_deadline_us)
            begin_flush(eng, now_us);
        break;
    case STOP_FLUSH:
        if (!m->is_booted || disk_flush(eng->disk, now_us)) {
            set_stopped(eng, now_us);
        } else if (is_flush_over(eng, now_us)) {
            tell_unwritten(eng, now_us - m->stop_phase_us);
            set_stopped(eng, now_us);
        }
        break;
    }
    return m->stop == STOP_DONE ? INT64_MAX : now_us + LOOK_US;
}

static int64_t look_at_early(struct pt_engine *eng, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &eng->model.streams[i];
        if (sm->early_us == 0)
            continue;
        if (now_us >= sm->early_us) {
            sm->early_us = 0;
            model_put_checkpoints(eng, "");
        } else if (sm->early_us < next_us) {
            next_us = sm->early_us;
        }
    }
    return next_us;
}

int64_t reactor_progress(struct pt_engine *eng, int64_t now_us)
{
    int64_t a = look_at_bounds(eng, now_us), b = look_at_stop_after(eng, now_us);
    int64_t c = look_at_stop(eng, now_us), d = INT64_MAX;
    if (eng->model.stop == STOP_NO)
        d = look_at_early(eng, now_us);
    a = a < b ? a : b;
    c = c < d ? c : d;
    return a < c ? a : c;
}
