/* The reactor: the one thread that owns the model. Takes facts, publishes snapshots; never blocks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/log.h"
#include "base/shown.h"
#include "base/text.h"
#include "core/engine_state.h"
#include "kafka/handle.h"

enum { TICK_US = 1000000, PUBLISH_US = 50000 };

static void on_booted(struct pt_engine *eng, const struct fact *fact, int64_t now_us)
{
    struct model *m = &eng->model;
    if (fact->error->code != PT_OK) {
        engine_fail(eng, fact->error);
        model_event(eng, PT_ERROR, "pintop", "%s", fact->error->what);
        text_copy(m->last_error, sizeof m->last_error, fact->error->what);
        m->last_error_ms = clock_real_ms();
        if (fact->error->code == PT_ENOTFOUND) { /* nobody was asked: no cluster is down */
            m->boot_error = *fact->error;
            return;
        }
        m->cluster_state = PT_CLUSTER_DOWN;
        m->cluster_since_ms = m->last_error_ms;
        return;
    }
    m->is_booted = true;
    atomic_store(&eng->has_disk, true);
    m->booted_us = now_us;
    int64_t owner = atomic_load(&eng->owner_pid);
    if (owner != PT_UNKNOWN && !eng->run.is_oneshot)
        model_event(eng, PT_NOTICE, "pintop", "watching; the streams here are pintop %lld's",
                    (long long)owner);
    if (eng->run.start)
        reactor_want(eng, eng->run.start, true, now_us);
    if (eng->run.duration_ms > 0)
        m->deadline_us = now_us + eng->run.duration_ms * 1000;
    if (eng->set.is_embedded)
        reactor_look(eng);
}

/* "streams stopped 2026-11-23T01:50Z: terminal hung up; s goes on at 63916 (pin)". Once for streams
 * that ended alike. */
static void tell_last_end(struct pt_engine *eng, const char *name, const struct checkpoint *cp)
{
    struct model *m = &eng->model;
    bool is_clean = cp->ended_why[0] != 0;
    char when[32], end[sizeof m->told_end];
    clock_format_ms(is_clean ? cp->ended_ms : cp->written_ms, when, sizeof when);
    snprintf(end, sizeof end, "%.16sZ: %s", when, is_clean ? cp->ended_why : "killed or crashed");
    if (strcmp(end, m->told_end) == 0)
        return;
    text_copy(m->told_end, sizeof m->told_end, end);
    model_event(eng, is_clean ? PT_INFO : PT_WARN, "pintop",
                "streams stopped %s; s goes on at %" PRIu64 " (%s)", end, cp->next_index, name);
}

static void on_looked(struct pt_engine *eng, const struct fact *fact)
{
    for (int i = 0; i < PT_STREAMS; i++) {
        struct stream_model *sm = &eng->model.streams[i];
        const struct checkpoint *cp = fact->u.checkpoint;
        if (!(fact->streams & PT_STREAM_BIT(i)) || sm->is_open)
            continue;
        sm->look = *cp;
        sm->has_look = true;
        bool is_running = atomic_load(&eng->owner_pid) != PT_UNKNOWN;
        if (!eng->run.is_oneshot && !is_running &&
            (cp->taken_index > cp->first_index || !cp->ended_why[0]))
            tell_last_end(eng, pt_stream_name((enum pt_stream_id)i), cp);
    }
}

static void on_trouble(struct pt_engine *eng, const struct fact *fact)
{
    struct model *m = &eng->model;
    bool is_news = strcmp(m->boot_error.what, fact->error->what) != 0;
    m->boot_error = *fact->error;
    m->last_error_ms = clock_real_ms();
    if (fact->error->code == PT_OK)
        model_event(eng, PT_INFO, "kafka", "the cluster is found: %s",
                    pt_config_get(eng->cfg, "bootstrap.servers"));
    else if (is_news)
        model_event(eng, PT_ERROR, "kafka", "%s. %s", fact->error->what, fact->error->fix);
}

static void on_kafka_error(struct pt_engine *eng, const struct fact *fact)
{
    struct model *m = &eng->model;
    model_auth_refused(eng, fact->text);
    kafka_note_error(m->last_error, sizeof m->last_error, (rd_kafka_resp_err_t)fact->number,
                     fact->text);
    m->last_error_ms = clock_real_ms();
    m->errors++;
}

static void on_sink(struct pt_engine *eng, struct fact *fact)
{
    struct model *m = &eng->model;
    bool was_failed = m->has_sink && m->sink.state == SINK_FAILED;
    int64_t lost = m->has_sink ? m->sink.lost_records : 0;
    if (fact->u.sink == NULL)
        return;
    m->sink = *fact->u.sink;
    m->has_sink = true;
    if (m->sink.state == SINK_FAILED && !was_failed)
        model_event(eng, PT_ERROR, "sink", "%s. %s", m->sink.error, m->sink.fix);
    if (m->sink.state == SINK_RUNNING && was_failed)
        model_event(eng, PT_INFO, "sink", "works again");
    if (m->sink.lost_records > lost)
        model_event(eng, PT_ERROR, "sink", "%lld records were gone before the sink read them",
                    (long long)(m->sink.lost_records - lost));
    model_connectors_sink(eng);
}

static void on_written(struct pt_engine *eng, const struct fact *fact)
{
    char *slot = eng->model.disk_errors[fact->number];
    bool was_bad = slot[0] != 0, is_bad = fact->error->code != PT_OK;
    text_copy(slot, PT_REASON_MAX, is_bad ? fact->error->what : "");
    if (is_bad && !was_bad)
        model_event(eng, PT_ERROR, "pintop", "checkpoint: %s. %s", fact->error->what,
                    fact->error->fix);
    if (was_bad && !is_bad)
        model_event(eng, PT_INFO, "pintop", "the checkpoint reaches the disk again");
}

static void on_report(struct pt_engine *eng, struct fact *fact)
{
    struct watch_report *report = fact->u.report;
    fact->u.report = NULL;
    model_report(eng, report);
    if (eng->model.report && eng->model.topics_error.code == PT_OK)
        model_connectors_report(eng);
    reactor_need_topics(eng);
    if (!eng->model.has_looked && eng->model.report)
        reactor_look(eng);
    reactor_open_wanted(eng);
}

static void take_fact(struct pt_engine *eng, struct fact *fact, int64_t now_us)
{
    struct model *m = &eng->model;
    m->is_dirty = true;
    switch (fact->kind) {
    case FACT_COMMAND:
        atomic_fetch_sub(&eng->n_commands, 1);
        reactor_command(eng, fact, now_us);
        break;
    case FACT_BOOTED:
        on_booted(eng, fact, now_us);
        break;
    case FACT_TROUBLE:
        on_trouble(eng, fact);
        break;
    case FACT_LOOKED:
        on_looked(eng, fact);
        break;
    case FACT_OPENED:
        reactor_opened(eng, fact);
        break;
    case FACT_REPORT:
        on_report(eng, fact);
        break;
    case FACT_STATS:
        if (fact->u.stats)
            m->stats = *fact->u.stats;
        m->has_stats = true;
        m->is_dirty = false;
        break;
    case FACT_SINK:
        on_sink(eng, fact);
        m->is_dirty = false; /* its figures go out with the next tick */
        break;
    case FACT_KAFKA_ERROR:
        on_kafka_error(eng, fact);
        break;
    case FACT_RESULT:
        reactor_result(eng, fact->u.result);
        fact->u.result = NULL;
        break;
    case FACT_LINE:
        atomic_fetch_sub(&eng->n_lines, 1);
        model_line(eng, fact->u.line, false);
        break;
    case FACT_EVENT:
        model_line(eng, fact->u.line, true);
        break;
    case FACT_STREAM:
        break;
    case FACT_WRITTEN:
        on_written(eng, fact);
        break;
    case FACT_PURGED:
        if (m->stop == STOP_PURGE)
            m->stop_deadline_us = 0;
        break;
    case FACT_AUTH:
        if (fact->u.auth)
            model_auth(eng, fact->u.auth);
        break;
    case FACT_CONNECTORS:
        if (fact->u.news)
            model_connectors_news(eng, fact->u.news);
        break;
    case FACT_STOP:
        reactor_stop(eng, fact, now_us);
        break;
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void *reactor_run(void *arg)
{
    struct pt_engine *eng = arg;
    struct model *m = &eng->model;
    bool has_news = true;
    pthread_setname_np(pthread_self(), "reactor");
    while (!queue_is_closed(eng->facts)) {
        int64_t now_us = clock_mono_us();
        if (now_us >= m->tick_us + TICK_US) {
            /* On a grid, unless we were held up. */
            m->tick_us = now_us - m->tick_us > 2 * TICK_US ? now_us : m->tick_us + TICK_US;
            model_tick(eng, now_us);
            has_news = true;
        }
        int64_t wake_us = earlier(m->tick_us + TICK_US, reactor_progress(eng, now_us));
        /* Those who would be asked are on their way out once it has stopped. */
        int64_t due_ms = atomic_load(&eng->is_stopped) ? INT64_MAX : model_connectors_tick(eng);
        if (due_ms != INT64_MAX)
            wake_us = earlier(wake_us, now_us + (due_ms - clock_real_ms()) * 1000);
        has_news = has_news || m->is_dirty;
        if (has_news && now_us >= m->published_us + PUBLISH_US) {
            model_publish(eng, now_us);
            has_news = m->is_dirty = false;
        }
        if (has_news)
            wake_us = earlier(wake_us, m->published_us + PUBLISH_US);
        struct fact *fact = queue_take(eng->facts, wake_us);
        for (; fact; fact = queue_take(eng->facts, 0)) {
            bool was_dirty = m->is_dirty;
            take_fact(eng, fact, clock_mono_us());
            m->is_dirty = m->is_dirty || was_dirty;
            fact_free(fact);
        }
    }
    return NULL;
}
