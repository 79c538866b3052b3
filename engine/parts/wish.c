/* From the request for a stream to the open account to the running streamer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "parts/streams.h"

/* The first checkpoint with records is written this early, so that a run that is killed in its
 * first second is known as killed. */
enum { EARLY_US = 100000 };

static void wish_wish_refuse(struct streams_part *sp, int i, const struct pt_error *err)
{
    struct stream_model *sm = &sp->streams[i];
    sm->refusal = *err;
    sm->is_wanted = sm->is_opening = false;
    desk_event(sp->desk, PT_ERROR, pt_stream_name((enum pt_stream_id)i), "%s. %s", err->what,
               err->fix);
    if (sp->desk->run->has_sink_drain)
        inbox_fail(sp->desk->inbox, err);
}

static bool wish_is_listed(const struct watch_report *report, const char *topic)
{
    for (size_t t = 0; t < report->n_topics; t++)
        if (strcmp(report->topics[t].name, topic) == 0)
            return true;
    return false;
}

/* The topic must be in the topic list, because requesting the metadata of an unknown topic may
 * create it. The list may be some seconds old: a topic that is missing is refused only when a newer
 * list lacks it, too. */
static bool wish_is_topic_there(struct streams_part *sp, int i)
{
    struct stream_model *sm = &sp->streams[i];
    struct pt_error err;
    const char *topic = sp->desk->set->topics[i];
    if (wish_is_listed(sp->report, topic))
        return true;
    if (topic[0] && (sm->missed_list == 0 || sm->missed_list == sp->n_lists)) {
        if (sm->missed_list == 0)
            sp->hooks.refresh_topics(sp->hooks.arg);
        sp->hooks.look_again(sp->hooks.arg);
        sm->missed_list = sp->n_lists;
        return false;
    }
    sm->missed_list = 0;
    if (topic[0] == 0)
        pt_error_set(&err, PT_ECONFIG, "Set pintop.user.id, or pintop.stream.<name>.topic.",
                     "stream %s: it has no topic", pt_stream_name((enum pt_stream_id)i));
    else
        pt_error_set(
            &err, PT_ENOTFOUND, "Create it: n on the Topics page, or `pintop topics create`.",
            "stream %s: topic %s does not exist", pt_stream_name((enum pt_stream_id)i), topic);
    wish_wish_refuse(sp, i, &err);
    return false;
}

static void wish_copy_starts(const struct watch_report *report, const char *topic,
                             struct open_job *job, int i)
{
    for (size_t t = 0; t < report->n_topics; t++) {
        const struct pt_topic *found = &report->topics[t];
        if (strcmp(found->name, topic) != 0)
            continue;
        size_t n = (size_t)found->n_partitions;
        job->starts[i].n = n < CHECKPOINT_PARTITIONS ? n : CHECKPOINT_PARTITIONS;
        for (size_t p = 0; p < job->starts[i].n; p++) {
            int64_t high = report->partitions[found->first_partition + p].high;
            job->starts[i].highs[p] = high > 0 ? high : 0;
        }
    }
}

static struct open_job *wish_new_job(const struct streams_part *sp, int kind)
{
    struct open_job *job = calloc(1, sizeof *job);
    if (job) {
        job->kind = kind;
        if (sp->report)
            snprintf(job->cluster_id, sizeof job->cluster_id, "%s", sp->report->cluster_id);
    }
    return job;
}

void streams_look(struct streams_part *sp)
{
    sp->has_looked = true;
    /* The offsets of another process's embedded cluster cannot be compared with the checkpoints:
     * only that process knows the records from before its start. */
    if (!atomic_load(&sp->desk->owner->is_watcher))
        sp->hooks.open(sp->hooks.arg, wish_new_job(sp, OPEN_LOOK));
}

/* A new account begins at the end of its topic, so that offset must be known. */
static bool wish_has_watermarks(const struct streams_part *sp, int i)
{
    const struct watch_report *report = sp->report;
    if (sp->desk->set->is_embedded || (sp->streams[i].has_look && sp->desk->run->first_index < 0))
        return true;
    for (size_t t = 0; t < report->n_topics; t++)
        if (strcmp(report->topics[t].name, sp->desk->set->topics[i]) == 0)
            return report->topics[t].high != PT_UNKNOWN;
    return false;
}

static bool wish_is_to_open(const struct stream_model *sm)
{
    return sm->is_wanted && !sm->is_open && !sm->is_opening;
}

/* Opens the accounts of the streams that are wanted, as soon as the cluster answers. `stream` opens
 * all its accounts at once, or none. */
void streams_open_wanted(struct streams_part *sp)
{
    unsigned ready = 0, waiting = 0;
    if (!sp->desk->is_booted || sp->report == NULL || sp->is_stopping)
        return;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!wish_is_to_open(&sp->streams[i]))
            continue;
        if (wish_is_topic_there(sp, i) && wish_has_watermarks(sp, i))
            ready |= PT_STREAM_BIT(i);
        else
            waiting |= PT_STREAM_BIT(i);
    }
    if (ready == 0 || (waiting && sp->desk->run->has_sink_drain))
        return;
    struct open_job *job = wish_new_job(sp, OPEN_ACCOUNTS);
    if (job == NULL)
        return;
    job->streams = ready;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!(ready & PT_STREAM_BIT(i)))
            continue;
        wish_copy_starts(sp->report, sp->desk->set->topics[i], job, i);
        sp->streams[i].is_opening = true;
    }
    sp->hooks.open(sp->hooks.arg, job);
}

static void wish_rate_text(double per_s, char *out, size_t cap)
{
    char rate[32];
    pt_rate_format(per_s, rate, sizeof rate);
    snprintf(out, cap, per_s > 0 && per_s < PT_RATE_MAX ? "%s/s" : "%s", rate);
}

static void wish_run(struct streams_part *sp, int i, bool is_wanted)
{
    struct stream_model *sm = &sp->streams[i];
    struct streamer *st = &sp->accounts[i].streamer;
    char rate[40];
    if (is_wanted) {
        wish_rate_text(sm->rate_per_s, rate, sizeof rate);
        desk_event(sp->desk, PT_INFO, pt_stream_name((enum pt_stream_id)i),
                   "started at %s, index %" PRIu64, rate, atomic_load(&st->win.next));
        sp->hooks.running(sp->hooks.arg, i, streamer_state_of(st) == STREAMER_ERROR);
        streamer_set_rate(st, sm->rate_per_s);
    }
    streamer_set_wanted(st, is_wanted);
}

void streams_opened(struct streams_part *sp, unsigned streams, const struct pt_error *err)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &sp->streams[i];
        if (!(streams & PT_STREAM_BIT(i)))
            continue;
        sm->is_opening = false;
        if (err->code != PT_OK) {
            wish_wish_refuse(sp, i, err);
            continue;
        }
        sm->is_open = true;
        sm->early_us = desk_mono_us(sp->desk) + EARLY_US;
        if (sp->accounts[i].doubles_possible > 0)
            desk_event(sp->desk, PT_NOTICE, pt_stream_name((enum pt_stream_id)i),
                       "%" PRIu64 " records of the last run are sent again and may be doubled",
                       sp->accounts[i].doubles_possible);
        if (sm->is_wanted && !sp->is_stopping)
            wish_run(sp, i, true);
    }
}

static void wish_one(struct streams_part *sp, int i, bool is_wanted, int64_t now_us)
{
    struct stream_model *sm = &sp->streams[i];
    if (is_wanted == sm->is_wanted && sm->refusal.code == PT_OK)
        return;
    sm->is_wanted = is_wanted;
    sm->is_out_of_time = sm->is_out_of_time && !is_wanted;
    sm->refusal.code = PT_OK;
    sm->stop_at_us = is_wanted && sp->desk->set->stop_after_ms > 0
                         ? now_us + sp->desk->set->stop_after_ms * 1000
                         : INT64_MAX;
    if (sm->is_open)
        wish_run(sp, i, is_wanted);
    if (!is_wanted && sm->is_open)
        desk_event(sp->desk, PT_INFO, pt_stream_name((enum pt_stream_id)i), "stopped");
}

void streams_want(struct streams_part *sp, unsigned streams, bool is_wanted, int64_t now_us)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (streams & PT_STREAM_BIT(i))
            wish_one(sp, i, is_wanted, now_us);
    streams_open_wanted(sp);
}

void streams_set_rate(struct streams_part *sp, unsigned streams, double rate_per_s)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &sp->streams[i];
        if (!(streams & PT_STREAM_BIT(i)))
            continue;
        sm->rate_per_s = rate_per_s;
        if (sm->is_open)
            streamer_set_rate(&sp->accounts[i].streamer, rate_per_s);
    }
}

void streams_halt(struct streams_part *sp)
{
    sp->is_stopping = true;
    for (int i = 0; i < PT_STREAMS; i++) {
        sp->streams[i].is_wanted = false;
        if (sp->streams[i].is_open)
            streamer_set_wanted(&sp->accounts[i].streamer, false);
    }
}
