/* The model's life, the tick, and publishing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/engine_state.h"

enum { ACK_MARK_US = 30000000, OWNER_TICKS = 3 };

/* ---- life ---- */

void model_init(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    int64_t now_ms = clock_real_ms();
    memset(m, 0, sizeof *m);
    model_events_init(m);
    m->tick_us = clock_mono_us();
    m->cluster_since_ms = now_ms;
    since_init(&m->since, now_ms);
    m->sinkless_ms = PT_UNKNOWN;
    m->deadline_us = INT64_MAX;
    m->moves = (struct moves){PT_UNKNOWN, PT_UNKNOWN, 0, 0, PT_UNKNOWN};
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &m->streams[i];
        sm->rate_per_s = eng->set.rates[i];
        sm->stop_at_us = INT64_MAX;
        sm->queued = PT_UNKNOWN;
        sm->since_ms = now_ms;
        sm->shown = PT_STREAM_UNKNOWN;
    }
    m->series.last_sample = -1;
    model_auth_init(eng);
    model_connectors_init(eng);
    m->results_dirty = true; /* the first snapshot has every section */
}

void model_done(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    model_events_done(m);
    free(m->means);
    model_connectors_done(eng);
    watch_report_free(m->report);
    for (size_t i = 0; i < m->n_results; i++)
        result_release(m->results[i]);
    const struct pt_snapshot *p = &m->parts;
    const void *parts[] = {p->session, p->cluster, p->streams, p->topics, p->connectors,
                           p->events,  p->log,     p->series,  p->auth,   p->completed};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        section_release(parts[i]);
}

/* ---- results ---- */

static const void *completed_section(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    if (!m->results_dirty)
        return NULL;
    struct pt_completed_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    s->section.let_go = section_drop_results;
    s->n_results = m->n_results;
    for (size_t i = 0; i < m->n_results; i++) {
        s->results[i] = m->results[i];
        section_acquire(m->results[i]); /* refs is its first member too */
    }
    m->results_dirty = false;
    return s;
}

/* ---- the tick ---- */

static void sample_streams(struct pt_engine *eng, int64_t now_us)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &eng->model.streams[i];
        if (!sm->is_open)
            continue;
        struct window_figures f = window_read(&eng->accounts[i].streamer.win);
        mean_add(&sm->generated, now_us, (double)f.generated);
        mean_add(&sm->delivered, now_us, (double)f.delivered);
        mean_add(&sm->bytes, now_us, (double)f.bytes);
        if (now_us - sm->ack_marked_us >= ACK_MARK_US) {
            sm->ack_marks[0] = sm->ack_marks[1];
            hist_mark(&eng->accounts[i].streamer.win.ack_us, &sm->ack_marks[1]);
            sm->ack_marked_us = now_us;
        }
        model_learn_patience(sm, &f, now_us);
        sm->is_stuck = f.delivered == sm->last_delivered && f.in_flight > 0;
        sm->last_delivered = f.delivered;
    }
}

static float sum_known(double a, double b)
{
    return (float)(isnan(a) ? b : isnan(b) ? a : a + b);
}

static void sample_series(struct pt_engine *eng, int64_t now_ms)
{
    struct model *m = &eng->model;
    struct pt_series_section *s = &m->series;
    const struct pt_topics_section *topics = m->parts.topics;
    double produced = NAN, in = NAN, out = NAN;
    s->n_topics = 0;
    for (int i = 0; i < PT_STREAMS; i++)
        produced = sum_known(produced, mean_per_s(&m->streams[i].delivered));
    for (size_t i = 0; topics && i < topics->n_topics; i++) {
        if (!topics->topics[i].is_watched)
            continue;
        s->n_topics++;
        in = sum_known(in, topics->topics[i].in_per_s);
        out = sum_known(out, topics->topics[i].out_per_s);
    }
    s->last_sample++;
    s->last_sample_ms = now_ms;
    int64_t at = s->last_sample % PT_SERIES_LEN;
    s->produced[at] = (float)produced;
    s->in[at] = (float)in;
    s->out[at] = (float)out;
}

static const void *series_section(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    const struct pt_series_section *before = m->parts.series;
    if (before && before->last_sample == m->series.last_sample)
        return NULL;
    struct pt_series_section *s = section_new(sizeof *s);
    if (s) {
        struct pt_section head = s->section;
        *s = m->series;
        s->section = head;
    }
    return s;
}

void model_put_checkpoints(struct pt_engine *eng, const char *why)
{
    bool is_any = false;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &eng->model.streams[i];
        struct account *account = &eng->accounts[i];
        if (!sm->is_open)
            continue;
        uint64_t lowest = atomic_load(&account->streamer.win.lowest);
        uint64_t taken = atomic_load(&account->streamer.win.next);
        if (lowest == sm->put_lowest && taken == sm->put_taken && *why == 0)
            continue;
        char *text = account_checkpoint(account, why);
        if (text)
            disk_put(eng->disk, (unsigned)i, account->path, text);
        sm->put_lowest = lowest;
        sm->put_taken = taken;
        is_any = true;
    }
    if (is_any)
        disk_write(eng->disk);
}

void model_tick(struct pt_engine *eng, int64_t now_us)
{
    struct model *m = &eng->model;
    sample_streams(eng, now_us);
    sample_series(eng, clock_real_ms());
    model_auth_tick(eng);
    if (m->series.last_sample % OWNER_TICKS == 0)
        reactor_look_for_owner(eng);
    if (m->stop < STOP_FLUSH)
        model_put_checkpoints(eng, "");
    m->is_dirty = true;
}

/* ---- publishing ---- */

static void put_section(struct pt_engine *eng, const void **slot, const void *section)
{
    if (section == NULL)
        return;
    struct pt_section *head = (struct pt_section *)(uintptr_t)section;
    head->version = ++eng->model.versions;
    section_release(*slot);
    *slot = section;
}

#define PUT(eng, member, section)                                                                  \
    put_section(eng, (const void **)&(eng)->model.parts.member, section)

void model_publish(struct pt_engine *eng, int64_t now_us)
{
    struct model *m = &eng->model;
    /* In this order: the verdicts are made from the sections before them. */
    PUT(eng, auth, model_auth_section(eng));
    PUT(eng, cluster, model_cluster_section(eng));
    PUT(eng, topics, model_topics_section(eng));
    PUT(eng, streams, model_streams_section(eng));
    PUT(eng, connectors, model_connectors_section(eng));
    model_verdict(eng, clock_real_ms());
    PUT(eng, session, model_session_section(eng));
    PUT(eng, events, model_events_section(eng));
    PUT(eng, log, model_log_section(eng));
    PUT(eng, series, series_section(eng));
    PUT(eng, completed, completed_section(eng));
    m->published_us = now_us;
    m->parts.time_ms = clock_real_ms();
    if (m->versions == m->published_version && m->parts.time_ms / 1000 == m->published_s)
        return;
    m->published_version = m->versions;
    m->published_s = m->parts.time_ms / 1000;
    struct pt_snapshot *snap = snapshot_new(&m->parts, ++m->n_snapshots);
    if (snap == NULL)
        return;
    pthread_mutex_lock(&eng->snap_lock);
    const struct pt_snapshot *before = eng->current;
    eng->current = snap;
    pthread_mutex_unlock(&eng->snap_lock);
    pt_snapshot_release(before);
    uint64_t one = 1;
    ssize_t n = write(eng->wake_fd, &one, sizeof one);
    (void)n; /* a full counter is readable too */
}
