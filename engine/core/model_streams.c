/* The streams section: windows and wishes as the screen and the JSON say them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/engine_state.h"

static enum pt_stream_state open_state(const struct pt_engine *eng, int i,
                                       const struct window_figures *f)
{
    const struct stream_model *sm = &eng->model.streams[i];
    switch (streamer_state_of(&eng->accounts[i].streamer)) {
    case STREAMER_ERROR:
        return PT_STREAM_ERROR;
    case STREAMER_STOPPED:
        return f->in_flight > 0 ? PT_STREAM_STOPPING : PT_STREAM_STOPPED;
    case STREAMER_DONE:
        return f->in_flight > 0 ? PT_STREAM_STOPPING : PT_STREAM_DONE;
    case STREAMER_HELD:
        return PT_STREAM_HELD;
    case STREAMER_WAITING:
        /* At full rate the window is full most of the time: it waits only when nothing moves. */
        return sm->is_stuck ? PT_STREAM_WAITING : PT_STREAM_RUNNING;
    case STREAMER_RUNNING:
        break;
    }
    return PT_STREAM_RUNNING;
}

static enum pt_stream_state stream_state(const struct pt_engine *eng, int i,
                                         const struct window_figures *f)
{
    const struct stream_model *sm = &eng->model.streams[i];
    if (sm->is_open)
        return open_state(eng, i, f);
    if (sm->refusal.code != PT_OK)
        return PT_STREAM_ERROR;
    if (sm->is_wanted)
        return PT_STREAM_STARTING;
    if (atomic_load(&eng->is_watcher) || atomic_load(&eng->owner_pid) != PT_UNKNOWN)
        return PT_STREAM_ELSEWHERE;
    return PT_STREAM_STOPPED;
}

static void explain(struct pt_engine *eng, int i, struct pt_stream *s)
{
    const struct model *m = &eng->model;
    const struct stream_model *sm = &m->streams[i];
    struct trouble trouble = model_trouble(m);
    struct pt_error err = sm->refusal;
    if (s->state == PT_STREAM_ERROR && sm->is_open)
        err = streamer_failure(&eng->accounts[i].streamer);
    if (s->state == PT_STREAM_ERROR) {
        text_copy(s->reason, sizeof s->reason, err.what);
        text_copy(s->fix, sizeof s->fix, err.fix);
    } else if (s->state == PT_STREAM_STARTING) {
        snprintf(s->reason, sizeof s->reason, "waiting for the cluster%s%s",
                 trouble.what[0] ? ": " : "", trouble.what);
    } else if (s->state == PT_STREAM_WAITING) {
        char by[sizeof s->blocked_by];
        text_copy(by, sizeof by, s->blocked_by);
        snprintf(s->reason, sizeof s->reason, "no acknowledgement from the brokers%s%s",
                 by[0] ? ": " : "", by);
        text_copy(s->fix, sizeof s->fix, s->blocked_fix);
    } else if (s->state == PT_STREAM_HELD && !eng->set.is_embedded) {
        snprintf(s->reason, sizeof s->reason, "the IAM token has run out%s%s",
                 m->auth.last_error[0] ? ": " : "", m->auth.last_error);
        text_copy(s->fix, sizeof s->fix, m->auth.last_fix);
    } else if (s->state == PT_STREAM_HELD) {
        text_copy(s->reason, sizeof s->reason,
                  "the embedded cluster keeps 5 MiB of a partition: the sink must catch up");
    }
}

/* Offsets of the topic since the account's start; PT_UNKNOWN where nothing is known. */
static void flow_line(const struct pt_engine *eng, int i, struct pt_stream *s)
{
    const struct stream_model *sm = &eng->model.streams[i];
    const struct account *account = &eng->accounts[i];
    const struct pt_topics_section *topics = eng->model.parts.topics;
    const struct pt_topic *topic = model_topic(eng, eng->set.topics[i]);
    const struct checkpoint *cp = sm->is_open ? &account->cp : sm->has_look ? &sm->look : NULL;
    s->account_in_topic = s->account_committed = PT_UNKNOWN;
    if (topic == NULL || topic->messages == PT_UNKNOWN)
        return;
    int64_t in = 0, committed = 0;
    for (int32_t p = 0; p < topic->n_partitions; p++) {
        const struct pt_partition *part = &topics->partitions[topic->first_partition + (size_t)p];
        int64_t base = (size_t)p < account->n_bases ? account->base_offsets[p] : 0;
        int64_t start = cp && (size_t)p < cp->n_partitions ? cp->start_offsets[p] : 0;
        if (part->high == PT_UNKNOWN)
            return;
        in += part->high + base - start;
        /* A group that has committed nothing yet has taken nothing. */
        int64_t taken = part->committed == PT_UNKNOWN ? 0 : part->committed;
        committed += taken + base > start ? taken + base - start : 0;
    }
    s->account_in_topic = in < 0 ? 0 : in;
    if (topic->lag != PT_UNKNOWN)
        s->account_committed = committed;
}

static void account_figures(const struct pt_engine *eng, int i, struct pt_stream *s)
{
    const struct stream_model *sm = &eng->model.streams[i];
    s->account_first_index = s->account_generated = s->account_delivered = PT_UNKNOWN;
    if (sm->is_open) {
        int64_t before = (int64_t)(eng->accounts[i].run_first - eng->accounts[i].cp.first_index);
        s->account_first_index = (int64_t)eng->accounts[i].cp.first_index;
        s->account_generated = before + s->generated;
        s->account_delivered = before + s->delivered;
    } else if (sm->has_look) {
        s->account_first_index = (int64_t)sm->look.first_index;
        s->account_generated = (int64_t)(sm->look.next_index - sm->look.first_index);
        s->account_delivered = s->account_generated;
        s->next_index = s->lowest_unresolved = (int64_t)sm->look.next_index;
    }
    flow_line(eng, i, s);
}

static void no_figures(struct pt_stream *s)
{
    s->generated_per_s = s->delivered_per_s = s->bytes_per_s = NAN;
    s->ack_p50_ms = s->ack_p99_ms = s->ack_max_ms = NAN;
    s->queued = s->uncommitted = PT_UNKNOWN;
    s->owner_pid = PT_UNKNOWN;
}

_Static_assert((int)PT_BAD_ROWS_SHOWN <= (int)SOURCE_SKIPS,
               "a source remembers as many as are shown");

static void bad_rows(const struct source *src, struct pt_stream *s)
{
    s->bad_rows = (int64_t)__atomic_load_n(&src->bad_rows, __ATOMIC_ACQUIRE);
    for (int i = 0; i < PT_BAD_ROWS_SHOWN && i < s->bad_rows; i++) {
        text_copy(s->bad_first[i].file, sizeof s->bad_first[i].file, src->skips[i].file);
        text_copy(s->bad_first[i].why, sizeof s->bad_first[i].why, src->skips[i].why);
        s->bad_first[i].line = (int64_t)src->skips[i].line;
    }
}

static void open_figures(const struct pt_engine *eng, int i, const struct window_figures *f,
                         struct pt_stream *s)
{
    const struct stream_model *sm = &eng->model.streams[i];
    const struct account *account = &eng->accounts[i];
    const struct hist *acks = &account->streamer.win.ack_us;
    /* `stream` sums up its run; a screen shows how it is now. */
    struct hist_summary ack = hist_read(acks);
    if (!eng->run.has_sink_drain) {
        struct hist_summary last = hist_read_since(acks, &sm->ack_marks[0]);
        ack = last.total > 0 ? last : ack;
    }
    s->generated_per_s = mean_per_s(&sm->generated);
    s->delivered_per_s = mean_per_s(&sm->delivered);
    s->bytes_per_s = mean_per_s(&sm->bytes);
    s->generated = (int64_t)f->generated;
    s->delivered = (int64_t)f->delivered;
    s->failed = (int64_t)f->failed;
    s->in_flight = (int64_t)f->in_flight;
    s->unresolved = (int64_t)f->unresolved;
    s->bytes = (int64_t)f->bytes;
    s->queued = f->in_flight == 0 ? 0 : sm->queued;
    if (s->queued > s->in_flight)
        s->queued = s->in_flight;
    if (eng->set.is_embedded)
        s->uncommitted = (int64_t)f->uncommitted;
    if (f->oldest_us != INT64_MIN)
        s->oldest_unresolved_ms = (clock_mono_us() - f->oldest_us) / 1000;
    if (ack.total > 0) {
        s->ack_p50_ms = (double)ack.p50 / 1000;
        s->ack_p99_ms = (double)ack.p99 / 1000;
        s->ack_max_ms = (double)ack.max / 1000;
    }
    s->first_index = (int64_t)f->first;
    s->next_index = (int64_t)f->next;
    s->lowest_unresolved = (int64_t)f->lowest;
    s->doubles_possible =
        (int64_t)(account->doubles_possible + atomic_load(&account->streamer.resent));
    bad_rows(account->streamer.source, s);
}

static bool is_settled(enum pt_stream_state state, bool is_wanted)
{
    bool runs = state == PT_STREAM_RUNNING || state == PT_STREAM_WAITING ||
                state == PT_STREAM_HELD || state == PT_STREAM_STARTING;
    return is_wanted ? runs || state == PT_STREAM_ERROR || state == PT_STREAM_DONE : !runs;
}

static void fill(struct pt_engine *eng, int i, struct pt_stream *s)
{
    struct stream_model *sm = &eng->model.streams[i];
    struct window_figures f = {0};
    text_copy(s->name, sizeof s->name, pt_stream_name((enum pt_stream_id)i));
    text_copy(s->topic, sizeof s->topic, eng->set.topics[i]);
    text_copy(s->source, sizeof s->source, eng->set.sources[i]);
    no_figures(s);
    s->target_per_s = sm->rate_per_s;
    s->window = (int64_t)eng->set.window;
    s->patience_ms = model_patience_ms(sm);
    s->newest_object_ms = atomic_load(&eng->newest_object_ms[i]);
    if (sm->is_open) {
        f = window_read(&eng->accounts[i].streamer.win);
        open_figures(eng, i, &f, s);
    }
    s->state = stream_state(eng, i, &f);
    if (s->state != sm->shown)
        sm->since_ms = clock_real_ms();
    bool has_heard = !sm->is_open || streamer_has_heard(&eng->accounts[i].streamer);
    /* A stream that ended by itself is not wanted any more. */
    if (sm->is_open && has_heard && (s->state == PT_STREAM_DONE || s->state == PT_STREAM_ERROR))
        sm->is_wanted = false;
    sm->shown = s->state;
    s->since_ms = sm->since_ms;
    s->is_wanted = sm->is_wanted;
    s->is_wish_pending = sm->is_opening || !has_heard || !is_settled(s->state, sm->is_wanted);
    model_delivery(eng, i, s);
    explain(eng, i, s);
    account_figures(eng, i, s);
    if (s->state == PT_STREAM_ELSEWHERE)
        s->owner_pid = atomic_load(&eng->owner_pid);
}

static void take_queued(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    for (int i = 0; i < PT_STREAMS && m->has_stats; i++) {
        m->streams[i].queued = 0;
        for (size_t t = 0; t < m->stats.n_topics; t++)
            if (strcmp(m->stats.topics[t].name, eng->set.topics[i]) == 0)
                m->streams[i].queued = m->stats.topics[t].queued;
    }
}

const void *model_streams_section(struct pt_engine *eng)
{
    const struct pt_streams_section *before = eng->model.parts.streams;
    struct pt_streams_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    take_queued(eng);
    for (int i = 0; i < PT_STREAMS; i++)
        fill(eng, i, &s->streams[i]);
    if (before && memcmp(before->streams, s->streams, sizeof s->streams) == 0) {
        section_release(s);
        return NULL;
    }
    return s;
}
