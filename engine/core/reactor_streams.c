/* Commands, and the wishes for streams: from wish to open account to running streamer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/engine_state.h"

/* A run that is killed in its first second should be known for it. */
enum { EARLY_US = 100000 };

/* ---- results ---- */

static size_t results_bytes(const struct model *m)
{
    size_t sum = 0;
    for (size_t i = 0; i < m->n_results; i++)
        sum += result_bytes(m->results[i]);
    return sum;
}

static void drop_oldest(struct model *m)
{
    result_release(m->results[0]);
    memmove(m->results, m->results + 1, --m->n_results * sizeof *m->results);
}

/* Takes the reference. A result of the same id is replaced. */
void reactor_result(struct pt_engine *eng, struct result *result)
{
    struct model *m = &eng->model;
    const struct pt_result *pub = &result->pub;
    m->results_dirty = true;
    for (size_t i = 0; i < m->n_results; i++) {
        if (m->results[i]->id != pub->id)
            continue;
        result_release(m->results[i]);
        memmove(&m->results[i], &m->results[i + 1], (--m->n_results - i) * sizeof *m->results);
        break;
    }
    const struct pt_command_row *row = pt_command_row((int)pub->kind);
    bool is_connectors = pt_row_is(row, PT_ROW_CONNECTORS);
    /* Whoever asks a question shows its answer, and may ask again by itself. */
    bool is_question = !pt_row_is(row, PT_ROW_CHANGES) && pub->kind != PT_CMD_STOP;
    if (pub->state == PT_RESULT_FAILED && !is_question)
        model_event(eng, PT_ERROR, is_connectors ? "sink" : "topics", "%s", pub->error.what);
    else if (pub->state == PT_RESULT_DONE && is_connectors && pt_row_is(row, PT_ROW_CHANGES) &&
             pub->text[0])
        model_event(eng, PT_NOTICE, "sink", "%s", pub->text);
    else if (pub->state == PT_RESULT_DONE && pub->kind == PT_CMD_TOPIC_CREATE)
        model_event(eng, PT_INFO, "topics", "%s", pub->text);
    else if (pub->state == PT_RESULT_DONE && pub->kind == PT_CMD_TOPIC_DELETE)
        model_event(eng, PT_NOTICE, "topics", "%s", pub->text);
    if (pub->state == PT_RESULT_DONE &&
        (pub->kind == PT_CMD_TOPIC_CREATE || pub->kind == PT_CMD_TOPIC_DELETE) && eng->watch)
        watch_refresh(eng->watch);
    if (m->n_results == PT_COMPLETED_MAX)
        drop_oldest(m);
    m->results[m->n_results++] = &result->pub;
    while (m->n_results > 1 && results_bytes(m) > RESULTS_BYTES)
        drop_oldest(m);
}

static void answer(struct pt_engine *eng, const struct fact *fact, enum pt_result_state state,
                   const struct pt_error *err, const char *text)
{
    struct result *result = result_new(fact->id, fact->u.command->kind);
    if (result == NULL)
        return;
    result->pub.state = state;
    result->pub.streams = fact->u.command->streams;
    if (err)
        result->pub.error = *err;
    snprintf(result->pub.text, sizeof result->pub.text, "%s", text);
    snprintf(result->pub.topic, sizeof result->pub.topic, "%s",
             fact->u.command->topic ? fact->u.command->topic : "");
    reactor_result(eng, result);
}

/* ---- wishes ---- */

static void refuse(struct pt_engine *eng, int i, const struct pt_error *err)
{
    struct stream_model *sm = &eng->model.streams[i];
    sm->refusal = *err;
    sm->is_wanted = sm->is_opening = false;
    model_event(eng, PT_ERROR, pt_stream_name((enum pt_stream_id)i), "%s. %s", err->what, err->fix);
    if (eng->run.has_sink_drain)
        engine_fail(eng, err);
}

static bool is_listed(const struct watch_report *report, const char *topic)
{
    for (size_t t = 0; t < report->n_topics; t++)
        if (strcmp(report->topics[t].name, topic) == 0)
            return true;
    return false;
}

/* The topic must be in the topic list: asking about an unknown one may create it. The list may be
 * some seconds old: a topic that is not in it is refused only by a newer one. */
static bool is_topic_there(struct pt_engine *eng, int i)
{
    struct model *m = &eng->model;
    struct stream_model *sm = &m->streams[i];
    struct pt_error err;
    const char *topic = eng->set.topics[i];
    if (is_listed(m->report, topic))
        return true;
    if (topic[0] && (sm->missed_list == 0 || sm->missed_list == m->n_lists)) {
        if (sm->missed_list == 0)
            watch_refresh(eng->watch);
        if (eng->model.is_booted)
            auth_refresh(eng->auth);
        atomic_store(&eng->is_look_asked, true);
        sm->missed_list = m->n_lists;
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
    refuse(eng, i, &err);
    return false;
}

static void copy_starts(const struct watch_report *report, const char *topic, struct open_job *job,
                        int i)
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

static struct open_job *open_job_new(const struct pt_engine *eng, int kind)
{
    struct open_job *job = calloc(1, sizeof *job);
    if (job) {
        job->kind = kind;
        if (eng->model.report)
            snprintf(job->cluster_id, sizeof job->cluster_id, "%s", eng->model.report->cluster_id);
    }
    return job;
}

static void push_job(struct pt_engine *eng, struct open_job *job)
{
    if (job && !queue_push_always(eng->open_jobs, job))
        free(job);
}

void reactor_look(struct pt_engine *eng)
{
    eng->model.has_looked = true;
    /* Offsets of another process's embedded cluster can't be held against the checkpoints: what
     * came before its start is known to it alone. */
    if (!atomic_load(&eng->is_watcher))
        push_job(eng, open_job_new(eng, OPEN_LOOK));
}

void reactor_look_for_owner(struct pt_engine *eng)
{
    if (eng->model.is_booted && !eng->set.is_embedded && !atomic_load(&eng->is_owner))
        push_job(eng, open_job_new(eng, OPEN_OWNER));
}

/* A new account begins at the topic's end: that must be known. */
static bool has_watermarks(const struct pt_engine *eng, int i)
{
    const struct watch_report *report = eng->model.report;
    if (eng->set.is_embedded || (eng->model.streams[i].has_look && eng->run.first_index < 0))
        return true;
    for (size_t t = 0; t < report->n_topics; t++)
        if (strcmp(report->topics[t].name, eng->set.topics[i]) == 0)
            return report->topics[t].high != PT_UNKNOWN;
    return false;
}

static bool is_to_open(const struct stream_model *sm)
{
    return sm->is_wanted && !sm->is_open && !sm->is_opening;
}

/* Open the accounts of streams that are wanted, as soon as the cluster can be asked. `stream` opens
 * all it was asked for at once, or none. */
void reactor_open_wanted(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    unsigned ready = 0, waiting = 0;
    if (!m->is_booted || m->report == NULL || m->stop != STOP_NO)
        return;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!is_to_open(&m->streams[i]))
            continue;
        if (is_topic_there(eng, i) && has_watermarks(eng, i))
            ready |= PT_STREAM_BIT(i);
        else
            waiting |= PT_STREAM_BIT(i);
    }
    if (ready == 0 || (waiting && eng->run.has_sink_drain))
        return;
    struct open_job *job = open_job_new(eng, OPEN_ACCOUNTS);
    if (job == NULL)
        return;
    job->streams = ready;
    for (int i = 0; i < PT_STREAMS; i++) {
        if (!(ready & PT_STREAM_BIT(i)))
            continue;
        copy_starts(m->report, eng->set.topics[i], job, i);
        m->streams[i].is_opening = true;
    }
    push_job(eng, job);
}

static void rate_text(double per_s, char *out, size_t cap)
{
    char rate[32];
    pt_rate_format(per_s, rate, sizeof rate);
    snprintf(out, cap, per_s > 0 && per_s < PT_RATE_MAX ? "%s/s" : "%s", rate);
}

static void run_stream(struct pt_engine *eng, int i, bool is_wanted)
{
    struct stream_model *sm = &eng->model.streams[i];
    struct streamer *st = &eng->accounts[i].streamer;
    char rate[40];
    if (is_wanted) {
        rate_text(sm->rate_per_s, rate, sizeof rate);
        model_event(eng, PT_INFO, pt_stream_name((enum pt_stream_id)i),
                    "started at %s, index %" PRIu64, rate, atomic_load(&st->win.next));
        atomic_store(&eng->is_renew_asked, true);
        if (streamer_state_of(st) == STREAMER_ERROR)
            atomic_fetch_or(&eng->stale_topics, PT_STREAM_BIT(i));
        producer_wake(&eng->producer);
        streamer_set_rate(st, sm->rate_per_s);
    }
    streamer_set_wanted(st, is_wanted);
}

void reactor_opened(struct pt_engine *eng, struct fact *fact)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &eng->model.streams[i];
        if (!(fact->streams & PT_STREAM_BIT(i)))
            continue;
        sm->is_opening = false;
        if (fact->error->code != PT_OK) {
            refuse(eng, i, fact->error);
            continue;
        }
        sm->is_open = true;
        sm->early_us = clock_mono_us() + EARLY_US;
        if (eng->accounts[i].doubles_possible > 0)
            model_event(eng, PT_NOTICE, pt_stream_name((enum pt_stream_id)i),
                        "%" PRIu64 " records of the last run are sent again and may be doubled",
                        eng->accounts[i].doubles_possible);
        if (sm->is_wanted && eng->model.stop == STOP_NO)
            run_stream(eng, i, true);
    }
}

static void want_one(struct pt_engine *eng, int i, bool is_wanted, int64_t now_us)
{
    struct stream_model *sm = &eng->model.streams[i];
    if (is_wanted == sm->is_wanted && sm->refusal.code == PT_OK)
        return;
    sm->is_wanted = is_wanted;
    sm->refusal.code = PT_OK;
    sm->stop_at_us = is_wanted && eng->set.stop_after_ms > 0
                         ? now_us + eng->set.stop_after_ms * 1000
                         : INT64_MAX;
    if (sm->is_open)
        run_stream(eng, i, is_wanted);
    if (!is_wanted && sm->is_open)
        model_event(eng, PT_INFO, pt_stream_name((enum pt_stream_id)i), "stopped");
}

void reactor_want(struct pt_engine *eng, unsigned streams, bool is_wanted, int64_t now_us)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (streams & PT_STREAM_BIT(i))
            want_one(eng, i, is_wanted, now_us);
    reactor_open_wanted(eng);
}

/* ---- commands ---- */

static void start_streams(struct pt_engine *eng, const struct fact *fact, int64_t now_us)
{
    struct pt_error err = {0};
    int64_t owner = atomic_load(&eng->owner_pid);
    if (atomic_load(&eng->is_watcher) || owner != PT_UNKNOWN) {
        pt_error_set(&err, PT_ELOCKED,
                     "Start them there, or stop that pintop and start this one anew.",
                     "streams: they are pintop %" PRId64 "'s", owner);
        answer(eng, fact, PT_RESULT_FAILED, &err, "");
        return;
    }
    reactor_want(eng, fact->u.command->streams, true, now_us);
    answer(eng, fact, PT_RESULT_DONE, NULL, "");
}

static void set_rate(struct pt_engine *eng, const struct pt_command *cmd)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &eng->model.streams[i];
        if (!(cmd->streams & PT_STREAM_BIT(i)))
            continue;
        sm->rate_per_s = cmd->rate_per_s;
        if (sm->is_open)
            streamer_set_rate(&eng->accounts[i].streamer, cmd->rate_per_s);
    }
}

static void to_admin(struct pt_engine *eng, struct fact *fact)
{
    struct pt_error err = {0};
    struct admin_job *job = calloc(1, sizeof *job);
    if (!eng->model.is_booted || job == NULL) {
        free(job);
        pt_error_set(&err, PT_EBUSY, "Try again in a moment.",
                     "topics: the engine is still starting");
        pthread_mutex_lock(&eng->failure_lock);
        if (eng->failure.code != PT_OK)
            err = eng->failure;
        pthread_mutex_unlock(&eng->failure_lock);
        answer(eng, fact, PT_RESULT_FAILED, &err, "");
        return;
    }
    answer(eng, fact, PT_RESULT_RUNNING, NULL, "asked the cluster");
    job->id = fact->id;
    job->command = fact->u.command;
    fact->u.command = NULL;
    if (!queue_push_always(eng->admin_jobs, job))
        admin_job_free(job);
}

static void to_connectors(struct pt_engine *eng, struct fact *fact)
{
    struct pt_error err = {0};
    enum pt_command_kind kind = fact->u.command->kind;
    struct result *result = result_new(fact->id, kind);
    if (result == NULL)
        return;
    text_copy(result->pub.topic, sizeof result->pub.topic, fact->u.command->connector);
    struct conn_job *job = model_connectors_job(eng, fact, &err);
    result->pub.state = job != NULL ? PT_RESULT_RUNNING : PT_RESULT_FAILED;
    result->pub.error = err;
    text_copy(result->pub.text, sizeof result->pub.text, job != NULL ? "asked" : "");
    reactor_result(eng, result);
    if (job != NULL)
        connectors_ask(eng->connectors, job);
}

void reactor_command(struct pt_engine *eng, struct fact *fact, int64_t now_us)
{
    const struct pt_command *cmd = fact->u.command;
    switch (cmd->kind) {
    case PT_CMD_START:
        start_streams(eng, fact, now_us);
        break;
    case PT_CMD_STOP:
        reactor_want(eng, cmd->streams, false, now_us);
        answer(eng, fact, PT_RESULT_DONE, NULL, "");
        break;
    case PT_CMD_RATE:
        set_rate(eng, cmd);
        answer(eng, fact, PT_RESULT_DONE, NULL, "");
        break;
    case PT_CMD_REFRESH:
        if (eng->model.is_booted)
            watch_refresh(eng->watch);
        if (eng->model.is_booted)
            auth_refresh(eng->auth);
        model_connectors_refresh(eng);
        atomic_store(&eng->is_look_asked, true);
        answer(eng, fact, PT_RESULT_DONE, NULL, "asked again");
        break;
    case PT_CMD_TOPIC_CREATE:
    case PT_CMD_TOPIC_DELETE:
    case PT_CMD_TOPIC_DESCRIBE:
    case PT_CMD_TOPIC_PEEK:
        to_admin(eng, fact);
        break;
    default: /* the others are the connectors' */
        to_connectors(eng, fact);
        break;
    }
}
