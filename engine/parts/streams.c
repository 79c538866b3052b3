#include "parts/streams.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/section.h"

enum { ACK_MARK_US = 30000000 };

void streams_part_init(struct streams_part *sp, const struct desk *desk, struct account *accounts,
                       const struct streams_hooks *hooks)
{
    *sp = (struct streams_part){.desk = desk, .accounts = accounts, .hooks = *hooks};
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &sp->streams[i];
        sm->rate_per_s = desk->set->rates[i];
        sm->stop_at_us = INT64_MAX;
        sm->queued = PT_UNKNOWN;
        sm->since_ms = desk_real_ms(desk);
        sm->shown = PT_STREAM_UNKNOWN;
        sm->newest_object_ms = PT_UNKNOWN;
        recent_init(&sp->recent[i]);
    }
}

void streams_part_done(struct streams_part *sp)
{
    watch_report_release(sp->report);
    sp->report = NULL;
}

static enum pt_stream_state streams_open_state(const struct streams_part *sp, int i,
                                               const struct window_figures *f)
{
    const struct stream_model *sm = &sp->streams[i];
    switch (streamer_state_of(&sp->accounts[i].streamer)) {
    case STREAMER_ERROR:
        return PT_STREAM_ERROR;
    case STREAMER_STOPPED:
        return f->in_flight > 0 ? PT_STREAM_STOPPING : PT_STREAM_STOPPED;
    case STREAMER_DONE:
        return f->in_flight > 0 ? PT_STREAM_STOPPING : PT_STREAM_DONE;
    case STREAMER_HELD:
        return PT_STREAM_HELD;
    case STREAMER_WAITING:
        /* At full rate the window is full most of the time: the stream only counts as waiting when
         * nothing was acknowledged since the last tick. */
        return sm->is_stuck ? PT_STREAM_WAITING : PT_STREAM_RUNNING;
    case STREAMER_RUNNING:
        break;
    }
    return PT_STREAM_RUNNING;
}

static enum pt_stream_state streams_state(const struct streams_part *sp, int i,
                                          const struct window_figures *f)
{
    const struct stream_model *sm = &sp->streams[i];
    if (sm->is_open)
        return streams_open_state(sp, i, f);
    if (sm->refusal.code != PT_OK)
        return PT_STREAM_ERROR;
    if (sm->is_wanted)
        return PT_STREAM_STARTING;
    if (owner_is_other(sp->desk->owner))
        return PT_STREAM_ELSEWHERE;
    return atomic_load(&sp->desk->owner->is_unseen) ? PT_STREAM_UNKNOWN : PT_STREAM_STOPPED;
}

static void streams_explain(struct streams_part *sp, int i, struct pt_stream *s)
{
    const struct stream_model *sm = &sp->streams[i];
    const struct pt_cluster_section *cluster = sp->desk->now->cluster;
    const char *trouble = cluster != NULL ? cluster->last_error : "";
    const struct pt_auth_section *login = sp->desk->now->auth;
    const char *login_error = login != NULL ? login->auth.last_error : "";
    if (s->state == PT_STREAM_ERROR) {
        struct pt_error err =
            sm->is_open ? streamer_failure(&sp->accounts[i].streamer) : sm->refusal;
        text_copy(s->reason, sizeof s->reason, err.what);
        text_copy(s->fix, sizeof s->fix, err.fix);
    } else if (s->state == PT_STREAM_UNKNOWN) {
        owner_unseen(sp->desk->set->state_dir, s);
    } else if (s->state == PT_STREAM_STARTING) {
        snprintf(s->reason, sizeof s->reason, "waiting for the cluster%s%s", trouble[0] ? ": " : "",
                 trouble);
    } else if (s->state == PT_STREAM_WAITING) {
        char by[sizeof s->blocked_by];
        text_copy(by, sizeof by, s->blocked_by);
        snprintf(s->reason, sizeof s->reason, "no acknowledgement from the brokers%s%s",
                 by[0] ? ": " : "", by);
        text_copy(s->fix, sizeof s->fix, s->blocked_fix);
    } else if (s->state == PT_STREAM_HELD && !sp->desk->set->is_embedded) {
        snprintf(s->reason, sizeof s->reason, "the IAM token has run out%s%s",
                 login_error[0] ? ": " : "", login_error);
        text_copy(s->fix, sizeof s->fix, login != NULL ? login->auth.last_fix : "");
    } else if (s->state == PT_STREAM_HELD) {
        text_copy(s->reason, sizeof s->reason,
                  "the embedded cluster keeps 5 MiB of a partition: the sink must catch up");
    }
}

static void streams_no_figures(struct pt_stream *s)
{
    s->generated_per_s = s->delivered_per_s = s->bytes_per_s = NAN;
    s->ack_p50_ms = s->ack_p99_ms = s->ack_max_ms = NAN;
    s->queued = s->uncommitted = PT_UNKNOWN;
    s->owner_pid = PT_UNKNOWN;
}

_Static_assert((int)PT_BAD_ROWS_SHOWN <= (int)SOURCE_SKIPS,
               "a source remembers as many as are shown");

static void streams_bad_rows(const struct source *src, struct pt_stream *s)
{
    s->bad_rows = (int64_t)__atomic_load_n(&src->bad_rows, __ATOMIC_ACQUIRE);
    for (int i = 0; i < PT_BAD_ROWS_SHOWN && i < s->bad_rows; i++) {
        text_copy(s->bad_first[i].file, sizeof s->bad_first[i].file, src->skips[i].file);
        text_copy(s->bad_first[i].why, sizeof s->bad_first[i].why, src->skips[i].why);
        s->bad_first[i].line = (int64_t)src->skips[i].line;
    }
}

/* generated goes down by one when a record is given back, delivered at the end of a run of the
 * embedded cluster; the totals keep the highest. */
static void streams_totals(struct stream_model *sm, const struct window_figures *f,
                           const struct hist *acks, struct pt_stream_totals *totals)
{
    uint64_t counts[PT_ACK_BUCKETS];
    if ((int64_t)f->generated > sm->most_generated)
        sm->most_generated = (int64_t)f->generated;
    if ((int64_t)f->delivered > sm->most_delivered)
        sm->most_delivered = (int64_t)f->delivered;
    totals->generated = sm->most_generated;
    totals->delivered = sm->most_delivered;
    totals->failed = (int64_t)f->failures;
    totals->acks_us = (int64_t)atomic_load_explicit(&acks->sum, memory_order_relaxed);
    totals->acks = (int64_t)hist_powers(acks, PT_ACK_FIRST_BIT, counts, PT_ACK_BUCKETS);
    for (int k = 0; k < PT_ACK_BUCKETS; k++)
        totals->ack_counts[k] = (int64_t)counts[k];
}

static void streams_open_figures(const struct streams_part *sp, int i,
                                 const struct window_figures *f, struct pt_stream *s)
{
    const struct stream_model *sm = &sp->streams[i];
    const struct account *account = &sp->accounts[i];
    const struct hist *acks = &account->streamer.win.ack_us;
    /* `stream` shows the acknowledgement times of its whole run, a dashboard those of the last
     * minute. */
    struct hist_summary ack = hist_read(acks);
    if (!sp->desk->run->has_sink_drain) {
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
    if (sp->desk->set->is_embedded)
        s->uncommitted = (int64_t)f->uncommitted;
    if (f->oldest_us != INT64_MIN)
        s->oldest_unresolved_ms = (desk_mono_us(sp->desk) - f->oldest_us) / 1000;
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
    streams_bad_rows(account->streamer.source, s);
}

static bool streams_is_settled(enum pt_stream_state state, bool is_wanted)
{
    bool runs = state == PT_STREAM_RUNNING || state == PT_STREAM_WAITING ||
                state == PT_STREAM_HELD || state == PT_STREAM_STARTING;
    return is_wanted ? runs || state == PT_STREAM_ERROR || state == PT_STREAM_DONE : !runs;
}

static void streams_fill(struct streams_part *sp, int i, struct pt_stream *s)
{
    struct stream_model *sm = &sp->streams[i];
    struct window_figures f = {0};
    text_copy(s->name, sizeof s->name, pt_stream_name((enum pt_stream_id)i));
    text_copy(s->topic, sizeof s->topic, sp->desk->set->topics[i]);
    text_copy(s->source, sizeof s->source, sp->desk->set->sources[i]);
    streams_no_figures(s);
    s->target_per_s = sm->rate_per_s;
    s->window = (int64_t)sp->desk->set->window;
    s->patience_ms = streams_patience_ms(sm);
    s->newest_object_ms = sm->newest_object_ms;
    s->n_recent = sp->recent[i].n;
    memcpy(s->recent_in_per_s, sp->recent[i].per_s, sizeof s->recent_in_per_s);
    if (sm->is_open) {
        f = window_read(&sp->accounts[i].streamer.win);
        streams_open_figures(sp, i, &f, s);
        streams_totals(sm, &f, &sp->accounts[i].streamer.win.ack_us, &s->totals);
    }
    s->state = streams_state(sp, i, &f);
    if (s->state != sm->shown)
        sm->since_ms = desk_real_ms(sp->desk);
    bool has_heard = !sm->is_open || streamer_has_heard(&sp->accounts[i].streamer);
    /* A stream that has ended is not wanted any more. */
    if (sm->is_open && has_heard && (s->state == PT_STREAM_DONE || s->state == PT_STREAM_ERROR))
        sm->is_wanted = false;
    sm->shown = s->state;
    s->since_ms = sm->since_ms;
    s->is_wanted = sm->is_wanted;
    s->is_wish_pending =
        sm->is_opening || !has_heard || !streams_is_settled(s->state, sm->is_wanted);
    streams_explain_delivery(sp, i, s);
    streams_explain(sp, i, s);
    streams_account_figures(sp, i, s);
    if (s->state == PT_STREAM_ELSEWHERE)
        s->owner_pid = atomic_load(&sp->desk->owner->pid);
}

static void streams_take_queued(struct streams_part *sp)
{
    for (int i = 0; i < PT_STREAMS && sp->has_stats; i++) {
        sp->streams[i].queued = 0;
        for (size_t t = 0; t < sp->stats.n_topics; t++)
            if (strcmp(sp->stats.topics[t].name, sp->desk->set->topics[i]) == 0)
                sp->streams[i].queued = sp->stats.topics[t].queued;
    }
}

const void *streams_part_section(struct streams_part *sp)
{
    const struct pt_streams_section *before = sp->desk->now->streams;
    struct pt_streams_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    streams_take_queued(sp);
    for (int i = 0; i < PT_STREAMS; i++)
        streams_fill(sp, i, &s->streams[i]);
    if (before && memcmp(before->streams, s->streams, sizeof s->streams) == 0) {
        section_release(s);
        return NULL;
    }
    return s;
}

/* ---- the part ---- */

static void streams_sample(struct streams_part *sp, int64_t now_us)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &sp->streams[i];
        if (!sm->is_open)
            continue;
        struct window_figures f = window_read(&sp->accounts[i].streamer.win);
        mean_add(&sm->generated, now_us, (double)f.generated);
        mean_add(&sm->delivered, now_us, (double)f.delivered);
        mean_add(&sm->bytes, now_us, (double)f.bytes);
        if (now_us - sm->ack_marked_us >= ACK_MARK_US) {
            sm->ack_marks[0] = sm->ack_marks[1];
            hist_mark(&sp->accounts[i].streamer.win.ack_us, &sm->ack_marks[1]);
            sm->ack_marked_us = now_us;
        }
        streams_learn_patience(sm, &f, now_us);
        sm->is_stuck = f.delivered == sm->last_delivered && f.in_flight > 0;
        sm->last_delivered = f.delivered;
    }
}

/* "streams stopped 2026-11-23T01:50Z: terminal hung up; s goes on at 63916 (pin)". One event for
 * all streams that ended in the same way. */
static void streams_tell_last_end(struct streams_part *sp, const char *name,
                                  const struct checkpoint *cp)
{
    bool is_clean = cp->ended_why[0] != 0;
    char when[32], end[sizeof sp->told_end];
    clock_format_ms(is_clean ? cp->ended_ms : cp->written_ms, when, sizeof when);
    snprintf(end, sizeof end, "%.16sZ: %s", when, is_clean ? cp->ended_why : "killed or crashed");
    if (strcmp(end, sp->told_end) == 0)
        return;
    text_copy(sp->told_end, sizeof sp->told_end, end);
    desk_event(sp->desk, is_clean ? PT_INFO : PT_WARN, "pintop",
               "streams stopped %s; s goes on at %" PRIu64 " (%s)", end, cp->next_index, name);
}

static void streams_looked(struct streams_part *sp, const struct fact *fact)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &sp->streams[i];
        const struct checkpoint *cp = fact->payload;
        if (!(fact->streams & PT_STREAM_BIT(i)) || sm->is_open)
            continue;
        sm->look = *cp;
        sm->has_look = true;
        bool is_running = atomic_load(&sp->desk->owner->pid) != PT_UNKNOWN;
        if (!sp->desk->run->is_oneshot && !is_running &&
            (cp->taken_index > cp->first_index || !cp->ended_why[0]))
            streams_tell_last_end(sp, pt_stream_name((enum pt_stream_id)i), cp);
    }
}

static void streams_booted(struct streams_part *sp)
{
    int64_t owner = atomic_load(&sp->desk->owner->pid);
    if (owner != PT_UNKNOWN && !sp->desk->run->is_oneshot)
        desk_event(sp->desk, PT_NOTICE, "pintop", "watching; the streams here are pintop %lld's",
                   (long long)owner);
    if (sp->desk->run->start)
        streams_want(sp, sp->desk->run->start, true, desk_mono_us(sp->desk));
    if (sp->desk->set->is_embedded)
        streams_look(sp);
}

static void streams_report(struct streams_part *sp, const struct watch_report *report)
{
    if (report->error.code == PT_OK) {
        watch_report_acquire(report);
        watch_report_release(sp->report);
        sp->report = report;
        sp->n_lists += report->has_metadata;
    }
    if (!sp->has_looked && sp->report != NULL)
        streams_look(sp);
    streams_open_wanted(sp);
}

static void streams_object(struct streams_part *sp, unsigned streams, int64_t made_ms)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if ((streams & PT_STREAM_BIT(i)) && made_ms > sp->streams[i].newest_object_ms)
            sp->streams[i].newest_object_ms = made_ms;
}

static bool streams_take(void *self, struct fact *fact)
{
    struct streams_part *sp = self;
    switch (fact->kind) {
    case FACT_BOOTED:
        if (fact->error->code == PT_OK)
            streams_booted(sp);
        return true;
    case FACT_LOOKED:
        if (fact->payload != NULL)
            streams_looked(sp, fact);
        return true;
    case FACT_OPENED:
        streams_opened(sp, fact->streams, fact->error);
        return true;
    case FACT_REPORT:
        if (fact->payload != NULL)
            streams_report(sp, fact->payload);
        return true;
    case FACT_STATS:
        if (fact->payload != NULL)
            sp->stats = *(const struct stats *)fact->payload;
        sp->has_stats = true;
        return false;
    case FACT_OBJECT:
        streams_object(sp, fact->streams, fact->number);
        return false;
    case FACT_STREAM:
        return true;
    default:
        return false;
    }
}

static void streams_tick(void *self, int64_t now_us)
{
    struct streams_part *sp = self;
    streams_sample(sp, now_us);
    recent_sample(sp->recent, sp->desk->now->topics, now_us);
}

static int64_t streams_look_at_stop_after(struct streams_part *sp, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &sp->streams[i];
        if (sm->stop_at_us <= now_us) {
            sm->is_out_of_time = !sm->is_open;
            streams_want(sp, PT_STREAM_BIT(i), false, now_us);
        }
        if (sm->stop_at_us < next_us)
            next_us = sm->stop_at_us;
    }
    return next_us;
}

static int64_t streams_look_at_early(struct streams_part *sp, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &sp->streams[i];
        if (sm->early_us == 0)
            continue;
        if (now_us >= sm->early_us) {
            sm->early_us = 0;
            streams_put_checkpoints(sp, "");
        } else if (sm->early_us < next_us) {
            next_us = sm->early_us;
        }
    }
    return next_us;
}

static int64_t streams_look_round(void *self, int64_t now_us)
{
    struct streams_part *sp = self;
    int64_t stop_us = streams_look_at_stop_after(sp, now_us);
    int64_t early_us = sp->is_stopping ? INT64_MAX : streams_look_at_early(sp, now_us);
    return stop_us < early_us ? stop_us : early_us;
}

static const void *streams_section(void *self)
{
    return streams_part_section(self);
}

static void streams_clock_set(void *self, int64_t by_ms)
{
    struct streams_part *sp = self;
    for (int i = 0; i < PT_STREAMS; i++)
        clock_shift(&sp->streams[i].since_ms, by_ms);
}

const struct part streams_part = {
    .name = "streams",
    .take = streams_take,
    .clock_set = streams_clock_set,
    .tick = streams_tick,
    .look = streams_look_round,
    .section = streams_section,
};
